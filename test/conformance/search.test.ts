/** Full-text search: the same rows from every store, whatever a text or a search holds, and no row by what may not be read. */
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { anonymousActor, systemActor } from "../../src/engine/actor.ts";
import { FootingError } from "../../src/errors/footing-error.ts";
import type { CountQuery, ReadQuery, SelectQuery } from "../../src/plan/query.ts";
import { model } from "../../src/schema/model.ts";
import { normalizeSearch, parseSearch } from "../../src/schema/search-terms.ts";
import { t } from "../../src/schema/t.ts";
import { createMemoryStore } from "../../src/stores/memory/store.ts";
import { closeWithTest, type OpenApp, openApp } from "./open-app.ts";
import { measuredKinds, storeKinds } from "./stores.ts";

const open = { create: true, update: true, delete: true };

const Post = model(
  {
    n: t.int(),
    title: t.text(),
    body: t.text().optional(),
    shown: t.bool().default(true),
    author: t.ref("Author").optional(),
  },
  { key: "n", search: ["title", "body"], access: { ...open, read: () => ({ shown: true }) } },
);

const Author = model(
  { code: t.text(), name: t.text(), posts: t.many("Post", "author") },
  { key: "code", search: ["name"], access: { ...open, read: true } },
);

const models = { Post, Author };

const posts = [
  { n: 1, title: "Lima, the city", body: "To be, or not to be", author: "ann" },
  { n: 2, title: "São Paulo", body: "San Juan is near Lima" },
  { n: 3, title: "San", body: "Juan", author: "ann" },
  { n: 4, title: "Москва ГОРОД", body: "日本語 a ß 42 x-ray o'neil foo_bar me@example.com" },
  { n: 5, title: "limary Straße", body: null, author: "bob" },
  { n: 6, title: "Lima secret", shown: false, author: "ann" },
  { n: 7, title: "e\u0301cole", body: "हिन्दी مرحبا 𝒳 İstanbul" },
];

async function fill(app: OpenApp): Promise<OpenApp> {
  await app.create("Author", { code: "ann", name: "Ann Lee" }, { code: "bob", name: "Bob" });
  await app.create("Post", ...posts);
  return app;
}

async function find(app: OpenApp, search: string, query: Partial<ReadQuery> = {}): Promise<number[]> {
  const { json } = await app.engine.read(
    { model: "Post", select: { n: true }, orderBy: [], limit: 100, ...query, search },
    anonymousActor,
  );
  const rows: readonly { readonly n: number }[] = JSON.parse(json);
  return rows.map(({ n }) => n);
}

