// Many writes at once on a server: how few statements they take, and that rows and errors are those of one after the other.
import { expect, onTestFinished, test } from "vitest";
import { createColumn } from "../../src/plan/column-node.ts";
import { createParam } from "../../src/plan/param-node.ts";
import { type CreatePlan, createPlan, type UpdatePlan } from "../../src/plan/plan.ts";
import { always, createCompare } from "../../src/plan/predicate-node.ts";
import { createAssignment } from "../../src/plan/write-nodes.ts";
import { createSchema } from "../../src/schema/create-schema.ts";
import { model } from "../../src/schema/model.ts";
import type { ScalarType, Schema } from "../../src/schema/schema-model.ts";
import { t } from "../../src/schema/t.ts";
import type { Statement, Store, Values } from "../../src/stores/contract/store.ts";
import type { Bulk } from "../../src/stores/sql/server-kind.ts";

/** The schema of the items. */
export const itemSchema: Schema = createSchema({
  Item: model({ id: t.int(), next: t.ref("Item").optional(), body: t.text().optional() }, { key: "id" }),
}).schema;
/** The type of the param that a plan to create an item has at 0. */
export const int: ScalarType = { kind: "int", list: false };
const text: ScalarType = { kind: "text", list: false };
const written = { links: [], references: [], check: always, returning: null };

/** Creates an item of `[id, next, body]`. */
export const create: CreatePlan = createPlan({
  kind: "create",
  model: "Item",
  assignments: [
    createAssignment(createColumn("id"), createParam(0, int)),
    createAssignment(createColumn("next"), createParam(1, int)),
    createAssignment(createColumn("body"), createParam(2, text)),
  ],
  ...written,
});

/** Changes the item of `[next, id]`. */
const update: UpdatePlan = createPlan({
  kind: "update",
  bounds: [],
  model: "Item",
  target: {
    kind: "target",
    where: createCompare(createColumn("id"), "eq", createParam(1, int)),
    single: true,
    readable: always,
    allowed: always,
    expected: null,
    atMost: null,
  },
  assignments: [createAssignment(createColumn("next"), createParam(0, int))],
  ...written,
});

/** A connection to a server, and how its store writes many rows there. */
export interface BulkLine {
  readonly store: Store;
  /** Sends SQL past the watch. */
  readonly exec: (sql: string) => Promise<unknown>;
  /** Runs a bulk and tells `note` of every statement with values that it sends. */
  readonly run: (bulk: Bulk, note: (sql: string, bytes: number) => void) => Promise<number>;
  readonly rows: () => Promise<readonly unknown[]>;
}

/** A store that is open. */
export interface BulkItems extends Pick<BulkLine, "rows"> {
  /** Writes many rows in one transaction. */
  readonly write: (plan: CreatePlan | UpdatePlan, rows: readonly Values[]) => Promise<number>;
  /** What was sent with values since it was last asked, by its first word, and the bytes of the values. */
  readonly take: () => readonly { readonly verb: string; readonly bytes: number }[];
}

/** Opens a store with a table of items. */
export async function openItems({ store, exec, run, rows }: BulkLine): Promise<BulkItems> {
  await store.open(itemSchema, { createTables: true });
  onTestFinished(() => store.close());
  let sent: { verb: string; bytes: number }[] = [];
  return {
    write: async (plan, given) => {
      await exec("BEGIN");
      try {
        const count = await run(createBulk(store.compile(plan), given), (sql, bytes) => {
          sent.push({ verb: sql.split(" ", 1).join(), bytes });
        });
        await exec("COMMIT");
        return count;
      } catch (error) {
        await exec("ROLLBACK");
        throw error;
      }
    },
    take: () => {
      const taken = sent;
      sent = [];
      return taken;
    },
    rows,
  };
}

function createBulk(statement: Statement, rows: readonly Values[]): Bulk {
  // The statement was made by the same store, which looks at what it compiled.
  return { statement: statement as Bulk["statement"], rows, onRow: () => undefined };
}

/** What holds of every server; `inserts` are the statements that 900 new rows may take. */
export function testBulkWrites(open: () => Promise<BulkItems>, inserts: number): void {
  test(`rows that refer to themselves or to earlier ones are full statements: ${inserts} for 900`, async () => {
    const { write, take, rows } = await open();
    const items = Array.from({ length: 900 }, (_, id) => [id, id % 3 === 0 ? null : id - (id % 2), null]);
    expect(await write(create, items)).toBe(900);
    expect(take().map(({ verb }) => verb)).toEqual(new Array(inserts).fill("INSERT"));
    expect(await rows()).toEqual(items.map(([id, next]) => ({ id, next })));
    expect(
      await write(create, [
        [1001, 899, null],
        [1002, 1001, null],
      ]),
    ).toBe(2);
    expect(take()).toHaveLength(1);
  });

  test("a row that refers to a later one is refused, as it is alone", async () => {
    const { write } = await open();
    const items = [
      [1, null, null],
      [2, 3, null],
      [3, 1, null],
    ];
    await expect(write(create, items)).rejects.toMatchObject({ code: "FTG_REFERENCE" });
  });

  test("changed rows are one statement, unless one is there twice or not at all", async () => {
    const { write, take, rows } = await open();
    await write(
      create,
      [1, 2, 3].map((id) => [id, null, null]),
    );
    take();
    expect(
      await write(update, [
        [2, 1],
        [3, 2],
        [1, 3],
      ]),
    ).toBe(3);
    expect(take()).toMatchObject([{ verb: "UPDATE" }]);
    expect(
      await write(update, [
        [1, 1],
        [null, 2],
        [3, 1],
      ]),
    ).toBe(3);
    expect(take()).toHaveLength(3);
    expect(await rows()).toEqual([
      { id: 1, next: 3 },
      { id: 2, next: null },
      { id: 3, next: 1 },
    ]);
    await expect(
      write(update, [
        [1, 1],
        [1, 9],
      ]),
    ).rejects.toMatchObject({ code: "FTG_NOT_FOUND" });
  });
}

/** What is sent for 11 rows whose text, 300,000 characters each, is made of what has to be escaped. */
export async function sendLongRows({ write, take }: BulkItems): Promise<readonly number[]> {
  const items = Array.from({ length: 11 }, (_, id) => [id, null, '\\"'.repeat(150_000)]);
  expect(await write(create, items)).toBe(11);
  return take().map(({ bytes }) => bytes);
}
