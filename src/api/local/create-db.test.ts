import { beforeEach, describe, expect, expectTypeOf, test } from "vitest";
import { anonymousActor, createActor, systemActor } from "../../engine/actor.ts";
import { createEngine, type Engine } from "../../engine/engine.ts";
import type { Executor } from "../../engine/executor.ts";
import { FootingError } from "../../errors/footing-error.ts";
import { createSchema } from "../../schema/create-schema.ts";
import { model } from "../../schema/model.ts";
import { t } from "../../schema/t.ts";
import { createMemoryStore } from "../../stores/memory/store.ts";
import { createDb } from "./create-db.ts";
import type { Db } from "./db-types.ts";

const Country = model(
  { code: t.text().length(2), name: t.text(), cities: t.many("City", "country") },
  { key: "code", access: { read: true, create: ({ user }) => user?.role === "editor" } },
);
const City = model(
  {
    id: t.bigint(),
    name: t.text(),
    country: t.ref("Country"),
    seenAt: t.datetime().optional(),
    seal: t.bytes().optional(),
    marks: t.list(t.bigint()).optional(),
    secret: t.text().hidden().optional(),
  },
  {
    key: "id",
    access: { read: true, create: true, update: ({ user }) => user !== null, delete: ({ user }) => user !== null },
  },
);
const Note = model(
  { owner: t.text(), text: t.text() },
  { access: { read: ({ user }) => ({ owner: user?.id }), create: ({ user }) => user !== null && { owner: user.id } } },
);
const Sight = model(
  { city: t.ref("City"), number: t.int(), name: t.text() },
  { key: ["city", "number"], access: { read: true } },
);

const models = { Country, City, Note, Sight };
const { schema, rules } = createSchema(models);
let engine: Engine;
let db: Db<typeof models>;

beforeEach(async () => {
  const store = createMemoryStore();
  await store.open(schema, { createTables: true });
  engine = createEngine({ schema, rules, store });
  db = createDb<typeof models>(engine, schema);
  const system = db.asSystem();
  await system.Country.createMany([
    { code: "PE", name: "Peru" },
    { code: "BO", name: "Bolivia" },
  ]);
  await system.City.createMany([
    { id: 1n, name: "Lima", country: "PE", secret: "x" },
    { id: 2n, name: "Cusco", country: "PE" },
    { id: 3n, name: "Sucre", country: "BO" },
  ]);
  await system.Sight.create({ city: 1n, number: 1, name: "Plaza" });
});

describe("reading", () => {
  test("aggregate answers groups", async () => {
    expect(
      await db.City.aggregate({ groupBy: ["country.name"], count: true, max: ["id"], orderBy: ["-count"] }),
    ).toEqual([
      { key: { country: { name: "Peru" } }, count: 2, max: { id: "2" } },
      { key: { country: { name: "Bolivia" } }, count: 1, max: { id: "3" } },
    ]);
    expect(await db.City.aggregate({ count: true, having: { sum: { id: { gte: 6n } } } })).toEqual([{ count: 3 }]);
    // @ts-expect-error a misspelt option
    await expect(db.City.aggregate({ cont: true })).rejects.toThrow(
      "City.aggregate: expected only where, search, groupBy, count, countDistinct, sum, avg, min, max, having, orderBy, limit, offset, got cont. Did you mean count?",
    );
  });

  test("find answers the selected fields of the rows that match, in order", async () => {
    const rows = await db.City.find({
      select: { name: true, country: { select: { name: true } } },
      where: { country: "PE" },
      orderBy: ["-name"],
      limit: 2,
    });
    expectTypeOf(rows).toEqualTypeOf<{ name: string; country: { name: string } }[]>();
    expect(rows).toEqual([
      { name: "Lima", country: { name: "Peru" } },
      { name: "Cusco", country: { name: "Peru" } },
    ]);
  });

  test("findPage tells whether there is more, and how to go on", async () => {
    const first = await db.City.findPage({ select: { id: true }, limit: 2 });
    expect(first).toEqual({ data: [{ id: "1" }, { id: "2" }], page: { hasMore: true, next: expect.any(String) } });
    const second = await db.City.findPage({ select: { id: true }, limit: 2, after: first.page.next ?? "" });
    expect(second).toEqual({ data: [{ id: "3" }], page: { hasMore: false, next: null } });
    await expect(db.City.find({ offset: 1, after: "x" })).rejects.toThrow(
      "query: expected an offset or a cursor, got both.",
    );
  });

  test("first, get and count answer one row, the row of a key, and a number", async () => {
    expect(await db.City.first({ select: { name: true }, orderBy: ["name"] })).toEqual({ name: "Cusco" });
    expect(await db.City.first({ where: { name: "Nowhere" } })).toBeNull();
    expect(await db.City.get(1n, { select: { name: true } })).toEqual({ name: "Lima" });
    expect(await db.City.get("9")).toBeNull();
    expect(await db.Sight.get({ city: "1", number: 1 }, { select: { name: true } })).toEqual({ name: "Plaza" });
    expect(await db.City.count({ where: { country: { name: "Peru" } } })).toBe(2);
    expect(await db.Country.count()).toBe(2);
  });
});

