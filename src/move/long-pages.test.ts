import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, test } from "vitest";
import { LongPages } from "./long-pages.ts";

const MIB = 1024 * 1024;

/** Whether anything that nobody holds is gone after pages of so many bytes. */
async function passPages(count: number, bytes: number): Promise<boolean> {
  const lost = new WeakRef({});
  await nextTurn();
  const long = new LongPages();
  const json = Buffer.alloc(bytes);
  for (let page = 0; page < count; page++) long.pass({ json });
  return lost.deref() === undefined;
}

test("garbage is collected each time some long pages have passed", async () => {
  expect(await passPages(2, MIB)).toBe(true);
  expect(await passPages(1, MIB)).toBe(false);
});

test("short pages are left to the engine", async () => {
  expect(await passPages(100, 0.4 * MIB)).toBe(false);
});
