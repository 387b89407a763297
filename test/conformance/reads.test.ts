/** Reads: what is selected, filtered, sorted and paged, within a model and through its relations. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Actor, anonymousActor, systemActor } from "../../src/engine/actor.ts";
import type { ReadQuery, RowsQuery, WhereQuery } from "../../src/plan/query.ts";
import { openFilledLibrary } from "./library.ts";
import { closeWithTest, type OpenApp } from "./open-app.ts";
import { storeKinds } from "./stores.ts";

describe.each(storeKinds)("$name", (kind) => {
  let app: OpenApp;
  beforeAll(async () => {
    app = await openFilledLibrary(kind);
  });
  afterAll(() => app.store.close());

  async function read(query: ReadQuery, actor: Actor = systemActor): Promise<unknown> {
    return JSON.parse((await app.engine.read(query, actor)).json);
  }

  async function books(where: WhereQuery, actor: Actor = systemActor): Promise<unknown> {
    const rows = await read({ model: "Book", where, select: { n: true } }, actor);
    return (rows as { readonly n: number }[]).map(({ n }) => n);
  }

  test("without a select: own fields in declared order, refs as keys, by key", async () => {
    const { json, hasMore, cursor } = await app.engine.read({ model: "Book", limit: 2 }, systemActor);
    expect(json).toBe(
      '[{"n":1,"title":"Rose","year":1980,"open":true,"author":"eco"},\n{"n":2,"title":"Solaris","year":1961,"open":true,"author":"lem"}]',
    );
    expect(hasMore).toBe(true);
    expect(cursor).not.toBeNull();
  });

  test("output names are the caller's, in the caller's order", async () => {
    const select = {
      'a "quoted" name': { value: "title" },
      constructor: { constant: null },
      n: true,
      __typename: { constant: "Book" },
      again: { value: "n" },
      "": { constant: 1.5 },
    } as const;
    const { json } = await app.engine.read({ model: "Book", where: { n: 1 }, select }, systemActor);
    expect(json).toBe('[{"a \\"quoted\\" name":"Rose","constructor":null,"n":1,"__typename":"Book","again":1,"":1.5}]');
  });

  test("one row or null", async () => {
    expect(await read({ model: "Book", single: true, where: { n: 3 }, select: { title: true } })).toEqual({
      title: "Island",
    });
    expect(await read({ model: "Book", single: true, where: { n: 99 }, select: { title: true } })).toBeNull();
  });

  test("a comparison with null is false, and not is its exact complement", async () => {
    expect(await books({ year: { gt: 1980 } })).toEqual([3, 5]);
    expect(await books({ not: { year: { gt: 1980 } } })).toEqual([1, 2, 4, 6]);
    expect(await books({ year: { not: 1980 } })).toEqual([2, 3, 4, 5, 6]);
    expect(await books({ year: { in: [] } })).toEqual([]);
    expect(await books({ year: { notIn: [] } })).toEqual([1, 2, 3, 4, 5, 6]);
    expect(await books({ year: { notIn: [1980, 1961] } })).toEqual([3, 4, 5, 6]);
    expect(await books({ year: null })).toEqual([4, 6]);
    expect(await books({ not: { not: { year: { lte: 1961 } } } })).toEqual([2]);
  });

  test("all, any and not combine", async () => {
    expect(await books({ any: [{ n: 1 }, { all: [{ year: { gte: 1990 } }, { open: true }] }] })).toEqual([1, 3]);
    expect(await books({ all: [] })).toEqual([1, 2, 3, 4, 5, 6]);
    expect(await books({ any: [] })).toEqual([]);
    expect(await books({ not: { any: [] } })).toEqual([1, 2, 3, 4, 5, 6]);
    expect(await books({})).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test("text is matched literally and with its case", async () => {
    const own = closeWithTest(await openFilledLibrary(kind));
    const names = ["%", "_", "a%b", "a_b", "aXb", "A%B", "a\\%b", "*", "[a]", "ä", "a\u0308", "'; --", "😀a"];
    await own.create("Tag", ...names.map((name) => ({ name })));
    const found = async (name: object) =>
      (
        (await own.find({ model: "Tag", where: { name }, select: { name: true }, limit: 100 })) as { name: string }[]
      ).map((row) => row.name);
    expect(await found({ contains: "%" })).toEqual(["%", "A%B", "a%b", "a\\%b"]);
    expect(await found({ contains: "_" })).toEqual(["_", "a_b"]);
    expect(await found({ startsWith: "a%" })).toEqual(["a%b"]);
    expect(await found({ endsWith: "%b" })).toEqual(["a%b", "a\\%b"]);
    expect(await found({ contains: "\\" })).toEqual(["a\\%b"]);
    expect(await found({ contains: "'; --" })).toEqual(["'; --"]);
    expect(await found({ startsWith: "😀" })).toEqual(["😀a"]);
    expect(await found({ contains: "[a]" })).toEqual(["[a]"]);
    expect(await found({ contains: "*" })).toEqual(["*"]);
    expect(await found({ contains: "\u0308" })).toEqual(["a\u0308"]);
    expect(await found({ contains: "" })).toHaveLength(names.length + 3);
    expect(await found({ startsWith: "S" })).toEqual([]);
  });

  test("filters through relations", async () => {
    expect(await books({ author: "eco" })).toEqual([1, 3, 5]);
    expect(await books({ author: { not: "eco" } })).toEqual([2, 4, 6]);
    expect(await books({ author: { in: ["lem", "nobody"] } })).toEqual([2]);
    expect(await books({ author: null })).toEqual([4]);
    expect(await books({ author: { isNull: false } })).toEqual([1, 2, 3, 5, 6]);
    expect(await books({ author: { name: { startsWith: "L" } } })).toEqual([2]);
    expect(await books({ author: {} })).toEqual([1, 2, 3, 5, 6]);
    expect(await books({ author: { mentor: { name: "Eco" } } })).toEqual([2]);
    expect(await books({ author: { address: { city: "Milan" } } })).toEqual([1, 3, 5]);
    expect(await books({ author: { address: null } })).toEqual([]);
    expect(await books({ tags: { some: { name: "space" } } })).toEqual([2, 5]);
    expect(await books({ tags: { every: { name: "sea" } } })).toEqual([1, 4, 6]);
    expect(await books({ tags: { none: {} } })).toEqual([4, 6]);
    expect(await books({ tags: { some: {}, none: { name: "secret" } } })).toEqual([1, 2, 5]);
    expect(await books({ editions: { some: { pages: null } } })).toEqual([1, 2, 5]);
    expect(await books({ not: { editions: { every: { pages: { gt: 1 } } } } })).toEqual([1, 2, 5]);
    expect(await books({ tags: { some: { near: { some: { name: "sea" } } } } })).toEqual([2, 3, 5]);
  });

  test("a row hidden by its rule does not exist, whichever way one looks", async () => {
    expect(await books({}, anonymousActor)).toEqual([1, 2, 3, 4, 6]);
    expect(await books({ author: {} }, anonymousActor)).toEqual([1, 2, 3]);
    expect(await books({ tags: { some: { name: "secret" } } }, anonymousActor)).toEqual([]);
    expect(await books({ tags: { every: { name: "sea" } } }, anonymousActor)).toEqual([1, 3, 4, 6]);
    const select = {
      code: true,
      mentor: { select: { code: true } },
      books: { select: { n: true } },
      address: { select: { city: true } },
    } as const;
    expect(await read({ model: "Author", select, orderBy: ["code"] }, anonymousActor)).toEqual([
      { code: "eco", mentor: null, books: [{ n: 1 }, { n: 3 }], address: { city: "Milan" } },
      { code: "lem", mentor: { code: "eco" }, books: [{ n: 2 }], address: null },
      { code: "zed", mentor: null, books: [], address: null },
    ]);
    // The sort sees no more than the caller: behind the hidden mentor of zed there is no name.
    expect(await read({ model: "Author", select: { code: true }, orderBy: ["mentor.code"] }, anonymousActor)).toEqual([
      { code: "eco" },
      { code: "zed" },
      { code: "lem" },
    ]);
    expect(
      await read({ model: "Author", select: { code: true }, orderBy: ["-address.city", "code"] }, anonymousActor),
    ).toEqual([{ code: "eco" }, { code: "lem" }, { code: "zed" }]);
    expect(
      await app.engine.count({ model: "Book", where: { tags: { some: { name: "space" } } } }, anonymousActor),
    ).toBe(1);
  });

  test("sorts through relations, null smallest, the key last", async () => {
    const codes = async (orderBy: readonly string[]) =>
      ((await read({ model: "Book", select: { n: true }, orderBy })) as { readonly n: number }[]).map(({ n }) => n);
    expect(await codes(["year"])).toEqual([4, 6, 2, 1, 3, 5]);
    expect(await codes(["-year"])).toEqual([5, 3, 1, 2, 6, 4]);
    expect(await codes(["-n"])).toEqual([6, 5, 4, 3, 2, 1]);
    expect(await codes(["author.name", "-n"])).toEqual([6, 4, 5, 3, 1, 2]);
    expect(await codes(["-author.mentor.name", "author", "year"])).toEqual([2, 4, 6, 1, 3, 5]);
    expect(await codes(["author.address.city"])).toEqual([4, 2, 1, 3, 5, 6]);
  });

  test("nested lists have their own filter, order, limit and offset", async () => {
    const rows: RowsQuery = {
      orderBy: ["-year"],
      limit: 1,
      offset: 1,
      where: { year: { isNull: false } },
      select: { title: true },
    };
    expect(await read({ model: "Author", orderBy: ["code"], select: { code: true, books: rows } })).toEqual([
      { code: "anon", books: [] },
      { code: "eco", books: [{ title: "Island" }] },
      { code: "lem", books: [] },
      { code: "zed", books: [] },
    ]);
  });

  test.each([2 ** 31 - 2, 2 ** 31 - 1, 2 ** 31, 2 ** 32, 2 ** 53 - 1])(
    "an offset of %d is behind every list",
    async (offset) => {
      const books: RowsQuery = { offset, limit: 2, select: { title: true } };
      expect(await read({ model: "Author", where: { code: "eco" }, select: { books } })).toEqual([{ books: [] }]);
      expect(await read({ model: "Author", offset })).toEqual([]);
    },
  );

  test("nests to any depth, twice the same relation with different questions", async () => {
    const query: ReadQuery = {
      model: "Author",
      where: { code: "eco" },
      select: {
        old: {
          field: "books",
          where: { year: { lt: 1990 } },
          select: {
            title: true,
            tags: {
              select: {
                name: true,
                near: { select: { name: true } },
                books: { select: { n: true }, orderBy: ["-n"], limit: 2 },
              },
            },
          },
        },
        new: {
          field: "books",
          where: { year: { gte: 1990 } },
          select: {
            editions: { limit: 5, select: { book: true, number: true, notes: { limit: 5, select: { text: true } } } },
            author: { select: { pupils: { select: { code: true } } } },
          },
        },
      },
    };
    expect(await read(query)).toEqual([
      {
        old: [{ title: "Rose", tags: [{ name: "sea", near: [], books: [{ n: 3 }, { n: 2 }] }] }],
        new: [
          { editions: [], author: { pupils: [{ code: "lem" }] } },
          { editions: [{ book: 5, number: 1, notes: [] }], author: { pupils: [{ code: "lem" }] } },
        ],
      },
    ]);
  });

  test("keys of several parts: as a value, expanded, filtered", async () => {
    expect(await read({ model: "Note", select: { n: true, edition: true } })).toEqual([
      { n: 1, edition: { book: 1, number: 2 } },
      { n: 2, edition: null },
    ]);
    expect(
      await read({
        model: "Note",
        where: { edition: { isNull: false } },
        select: { edition: { select: { isbn: true, book: { select: { title: true } } } } },
      }),
    ).toEqual([{ edition: { isbn: "b", book: { title: "Rose" } } }]);
    expect(
      await read({ model: "Note", where: { edition: { book: { title: "Rose" }, number: 2 } }, select: { n: true } }),
    ).toEqual([{ n: 1 }]);
    expect(
      await read({ model: "Edition", orderBy: ["-book", "-number"], select: { book: true, number: true } }),
    ).toEqual([
      { book: 5, number: 1 },
      { book: 2, number: 1 },
      { book: 1, number: 2 },
      { book: 1, number: 1 },
    ]);
  });

  test("a filter on an expanded to-one hides it", async () => {
    const select = { n: true, author: { where: { code: { not: "eco" } }, select: { code: true } } } as const;
    expect(await read({ model: "Book", where: { n: { lte: 2 } }, select })).toEqual([
      { n: 1, author: null },
      { n: 2, author: { code: "lem" } },
    ]);
  });

  test("counts what a list would show", async () => {
    expect(await app.engine.count({ model: "Book" }, systemActor)).toBe(6);
    expect(await app.engine.count({ model: "Book" }, anonymousActor)).toBe(5);
    expect(await app.engine.count({ model: "Book", where: { author: { name: "Eco" } } }, systemActor)).toBe(3);
    expect(await app.engine.count({ model: "Book", where: { n: 99 } }, systemActor)).toBe(0);
  });
});
