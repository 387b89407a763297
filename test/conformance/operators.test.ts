/** What conditions may say beyond order and equality, and what an update may change inside a value. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createActor, systemActor } from "../../src/engine/actor.ts";
import type { DataQuery, ReadQuery, WhereQuery } from "../../src/plan/query.ts";
import { model } from "../../src/schema/model.ts";
import type { JsonValue } from "../../src/schema/schema-model.ts";
import { t } from "../../src/schema/t.ts";
import { closeWithTest, type OpenApp, openApp } from "./open-app.ts";
import { storeKinds } from "./stores.ts";

const everyone = { read: true, create: true, update: true, delete: true } as const;

const Word = model({ n: t.int(), text: t.text().optional() }, { key: "n", access: everyone });

const Item = model(
  {
    n: t.int(),
    tags: t.list(t.text().max(9)).max(4).optional(),
    ints: t.list(t.int()).optional(),
    floats: t.list(t.float()).optional(),
    bigs: t.list(t.bigint()).optional(),
    bools: t.list(t.bool()).optional(),
    blobs: t.list(t.bytes()).optional(),
    days: t.list(t.datetime()).optional(),
    meta: t.json().optional(),
    secret: t.json().optional().hidden(),
  },
  { key: "n", access: everyone },
);

/** Only open rows may be changed. */
const Place = model(
  {
    country: t.text(),
    serial: t.bigint(),
    at: t.datetime(),
    open: t.bool(),
    size: t.int().max(99),
    name: t.text().default(""),
    marks: t.list(t.int()).default([]),
    facts: t.json().optional(),
  },
  { key: ["country", "serial", "at"], access: { ...everyone, update: () => ({ open: true }) } },
);

const Owner = model(
  {
    code: t.text(),
    age: t.int().optional(),
    open: t.bool().default(true),
    secret: t.int().optional().hidden(),
    deeds: t.many("Deed", "owner"),
  },
  { key: "code", access: { ...everyone, read: () => ({ open: true }) } },
);

const Deed = model(
  {
    n: t.int(),
    from: t.int().optional(),
    to: t.int().optional(),
    price: t.decimal(10, 2).optional(),
    paid: t.decimal(10, 2).optional(),
    exact: t.decimal(10, 4).optional(),
    title: t.text().optional(),
    subtitle: t.text().optional(),
    owner: t.ref("Owner").optional(),
    keeper: t.ref("Owner").optional(),
    before: t.ref("Deed").optional(),
  },
  { key: "n", access: everyone },
);

const Listed = model(
  { n: t.int(), readers: t.list(t.text()).optional() },
  {
    key: "n",
    access: { read: ({ user }) => ({ readers: { has: user?.id } }), create: true },
  },
);
const Unlisted = model(
  { n: t.int(), banned: t.list(t.text()).optional() },
  {
    key: "n",
    access: { read: ({ user }) => ({ not: { banned: { hasAny: [user?.id] } } }), create: true },
  },
);
const Owned = model(
  { n: t.int(), meta: t.json().optional() },
  {
    key: "n",
    access: {
      read: ({ user }) => ({ meta: { path: ["owner", 0], eq: user?.id } }),
      update: ({ user }) => ({ not: { meta: { path: [user?.id], exists: false } } }),
    },
  },
);
const Named = model(
  { n: t.int(), name: t.text(), low: t.int(), high: t.int() },
  {
    key: "n",
    access: { read: ({ user }) => ({ name: { ieq: user?.["name"] }, low: { lte: { field: "high" } } }) },
  },
);

const models = { Word, Item, Owner, Deed, Listed, Unlisted, Owned, Named };

/** What might end a name or a text in some language between the request and the data. */
const hostile = [
  "'",
  '"',
  "`",
  "\\",
  ".",
  "[",
  "]",
  "*",
  "$",
  "**",
  "%",
  "_",
  "?",
  ":",
  "\n",
  "\u0001",
  "{",
  "}",
  "->",
  "😀",
  "",
  "-",
  "-a",
  "--",
  'a"-b',
  "last",
  " to ",
  "\\u002d",
];

