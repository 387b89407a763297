/** How many rows a list has in all: counted the same on every store, or estimated within what the store promises. */
import { describe, expect, test } from "vitest";
import { anonymousActor, createActor, systemActor } from "../../src/engine/actor.ts";
import type { Executor, Total } from "../../src/engine/executor.ts";
import type { CountForm, ReadQuery } from "../../src/plan/query.ts";
import { model } from "../../src/schema/model.ts";
import { t } from "../../src/schema/t.ts";
import { closeWithTest, type OpenApp, openApp } from "./open-app.ts";
import { storeKinds } from "./stores.ts";

const everyone = { read: true, create: true, update: true, delete: true };
const Shelf = model({ n: t.int(), rooms: t.int(), books: t.many("Book", "shelf") }, { key: "n", access: everyone });
const Book = model(
  { n: t.int(), kind: t.text(), year: t.int().optional(), shelf: t.ref("Shelf").optional() },
  { key: "n", access: everyone },
);
const Letter = model(
  { n: t.int(), owner: t.text() },
  { key: "n", access: { ...everyone, read: ({ user }) => ({ owner: user?.id }) } },
);
const Worker = model(
  { n: t.int(), pay: t.int(), letter: t.ref("Letter").optional() },
  { key: "n", access: { ...everyone, fields: { pay: { read: ({ user }) => ({ letter: { owner: user?.id } }) } } } },
);
const Draft = model({ n: t.int(), kind: t.text() }, { key: "n", softDelete: true, access: everyone });

/** Enough that a server gathers statistics when they are written. */
const BOOKS = 1200;

async function openCounted(kind: (typeof storeKinds)[number]): Promise<OpenApp> {
  const app = closeWithTest(await openApp(kind, { Shelf, Book, Letter, Worker, Draft }));
  const each = (count: number, make: (n: number) => object) =>
    Array.from({ length: count }, (_, n) => ({ ...make(n) }));
  const create = (name: string, data: Iterable<object>) =>
    app.engine.createMany({ model: name, data: data as Iterable<Record<string, unknown>> }, systemActor);
  await create(
    "Shelf",
    each(5, (n) => ({ n, rooms: n })),
  );
  await create(
    "Book",
    each(BOOKS, (n) => ({
      n,
      kind: n % 3 === 0 ? "novel" : "poem",
      year: n % 4 === 0 ? null : 1900 + n,
      shelf: n % 5,
    })),
  );
  await create(
    "Letter",
    each(40, (n) => ({ n, owner: n % 2 === 0 ? "ann" : "bob" })),
  );
  await create(
    "Worker",
    each(40, (n) => ({ n, pay: n, letter: n })),
  );
  await create(
    "Draft",
    each(20, (n) => ({ n, kind: "x" })),
  );
  for (let n = 0; n < 5; n++) await app.engine.delete({ model: "Draft", key: { n } }, systemActor);
  return app;
}

async function readTotal(engine: Executor, query: ReadQuery, actor = anonymousActor): Promise<Total | undefined> {
  return (await engine.read(query, actor)).total;
}

const wheres: readonly [number, Partial<ReadQuery>][] = [
  [BOOKS, {}],
  [400, { where: { kind: "novel" } }],
  [300, { where: { year: null } }],
  [480, { where: { shelf: { rooms: { gte: 3 } } } }],
  [0, { where: { kind: "none" } }],
  [BOOKS, { where: { n: { gte: 0 } }, orderBy: ["-year", "kind"] }],
];

