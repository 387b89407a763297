// What a move asks of a target beyond creates: many changes and deletes at once. Every store answers alike.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { describeWithServer, type ServerName, useServer } from "../../test/servers/shared-servers.ts";
import { loadStore } from "../app/load-store.ts";
import { createSchema } from "../schema/create-schema.ts";
import { type Model, model } from "../schema/model.ts";
import { t } from "../schema/t.ts";
import type { Store } from "../stores/contract/store.ts";
import { emptyTarget } from "./empty-target.ts";
import type { MoveContext } from "./move-context.ts";
import { createCreatePlan, createFillPlan, listCreateValues, listFillValues } from "./move-plans.ts";
import type { MoveTable, Row } from "./move-table.ts";
import { planMove } from "./plan-move.ts";
import { RowReader } from "./row-reader.ts";

/** A key with every kind of value that one may have, and a ref to it. */
const key = {
  code: t.text().max(20),
  kind: t.enum("é", "e"),
  big: t.bigint(),
  sum: t.decimal(20, 4),
  at: t.datetime(),
  day: t.date(),
  on: t.bool(),
  tag: t.uuid(),
};
const names = ["code", "kind", "big", "sum", "at", "day", "on", "tag"] as const;
const Wide = model({ ...key, next: t.ref("Wide").optional(), body: t.text().optional() }, { key: names });
const Boss = model({ id: t.int(), boss: t.ref("Boss"), rival: t.ref("Boss").optional() }, { key: "id" });
const Note = model({ id: t.int(), about: t.ref("Boss") }, { key: "id" });

interface Opened {
  readonly target: Store;
  readonly tables: readonly MoveTable[];
}

async function open(url: string, models: Readonly<Record<string, Model>>): Promise<Opened> {
  const { schema } = createSchema(models);
  const plan = planMove(schema);
  const created = await loadStore(url);
  await created.open(schema, { createTables: true });
  await created.close();
  const target = await loadStore(url);
  await target.open(plan.schema, { createTables: false });
  onTestFinished(() => target.close());
  return { target, tables: plan.tables };
}

function findTable({ tables }: Opened, name: string): MoveTable {
  const found = tables.find(({ model: { name: each } }) => each === name);
  if (found === undefined) throw new Error(name);
  return found;
}

async function create(opened: Opened, name: string, rows: readonly Row[]): Promise<void> {
  const table = findTable(opened, name);
  const plan = opened.target.compile(createCreatePlan(table));
  await opened.target.executeMany(
    plan,
    rows.map((row) => listCreateValues(table, row)),
  );
}

function fill(opened: Opened, name: string, rows: readonly Row[]): Promise<number> {
  const table = findTable(opened, name);
  const plan = opened.target.compile(createFillPlan(table));
  return opened.target.executeMany(
    plan,
    rows.map((row) => listFillValues(table, row)),
  );
}

async function readAll(opened: Opened, name: string): Promise<readonly Row[]> {
  const reader = new RowReader(opened.target, findTable(opened, name));
  const rows: Row[] = [];
  for (let page = await reader.next(); page !== null; page = await reader.next()) rows.push(...page.rows());
  return rows;
}

function createWide(code: string, number: number): Row {
  return {
    code,
    kind: number % 2 === 0 ? "é" : "e",
    big: `-922337203685477580${number % 9}`,
    sum: `${number}.5000`,
    at: "0001-01-01T00:00:00.001Z",
    day: "9999-12-31",
    on: number % 2 === 0,
    tag: `01890000-0000-7000-8000-00000000000${number % 10}`,
    ...refer(null),
    body: null,
  };
}

function refer(to: Row | null): Row {
  return Object.fromEntries(names.map((name) => [`next_${name}`, to?.[name] ?? null]));
}

/** Bosses who all are their own. */
function listBosses(count: number): readonly Row[] {
  return Array.from({ length: count }, (_, index) => ({ id: index + 1, boss_id: index + 1, rival_id: null }));
}