describe.each(storeKinds)("$name", (kind) => {
  let app: OpenApp;
  const open = () => openApp(kind, models).then(closeWithTest);

  async function find(where: WhereQuery, name = "Item"): Promise<readonly number[]> {
    const query: ReadQuery = { model: name, where, select: { n: true }, limit: 100 };
    const rows: readonly { readonly n: number }[] = JSON.parse((await app.engine.read(query, createActor(null))).json);
    return rows.map(({ n }) => n);
  }

  describe("text without regard to case", () => {
    const words = [
      ...["Lima", "LIMA", "lima", "Límá", "LÍMÁ", null, "ΟΔΟΣ", "οδος", "Οδοσ", "İzmir", "izmir", "ızmır", "IZMIR"],
      ...["ПРИВЕТ", "привет", "Straße", "STRASSE", "a%b", "A_B", "ĐƯỜNG", "đường", "ǅ", "ǆ", "\\X'", "😀Z"],
    ];
    const found = async (condition: object) => (await find({ text: condition }, "Word")).map((n) => words[n]);
    beforeAll(async () => {
      app = await openApp(kind, models);
      await app.create("Word", ...words.map((text, n) => ({ n, text })));
    });
    afterAll(() => app.store.close());

    test("ieq folds letters of every script one by one, and keeps accents", async () => {
      expect(await found({ ieq: "liMa" })).toEqual(["Lima", "LIMA", "lima"]);
      expect(await found({ ieq: "lÍmÁ" })).toEqual(["Límá", "LÍMÁ"]);
      expect(await found({ ieq: "οΔοΣ" })).toEqual(["ΟΔΟΣ", "οδος", "Οδοσ"]);
      expect(await found({ ieq: "Izmir" })).toEqual(["İzmir", "izmir", "IZMIR"]);
      expect(await found({ ieq: "Izmır" })).toEqual([]);
      expect(await found({ ieq: "ızmır" })).toEqual(["ızmır"]);
      expect(await found({ ieq: "Привет" })).toEqual(["ПРИВЕТ", "привет"]);
      expect(await found({ ieq: "straße" })).toEqual(["Straße"]);
      expect(await found({ ieq: "Đường" })).toEqual(["ĐƯỜNG", "đường"]);
      expect(await found({ ieq: "Ǆ" })).toEqual(["ǅ", "ǆ"]);
    });

    test("parts of texts, which are no patterns", async () => {
      expect(await found({ icontains: "ΔΟΣ" })).toEqual(["ΟΔΟΣ", "οδος", "Οδοσ"]);
      expect(await found({ icontains: "%" })).toEqual(["a%b"]);
      expect(await found({ icontains: "a_" })).toEqual(["A_B"]);
      expect(await found({ istartsWith: "STRA" })).toEqual(["Straße", "STRASSE"]);
      expect(await found({ istartsWith: "A%" })).toEqual(["a%b"]);
      expect(await found({ istartsWith: "\\x" })).toEqual(["\\X'"]);
      expect(await found({ iendsWith: "ВЕТ" })).toEqual(["ПРИВЕТ", "привет"]);
      expect(await found({ iendsWith: "z" })).toEqual(["😀Z"]);
      expect(await found({ icontains: "" })).toHaveLength(words.length - 1);
      expect(await found({ istartsWith: "" })).toHaveLength(words.length - 1);
    });

    test("null is no text, and not is the complement", async () => {
      expect(await find({ not: { text: { ieq: "x" } } }, "Word")).toHaveLength(words.length);
      expect(await find({ not: { text: { icontains: "" } } }, "Word")).toEqual([5]);
    });

    test("the letters of Latin, Greek and Cyrillic fold alike on every store", async () => {
      const own = await open();
      const letters = Array.from({ length: 0x530 - 0x41 }, (_, index) => String.fromCodePoint(0x41 + index)).filter(
        (letter) => /\p{L}/u.test(letter),
      );
      await own.engine.createMany({ model: "Word", data: letters.map((text, n) => ({ n, text })) }, systemActor);
      const upper = letters.filter((letter) => letter.toLowerCase() !== letter && letter !== "İ");
      for (const letter of upper) {
        const rows = await own.find({ model: "Word", where: { text: { ieq: letter } }, select: { text: true } });
        const same = letters.filter(
          (other) => other.toLowerCase() === letter.toLowerCase() || (other === "ς" && letter === "Σ"),
        );
        const dotless = letter === "I" ? ["İ"] : [];
        expect(new Set((rows as { text: string }[]).map(({ text }) => text)), letter).toEqual(
          new Set([...same, ...dotless]),
        );
      }
    });
  });

  describe("lists", () => {
    beforeAll(async () => {
      app = await openApp(kind, models);
      await app.create(
        "Item",
        {
          n: 1,
          tags: ["a", "b"],
          ints: [1, 9007199254740991],
          floats: [0.1, 1e21, 3],
          bigs: ["1", "9223372036854775807"],
        },
        { n: 2, tags: [], bools: [true], blobs: ["AQI="], days: ["2024-02-29T12:00:00.001Z"], floats: [5e-324] },
        { n: 3, tags: ["A", 'q"\\\n', "😀"], ints: [-1], bools: [false], floats: [1.7976931348623157e308, -0.5] },
        { n: 4 },
      );
    });
    afterAll(() => app.store.close());

    test("has, hasAny and hasEvery compare items with their type", async () => {
      expect(await find({ tags: { has: "a" } })).toEqual([1]);
      expect(await find({ tags: { has: 'q"\\\n' } })).toEqual([3]);
      expect(await find({ tags: { hasAny: ["A", "b", "x"] } })).toEqual([1, 3]);
      expect(await find({ tags: { hasAny: [] } })).toEqual([]);
      expect(await find({ tags: { hasEvery: ["b", "a"] } })).toEqual([1]);
      expect(await find({ tags: { hasEvery: [] } })).toEqual([1, 2, 3]);
      expect(await find({ ints: { has: 9007199254740991 } })).toEqual([1]);
      expect(await find({ floats: { hasAny: [1e21] } })).toEqual([1]);
      expect(await find({ floats: { has: 3 } })).toEqual([1]);
      expect(await find({ floats: { has: 5e-324 } })).toEqual([2]);
      expect(await find({ floats: { has: 1.7976931348623157e308 } })).toEqual([3]);
      expect(await find({ bigs: { has: "9223372036854775807" } })).toEqual([1]);
      expect(await find({ bools: { has: true } })).toEqual([2]);
      expect(await find({ bools: { hasEvery: [false] } })).toEqual([3]);
      expect(await find({ blobs: { has: "AQI=" } })).toEqual([2]);
      expect(await find({ days: { has: "2024-02-29T13:00:00.001+01:00" } })).toEqual([2]);
    });

    test("isEmpty asks about lists that are there, and not is the complement", async () => {
      expect(await find({ tags: { isEmpty: true } })).toEqual([2]);
      expect(await find({ tags: { isEmpty: false } })).toEqual([1, 3]);
      expect(await find({ not: { tags: { isEmpty: true } } })).toEqual([1, 3, 4]);
      expect(await find({ not: { tags: { has: "a" } } })).toEqual([2, 3, 4]);
      expect(await find({ not: { tags: { hasEvery: ["a"] } } })).toEqual([2, 3, 4]);
    });

    test("wrong values are refused", async () => {
      await expect(find({ tags: { has: null } })).rejects.toMatchObject({ code: "FTG_QUERY" });
      await expect(find({ tags: { has: ["a"] } })).rejects.toMatchObject({ code: "FTG_VALUE" });
      await expect(find({ tags: { hasAny: "a" } })).rejects.toMatchObject({ code: "FTG_QUERY" });
      await expect(find({ tags: { hasEvery: [1] } })).rejects.toMatchObject({ code: "FTG_VALUE" });
      await expect(find({ tags: { isEmpty: 1 } })).rejects.toMatchObject({ code: "FTG_QUERY" });
      await expect(find({ tags: ["a"] })).rejects.toMatchObject({ code: "FTG_QUERY" });
    });
  });

  describe("inside json", () => {
    const documents: readonly JsonValue[] = [
      { a: [{ b: 5 }, 7], name: "Lima", flag: true, nothing: null, "0": "zero" },
      { a: [{ b: "5" }], name: "Ábc", flag: false },
      { a: { "0": { b: 9 } }, name: 5, big: 1e21, small: 5e-324, sum: 0.30000000000000004 },
      [1, [2, 3]],
      "text",
      7,
      ...hostile.map((key): JsonValue => ({ [key]: { [key]: key } })),
    ];
    const at = (path: readonly unknown[], condition: object) => find({ meta: { path, ...condition } });
    beforeAll(async () => {
      app = await openApp(kind, models);
      await app.create("Item", { n: 100 }, ...documents.map((meta, n) => ({ n, meta, secret: { a: n } })));
    });
    afterAll(() => app.store.close());

    test("values compare within their JSON type", async () => {
      expect(await at(["a", 0, "b"], { eq: 5 })).toEqual([0]);
      expect(await at(["a", 0, "b"], { eq: "5" })).toEqual([1]);
      expect(await at(["a", 0, "b"], { gte: 1 })).toEqual([0]);
      expect(await at(["a", "0", "b"], { gte: 1 })).toEqual([2]);
      expect(await at(["a", 1], { lt: 7.5, gt: -1 })).toEqual([0]);
      expect(await at(["flag"], { eq: true })).toEqual([0]);
      expect(await at(["name"], { lt: "M" })).toEqual([0]);
      expect(await at(["name"], { gte: "a" })).toEqual([1]);
      expect(await at(["name"], { in: ["Lima", "5"] })).toEqual([0]);
      expect(await at(["name"], { in: [5, 6] })).toEqual([2]);
      expect(await at(["flag"], { in: [false] })).toEqual([1]);
      expect(await at(["name"], { in: [] })).toEqual([]);
      expect(await at(["big"], { eq: 1e21 })).toEqual([2]);
      expect(await at(["small"], { gt: 0, lte: 5e-324 })).toEqual([2]);
      expect(await at(["sum"], { eq: 0.30000000000000004 })).toEqual([2]);
      expect(await at(["sum"], { eq: 0.3 })).toEqual([]);
      expect(await at(["name"], { contains: "im" })).toEqual([0]);
      expect(await at(["name"], { startsWith: "Á", endsWith: "c" })).toEqual([1]);
      expect(await at(["name"], { icontains: "á" })).toEqual([1]);
      expect(await at(["name"], { ieq: "LIMA" })).toEqual([0]);
      expect(await at([0], { eq: 1 })).toEqual([3]);
      expect(await at([1, 1], { eq: 3 })).toEqual([3]);
      expect(await at([0, 0], { exists: true })).toEqual([]);
    });

    test("nothing is not null, and a name is no place in an array", async () => {
      expect(await at(["nothing"], { exists: true })).toEqual([0]);
      expect((await at(["nothing"], { isNull: true })).length).toBe(documents.length + 1);
      expect(await at(["name"], { isNull: false })).toEqual([0, 1, 2]);
      expect((await at(["name"], { exists: false })).length).toBe(documents.length + 1 - 3);
      expect(await at(["flag"], { not: true })).toHaveLength(documents.length);
      expect(await at(["flag"], { not: null })).toEqual([0, 1]);
      expect(await at(["name"], { notIn: ["Lima"] })).toHaveLength(documents.length);
      expect(await find({ not: { meta: { path: ["name"], gt: "A" } } })).toHaveLength(documents.length - 1);
      expect(await at(["0"], { exists: true })).toEqual([0]);
      expect(await at(["1"], { exists: true })).toEqual([]);
    });

    test("a name is a name whatever it is made of (C.26)", async () => {
      for (const [index, key] of hostile.entries()) {
        const n = 6 + index;
        expect(await at([key, key], { eq: key }), JSON.stringify(key)).toEqual([n]);
        expect(await at([key], { exists: true }), JSON.stringify(key)).toEqual([n]);
        expect(await at([key, key], { icontains: key, in: [key, "x"] }), JSON.stringify(key)).toEqual([n]);
        expect(await at(["name"], { eq: `x${key}` }), JSON.stringify(key)).toEqual([]);
        expect(await at([`x${key}`, key, `${key}x`], { exists: true }), JSON.stringify(key)).toEqual([]);
      }
    });

    test("as deep as the store says", async () => {
      const own = await open();
      const nest = (levels: number): JsonValue =>
        Array.from({ length: levels }).reduce<JsonValue>((inner) => [inner], 5);
      const depth = Math.min(own.store.capabilities.jsonDepth, 60) - 2;
      await own.create("Item", { n: 1, meta: nest(depth) }, { n: 2, meta: nest(62) });
      const where = { meta: { path: Array(depth).fill(0), eq: 5 } };
      expect(await own.find({ model: "Item", where, select: { n: true } })).toEqual([{ n: 1 }]);
    });

    test("wrong paths and values are refused", async () => {
      for (const path of [[], "a", [-1], [1.5], [null], [{}], [2 ** 31], Array(65).fill("a"), [true]])
        await expect(at(path as never, { eq: 1 }), JSON.stringify(path)).rejects.toMatchObject({ code: "FTG_QUERY" });
      await expect(at(["a\0"], { eq: 1 })).rejects.toMatchObject({ code: "FTG_VALUE" });
      await expect(at(["\ud800"], { eq: 1 })).rejects.toMatchObject({ code: "FTG_VALUE" });
      await expect(at(["a"], { eq: "\0" })).rejects.toMatchObject({ code: "FTG_VALUE" });
      await expect(at(["a"], { in: [1, "a"] })).rejects.toMatchObject({ code: "FTG_VALUE" });
      for (const condition of [
        {},
        { eq: {} },
        { eq: [1] },
        { gt: true },
        { contains: 1 },
        { in: 1 },
        { has: 1 },
        { exists: 1 },
      ])
        await expect(at(["a"], condition), JSON.stringify(condition)).rejects.toMatchObject({ code: "FTG_QUERY" });
      await expect(find({ secret: { path: ["a"], eq: 1 } })).rejects.toMatchObject({ code: "FTG_QUERY" });
      // The same shape as one that is known, with other values.
      expect(await at(["a", 0], { exists: true })).toEqual([0, 1]);
      await expect(at(["a", -1], { exists: true })).rejects.toMatchObject({ code: "FTG_QUERY" });
    });
  });

  describe("in rules", () => {
    beforeAll(async () => {
      app = await openApp(kind, models);
      await app.create("Listed", { n: 1, readers: ["ann", "bob"] }, { n: 2, readers: ["bob"] }, { n: 3 });
      await app.create("Unlisted", { n: 1, banned: ["ann"] }, { n: 2, banned: ["bob"] }, { n: 3 });
      await app.create(
        "Owned",
        { n: 1, meta: { owner: ["ann"], ann: null } },
        { n: 2, meta: { owner: "ann" } },
        { n: 3, meta: { owner: [null] } },
        { n: 4 },
      );
      await app.create(
        "Named",
        { n: 1, name: "ANN", low: 1, high: 2 },
        { n: 2, name: "ann", low: 3, high: 2 },
        { n: 3, name: "", low: 1, high: 2 },
      );
    });
    afterAll(() => app.store.close());

    test.each([
      ["Listed", { id: "ann" }, [1]],
      ["Unlisted", { id: "ann" }, [2, 3]],
      ["Owned", { id: "ann" }, [1]],
      ["Named", { id: "x", name: "Ann" }, [1]],
    ])("%s shows what the rule says of the user", async (name, user, expected) => {
      const { json } = await app.engine.read({ model: name, select: { n: true } }, createActor(user));
      expect(JSON.parse(json)).toEqual(expected.map((n) => ({ n })));
    });

    test.each(["Listed", "Unlisted", "Owned", "Named"])("%s shows nobody anything", async (name) => {
      for (const user of [null, { id: null }, {}]) {
        const { json } = await app.engine.read({ model: name, select: { n: true } }, createActor(user as never));
        expect(json).toBe("[]");
      }
    });

    test("a step that is missing closes the rule whichever way it is negated", async () => {
      const update = (user: object | null) =>
        app.engine.update(
          { model: "Owned", key: { n: 1 }, data: { meta: { merge: { x: 1 } } } },
          createActor(user as never),
        );
      await expect(update(null)).rejects.toMatchObject({ code: "FTG_NOT_FOUND" });
      await expect(update({ id: "ann" })).resolves.toContain('"x":1');
    });
  });

  describe("fields compared with fields", () => {
    beforeAll(async () => {
      app = await openApp(kind, models);
      await app.create(
        "Owner",
        { code: "ann", age: 10, secret: 1 },
        { code: "bob", age: 99, open: false },
        { code: "eve" },
      );
      await app.create(
        "Deed",
        {
          n: 1,
          from: 1,
          to: 2,
          price: "9.00",
          paid: "10.00",
          title: "Ab",
          subtitle: "ab",
          owner: "ann",
          keeper: "ann",
        },
        {
          n: 2,
          from: 2,
          to: 2,
          price: "10.00",
          paid: "-9.00",
          title: "xab",
          subtitle: "ab",
          owner: "bob",
          keeper: "ann",
          before: 1,
        },
        { n: 3, from: 3, to: null, price: null, paid: "1.00", title: "ab", subtitle: null, owner: "eve", before: 2 },
        { n: 4, from: 100, to: 5, owner: "ann", before: 1 },
      );
    });
    afterAll(() => app.store.close());
    const deeds = (where: WhereQuery) => find(where, "Deed");

    test("of the same row, false where one of the two is null", async () => {
      expect(await deeds({ from: { lt: { field: "to" } } })).toEqual([1]);
      expect(await deeds({ from: { lte: { field: "to" } } })).toEqual([1, 2]);
      expect(await deeds({ from: { eq: { field: "to" } } })).toEqual([2]);
      expect(await deeds({ from: { not: { field: "to" } } })).toEqual([1, 3, 4]);
      expect(await deeds({ not: { from: { gt: { field: "to" } } } })).toEqual([1, 2, 3]);
      expect(await deeds({ price: { lt: { field: "paid" } } })).toEqual([1]);
      expect(await deeds({ price: { gt: { field: "paid" } } })).toEqual([2]);
      expect(await deeds({ title: { endsWith: { field: "subtitle" } } })).toEqual([2]);
      expect(await deeds({ title: { ieq: { field: "subtitle" } } })).toEqual([1]);
      expect(await deeds({ owner: { eq: { field: "keeper" } } })).toEqual([1]);
      expect(await deeds({ owner: { not: { field: "keeper" } } })).toEqual([2, 3, 4]);
    });

    test("of rows behind relations, as far as the caller may see them", async () => {
      expect(await deeds({ from: { gt: { field: "owner.age" } } })).toEqual([4]);
      expect(await deeds({ from: { lt: { field: "owner.age" } } })).toEqual([1]);
      expect(await deeds({ from: { gt: { field: "before.from" } } })).toEqual([2, 3, 4]);
      expect(await deeds({ from: { lt: { field: "before.owner.age" } } })).toEqual([2]);
      expect(await deeds({ owner: { eq: { field: "before.owner" } } })).toEqual([4]);
      const rows = await app.find({
        model: "Deed",
        where: { from: { lt: { field: "owner.age" } } },
        select: { n: true },
      });
      expect(rows).toEqual([{ n: 1 }, { n: 2 }]);
      const update = { model: "Deed", where: { from: { lt: { field: "before.to" } } }, data: { title: "u" } };
      expect(await app.engine.updateMany(update, systemActor)).toBe(0);
    });

    test("only with fields of the same type that the caller knows of", async () => {
      const refused = [
        "title",
        "exact",
        "nothing",
        "owner.secret",
        "owner",
        "owner.code",
        "",
        "deeds",
        "before.",
        "__proto__",
      ];
      for (const field of refused)
        await expect(deeds({ from: { gt: { field } } }), field).rejects.toMatchObject({ code: "FTG_QUERY" });
      await expect(deeds({ price: { gt: { field: "exact" } } })).rejects.toMatchObject({ code: "FTG_QUERY" });
      await expect(deeds({ from: { gt: { field: "to", more: 1 } } })).rejects.toMatchObject({ code: "FTG_VALUE" });
      await expect(deeds({ from: { in: { field: "to" } } })).rejects.toMatchObject({ code: "FTG_QUERY" });
      await expect(deeds({ from: { field: "to" } })).rejects.toMatchObject({ code: "FTG_QUERY" });
      // Two names in one place are two shapes.
      expect(await deeds({ from: { gt: { field: "n" } } })).toEqual([4]);
      expect(await deeds({ from: { gt: { field: "to" } } })).toEqual([4]);
    });
  });

  describe("patches", () => {
    const change = (own: OpenApp, n: number, data: DataQuery) =>
      own.engine.update(
        { model: "Item", key: { n }, data, select: { tags: true, meta: true, ints: true } },
        systemActor,
      );

    test("append and remove change lists", async () => {
      const own = await open();
      await own.create("Item", { n: 1, tags: ["a", "b", "a"], ints: [1] }, { n: 2 });
      expect(await change(own, 1, { tags: { remove: ["a", "x"] }, ints: { append: [2, 2] } })).toBe(
        '{"tags":["b"],"meta":null,"ints":[1,2,2]}',
      );
      expect(await change(own, 1, { tags: { append: ['q"\\\n', "😀"] } })).toBe(
        '{"tags":["b","q\\"\\\\\\n","😀"],"meta":null,"ints":[1,2,2]}',
      );
      expect(await change(own, 1, { tags: { append: [] }, ints: { remove: [2, 1] } })).toContain('"ints":[]');
      expect(await change(own, 2, { tags: { remove: ["a"] } })).toContain('"tags":null');
      expect(await change(own, 2, { tags: { append: ["a"] } })).toContain('"tags":["a"]');
      await expect(change(own, 1, { tags: { append: ["c", "d"] } })).rejects.toMatchObject({ code: "FTG_INVALID" });
      await expect(change(own, 1, { tags: { append: ["longer than nine"] } })).rejects.toMatchObject({
        code: "FTG_INVALID",
      });
      await expect(change(own, 1, { tags: { remove: [1] } })).rejects.toMatchObject({ code: "FTG_INVALID" });
      await expect(change(own, 1, { tags: { append: [1] } })).rejects.toMatchObject({ code: "FTG_INVALID" });
      await expect(change(own, 1, { tags: { append: ["c"], remove: ["b"] } })).rejects.toMatchObject({
        code: "FTG_INVALID",
      });
      await expect(change(own, 1, { tags: { push: ["c"] } })).rejects.toMatchObject({ code: "FTG_INVALID" });
      await expect(change(own, 9, { tags: { append: ["c"] } })).rejects.toMatchObject({ code: "FTG_NOT_FOUND" });
      expect(await own.find({ model: "Item", select: { tags: true } })).toEqual([
        { tags: ["b", 'q"\\\n', "😀"] },
        { tags: ["a"] },
      ]);
    });

    test("merge is RFC 7396, and what looks like a patch can still be set", async () => {
      const own = await open();
      await own.create("Item", { n: 1, meta: { b: 1, a: { x: [1], y: null } } }, { n: 2 }, { n: 3, meta: [1] });
      expect(await change(own, 1, { meta: { merge: { a: { x: null, z: 1e21 }, c: "é", "1": true } } })).toBe(
        '{"tags":null,"meta":{"1":true,"b":1,"a":{"y":null,"z":1e+21},"c":"é"},"ints":null}',
      );
      expect(await change(own, 2, { meta: { merge: { a: { b: null, c: [null] } } } })).toContain(
        '"meta":{"a":{"c":[null]}}',
      );
      expect(await change(own, 3, { meta: { merge: {} } })).toContain('"meta":{}');
      for (const value of [{ merge: 1 }, { merge: { a: 1 }, b: 2 }, { set: 1 }, { set: { a: 1 } }, { merge: [] }])
        expect(await change(own, 3, { meta: value })).toContain(`"meta":${JSON.stringify(value)}`);
      expect(await change(own, 3, { meta: { set: { merge: { a: 1 } } } })).toContain('"meta":{"merge":{"a":1}}');
      expect(await change(own, 3, { meta: { merge: { set: { merge: {} } } } })).toContain(
        '"meta":{"merge":{"a":1},"set":{"merge":{}}}',
      );
      await own.create("Item", { n: 4, meta: { merge: { a: 1 } } });
      expect(await own.find({ model: "Item", where: { n: 4 }, select: { meta: true } })).toEqual([
        { meta: { merge: { a: 1 } } },
      ]);
    });

    test("patches of one row at a time all land", async () => {
      const own = await open();
      await own.create("Item", { n: 1, ints: [], meta: {} });
      const all = Array.from({ length: 12 }, (_, n) =>
        change(own, 1, { ints: { append: [n] }, meta: { merge: { [`k${n}`]: n } } }),
      );
      await Promise.all(all);
      const [row] = (await own.find({ model: "Item", select: { ints: true, meta: true } })) as [
        { ints: number[]; meta: object },
      ];
      expect(row.ints.toSorted((left, right) => left - right)).toEqual(Array.from({ length: 12 }, (_, n) => n));
      expect(Object.keys(row.meta)).toHaveLength(12);
    });

    test("many rows are patched in one write, each from its own value", async () => {
      const own = await open();
      await own.create(
        "Item",
        { n: 1, tags: [], meta: { "-a": '"-b', big: 1e21 }, ints: [1, 2, 1] },
        { n: 2, tags: ["x", '"-'], meta: [1] },
        { n: 3 },
        { n: 4, tags: ["é😀\\"], meta: "text", ints: [] },
      );
      const data = { tags: { append: ['"-'] }, meta: { merge: { "-c": { d: null }, a: "-" } }, ints: { remove: [1] } };
      expect(await own.engine.updateMany({ model: "Item", where: { n: { lt: 4 } }, data }, systemActor)).toBe(3);
      const select = { tags: true, meta: true, ints: true } as const;
      expect(await own.find({ model: "Item", select })).toEqual([
        { tags: ['"-'], meta: { "-a": '"-b', big: 1e21, "-c": {}, a: "-" }, ints: [2] },
        { tags: ["x", '"-', '"-'], meta: { "-c": {}, a: "-" }, ints: null },
        { tags: ['"-'], meta: { "-c": {}, a: "-" }, ints: null },
        { tags: ["é😀\\"], meta: "text", ints: [] },
      ]);
      const none = { model: "Item", where: { n: 9 }, data };
      expect(await own.engine.updateMany(none, systemActor)).toBe(0);
      const rows = [1, 2].map((n) => ({ key: { n }, data: { tags: { remove: ['"-'] } } }));
      expect(await own.engine.updateEach({ model: "Item", rows }, systemActor)).toBe(2);
      expect(await own.find({ model: "Item", select: { tags: true }, limit: 2 })).toEqual([
        { tags: [] },
        { tags: ["x"] },
      ]);
    });

    test("many rows with keys of several kinds are patched each by its own", async () => {
      const Keyed = model(
        {
          big: t.bigint(),
          text: t.text(),
          day: t.date(),
          at: t.datetime(),
          price: t.decimal(12, 2),
          tags: t.list(t.text()),
          title: t.text().optional(),
          size: t.int().default(1),
        },
        { key: ["big", "text", "day", "at", "price"], search: ["title"] },
      );
      const own = closeWithTest(await openApp(kind, { Keyed }));
      const draw = (big: string, text: string, price: string): DataQuery => ({
        ...{ big, text, price, day: "0001-01-01", at: "2024-02-29T12:00:00.001Z" },
      });
      const keys = [
        draw("9223372036854775807", 'é😀\\"{},', "1.50"),
        draw("9223372036854775806", "NULL", "-1.50"),
        draw("9223372036854775806", "null", "1.50"),
        draw("-1", "", "0.00"),
      ];
      await own.create("Keyed", ...keys.map((key, index) => ({ ...key, tags: [String(index)] })));
      const data = { tags: { append: ["x"] }, title: "new words", size: { increment: 2 } };
      const where = { big: { gt: "0" } };
      expect(await own.engine.updateMany({ model: "Keyed", where, data }, systemActor)).toBe(3);
      const rows = keys.map((key, index) => {
        const isOld = index === 3;
        const tags = isOld ? [String(index)] : [String(index), "x"];
        return { ...key, tags, title: isOld ? null : "new words", size: isOld ? 1 : 3 };
      });
      const found = await own.find({ model: "Keyed" });
      expect(found).toHaveLength(4);
      expect(found).toEqual(expect.arrayContaining(rows));
      expect(await own.engine.count({ model: "Keyed", search: "words" }, systemActor)).toBe(3);
    });

    test("values of every kind come through the patch of many rows as they are", async () => {
      const own = await open();
      const values = {
        floats: [1e21, -0.1, 5],
        bigs: ["9223372036854775807", "-9007199254740993"],
        bools: [true, false],
        blobs: ["AP8=", ""],
        days: ["0001-01-01T00:00:00.000Z", "2024-02-29T12:00:00.001Z"],
      };
      await own.create("Item", { n: 1, ...values }, { n: 2 });
      const names = Object.keys(values);
      const data = Object.fromEntries(Object.entries(values).map(([name, items]) => [name, { append: items }]));
      expect(await own.engine.updateMany({ model: "Item", all: true, data }, systemActor)).toBe(2);
      const select = Object.fromEntries(names.map((name) => [name, true as const]));
      const twice = Object.fromEntries(Object.entries(values).map(([name, items]) => [name, [...items, ...items]]));
      expect(await own.find({ model: "Item", select })).toEqual([twice, values]);
      const first = Object.fromEntries(
        Object.entries(values).map(([name, items]) => [name, { remove: items.slice(0, 1) }]),
      );
      expect(await own.engine.updateMany({ model: "Item", where: { n: 2 }, data: first }, systemActor)).toBe(1);
      const rest = Object.fromEntries(Object.entries(values).map(([name, items]) => [name, items.slice(1)]));
      expect(await own.find({ model: "Item", where: { n: 2 }, select })).toEqual([rest]);
    });

    test("what one of many rows cannot hold changes none, and neither does a write of too many", async () => {
      const own = await open();
      await own.create("Item", { n: 1, tags: ["a"] }, { n: 2, tags: ["a", "b", "c", "d"] }, { n: 3 });
      const write = (query: object) =>
        own.engine.updateMany({ model: "Item", all: true, data: { tags: { append: ["d"] } }, ...query }, systemActor);
      await expect(write({})).rejects.toMatchObject({ code: "FTG_INVALID", problems: [{ path: "/tags" }] });
      const few = { where: { n: { not: 2 } }, all: undefined };
      await expect(write({ ...few, atMost: 1 })).rejects.toMatchObject({ code: "FTG_TOO_MANY_ROWS" });
      expect(await own.find({ model: "Item", select: { tags: true } })).toEqual([
        { tags: ["a"] },
        { tags: ["a", "b", "c", "d"] },
        { tags: null },
      ]);
      expect(await write({ ...few, atMost: 2 })).toBe(2);
      expect(await own.find({ model: "Item", select: { tags: true } })).toEqual([
        { tags: ["a", "d"] },
        { tags: ["a", "b", "c", "d"] },
        { tags: ["d"] },
      ]);
    });

    test("patches of many rows at a time all land, beside what is set and calculated", async () => {
      const own = closeWithTest(await openApp(kind, { Place }));
      const key = (n: number) => ({ country: "P-", serial: `900719925474099${n}`, at: "2024-02-29T12:00:00.001Z" });
      const data = Array.from({ length: 6 }, (_, n) => ({ ...key(n), open: n !== 5, size: n }));
      await own.engine.createMany({ model: "Place", data }, systemActor);
      const write = (n: number) =>
        own.engine.updateMany(
          {
            model: "Place",
            all: true,
            data: { marks: { append: [n] }, facts: { merge: { [n]: true } }, size: { increment: 1 }, name: "x" },
          },
          createActor(null),
        );
      expect(await Promise.all([0, 1, 2, 3].map(write))).toEqual([5, 5, 5, 5]);
      const rows = (await own.find({ model: "Place" })) as {
        marks: number[];
        facts: object | null;
        size: number;
        name: string;
      }[];
      for (const [n, { marks, facts, size, name }] of rows.entries()) {
        const isOpen = n !== 5;
        expect(marks.toSorted()).toEqual(isOpen ? [0, 1, 2, 3] : []);
        expect(Object.keys(facts ?? {})).toEqual(isOpen ? ["0", "1", "2", "3"] : []);
        expect([size, name]).toEqual(isOpen ? [n + 4, "x"] : [n, ""]);
      }
      await expect(
        own.engine.updateMany(
          { model: "Place", all: true, data: { marks: { append: [9] }, size: { increment: 92 } } },
          systemActor,
        ),
      ).rejects.toMatchObject({ code: "FTG_INVALID" });
      expect(await own.find({ model: "Place", where: { marks: { has: 9 } }, select: { size: true } })).toEqual([]);
    });
  });

  describe("where nulls stand", () => {
    const order = async (orderBy: ReadQuery["orderBy"] & {}, extra: object = {}) => {
      const query: ReadQuery = { model: "Deed", select: { n: true }, orderBy, ...extra };
      return JSON.parse((await app.engine.read(query, createActor(null))).json).map(({ n }: { n: number }) => n);
    };
    beforeAll(async () => {
      app = await openApp(kind, models);
      await app.create("Owner", { code: "ann", age: 10 }, { code: "bob", age: 99, open: false }, { code: "eve" });
      const deeds = [
        { n: 1, from: 5, owner: "ann" },
        { n: 2, from: null, owner: "bob" },
        { n: 3, from: -1, owner: "eve" },
        { n: 4, from: null },
        { n: 5, from: 7, owner: "ann" },
      ];
      await app.create("Deed", ...deeds);
    });
    afterAll(() => app.store.close());

    test("first or last, whatever the direction", async () => {
      expect(await order(["from"])).toEqual([2, 4, 3, 1, 5]);
      expect(await order(["from:nullsFirst"])).toEqual([2, 4, 3, 1, 5]);
      expect(await order(["from:nullsLast"])).toEqual([3, 1, 5, 2, 4]);
      expect(await order(["-from:nullsLast"])).toEqual([5, 1, 3, 4, 2]);
      expect(await order(["-from:nullsFirst"])).toEqual([4, 2, 5, 1, 3]);
      expect(await order([{ field: "from", direction: "desc", nulls: "first" }, "n"])).toEqual([2, 4, 5, 1, 3]);
      expect(await order([{ field: "from", nulls: "last" }, "-n"])).toEqual([3, 1, 5, 4, 2]);
      expect(await order(["n:nullsLast"])).toEqual([1, 2, 3, 4, 5]);
    });

    test("of related rows, where one that may not be seen is null as well", async () => {
      expect(await order(["owner.age:nullsLast"])).toEqual([1, 5, 2, 3, 4]);
      expect(await order(["-owner.age:nullsFirst", "n"])).toEqual([2, 3, 4, 1, 5]);
      expect(await order(["owner:nullsLast", "n"])).toEqual([1, 5, 2, 3, 4]);
    });

    test.each([
      [["from:nullsLast"]],
      [["-from:nullsFirst"]],
      [["-from:nullsFirst", "n"]],
      [["owner.age:nullsLast", "-from:nullsLast"]],
      [["-owner.age:nullsFirst", "from"]],
    ])("cursors of %s walk the list in both directions", async (orderBy) => {
      const all = await order(orderBy);
      const actor = createActor(null);
      const query: ReadQuery = { model: "Deed", select: { n: true }, orderBy, limit: 1 };
      let cursor: string | null = null;
      for (const [index, n] of all.entries()) {
        const page = await app.engine.read({ ...query, ...(cursor !== null && { after: cursor }) }, actor);
        expect(JSON.parse(page.json)).toEqual([{ n }]);
        if (cursor !== null) {
          const before = await app.engine.read({ ...query, limit: 9, before: cursor }, actor);
          expect(JSON.parse(before.json)).toEqual(all.slice(0, index - 1).map((other: number) => ({ n: other })));
        }
        cursor = page.cursor;
      }
      expect(await order(orderBy, { backwards: true, limit: 2 })).toEqual(all.slice(-2));
    });

    test("inside related lists", async () => {
      const read: ReadQuery = {
        model: "Deed",
        select: { n: true, owner: { select: { code: true } } },
        orderBy: ["from:nullsLast"],
        limit: 4,
        offset: 1,
      };
      const { json } = await app.engine.read(read, createActor(null));
      expect(JSON.parse(json).map(({ n }: { n: number }) => n)).toEqual([1, 5, 2, 4]);
      const deeds = { select: { n: true as const }, orderBy: ["-from:nullsFirst"], limit: 2 };
      const answer = await app.engine.read({ model: "Owner", select: { code: true, deeds } }, systemActor);
      expect(JSON.parse(answer.json)).toEqual([
        { code: "ann", deeds: [{ n: 5 }, { n: 1 }] },
        { code: "bob", deeds: [{ n: 2 }] },
        { code: "eve", deeds: [{ n: 3 }] },
      ]);
    });

    test("a cursor belongs to its placement, and wrong keys are refused", async () => {
      const { cursor } = await app.engine.read({ model: "Deed", orderBy: ["from:nullsLast"], limit: 1 }, systemActor);
      const other: ReadQuery = { model: "Deed", orderBy: ["from"], ...(cursor !== null && { after: cursor }) };
      await expect(app.engine.read(other, systemActor)).rejects.toMatchObject({ code: "FTG_CURSOR" });
      const wrong = [
        "from:nullslast",
        "from:",
        ":nullsLast",
        "from:nullsLast:nullsLast",
        "-",
        { field: 1 },
        { from: "asc" },
      ];
      const words = [
        { field: "from", nulls: "x" },
        { field: "from", direction: "down" },
        { field: "from", more: 1 },
      ];
      for (const key of [...wrong, ...words])
        await expect(order([key as string]), JSON.stringify(key)).rejects.toMatchObject({ code: "FTG_QUERY" });
    });
  });
});