describe.each(storeKinds)("$name", (kind) => {
  test("an exact total is the number of all rows that match, wherever the page lies", async () => {
    const { engine } = await openCounted(kind);
    for (const [count, query] of wheres) {
      const list = { model: "Book", count: "exact", limit: 7, ...query } as const;
      const first = await engine.read(list, anonymousActor);
      const plain = await engine.read({ ...list, count: undefined } as unknown as ReadQuery, anonymousActor);
      expect(plain).not.toHaveProperty("total");
      expect(first).toEqual({ ...plain, total: { count, isExact: true } });
      const places = [
        { offset: 5 },
        { offset: 5000 },
        { backwards: true },
        ...(first.cursor === null ? [] : [{ after: first.cursor }, { before: first.cursor }]),
      ];
      for (const place of places) {
        const there = await engine.read({ ...list, ...place }, anonymousActor);
        const uncounted = { ...list, ...place } as { count?: CountForm };
        delete uncounted.count;
        expect(there).toEqual({
          ...(await engine.read(uncounted as unknown as ReadQuery, anonymousActor)),
          total: { count, isExact: true },
        });
      }
    }
  });

  test("an estimate is at least what the page shows, and says that it is one", async () => {
    const { engine, store } = await openCounted(kind);
    for (const [count, query] of wheres) {
      const list = { model: "Book", count: "estimated", ...query } as const;
      const total = await readTotal(engine, { ...list, limit: 7, offset: 50 });
      if (store.capabilities.estimates === "none") expect(total).toEqual({ count, isExact: true });
      expect(Number.isSafeInteger(total?.count)).toBe(true);
      expect(total?.count).toBeGreaterThanOrEqual(count > 57 ? 58 : 0);
      expect(total?.isExact).toBe(store.capabilities.estimates === "none");
    }
    // Statistics are new: the planner knows how many rows there are within a few.
    const all = await readTotal(engine, { model: "Book", count: "estimated", limit: 7 });
    expect(Math.abs((all?.count ?? 0) - BOOKS)).toBeLessThan(BOOKS / 10);
  });

  test("where the end of a list is in sight, an estimate is exact", async () => {
    const { engine } = await openCounted(kind);
    const list = { model: "Book", count: "estimated", where: { kind: "novel" }, limit: 60 } as const;
    expect(await readTotal(engine, { ...list, offset: 350 })).toEqual({ count: 400, isExact: true });
    expect(await readTotal(engine, { ...list, where: { kind: "none" } })).toEqual({ count: 0, isExact: true });
  });

  test("an estimate never tells of rows or values that the caller may not see", async () => {
    const { engine, store } = await openCounted(kind);
    const list = { model: "Letter", count: "estimated", limit: 3 } as const;
    const ann = createActor({ id: "ann" });
    expect(await readTotal(engine, list, ann)).toEqual({ count: 20, isExact: true });
    expect(await readTotal(engine, { ...list, where: { owner: "bob" } }, ann)).toEqual({ count: 0, isExact: true });
    const workers = { model: "Worker", count: "estimated", limit: 3 } as const;
    expect(await readTotal(engine, { ...workers, where: { pay: { gte: 0 } } })).toEqual({ count: 0, isExact: true });
    expect(await readTotal(engine, { ...workers, where: { letter: { n: 2 } } }, ann)).toEqual({
      count: 1,
      isExact: true,
    });
    expect(await readTotal(engine, { ...workers, where: { letter: { owner: "bob" } } }, ann)).toEqual({
      count: 0,
      isExact: true,
    });
    expect(await readTotal(engine, { ...workers, where: { not: { letter: { owner: "ann" } } } }, ann)).toEqual({
      count: 20,
      isExact: true,
    });
    expect(await readTotal(engine, { model: "Draft", count: "estimated", limit: 3 })).toEqual({
      count: 15,
      isExact: true,
    });
    const isExact = store.capabilities.estimates === "none";
    expect(await readTotal(engine, list, systemActor)).toMatchObject({ isExact });
    // Rules on what is only shown, or on what nobody looks at, hide nothing of the number.
    expect(await readTotal(engine, { ...workers, where: { n: { gte: 0 } } })).toMatchObject({ isExact });
  });

  test("a page of a connection shows totals of both forms", async () => {
    const { engine, store } = await openCounted(kind);
    const page = {
      nodes: { rows: { n: true } },
      all: { total: true },
      some: { object: { about: { total: "estimated" }, next: { info: "hasNext" } } },
    } as const;
    const read = async (query: Partial<ReadQuery>) =>
      JSON.parse((await engine.read({ model: "Book", page, ...query }, anonymousActor)).json);
    for (const query of [{}, { offset: 9 }, { backwards: true }, { orderBy: ["shelf.rooms"] }]) {
      const { nodes, all, some } = await read({ limit: 4, ...query });
      expect([nodes.length, all]).toEqual([4, BOOKS]);
      if (store.capabilities.estimates === "none") expect(some.about).toBe(BOOKS);
      expect(Math.abs(some.about - BOOKS)).toBeLessThan(BOOKS / 10);
    }
    const only = { about: { total: "estimated" } } as const;
    for (const where of [{ kind: "none" }, { n: { lt: 3 } }]) {
      const { about } = await read({ page: only, where });
      expect(about).toBeGreaterThanOrEqual("n" in where ? 3 : 0);
    }
    const shelves = await engine.read(
      {
        model: "Shelf",
        limit: 2,
        select: { books: { limit: 1, page: { all: { total: true }, about: { total: "estimated" } } } },
      },
      anonymousActor,
    );
    expect(shelves.json.replaceAll("\n", "")).toBe(
      '[{"books":{"all":240,"about":240}},{"books":{"all":240,"about":240}}]',
    );
  });

  test.each([{ count: "much" }, { count: true }, { count: "exact", single: true }, { count: "exact", page: {} }])(
    "%o is refused",
    async (members) => {
      const { engine } = await openCounted(kind);
      // What only a caller without types can send.
      const query = { model: "Book", ...members } as unknown as ReadQuery;
      await expect(engine.read(query, systemActor)).rejects.toMatchObject({ code: "FTG_QUERY" });
    },
  );
});