describe.each(storeKinds)("$name", (kind) => {
  let app: OpenApp;
  beforeAll(async () => {
    app = await fill(await openApp(kind, models));
  });
  afterAll(() => app.store.close());

  test.each<[search: string, found: readonly number[]]>([
    ["lima", [1, 2]],
    ["LIMA the", [1]],
    ["lima*", [1, 2, 5]],
    ["lima -near", [1]],
    ["lima* -lima", [5]],
    ["san juan", [2, 3]],
    ['"san juan"', [2]],
    ['juan -"san juan"', [3]],
    ['"to be or not to be"', [1]],
    ['"be to"', []],
    ["be", [1]],
    ["sao", [2]],
    ["são PAULO", [2]],
    ["ecole", [7]],
    ["école", [7]],
    ["москва", [4]],
    ["МОСК*", [4]],
    ["日*", [4]],
    ["日本", []],
    ["a", [4]],
    ["42", [4]],
    ["4*", [4]],
    ["x ray", [4]],
    ["x-ray", [4]],
    ["o'neil", [4]],
    ["foo_bar", [4]],
    ["me@example.com", [4]],
    ["straße", [5]],
    ["strasse", []],
    ["हिन्दी", [7]],
    ["मرحبا مرحبا", []],
    ["مرحبا", [7]],
    ["𝒳", [7]],
    ["istanbul", [7]],
    ["the", [1]],
    ["secret", []],
    ["lima OR near", []],
    ["lima AND near", []],
    ["near lima", [2]],
  ])("finds %s", async (search, found) => {
    expect(await find(app, search)).toEqual(found);
  });

  test("finds by where and search together, sorted and page by page", async () => {
    expect(await find(app, "lima*", { where: { author: { name: "Bob" } } })).toEqual([5]);
    expect(await find(app, "lima*", { orderBy: ["-n"] })).toEqual([5, 2, 1]);
    const first = await app.engine.read(
      { model: "Post", select: { n: true }, search: "lima*", orderBy: ["title"], limit: 2 },
      anonymousActor,
    );
    expect(JSON.parse(first.json)).toEqual([{ n: 1 }, { n: 2 }]);
    const next = { orderBy: ["title"], after: first.cursor ?? "" };
    expect(await find(app, "lima*", next)).toEqual([5]);
  });

  test("ranks by relevance unless told an order, page by offset", async () => {
    const query: ReadQuery = { model: "Post", select: { n: true }, search: "lima", limit: 1 };
    const first = await app.engine.read(query, anonymousActor);
    expect(first).toMatchObject({ hasMore: true, cursor: null });
    const second = await app.engine.read({ ...query, offset: 1 }, anonymousActor);
    expect(second).toMatchObject({ hasMore: false, cursor: null });
    const seen = [first, second].flatMap(({ json }) => JSON.parse(json));
    expect(seen.toSorted((left, right) => left.n - right.n)).toEqual([{ n: 1 }, { n: 2 }]);
    const last = await app.engine.read({ ...query, backwards: true }, anonymousActor);
    expect(last.json).toBe(second.json);
    await expect(app.engine.read({ ...query, after: "x" }, anonymousActor)).rejects.toThrow("no cursors");
  });

  test("answers one row, a page, a count, groups and what is behind relations", async () => {
    const first: ReadQuery = { model: "Post", select: { n: true }, search: "москва", single: true };
    expect(await app.find(first)).toEqual({ n: 4 });
    const page = { nodes: { rows: { n: true } }, all: { total: true }, end: { info: "endCursor" } } as const;
    expect(await app.find({ model: "Post", search: "juan", orderBy: ["n"], page })).toMatchObject({
      nodes: [{ n: 2 }, { n: 3 }],
      all: 2,
      end: expect.any(String),
    });
    expect(await app.find({ model: "Post", search: "москва", page })).toEqual({ nodes: [{ n: 4 }], all: 1, end: null });
    const count: CountQuery = { model: "Post", search: "lima*", where: { n: { gt: 1 } } };
    expect(await app.engine.count(count, anonymousActor)).toBe(2);
    expect(await app.engine.count(count, systemActor)).toBe(3);
    const { json } = await app.engine.aggregate(
      { model: "Post", search: "lima*", groupBy: ["author"], count: true },
      anonymousActor,
    );
    expect(JSON.parse(json.toString())).toEqual([
      { key: { author: null }, count: 1 },
      { key: { author: "ann" }, count: 1 },
      { key: { author: "bob" }, count: 1 },
    ]);
    const related: SelectQuery = {
      posts: { search: "juan", select: { n: true }, orderBy: [] },
      ranked: { field: "posts", search: "lima*", select: { n: true } },
      many: { field: "posts", search: "lima*", aggregate: { count: true } },
    };
    const authors = await app.engine.read({ model: "Author", search: "lee", select: related }, anonymousActor);
    expect(JSON.parse(authors.json)).toEqual([{ posts: [{ n: 3 }], ranked: [{ n: 1 }], many: { count: 1 } }]);
  });

  test("never finds or counts a row that its rule hides", async () => {
    expect(await find(app, "secret")).toEqual([]);
    expect(await find(app, "lima*", { orderBy: ["n"] })).not.toContain(6);
    expect(await app.engine.count({ model: "Post", search: "secret" }, anonymousActor)).toBe(0);
    expect(await app.engine.count({ model: "Post", search: "secret" }, systemActor)).toBe(1);
    const authors: ReadQuery = { model: "Author", select: { posts: { search: "secret", select: { n: true } } } };
    const { json } = await app.engine.read(authors, anonymousActor);
    expect(JSON.parse(json)).toEqual([{ posts: [] }, { posts: [] }]);
  });

  test("follows what is created, changed and ended", async () => {
    const own = closeWithTest(await fill(await openApp(kind, models)));
    const { engine } = own;
    await engine.update({ model: "Post", key: { n: 1 }, data: { title: "Cusco" } }, systemActor);
    expect(await find(own, "lima")).toEqual([2]);
    expect(await find(own, "cusco be")).toEqual([1]);
    await engine.update({ model: "Post", key: { n: 1 }, data: { body: null } }, systemActor);
    expect(await find(own, "be")).toEqual([]);
    await engine.updateMany({ model: "Post", where: { n: { in: [2, 3] } }, data: { body: "Moche" } }, systemActor);
    expect(await find(own, "moche")).toEqual([2, 3]);
    expect(await find(own, "juan")).toEqual([]);
    await engine.updateEach(
      { model: "Post", rows: [2, 3].map((n) => ({ key: { n }, data: { title: `Huaca ${n}`, body: `Sol ${n}` } })) },
      systemActor,
    );
    expect(await find(own, "huaca sol 3")).toEqual([3]);
    await engine.delete({ model: "Post", key: { n: 3 } }, systemActor);
    await engine.deleteMany({ model: "Post", where: { n: 4 } }, systemActor);
    expect(await find(own, "huaca")).toEqual([2]);
    const many = Array.from({ length: 1200 }, (_, index) => ({
      n: 100 + index,
      title: `row ${index % 7}`,
      body: "Many",
    }));
    await engine.createMany({ model: "Post", data: many }, systemActor);
    expect(await engine.count({ model: "Post", search: "row 3 many" }, systemActor)).toBe(171);
    await expect(
      engine.createMany(
        {
          model: "Post",
          data: [
            { n: 9000, title: "Undone" },
            { n: 1, title: "Undone" },
          ],
        },
        systemActor,
      ),
    ).rejects.toThrow(FootingError);
    expect(await engine.count({ model: "Post", search: "undone" }, systemActor)).toBe(0);
  });

  test("finds in a transaction what it wrote, where the store can, and loses nothing by what fails in it", async () => {
    const own = closeWithTest(await openApp(kind, models));
    await own.engine.transaction(async (tx) => {
      const row = (n: number) => ({ n, title: `Puno ${n}` });
      await tx.createMany({ model: "Post", data: [row(1), row(2)] }, systemActor);
      await tx.create({ model: "Author", data: { code: "ann", name: "Puno" } }, systemActor);
      await tx.createMany({ model: "Post", data: [row(3)] }, systemActor);
      await expect(tx.create({ model: "Post", data: row(1) }, systemActor)).rejects.toThrow(FootingError);
      await expect(tx.createMany({ model: "Post", data: [row(4), row(1)] }, systemActor)).rejects.toThrow(FootingError);
      const seen = await tx.count({ model: "Post", search: "puno" }, systemActor);
      expect(seen).toBe(own.store.capabilities.search === "own-writes" ? 3 : 0);
      await tx.update({ model: "Post", key: { n: 3 }, data: { title: "Juli" } }, systemActor);
      await tx.createMany({ model: "Post", data: [row(5)] }, systemActor);
    });
    expect(await find(own, "puno")).toEqual([1, 2, 5]);
    expect(await find(own, "juli")).toEqual([3]);
    const { engine } = own;
    expect(await engine.count({ model: "Author", search: "puno" }, systemActor)).toBe(1);
    await engine.transaction(async (tx) => {
      await tx.delete({ model: "Author", key: { code: "ann" } }, systemActor);
      expect(await tx.count({ model: "Author", search: "puno" }, systemActor)).toBe(0);
    });
  });

  test("takes texts that are longer than an index holds", async () => {
    const own = closeWithTest(await openApp(kind, models));
    const words = Array.from({ length: 20_000 }, (_, index) => `w${index}`);
    const text = ["the end", ...words, "the last", "w5", "x".repeat(100), "й".repeat(60)].join(" ");
    const often = `${"often far ".repeat(600)} often near`;
    await own.create("Post", { n: 1, title: "Long", body: text }, { n: 2, title: often });
    expect(await find(own, "w3 last")).toEqual([1]);
    expect(await find(own, '"w3 w4"')).toEqual([1]);
    // Behind the first 16,000 words, order is not known.
    expect(await find(own, '"w19000 w19001"')).toEqual([]);
    expect(await find(own, "w19000 w19001")).toEqual([1]);
    expect(await find(own, "x".repeat(99))).toEqual([1]);
    expect(await find(own, "x".repeat(39))).toEqual([]);
    expect(await find(own, `${"й".repeat(39)}*`)).toEqual([1]);
    expect(await find(own, "near")).toEqual([2]);
    expect(await find(own, '"often near"')).toEqual([]);
    expect(await find(own, '"often far"')).toEqual([2]);
  });

  test.each(["", " ", "-", "***", "-lima", '""', "\0", "'\"`\\.[*$()", `"${" - ".repeat(20)}"`])(
    "refuses %j, in which there is nothing to find",
    async (search) => {
      await expect(find(app, search)).rejects.toMatchObject({ code: "FTG_VALUE" });
    },
  );

  test("refuses what is too much, no text, or about a model without search", async () => {
    await expect(find(app, "x".repeat(501))).rejects.toThrow("at most 500 characters, got 501");
    await expect(find(app, "a ".repeat(21))).rejects.toThrow("at most 20 words and phrases, got 21");
    const wrong: unknown = { model: "Post", search: 5 };
    await expect(app.engine.read(wrong as ReadQuery, anonymousActor)).rejects.toMatchObject({ code: "FTG_VALUE" });
  });
});

