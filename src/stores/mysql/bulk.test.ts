/** Many writes at once: how few statements they take, and that rows and errors are those of one after the other. */
import { expect, onTestFinished, test } from "vitest";
import { describeWithServer, useServer } from "../../../test/servers/shared-servers.ts";
import { createColumn } from "../../plan/column-node.ts";
import { createParam } from "../../plan/param-node.ts";
import { type CreatePlan, createPlan, type UpdatePlan } from "../../plan/plan.ts";
import { always, createCompare } from "../../plan/predicate-node.ts";
import { createAssignment } from "../../plan/write-nodes.ts";
import { createSchema } from "../../schema/create-schema.ts";
import { model } from "../../schema/model.ts";
import type { ScalarType } from "../../schema/schema-model.ts";
import { t } from "../../schema/t.ts";
import type { Statement, Values } from "../contract/store.ts";
import { LinkWatch } from "../sql/link-queue.ts";
import type { Bulk } from "../sql/server-kind.ts";
import { parseAddress } from "./address.ts";
import { runBulk } from "./bulk.ts";
import { type Line, Link } from "./driver.ts";
import { createRefusalReader } from "./failure.ts";
import { createMysqlStore } from "./store.ts";

const { schema } = createSchema({
  Item: model({ id: t.int(), next: t.ref("Item").optional(), body: t.text().optional() }, { key: "id" }),
});
const int: ScalarType = { kind: "int", list: false };
const text: ScalarType = { kind: "text", list: false };
const written = { links: [], references: [], check: always, returning: null };
const create: CreatePlan = createPlan({
  kind: "create",
  model: "Item",
  assignments: [
    createAssignment(createColumn("id"), createParam(0, int)),
    createAssignment(createColumn("next"), createParam(1, int)),
    createAssignment(createColumn("body"), createParam(2, text)),
  ],
  ...written,
});
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

interface Opened {
  /** Writes many rows in one transaction. */
  readonly write: (plan: CreatePlan | UpdatePlan, rows: readonly Values[]) => Promise<number>;
  /** What was sent with values since it was last asked, by its first word, and the bytes of the values. */
  readonly take: () => readonly { readonly verb: string; readonly bytes: number }[];
  readonly rows: () => Promise<readonly unknown[]>;
}

async function open(): Promise<Opened> {
  const url = await (await useServer("mariadb")).createDatabase();
  const store = createMysqlStore({ url });
  await store.open(schema, { createTables: true });
  onTestFinished(() => store.close());
  const link = await Link.connect({ address: parseAddress(url), watch: new LinkWatch(30_000) });
  onTestFinished(() => link.destroy());
  let sent: { verb: string; bytes: number }[] = [];
  const line: Line = {
    exec: (sql) => link.exec(sql),
    query: (sql, values) => {
      const bytes = values.reduce<number>((sum, value) => sum + (typeof value === "string" ? value.length : 8), 0);
      sent.push({ verb: sql.split(" ", 1).join(), bytes });
      return link.query(sql, values);
    },
  };
  return {
    write: async (plan, rows) => {
      await link.exec("BEGIN");
      try {
        const count = await runBulk(line, createBulk(store.compile(plan), rows), createRefusalReader(new Map()));
        await link.exec("COMMIT");
        return count;
      } catch (error) {
        await link.exec("ROLLBACK");
        throw error;
      }
    },
    take: () => {
      const taken = sent;
      sent = [];
      return taken;
    },
    rows: async () => {
      const { rows } = await link.exec("SELECT id, next_id FROM item ORDER BY id");
      return rows.map(([id, next]) => ({ id: Number(id), next: next === null ? null : Number(next) }));
    },
  };
}

/** A store takes updates too, though its contract speaks of creates. */
function createBulk(statement: Statement, rows: readonly Values[]): Bulk {
  // The statement was made by the same store, which looks at what it compiled.
  return { statement: statement as Bulk["statement"], rows };
}

describeWithServer("mariadb", "many writes at once on MariaDB", () => {
  test("rows that refer to themselves or to earlier ones are full statements", async () => {
    const { write, take, rows } = await open();
    const items = Array.from({ length: 900 }, (_, id) => [id, id % 3 === 0 ? null : id - (id % 2), null]);
    expect(await write(create, items)).toBe(900);
    // 500, and the rest by powers of two: few different texts to prepare.
    expect(take().map(({ verb }) => verb)).toEqual(new Array(4).fill("INSERT"));
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
    expect(take()).toHaveLength(4);
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

  test("long rows are cut into statements of about a mebibyte", async () => {
    const { write, take } = await open();
    const items = Array.from({ length: 11 }, (_, id) => [id, null, '\\"'.repeat(150_000)]);
    expect(await write(create, items)).toBe(11);
    const sent = take();
    expect(sent.map(({ bytes }) => Math.round(bytes / 300_000))).toEqual([2, 1, 2, 1, 2, 1, 2]);
  });
});