describe("writing", () => {
  test("create takes what JavaScript has for a kind and answers the row", async () => {
    const row = await db.City.create({
      id: 4n,
      name: "Puno",
      country: "PE",
      seenAt: new Date(0),
      seal: new Uint8Array([1]),
      marks: [],
    });
    expect(row).toEqual({
      id: "4",
      name: "Puno",
      country: "PE",
      seenAt: "1970-01-01T00:00:00.000Z",
      seal: "AQ==",
      marks: [],
    });
  });

  test("createMany converts row by row", async () => {
    expect(
      await db.City.createMany([
        { id: 5n, name: "Ica", country: "PE", seenAt: new Date(0) },
        { id: "6", name: "Tacna", country: "PE" },
      ]),
    ).toBe(2);
    expect(await db.City.get(5n, { select: { seenAt: true } })).toEqual({ seenAt: "1970-01-01T00:00:00.000Z" });
  });

  test("update and delete aim at the row of a key", async () => {
    const ann = db.as({ id: "ann" });
    expect(
      await ann.City.update(2n, { name: "Qosqo", seenAt: new Date(1) }, { select: { name: true, seenAt: true } }),
    ).toEqual({ name: "Qosqo", seenAt: "1970-01-01T00:00:00.001Z" });
    expect(await ann.City.delete(2n, { select: { name: true } })).toEqual({ name: "Qosqo" });
    expect(await ann.City.get(2n)).toBeNull();
    await expect(ann.City.update(2n, { name: "x" })).rejects.toMatchObject({ code: "FTG_NOT_FOUND" });
  });

  test("updateMany and deleteMany need a filter or all: true", async () => {
    const ann = db.as({ id: "ann" });
    expect(await ann.City.updateMany({ where: { country: "PE" }, data: { seenAt: new Date(2) } })).toBe(2);
    expect(await ann.City.deleteMany({ where: { country: "BO" } })).toBe(1);
    // @ts-expect-error neither filter nor all
    await expect(ann.City.deleteMany({})).rejects.toMatchObject({ code: "FTG_UNBOUNDED_WRITE" });
  });

  test("a transaction that rejects undoes everything, as the same actor", async () => {
    const failure = new Error("no");
    const work = db.as({ id: "ann" }).transaction(async (tx) => {
      await tx.Note.create({ text: "gone" });
      expect(await tx.Note.count()).toBe(1);
      throw failure;
    });
    await expect(work).rejects.toBe(failure);
    expect(await db.asSystem().Note.count()).toBe(0);
    const kept = await db
      .asSystem()
      .transaction(async (tx) => await tx.Note.create({ owner: "ann", text: "kept" }, { select: { text: true } }));
    expect(kept).toEqual({ text: "kept" });
  });
});

