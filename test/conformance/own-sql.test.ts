/** SQL of the app's own through Kysely: values both ways, transactions, and what it refuses; on every store that speaks SQL. */
import { type Kysely, sql } from "kysely";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createDb } from "../../src/api/local/create-db.ts";
import type { Db } from "../../src/api/local/db-types.ts";
import { createEngine } from "../../src/engine/engine.ts";
import { createSchema } from "../../src/schema/create-schema.ts";
import { model } from "../../src/schema/model.ts";
import type { SqlTables } from "../../src/schema/sql-types.ts";
import { t } from "../../src/schema/t.ts";
import type { Store } from "../../src/stores/contract/store.ts";
import { storeKinds } from "./stores.ts";

const models = {
  Thing: model(
    {
      id: t.int(),
      displayName: t.text().max(100).unique(),
      big: t.bigint().optional(),
      size: t.float().optional(),
      price: t.decimal(10, 2).optional(),
      isOpen: t.bool().default(true),
      day: t.date().optional(),
      at: t.datetime().optional(),
      code: t.uuid().optional(),
      seal: t.bytes().optional(),
      notes: t.json().optional(),
      tags: t.list(t.text()).optional(),
      secret: t.text().hidden().optional(),
      place: t.ref("Place").optional(),
      labels: t.manyToMany("Label"),
    },
    {
      key: "id",
      table: "things",
      access: { read: true },
      computed: ({ field, length }) => ({ size2: length(field("displayName")) }),
    },
  ),
  Place: model(
    { country: t.text().max(2), city: t.text().max(50) },
    { key: ["country", "city"], access: { read: true } },
  ),
  Label: model({ name: t.text().max(20) }, { key: "name", access: { read: true } }),
};
type Models = typeof models;

const row = {
  id: 1,
  displayName: "a'b\\c 😀",
  big: "9007199254740993",
  size: 0.1,
  price: "12.50",
  isOpen: true,
  day: "2024-02-29",
  at: "2024-02-29T12:00:00.001Z",
  code: "018f4a1c-0000-7000-8000-000000000001",
  seal: "AQL/",
  notes: { a: [1, null, "x"] },
  tags: ["u", "v"],
  secret: "s",
  place: { country: "PE", city: "Lima" },
  labels: ["red"],
};

