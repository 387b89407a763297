/**
 * Group C of the advisories: injection below the query language. Names and values of hostile text go into every slot, on
 * every store. Not applicable until they exist: 28 on migrations.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createActor, systemActor } from "../../src/engine/actor.ts";
import { FootingError } from "../../src/errors/footing-error.ts";
import { createSchema } from "../../src/schema/create-schema.ts";
import { model } from "../../src/schema/model.ts";
import { t } from "../../src/schema/t.ts";
import { type OpenApp, openApp } from "../conformance/open-app.ts";
import { storeKinds } from "../conformance/stores.ts";
import { type Blog, openBlog } from "./blog.ts";

/** Texts that end a literal or a name somewhere, or mean something to a pattern, a path or a format. */
const hostile = [
  "'",
  "''",
  "\\'",
  '"',
  '""',
  "`",
  "\\",
  "\\\\",
  ".",
  "a.b",
  "[",
  "]",
  "[0]",
  "*",
  "$",
  "$1",
  "$$",
  "?",
  ":a",
  "%",
  "_",
  "%s",
  "--",
  "/*",
  "*/",
  ";",
  "\n",
  "\t",
  "\u2028",
  "{{x}}",
  "${x}",
  "' OR '1'='1",
  '" OR ""="',
  "1; DROP TABLE item",
  "name DESC",
  "name, (SELECT 1)",
  "(SELECT 1)",
  "CAST(1 AS text)",
  "pg_sleep(9)",
  "😀",
  "ß",
];
/** The same in the middle of a name that is there. */
const names = [
  ...hostile,
  ...hostile.map((text) => `name${text}`),
  ...hostile.map((text) => `${text}name`),
  "NAME",
  " name",
  "name ",
];

const Item = model(
  {
    n: t.int(),
    name: t.text(),
    tags: t.list(t.text()).optional(),
    meta: t.json().optional(),
    amount: t.int().default(0),
    owner: t.ref("Owner").optional(),
    at: t.datetime().optional(),
  },
  { key: "n", access: { read: true, create: true, update: true, delete: true } },
);
const Owner = model(
  { name: t.text(), items: t.many("Item", "owner") },
  { key: "name", access: { read: true, create: true, update: true, delete: true } },
);

const anyone = createActor({ id: "x" });

/** Every slot of a query that takes a name. */
const slots: Readonly<Record<string, (app: OpenApp, name: string) => Promise<unknown>>> = {
  where: ({ engine }, name) => engine.read({ model: "Item", where: { [name]: "x" } }, anyone),
  "where, operator": ({ engine }, name) => engine.read({ model: "Item", where: { name: { [name]: "x" } } }, anyone),
  "where, relation": ({ engine }, name) => engine.read({ model: "Item", where: { owner: { [name]: "x" } } }, anyone),
  "where, quantifier": ({ engine }, name) => engine.read({ model: "Owner", where: { items: { [name]: {} } } }, anyone),
  orderBy: ({ engine }, name) => engine.read({ model: "Item", orderBy: [name] }, anyone),
  "orderBy, down": ({ engine }, name) => engine.read({ model: "Item", orderBy: [`-${name}`] }, anyone),
  "orderBy, relation": ({ engine }, name) => engine.read({ model: "Item", orderBy: [`owner.${name}`] }, anyone),
  "orderBy, measure": ({ engine }, name) => engine.read({ model: "Owner", orderBy: [`items.max.${name}`] }, anyone),
  "orderBy, function": ({ engine }, name) => engine.read({ model: "Owner", orderBy: [`items.${name}.n`] }, anyone),
  "select, field": ({ engine }, name) => engine.read({ model: "Item", select: { x: { value: name } } }, anyone),
  "select, relation": ({ engine }, name) => engine.read({ model: "Item", select: { x: { field: name } } }, anyone),
  "select, measure": ({ engine }, name) =>
    engine.read({ model: "Owner", select: { items: { aggregate: { max: [name] } } } }, anyone),
  groupBy: ({ engine }, name) => engine.aggregate({ model: "Item", groupBy: [name] }, anyone),
  bucket: ({ engine }, name) =>
    engine.aggregate({ model: "Item", groupBy: [{ field: "at", bucket: name as never }] }, anyone),
  "time zone": ({ engine }, name) =>
    engine.aggregate({ model: "Item", groupBy: [{ field: "at", bucket: "day", timeZone: name }] }, anyone),
  aggregate: ({ engine }, name) => engine.aggregate({ model: "Item", sum: [name] }, anyone),
  "aggregate, function": ({ engine }, name) => engine.aggregate({ model: "Item", [name]: ["n"] } as never, anyone),
  having: ({ engine }, name) =>
    engine.aggregate({ model: "Item", having: { max: { [name]: 1 } }, count: true } as never, anyone),
  "order of groups": ({ engine }, name) => engine.aggregate({ model: "Item", count: true, orderBy: [name] }, anyone),
  data: ({ engine }, name) => engine.create({ model: "Item", data: { n: 99, name: "x", [name]: "x" } }, anyone),
  "data, operator": ({ engine }, name) =>
    engine.update({ model: "Item", key: { n: 1 }, data: { amount: { [name]: 1 } } }, anyone),
  "data, verb": ({ engine }, name) =>
    engine.update({ model: "Item", key: { n: 1 }, data: { owner: { [name]: "x" } } }, anyone),
  key: ({ engine }, name) => engine.delete({ model: "Item", key: { [name]: 1 } }, anyone),
  model: ({ engine }, name) => engine.read({ model: name }, anyone),
  cursor: ({ engine }, name) => engine.read({ model: "Item", after: name }, anyone),
};

