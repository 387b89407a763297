// Moves between two databases in this process, one of which breaks off or lies when it is told to.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { systemActor } from "../engine/actor.ts";
import { createEngine } from "../engine/engine.ts";
import type { Executor } from "../engine/executor.ts";
import type { CreatePlan, DeletePlan, UpdatePlan } from "../plan/plan.ts";
import type { DataQuery } from "../plan/query.ts";
import { createSchema } from "../schema/create-schema.ts";
import { model } from "../schema/model.ts";
import { t } from "../schema/t.ts";
import type { Statement, Store } from "../stores/contract/store.ts";
import { createSqliteStore } from "../stores/sqlite/store.ts";
import { createCountPlan } from "./move-plans.ts";
import { planMove } from "./plan-move.ts";
import { type MoveReport, runMove } from "./run-move.ts";

const ROWS = 2500;
const declared = createSchema({
  Item: model(
    { id: t.int(), name: t.text().default("plain"), next: t.ref("Item").optional(), tags: t.manyToMany("Item") },
    { key: "id" },
  ),
});
const plan = planMove(declared.schema);

/** A database, open for a move, and a way to ask it as an app would. */
interface Database {
  readonly store: Store;
  readonly run: <T>(work: (engine: Executor) => Promise<T>) => Promise<T>;
}

/** What a move writes. */
type WritePlan = CreatePlan | UpdatePlan | DeletePlan;

/** What may go wrong in a store. */
interface Faults {
  /** Before the rows of a batch are written. */
  readonly onWrite?: (plan: WritePlan, rows: unknown[][]) => void;
  /** Before rows are read. */
  readonly onRead?: () => void;
}

/** Lets a store break off at the given batch of a kind. */
function breakAt(kind: WritePlan["kind"], last: number): Faults {
  let batches = 0;
  return {
    onWrite: (plan) => {
      if (plan.kind === kind) batches += 1;
      if (batches === last) throw new Error("killed");
    },
  };
}

test("a move that broke off goes on where it stopped", async () => {
  const [source, { store: target }] = [await createSource(), await createDatabase([])];
  await expect(move(source, withFaults(target, breakAt("create", 3)))).rejects.toThrow("killed");

  const resumed: number[] = [];
  const report = await move(source, target, { onResume: (rows) => resumed.push(rows) });
  expect(resumed).toEqual([1000]);
  expect(report.models).toMatchObject([{ model: "Item", rows: ROWS, links: 2, copied: 1502, differences: [] }]);
});

test("a move that broke off while refs were set goes on", async () => {
  const [source, { store: target }] = [await createSource(), await createDatabase([])];
  await expect(move(source, withFaults(target, breakAt("update", 3)))).rejects.toThrow("killed");
  // Two pages, and the last item, which leads to itself.
  expect(await countRefs(target)).toBe(1001);
  const report = await move(source, target);
  expect(report.models).toMatchObject([{ rows: ROWS, links: 2, copied: 0, differences: [] }]);
  expect(await countRefs(target)).toBe(ROWS);
});

test("a move that broke off while both sides were compared comes to the same end", async () => {
  const [source, { store: target }] = [await createSource(), await createDatabase([])];
  let isCopied = false;
  const breaks = withFaults(target, {
    onRead: () => {
      if (isCopied) throw new Error("killed");
    },
  });
  const progress = (label: string) => {
    if (label === "Comparing both sides") isCopied = true;
    return { advance: () => undefined, stop: () => undefined };
  };
  await expect(move(source, breaks, { progress })).rejects.toThrow("killed");
  const [again, whole] = [await move(source, target), await move(source, (await createDatabase([])).store)];
  expect(again.models).toMatchObject([{ copied: 0, differences: [] }]);
  expect(again.models[0]?.checksum).toBe(whole.models[0]?.checksum);
});

test("a move that broke off while the target was emptied goes on when it may empty it again", async () => {
  const items = Array.from({ length: 1300 }, (_, index) => ({
    id: 10_000 + index,
    next: 10_000 + ((index + 7) % 1300),
  }));
  const [source, { store: target }] = [await createSource(), await createDatabase(items)];
  const mayReplace = async () => true;
  await expect(move(source, withFaults(target, breakAt("delete", 2)), { mayReplace })).rejects.toThrow("killed");
  await expect(move(source, target)).rejects.toMatchObject({ code: "FTG_MOVE" });
  const report = await move(source, target, { mayReplace });
  expect(report.models).toMatchObject([{ rows: ROWS, links: 2, copied: ROWS + 2, differences: [] }]);
});

test("refs that must wait are set by the page", async () => {
  const [source, { store: target }] = [await createSource(), await createDatabase([])];
  const updates: number[] = [];
  await move(
    source,
    withFaults(target, {
      onWrite: ({ kind }, rows) => {
        if (kind === "update") updates.push(rows.length);
      },
    }),
  );
  expect(updates).toEqual([500, 500, 500, 500, 499]);
});

