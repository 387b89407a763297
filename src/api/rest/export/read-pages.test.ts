import { expect, test } from "vitest";
import { systemActor } from "../../../engine/actor.ts";
import type { Executor } from "../../../engine/executor.ts";
import { readPages } from "./read-pages.ts";

/** An executor that answers every page at once, and notes what it was asked for. */
function createExecutor(pages: number): { readonly executor: Executor; readonly asked: unknown[] } {
  const asked: unknown[] = [];
  const readRaw: Executor["readRaw"] = async ({ limit, after = null }) => {
    asked.push([limit, after]);
    const hasMore = asked.length < pages;
    return { json: `[${asked.length}]`, hasMore, cursor: hasMore ? `c${asked.length}` : null };
  };
  return { executor: { ...Object.create(null), readRaw }, asked };
}

async function read(pages: number, limit: number): Promise<{ readonly asked: unknown[]; readonly read: string[] }> {
  const { executor, asked } = createExecutor(pages);
  const query = { model: "City" };
  const list = { executor, actor: systemActor, abort: { aborted: false }, query, limit, pageSize: 10 };
  const answers: string[] = [];
  for await (const page of readPages(list)) answers.push(String(page));
  return { asked, read: answers };
}

test("reads pages until there is no more", async () => {
  expect(await read(3, Number.POSITIVE_INFINITY)).toEqual({
    asked: [
      [10, null],
      [10, "c1"],
      [10, "c2"],
    ],
    read: ["[1]", "[2]", "[3]"],
  });
});

test("reads no more rows than it may", async () => {
  const { asked } = await read(9, 25);
  expect(asked).toEqual([
    [10, null],
    [10, "c1"],
    [5, "c2"],
  ]);
  expect((await read(9, 20)).asked).toHaveLength(2);
});

test("lets others have a turn between pages, also when the store answers at once", async () => {
  let turns = 0;
  const count = (): void => {
    turns += 1;
    timer = setImmediate(count);
  };
  let timer = setImmediate(count);
  await read(50, Number.POSITIVE_INFINITY);
  clearImmediate(timer);
  expect(turns).toBeGreaterThanOrEqual(49);
});