describe.each(storeKinds)("$name", (kind) => {
  let app: OpenApp;
  beforeAll(async () => {
    app = await openApp(kind, { Item, Owner });
    await app.create("Owner", { name: "ann" });
    await app.create("Item", { n: 1, name: "one", owner: "ann", at: "2026-01-01T00:00:00.000Z" });
  });
  afterAll(() => app.store.close());

  test.each(Object.keys(slots))(
    "27. CVE-2026-39356, GHSA-9ggv-8w38-r7pm, CVE-2026-31856, CVE-2026-31871, CVE-2026-33539: a name in %s is one of the model or refused",
    async (slot) => {
      const before = await app.find({ model: "Item" });
      for (const name of names) {
        const error = await slots[slot]?.(app, name).catch((thrown: unknown) => thrown);
        expect(error, `${slot} ${JSON.stringify(name)}`).toBeInstanceOf(FootingError);
        const { code, status } = error as FootingError;
        expect(["FTG_QUERY", "FTG_INVALID", "FTG_CURSOR", "FTG_VALUE"], `${slot} ${JSON.stringify(name)}`).toContain(
          code,
        );
        expect(status).toBeLessThan(500);
      }
      expect(await app.find({ model: "Item" })).toEqual(before);
    },
  );

  test("27. the name of an output is a name in JSON and nothing else", async () => {
    for (const name of hostile) {
      const json = (await app.engine.read({ model: "Item", select: { [name]: { value: "name" } } }, anyone)).json;
      expect(JSON.parse(json)).toEqual([{ [name]: "one" }]);
      const output = { [name]: { measure: "count" as const } };
      const groups = await app.engine.aggregate({ model: "Item", output }, anyone);
      expect(JSON.parse(String(groups.json))).toEqual([{ [name]: 1 }]);
    }
  });

  test("a value comes back as it was, and finds itself alone", async () => {
    const { engine } = app;
    const first = 1000;
    const data = hostile.map((text, index) => ({
      n: first + index,
      name: text,
      tags: [text, "x"],
      meta: { [text]: text, list: [text] },
    }));
    expect(await engine.createMany({ model: "Item", data }, anyone)).toBe(hostile.length);
    for (const [index, text] of hostile.entries()) {
      const n = first + index;
      const read = async (where: object) =>
        JSON.parse(
          (await engine.read({ model: "Item", where: { all: [{ n: { gte: first } }, where] }, limit: 100 }, anyone))
            .json,
        );
      const [row, ...others] = await read({ name: text });
      expect(others).toEqual([]);
      expect(row).toMatchObject({ n, name: text, tags: [text, "x"], meta: { [text]: text, list: [text] } });
      for (const operator of ["contains", "startsWith", "endsWith"]) {
        const has = (item: string) =>
          operator === "contains"
            ? item.includes(text)
            : operator === "startsWith"
              ? item.startsWith(text)
              : item.endsWith(text);
        const found: readonly { readonly n: number }[] = await read({ name: { [operator]: text } });
        expect(
          found.map((item) => item.n),
          `${operator} ${JSON.stringify(text)}`,
        ).toEqual(data.filter((item) => has(item.name)).map((item) => item.n));
      }
      expect((await read({ name: { in: [text, "nothing"] } }))[0]).toMatchObject({ n });
    }
    for (const [index, text] of hostile.entries()) {
      const key = { n: first + index };
      await engine.update({ model: "Item", key, data: { name: `${text}!` } }, anyone);
      const found = await engine.count({ model: "Item", where: { name: `${text}!` } }, anyone);
      expect(found).toBe(1);
    }
    const groups = await engine.aggregate(
      { model: "Item", where: { n: { gte: first } }, groupBy: ["name"], limit: 100 },
      anyone,
    );
    expect(JSON.parse(String(groups.json))).toHaveLength(hostile.length);
    expect(await engine.deleteMany({ model: "Item", where: { n: { gte: first } } }, systemActor)).toBe(hostile.length);
  });

  test("26. CVE-2026-32763, CVE-2026-33442, CVE-2026-33468, CVE-2026-44635, CVE-2026-44680: a step into json is a name and nothing else", async () => {
    const { engine } = app;
    const first = 2000;
    const data = hostile.map((text, index) => ({ n: first + index, name: "x", meta: { [text]: { [text]: [text] } } }));
    await engine.createMany({ model: "Item", data }, anyone);
    for (const [index, text] of hostile.entries()) {
      const read = async (condition: object) =>
        JSON.parse(
          (await engine.read({ model: "Item", where: { meta: condition }, select: { n: true } }, anyone)).json,
        );
      expect(await read({ path: [text, text, 0], eq: text }), text).toEqual([{ n: first + index }]);
      expect(await read({ path: [text, text], exists: true }), text).toEqual([{ n: first + index }]);
      expect(await read({ path: [text, `${text}x`], exists: true }), text).toEqual([]);
    }
    await engine.deleteMany({ model: "Item", where: { n: { gte: first } } }, systemActor);
  });

  test("a text with a NUL or half a character is refused", async () => {
    for (const name of ["a\0b", "\0", "\ud800", "\udc00x"]) {
      await expect(app.engine.create({ model: "Item", data: { n: 98, name } }, anyone)).rejects.toMatchObject({
        code: "FTG_INVALID",
      });
      await expect(app.engine.read({ model: "Item", where: { name } }, anyone)).rejects.toMatchObject({
        code: expect.stringMatching(/FTG_(VALUE|INVALID)/),
      });
    }
  });
});