describe.each(storeKinds.filter(({ name }) => !name.startsWith("memory")))("$name", (kind) => {
  let store: Store;
  let db: Db<Models, true>;
  let kysely: Kysely<SqlTables<Models>>;
  beforeAll(async () => {
    const { schema, rules } = createSchema(models);
    store = kind.create();
    await store.open(schema, { createTables: true });
    db = createDb<Models>(createEngine({ schema, rules, store }), schema).asSystem();
    kysely = db.sql;
    await db.Place.create({ country: "PE", city: "Lima" });
    await db.Label.create({ name: "red" });
  });
  afterAll(() => store.close());
  beforeEach(async () => {
    await db.Thing.deleteMany({ all: true });
    await db.Thing.create(row);
  });

  test("rows come with the values of JavaScript, of stored columns by their kind", async () => {
    const [found] = await kysely.selectFrom("things").selectAll().execute();
    expect(found).toEqual({
      id: 1,
      display_name: "a'b\\c 😀",
      big: 9007199254740993n,
      size: 0.1,
      price: "12.50",
      is_open: true,
      day: "2024-02-29",
      at: new Date("2024-02-29T12:00:00.001Z"),
      code: "018f4a1c-0000-7000-8000-000000000001",
      seal: new Uint8Array([1, 2, 255]),
      notes: { a: [1, null, "x"] },
      tags: ["u", "v"],
      secret: "s",
      place_country: "PE",
      place_city: "Lima",
    });
    expect(await kysely.selectFrom("things_labels").selectAll().execute()).toEqual([
      { source_id: 1, target_name: "red" },
    ]);
    const renamed = kysely
      .selectFrom("things as x")
      .innerJoin("place as p", (join) =>
        join.onRef("p.country", "=", "x.place_country").onRef("p.city", "=", "x.place_city"),
      )
      .select((eb) => [
        "x.at as moment",
        "x.is_open as flag",
        "p.city",
        eb.fn.count<number>("x.id").as("rows"),
        eb.fn.max("x.big").as("most"),
      ])
      .groupBy(["x.at", "x.is_open", "p.city"]);
    expect(await renamed.execute()).toEqual([
      { moment: new Date("2024-02-29T12:00:00.001Z"), flag: true, city: "Lima", rows: 1, most: 9007199254740993n },
    ]);
  });

  test("what comes out can go in again, and is what the models read", async () => {
    const [found] = await kysely.selectFrom("things").selectAll().execute();
    if (found === undefined) throw new Error("the row is gone");
    const copy = { ...found, id: 2, display_name: "copy", notes: JSON.stringify(found.notes), tags: null };
    const inserted = await kysely.insertInto("things").values(copy).executeTakeFirst();
    expect(inserted.numInsertedOrUpdatedRows).toBe(1n);
    const { secret: _secret, labels: _labels, ...shown } = row;
    expect(await db.Thing.get(2, {})).toMatchObject({ ...shown, id: 2, displayName: "copy", tags: null, size2: 4 });
    const same = (eb: typeof kysely) =>
      eb
        .selectFrom("things")
        .select("id")
        .where("big", "=", found.big)
        .where("at", "=", found.at)
        .where("seal", "=", found.seal)
        .where("is_open", "=", found.is_open)
        .where("size", "=", found.size)
        .where("day", "=", found.day)
        .orderBy("id")
        .execute();
    expect(await same(kysely)).toEqual([{ id: 1 }, { id: 2 }]);
  });

  test("writes say how many rows they found, and values never become SQL", async () => {
    const hostile = "x'; DELETE FROM things; --";
    const updated = await kysely
      .updateTable("things")
      .set({ display_name: hostile })
      .where("id", "=", 1)
      .executeTakeFirst();
    expect(updated.numUpdatedRows).toBe(1n);
    expect(await db.Thing.get(1, { select: { displayName: true } })).toEqual({ displayName: hostile });
    const gone = await kysely.deleteFrom("things").where("display_name", "=", hostile).executeTakeFirst();
    expect(gone.numDeletedRows).toBe(1n);
    expect((await kysely.deleteFrom("things").executeTakeFirst()).numDeletedRows).toBe(0n);
  });

  test("the sql template is SQL of the app's own", async () => {
    const { rows } = await sql<{
      n: number;
      label: string;
    }>`SELECT count(*) AS n, max(${sql.ref("display_name")}) AS label
      FROM ${sql.table("things")} WHERE id < ${5} AND display_name <> ${"o'x"}`.execute(kysely);
    expect(rows).toEqual([{ n: 1, label: row.displayName }]);
  });

  test("inside a transaction it sees what was written there, and goes with it", async () => {
    const isSeen = async (on: Db<Models, true>): Promise<boolean> =>
      (await on.sql.selectFrom("things").select("id").where("id", "=", 7).execute()).length === 1;
    const failed = db.transaction(async (tx) => {
      await tx.Thing.create({ id: 7, displayName: "seven" });
      expect(await isSeen(tx)).toBe(true);
      await tx.sql.updateTable("things").set({ display_name: "VII" }).where("id", "=", 7).execute();
      expect(await tx.Thing.get(7, { select: { displayName: true } })).toEqual({ displayName: "VII" });
      // A statement that fails is undone alone.
      await expect(
        tx.sql.updateTable("things").set({ display_name: row.displayName }).where("id", "=", 7).execute(),
      ).rejects.toThrow();
      await expect(sql`SELECT nothing FROM nowhere`.execute(tx.sql)).rejects.toMatchObject({ code: "FTG_INTERNAL" });
      expect(await tx.Thing.count()).toBe(2);
      throw new Error("undo");
    });
    await expect(failed).rejects.toThrow("undo");
    expect(await isSeen(db)).toBe(false);
    await db.transaction(async (tx) => {
      // What fails at the same time takes nothing of it along.
      const changes = [row.id, 99].map((key) => ({ key, data: { displayName: "x" } }));
      const asked = [
        tx.Thing.updateEach(changes),
        tx.sql.insertInto("things").values({ id: 7, display_name: "seven", is_open: false }).execute(),
      ];
      expect((await Promise.allSettled(asked)).map(({ status }) => status)).toEqual(["rejected", "fulfilled"]);
    });
    expect(await db.Thing.find({ select: { displayName: true } })).toEqual([
      { displayName: row.displayName },
      { displayName: "seven" },
    ]);
    expect(await db.Thing.get(7, { select: { isOpen: true } })).toEqual({ isOpen: false });
  });

  test.each([
    "BEGIN",
    "COMMIT",
    " -- x\nROLLBACK",
    "/* x */ SET x = 1",
    "PRAGMA foreign_keys = OFF",
    "DROP TABLE things",
    "",
  ])("%j is no statement on rows", async (text) => {
    await expect(sql.raw(text).execute(kysely)).rejects.toMatchObject({ code: "FTG_QUERY" });
    await expect(db.transaction((tx) => sql.raw(text).execute(tx.sql))).rejects.toMatchObject({ code: "FTG_QUERY" });
    expect(await db.Thing.count()).toBe(1);
  });

  test("a second statement behind the first does not run", async () => {
    await sql
      .raw("SELECT 1; DELETE FROM things")
      .execute(kysely)
      .catch(() => undefined);
    expect(await db.Thing.count()).toBe(1);
  });

  test("Kysely's own transactions are refused", async () => {
    const work = kysely.transaction().execute(() => Promise.resolve());
    await expect(work).rejects.toMatchObject({
      code: "FTG_QUERY",
      fix: expect.stringContaining("asSystem().transaction"),
    });
  });

  test("nobody but the app itself has it", () => {
    const anonymous = db.as(null);
    expect(() => anonymous.sql).toThrow(
      expect.objectContaining({ code: "FTG_FORBIDDEN", fix: expect.stringContaining("db.asSystem().sql") }),
    );
    expect(() => db.as({ id: 1, role: "admin" }).sql).toThrow(expect.objectContaining({ code: "FTG_FORBIDDEN" }));
  });
});

test("the memory store has no SQL", async () => {
  const { schema, rules } = createSchema(models);
  const [kind] = storeKinds;
  const store = kind?.create();
  if (store === undefined) throw new Error("there is no store");
  await store.open(schema, { createTables: true });
  const db = createDb<Models>(createEngine({ schema, rules, store }), schema).asSystem();
  expect(() => db.sql).toThrow(
    expect.objectContaining({ code: "FTG_CONFIG", message: expect.stringContaining("memory") }),
  );
  await expect(db.transaction(async (tx) => tx.sql)).rejects.toMatchObject({ code: "FTG_CONFIG" });
});