/** Characters that mean something to an engine, and a few scripts. */
const hostile = [..."'\"`\\.[]*$():&|!<>-+~@%_^{}=,;?#/ \n\t\0\u00a0", "or", "and", "not", "near", "the", "zz", "zz_"];
const letters = [..."abAB019éÉßẞıİſKσςΣйЙ語한हि𝒳ǅ·ª²", "e\u0301", "\u0301", "\u200d"];
const piece = fc.oneof(
  fc.constantFrom(...hostile),
  fc.constantFrom(...letters),
  fc.constantFrom(" ", " ", "-", '"', "*"),
  fc.string({ unit: "binary", maxLength: 3 }).map((text) => text.toWellFormed()),
);
const text = fc.array(piece, { maxLength: 14 }).map((parts) => parts.join(""));

describe.each(measuredKinds)("$name, beside the memory store", (kind) => {
  test("finds what the memory store finds, whatever the texts and the search", async () => {
    const [own, oracle] = await Promise.all(
      [kind, { name: "memory", create: createMemoryStore }].map((each) => openApp(each, models)),
    );
    if (own === undefined || oracle === undefined) throw new Error("Two apps were opened.");
    closeWithTest(own);
    // PostgreSQL and others refuse a NUL in what is stored, and so do we; a search may hold one.
    const stored = fc.sample(text, { numRuns: 150, seed: 4 }).map((value) => value.replaceAll("\0", ""));
    const rows = stored.map((title, n) => ({ n, title, body: stored.at(-n) ?? null }));
    for (const app of [own, oracle]) await app.engine.createMany({ model: "Post", data: rows }, systemActor);
    const search = (app: OpenApp, value: string) =>
      find(app, value).catch((error: unknown) =>
        error instanceof FootingError ? error.message : Promise.reject(error),
      );
    let found = 0;
    for (const value of fc.sample(text, { numRuns: 250, seed: 5 })) {
      const [mine, expected] = [await search(own, value), await search(oracle, value)];
      expect([value, mine]).toEqual([value, expected]);
      if (expected.length > 0 && typeof expected !== "string") found += 1;
    }
    expect(found).toBeGreaterThan(30);
  });
});

test("a search reads the same when its canonical text is read again", () => {
  const limits = { maxSearchLength: 500, maxSearchTerms: 100 };
  fc.assert(
    fc.property(text, (value) => {
      const terms = parseSearch(value);
      fc.pre(terms.some(({ isExcluded }) => !isExcluded));
      expect(parseSearch(normalizeSearch(value, "search", limits))).toEqual(terms);
    }),
    { numRuns: 2000, seed: 4 },
  );
});