describe("27. CVE-2026-34747: names of a schema are names", () => {
  test.each(hostile)("%j", (text) => {
    const declarations = [
      () => createSchema({ [text]: model({}) }),
      () => createSchema({ A: model({ [text]: t.text() }) as never }),
      () => createSchema({ A: model({ x: t.text() }, { table: text }) }),
      () => createSchema({ A: model({ x: t.int() }, { check: { [text]: { x: 1 } } }) }),
      () => createSchema({ A: model({ x: t.int() }, { plural: text }) }),
    ];
    for (const declare of declarations) expect(declare, String(declare)).toThrow(FootingError);
  });
});

describe("on a served app", () => {
  let blog: Blog;
  beforeAll(async () => {
    blog = await openBlog();
  });
  afterAll(() => blog.close());

  test("28. CVE-2026-34220: no object is taken for a piece of SQL", async () => {
    class Raw {
      readonly sql = "1=1";
      toString(): string {
        return "1=1";
      }
      toJSON(): string {
        return "name";
      }
    }
    const fragments = [
      { sql: "1=1" },
      { raw: "1=1" },
      { toSQL: "1=1" },
      { type: "raw", sql: "1=1", params: [] },
      { __isRawFragment: true },
      new Raw(),
      Object.assign(["1=1"], { raw: ["1=1"] }),
      () => "1=1",
      Symbol("raw"),
      new String("name"),
      /./,
      new Map([["name", "x"]]),
    ];
    for (const fragment of fragments) {
      const label = String(Object(fragment).constructor.name);
      for (const query of [
        { where: fragment },
        { where: { name: fragment } },
        { where: { name: { eq: fragment } } },
        { where: { name: { in: [fragment] } } },
        { orderBy: [fragment] },
        { orderBy: fragment },
        { select: fragment },
        { select: { name: fragment } },
        { limit: fragment },
        { after: fragment },
      ]) {
        const { json, status } = await blog.db((db) => db.User.find(query));
        expect(json, `${label} in ${Object.keys(query)}`).toMatchObject({
          code: expect.stringMatching(/^FTG_(QUERY|VALUE|CURSOR)$/),
        });
        expect(status).toBe(400);
      }
      for (const data of [{ title: fragment }, { votes: fragment }, { author: fragment }])
        expect((await blog.db((db) => db.Post.update(3, data))).json, label).toMatchObject({
          code: expect.stringMatching(/^FTG_(QUERY|VALUE|INVALID)$/),
        });
    }
  });

  describe("29. CVE-2026-34221, CVE-2026-73562, CVE-2026-32621, GHSA-prm5-8g2m-24gg, CVE-2026-30938: no name reaches a prototype", () => {
    const polluting = ["__proto__", "constructor", "prototype", "toString", "hasOwnProperty"];

    function expectClean(): void {
      expect(Object.keys(Object.prototype)).toEqual([]);
      expect(Object({})["polluted"]).toBeUndefined();
      expect(Object([])["polluted"]).toBeUndefined();
      expect({}.toString()).toBe("[object Object]");
    }

    test.each(polluting)("%s in a body, however deep", async (name) => {
      const bodies = [
        `{"title":"x","${name}":{"polluted":1}}`,
        `{"meta":{"a":1},"${name}":{"${name}":{"polluted":1}}}`,
        `{"author":{"update":{"${name}":{"polluted":1}}}}`,
        `{"notes":{"${name}":[{"polluted":1}]}}`,
        `{"notes":{"create":[{"id":8,"text":"x","${name}":{"polluted":1}}]}}`,
        `{"votes":{"${name}":1}}`,
        `{"${name}":1}`,
      ];
      for (const body of bodies) {
        const { status } = await blog.send("PATCH", "/api/posts/3", { body });
        expect(status, body).toBeGreaterThanOrEqual(400);
        expect(status, body).toBeLessThan(500);
        expectClean();
      }
    });

    test.each(polluting)("%s inside json is data", async (name) => {
      const body = `{"meta":{"list":[{"${name}":{"polluted":1}}]}}`;
      const { status, text } = await blog.send("PATCH", "/api/posts/3", { body });
      // What a parser of JavaScript could trip over is refused; other names come back as they were.
      if (status === 200) expect(text).toContain(`"${name}":{"polluted":1}`);
      else expect(status).toBeLessThan(500);
      expectClean();
    });

    test.each(polluting)("%s in a query string", async (name) => {
      for (const query of [
        `${name}[polluted]=1`,
        `${name}.polluted=1`,
        `${name}=1`,
        `sort=${name}`,
        `fields=${name}`,
        `include=${name}`,
        `name[${name}]=1`,
        `posts.${name}=1`,
      ]) {
        expect((await blog.send("GET", `/api/users?${query}`)).status, query).toBe(400);
        expectClean();
      }
      for (const path of [`/api/${name}`, `/api/aggregate/${name}`, `/api/export/${name}`, `/api/users/${name}`])
        expect([400, 404]).toContain((await blog.send("GET", path)).status);
    });

    test.each(polluting)("%s in filters, keys and batches", async (name) => {
      const where = JSON.parse(`{"${name}":{"polluted":1}}`);
      const operations = [
        { op: "find", model: "User", where },
        { op: "find", model: "User", where: { all: [{ posts: { some: where } }] } },
        { op: "find", model: name },
        { op: name, model: "User" },
        { op: "find", model: "User", select: where },
        { op: "get", model: "User", key: where },
        { op: "update", model: "User", key: "eve", data: where },
        JSON.parse(`{"op":"find","model":"User","${name}":{"polluted":1}}`),
      ];
      for (const operation of operations) {
        const { status } = await blog.batch(operation);
        expect(status, JSON.stringify(operation)).toBeGreaterThanOrEqual(400);
        expect(status, JSON.stringify(operation)).toBeLessThan(500);
        expectClean();
      }
      for (const query of [{ where }, { select: where }, { orderBy: [name] }])
        expect((await blog.db((db) => db.User.find(query))).json).toMatchObject({ code: "FTG_QUERY" });
      const named = {
        operations: [
          { op: "count", model: "User", as: name },
          { op: "get", model: "User", key: { $ref: `${name}.${name}` } },
        ],
      };
      expect((await blog.send("POST", "/api/batch", { body: named })).status).toBeLessThan(500);
      expectClean();
    });

    test("an alias is a name of the answer and nothing else", async () => {
      const query = `{ constructor: user(name: "eve") { toString: name hasOwnProperty: name valueOf: name prototype: name } }`;
      expect((await blog.graphql(query)).text).toBe(
        '{"data":{"constructor":{"toString":"eve","hasOwnProperty":"eve","valueOf":"eve","prototype":"eve"}}}',
      );
      const proto = await blog.graphql(`{ user(name: "eve") { __proto__: name } }`);
      expect(proto.status).toBeLessThan(500);
      const variables = JSON.parse('{"name":"eve","__proto__":{"polluted":1}}');
      await blog.graphql("query ($name: String!) { user(name: $name) { name } }", { variables });
      expectClean();
    });
  });
});
