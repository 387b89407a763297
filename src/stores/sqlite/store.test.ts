/** The store as a whole: opening, pages in both directions, transactions, and who sees what when. */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { renderLines } from "../../../test/conformance/render-lines.ts";
import { createColumn } from "../../plan/column-node.ts";
import { createOrder } from "../../plan/order-node.ts";
import { createParam } from "../../plan/param-node.ts";
import { type CountPlan, type CreatePlan, createPlan, type ReadPlan } from "../../plan/plan.ts";
import { always } from "../../plan/predicate-node.ts";
import { createFieldItem, createRows, createSeek, createSelect, type SeekNode } from "../../plan/rows-node.ts";
import { createAssignment } from "../../plan/write-nodes.ts";
import { createSchema } from "../../schema/create-schema.ts";
import { model } from "../../schema/model.ts";
import type { ScalarType } from "../../schema/schema-model.ts";
import { t } from "../../schema/t.ts";
import type { ReadResult, Statement, Store } from "../contract/store.ts";
import { Connection } from "./driver.ts";
import { createSqliteStore } from "./store.ts";

const { schema } = createSchema({ Fact: model({ n: t.int(), rank: t.int().optional() }, { key: "n" }) });
const int: ScalarType = { kind: "int", list: false };

const create: CreatePlan = createPlan({
  kind: "create",
  model: "Fact",
  assignments: [
    createAssignment(createColumn("n"), createParam(0, int)),
    createAssignment(createColumn("rank"), createParam(1, int)),
  ],
  links: [],
  references: [],
  check: always,
  returning: { kind: "returning", access: always, select: createSelect([createFieldItem("n", "n")]) },
});
const count: CountPlan = createPlan({ kind: "count", model: "Fact", access: always, where: always });

/** Facts by rank, then n; the limit is value 0 and the place values 1 and 2. */
function list(descending: boolean, direction: SeekNode["direction"] | null): ReadPlan {
  const order = [createOrder([], createColumn("rank"), descending), createOrder([], createColumn("n"), descending)];
  const seek = direction === null ? null : createSeek(direction, [createParam(1, int), createParam(2, int)]);
  const select = createSelect([createFieldItem("rank", "rank"), createFieldItem("n", "n")]);
  return createPlan({
    kind: "read",
    rows: createRows({
      model: "Fact",
      access: always,
      where: always,
      order,
      limit: createParam(0, int),
      offset: null,
      seek,
      cursorTag: null,
      output: { kind: "array", select },
    }),
  });
}

let folder: string;
let path: string;
let store: Store;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "footing-store-"));
  path = join(folder, "test.db");
  store = createSqliteStore({ path, transactionTimeout: 500 });
  await store.open(schema, { createTables: true });
});

afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true });
});

async function countFacts(from: Store = store): Promise<number> {
  return (await from.execute(from.compile(count), [])).count;
}

async function add(n: number, rank: number | null = null): Promise<string | null> {
  return (await store.execute(store.compile(create), [n, rank])).json;
}

/** A list with its bytes as text. */
async function readList(statement: Statement<ReadPlan>, values: readonly unknown[]): Promise<ReadResult> {
  const result = await store.execute(statement, values);
  return { ...result, json: result.json.toString() };
}

describe("pages", () => {
  const ranks = [null, 3, 1, 3, null, 2, 1, null];

  test.each([false, true])(
    "from every row, in both directions, with nulls and ties (descending: %s)",
    async (descending) => {
      await store.executeMany(
        store.compile(create),
        ranks.map((rank, n) => [n, rank]),
      );
      const sorted = ranks.map((rank, n) => ({ rank, n })).sort((a, b) => (a.rank ?? 0) - (b.rank ?? 0) || a.n - b.n);
      if (descending) sorted.reverse();
      const [after, before] = [store.compile(list(descending, "after")), store.compile(list(descending, "before"))];
      for (const [index, { rank, n }] of sorted.entries()) {
        for (const limit of [1, 3, 8]) {
          const ahead = sorted.slice(index + 1);
          const shown = ahead.slice(0, limit);
          expect(await readList(after, [limit, rank, n])).toEqual({
            json: renderLines(shown),
            hasMore: ahead.length > limit,
            edge: place(shown.at(-1)),
            rows: shown.length,
          });
          const back = sorted.slice(0, index).slice(-limit);
          expect(await readList(before, [limit, rank, n])).toEqual({
            json: renderLines(back),
            hasMore: index > limit,
            edge: place(back[0]),
            rows: back.length,
          });
        }
      }
    },
  );

  function place(row: { readonly rank: number | null; readonly n: number } | undefined): string | null {
    return row === undefined ? null : JSON.stringify([row.rank, row.n]);
  }

  test("without rows there is no edge", async () => {
    expect(await readList(store.compile(list(false, null)), [20])).toEqual({
      json: "[]",
      hasMore: false,
      edge: null,
      rows: 0,
    });
  });
});