function empty({ target, tables }: Opened): Promise<void> {
  const context: MoveContext = {
    source: target,
    target,
    tables,
    progress: () => ({ advance: () => undefined, stop: () => undefined }),
  };
  return emptyTarget(context);
}

function testStore(createUrl: () => Promise<string>): void {
  test("sets refs of many rows, whatever their keys are", async () => {
    const opened = await open(await createUrl(), { Wide });
    const codes = ["", "a", "A", "é", "e\u0301", "\ufffd", "😀", "x,\"'\\", "\n", " "];
    const rows = codes.map(createWide);
    await create(opened, "Wide", rows);
    const filled = rows.map((row, place) => ({ ...row, ...refer(rows[(place + 3) % rows.length] ?? null) }));
    const changed = filled.map((row, place) => (place === 4 ? { ...row, ...refer(null) } : row));
    expect(await fill(opened, "Wide", changed)).toBe(codes.length);
    const byCode = new Map((await readAll(opened, "Wide")).map((row) => [row["code"], row]));
    for (const row of changed) expect(byCode.get(row["code"])).toEqual(row);
  });

  test("of changes of one row the last stands, and one of a row that is not there undoes all", async () => {
    const opened = await open(await createUrl(), { Boss });
    await create(opened, "Boss", listBosses(5));
    const changes = [
      { id: 1, boss_id: 2, rival_id: 3 },
      { id: 2, boss_id: 5, rival_id: null },
      { id: 1, boss_id: 4, rival_id: 5 },
    ];
    expect(await fill(opened, "Boss", changes)).toBe(3);
    const [first, second] = await readAll(opened, "Boss");
    expect([first, second]).toEqual([changes[2], changes[1]]);

    const missing = { id: 9, boss_id: 1, rival_id: null };
    await expect(fill(opened, "Boss", [{ id: 3, boss_id: 1, rival_id: 1 }, missing])).rejects.toMatchObject({
      code: "FTG_NOT_FOUND",
    });
    expect((await readAll(opened, "Boss")).slice(2)).toEqual(listBosses(5).slice(2));
  });

  test("is emptied of rows that refer to themselves and to each other, by required refs too", async () => {
    const opened = await open(await createUrl(), { Boss, Note });
    await create(opened, "Boss", listBosses(1200));
    await fill(opened, "Boss", [
      { id: 1, boss_id: 1200, rival_id: 2 },
      { id: 2, boss_id: 1, rival_id: 1 },
      { id: 1200, boss_id: 1, rival_id: 1 },
    ]);
    await create(opened, "Note", [{ id: 1, about: 1200 }]);
    await empty(opened);
    expect([await readAll(opened, "Boss"), await readAll(opened, "Note")]).toEqual([[], []]);
    await empty(opened);
    await create(opened, "Boss", listBosses(2));
    await expect(create(opened, "Note", [{ id: 3, about: 9 }])).rejects.toMatchObject({ code: "FTG_REFERENCE" });
  });

  test("keeps a row that others refer to", async () => {
    const opened = await open(await createUrl(), { Boss, Note });
    await create(opened, "Boss", listBosses(3));
    await create(opened, "Note", [{ id: 1, about: 3 }]);
    const bosses = { ...opened, tables: opened.tables.filter(({ model: { name } }) => name === "Boss") };
    await expect(empty(bosses)).rejects.toMatchObject({ code: "FTG_REFERENCE" });
    expect((await readAll(opened, "Boss")).map((row) => row["id"])).toEqual([1, 2, 3]);
  });
}

describe("a file", () => {
  testStore(async () => {
    const folder = mkdtempSync(join(tmpdir(), "footing-bulk-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    return `sqlite:${join(folder, "data.db")}`;
  });
});

const servers: readonly ServerName[] = ["postgres", "mariadb"];
for (const name of servers)
  describeWithServer(name, `a database on ${name}`, () =>
    testStore(async () => (await useServer(name)).createDatabase()),
  );