test("rows that others wrote are not taken for a begun move, and stay", async () => {
  const [source, target] = [await createSource(), await createDatabase([{ id: 1, next: 3 }, { id: 3 }])];
  await expect(move(source, target.store)).rejects.toMatchObject({
    code: "FTG_MOVE",
    problems: [{ path: "Item", detail: "The row 1 differs in next_id." }],
  });
  expect(await target.run((engine) => engine.count({ model: "Item" }, systemActor))).toBe(2);
});

test("rows that may be replaced are, whatever they refer to", async () => {
  const items = [
    { id: 7, tags: [9] },
    { id: 8, next: 9 },
    { id: 9, next: 7, tags: [7] },
  ];
  const [source, { store: target }] = [await createSource(), await createDatabase(items)];
  const report = await move(source, target, { mayReplace: async ({ rows }) => rows === 5 });
  expect(report.models).toMatchObject([{ rows: ROWS, links: 2, copied: ROWS + 2, differences: [] }]);
});

test("a store that changes a value or loses a link is found out, by the first key", async () => {
  const [source, { store: target }] = [await createSource(), await createDatabase([])];
  const lies = withFaults(target, {
    onWrite: ({ kind, model: table }, rows) => {
      if (kind !== "create") return;
      for (const row of rows) if (table === "Item" && row[0] === 1500) row[1] = "changed";
      if (table === "Item.tags") rows.pop();
    },
  });
  const { models } = await move(source, lies);
  expect(models[0]).toMatchObject({ checksum: null, rows: ROWS, links: 1 });
  expect(models[0]?.differences.map(({ detail }) => detail)).toEqual([
    "The row 1500 differs in name.",
    'The row {"source_id":5,"target_id":4} is missing in the target. 2 rows in the source, 1 in the target.',
  ]);
});

/** A database file that goes when the test ends. */
async function createDatabase(data: readonly DataQuery[]): Promise<Database> {
  const folder = mkdtempSync(join(tmpdir(), "footing-move-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "data.db");
  const run = async <T>(work: (engine: Executor) => Promise<T>): Promise<T> => {
    const store = createSqliteStore({ path });
    await store.open(declared.schema, { createTables: true });
    try {
      return await work(createEngine({ ...declared, store, limits: {} }));
    } finally {
      await store.close();
    }
  };
  await run((engine) => create(engine, data));
  const store = createSqliteStore({ path });
  await store.open(plan.schema, { createTables: false });
  onTestFinished(() => store.close());
  return { store, run };
}

/** Items in a chain that refers forward, and two links. */
async function createSource(): Promise<Store> {
  const items = Array.from({ length: ROWS }, (_, index) => ({ id: index + 1, next: Math.min(index + 2, ROWS) }));
  const { store } = await createDatabase(items.map((item) => (item.id === 5 ? { ...item, tags: [3, 4] } : item)));
  return store;
}

async function create(engine: Executor, data: readonly DataQuery[]): Promise<void> {
  await engine.createMany({ model: "Item", data: data.map(({ id }) => ({ id })) }, systemActor);
  await engine.transaction(async (each) => {
    for (const { id, ...rest } of data)
      if (Object.keys(rest).length > 0) await each.update({ model: "Item", key: { id }, data: rest }, systemActor);
  });
}

/** How many items of a move's target lead somewhere. */
async function countRefs(store: Store): Promise<number> {
  const [table] = plan.tables;
  if (table === undefined) return 0;
  const { count } = await store.execute(store.compile(createCountPlan(table, table.deferred)), []);
  return count;
}

function withFaults(store: Store, { onWrite, onRead }: Faults): Store {
  return {
    capabilities: store.capabilities,
    open: (schema, options) => store.open(schema, options),
    compile: (each) => store.compile(each),
    execute: async (statement, values) => {
      if (statement.plan.kind === "read") onRead?.();
      return store.execute(statement, values);
    },
    executeMany: async (statement: Statement<WritePlan>, rows) => {
      const copies = Array.from(rows, (row) => [...row]);
      onWrite?.(statement.plan, copies);
      return store.executeMany(statement, copies);
    },
    transact: (work, options) => store.transact(work, options),
    sql: () => store.sql(),
    secret: () => store.secret(),
    ping: () => store.ping(),
    close: () => store.close(),
  };
}

function move(source: Store, target: Store, options: Partial<Parameters<typeof runMove>[0]> = {}): Promise<MoveReport> {
  return runMove({
    source,
    target,
    tables: plan.tables,
    progress: () => ({ advance: () => undefined, stop: () => undefined }),
    mayReplace: async () => false,
    onResume: () => undefined,
    ...options,
  });
}