describe("opening", () => {
  test("the secret stays the same for one database and differs between two", async () => {
    const secret = store.secret();
    await store.close();
    store = createSqliteStore({ path });
    await store.open(schema, { createTables: true });
    expect(store.secret()).toEqual(secret);
    expect(secret).toHaveLength(32);
    const other = createSqliteStore({ path: ":memory:" });
    await other.open(schema, { createTables: true });
    expect(other.secret()).not.toEqual(secret);
    await other.close();
  });

  test("two stores on one file see each other's writes", async () => {
    const other = createSqliteStore({ path });
    await other.open(schema, { createTables: false });
    await add(1);
    expect(await countFacts(other)).toBe(1);
    await other.close();
  });

  test("a file that is not there is not created unless it may be", async () => {
    const missing = join(folder, "missing.db");
    const other = createSqliteStore({ path: missing });
    await expect(other.open(schema, { createTables: false })).rejects.toMatchObject({
      code: "FTG_DATABASE",
      message: `There is no database at ${missing}.`,
    });
    expect(existsSync(missing)).toBe(false);
  });

  test("says what it guarantees", () => {
    expect(store.capabilities).toMatchObject({
      durability: "power-loss",
      label: expect.stringMatching(/^SQLite 3\.\d+/),
    });
    expect(createSqliteStore({ path: ":memory:" }).capabilities.durability).toBe("none");
  });

  test("before and after it is open, it says so", async () => {
    await store.close();
    await expect(countFacts()).rejects.toMatchObject({ code: "FTG_DATABASE" });
    await expect(store.ping()).rejects.toMatchObject({ code: "FTG_DATABASE" });
  });

  test("closing waits for what was asked before", async () => {
    const writes = [add(1), add(2)];
    await store.close();
    expect(await Promise.all(writes)).toEqual(['{"n":1}', '{"n":2}']);
  });
});

describe("a scan", () => {
  const scan = { aborted: false, isScan: true };

  test("sees what is committed, whatever is at work, and neither waits nor keeps writes waiting", async () => {
    const statement = store.compile(count);
    await add(1);
    await store.transact(async (session) => {
      await session.execute(store.compile(create), [2, null]);
      expect(await store.execute(statement, [], scan)).toMatchObject({ count: 1 });
      expect(await session.execute(statement, [], scan)).toMatchObject({ count: 2 });
    });
    expect(await store.execute(statement, [], scan)).toMatchObject({ count: 2 });
  });

  test("writes where a write is what it is asked for", async () => {
    expect(await store.execute(store.compile(create), [1, null], scan)).toMatchObject({ affected: 1 });
  });

  test("leaves no connection open when the store closes", async () => {
    const statement = store.compile(count);
    await store.execute(statement, [], scan);
    await store.close();
    // The last connection takes the log along.
    expect(existsSync(`${path}-wal`)).toBe(false);
    await expect(store.execute(statement, [], scan)).rejects.toMatchObject({ code: "FTG_DATABASE" });
  });

  test("does not keep the pages it read", () => {
    const other = new Connection(path, { isScan: true });
    expect(other.all("PRAGMA cache_size")).toEqual([{ cache_size: -2048 }]);
    expect(() => other.exec("CREATE TABLE x (y)")).toThrow("readonly");
    other.close();
  });
});

describe("transactions", () => {
  test("see their own writes, which others see after the commit", async () => {
    const statement = store.compile(count);
    await store.transact(async (session) => {
      await session.execute(store.compile(create), [1, null]);
      expect(await session.execute(statement, [])).toMatchObject({ count: 1 });
      expect(await countFacts()).toBe(0);
    });
    expect(await countFacts()).toBe(1);
  });

  test("a failing statement inside is undone alone and answers with its own error", async () => {
    await store.transact(async (session) => {
      await session.execute(store.compile(create), [1, null]);
      await expect(
        session.executeMany(store.compile(create), [
          [2, null],
          [1, null],
        ]),
      ).rejects.toMatchObject({ code: "FTG_CONFLICT" });
      await session.execute(store.compile(create), [3, null]);
    });
    expect((await readList(store.compile(list(false, null)), [9])).json).toBe(
      '[{"rank":null,"n":1},\n{"rank":null,"n":3}]',
    );
  });

  test("one that takes too long is undone", async () => {
    const work = store.transact(async (session) => {
      await session.execute(store.compile(create), [1, null]);
      await new Promise(() => undefined);
    });
    await expect(work).rejects.toMatchObject({ code: "FTG_TIMEOUT" });
    expect(await countFacts()).toBe(0);
  });

  test("a session is of no use afterwards", async () => {
    const session = await store.transact(async (open) => open);
    await expect(session.execute(store.compile(count), [])).rejects.toMatchObject({ code: "FTG_INTERNAL" });
  });

  test("in memory, readers wait for a transaction instead of seeing half of it", async () => {
    const memory = createSqliteStore({ path: ":memory:" });
    await memory.open(schema, { createTables: true });
    const first = Promise.withResolvers<void>();
    const transaction = memory.transact(async (session) => {
      await session.execute(memory.compile(create), [1, null]);
      first.resolve();
      await new Promise((resolve) => setTimeout(resolve, 20));
      throw new Error("never mind");
    });
    await first.promise;
    const seen = countFacts(memory);
    await expect(transaction).rejects.toThrow("never mind");
    expect(await seen).toBe(0);
    await memory.close();
  });
});