describe("a transaction inside another one", () => {
  test("that rejects undoes its own part, and the outer one goes on", async () => {
    await db.asSystem().transaction(async (tx) => {
      await tx.Note.create({ owner: "ann", text: "before" });
      const part = tx.transaction(async (inner) => {
        await inner.Note.create({ owner: "ann", text: "gone" });
        await inner.Note.updateMany({ all: true, data: { text: "changed" } });
        throw new Error("no");
      });
      await expect(part).rejects.toThrow("no");
      await tx.Note.create({ owner: "ann", text: "after" });
    });
    const notes = await db.asSystem().Note.find({ select: { text: true }, orderBy: ["text"] });
    expect(notes).toEqual([{ text: "after" }, { text: "before" }]);
  });

  test("that resolves is committed and undone with the outer one", async () => {
    const write = (end: () => void) =>
      db.asSystem().transaction(async (tx) => {
        await tx.transaction((inner) => inner.Note.create({ owner: "ann", text: "part" }));
        end();
      });
    const undone = write(() => {
      throw new Error("no");
    });
    await expect(undone).rejects.toThrow("no");
    expect(await db.asSystem().Note.count()).toBe(0);
    await write(() => undefined);
    expect(await db.asSystem().Note.count()).toBe(1);
  });
});

describe("the actor", () => {
  test("is anonymous at first, then whom it is told, and the app itself only when said", async () => {
    await db.as({ id: "ann" }).Note.create({ text: "mine" });
    expect(await db.Note.count()).toBe(0);
    expect(await db.as({ id: "ann" }).Note.count()).toBe(1);
    expect(await db.as({ id: "bob" }).Note.count()).toBe(0);
    expect(await db.asSystem().Note.count()).toBe(1);
    await expect(db.Country.create({ code: "CL", name: "Chile" })).rejects.toMatchObject({ code: "FTG_FORBIDDEN" });
    expect(
      await db.as({ role: "editor" }).Country.create({ code: "CL", name: "Chile" }, { select: { code: true } }),
    ).toEqual({ code: "CL" });
  });

  test("is never somebody when nobody is signed in", async () => {
    const seen: unknown[] = [];
    const count: Executor["count"] = async (_query, actor) => seen.push(actor);
    const spy = createDb<typeof models>(Object.create(engine, { count: { value: count } }), schema);
    await spy.City.count();
    await spy.as(null).City.count();
    await spy.as(undefined).City.count();
    await spy.as({ id: "ann" }).City.count();
    await spy.as({ id: "ann" }).asSystem().City.count();
    expect(seen).toEqual([anonymousActor, anonymousActor, anonymousActor, createActor({ id: "ann" }), systemActor]);
    expect(() => spy.as("ann" as never)).toThrow("db.as: expected a user or null");
  });

  test("sees hidden fields only as the app itself", async () => {
    expect(await db.asSystem().City.get(1n, { select: { secret: true } })).toEqual({ secret: "x" });
    await expect(db.City.get(1n, { select: { secret: true } as never })).rejects.toMatchObject({ code: "FTG_QUERY" });
  });
});

describe("what a JavaScript caller can get wrong", () => {
  test("an option that is misspelt is not an option left out", async () => {
    await expect(db.City.find({ were: { id: 1n } } as never)).rejects.toThrow(
      "City.find: expected only select, where, search, orderBy, limit, offset, after, before, got were. Did you mean where?",
    );
    await expect(db.City.count({ filter: {} } as never)).rejects.toMatchObject({ code: "FTG_QUERY" });
    await expect(db.City.find(5 as never)).rejects.toThrow("expected an object of options, got 5.");
  });

  test("a key is a value and never an operator", async () => {
    await expect(db.City.get({ gte: "0" } as never)).rejects.toBeInstanceOf(FootingError);
    await expect(db.as({}).City.delete({ gte: "0" } as never)).rejects.toBeInstanceOf(FootingError);
    await expect(db.City.get(undefined as never)).rejects.toThrow(
      "City.get: expected the key of a City (id), got undefined.",
    );
    await expect(db.Sight.get({ city: "1" } as never)).rejects.toThrow(
      'Sight.get: expected the key of a Sight (city, number), got { city: "1" }.',
    );
    await expect(db.Sight.get(5 as never)).rejects.toThrow("got 5.");
    await expect(db.Sight.get({ city: "1", number: { gte: 0 } } as never)).rejects.toBeInstanceOf(FootingError);
  });

  test("data that is no object, and a Date that is none, are for the validator", async () => {
    await expect(db.City.create(null as never)).rejects.toMatchObject({ code: "FTG_INVALID" });
    await expect(
      db.City.create({ id: 9n, name: "x", country: "PE", seenAt: new Date(Number.NaN) }),
    ).rejects.toMatchObject({ code: "FTG_INVALID", problems: [{ path: "/seenAt" }] });
  });
});
