/** GraphQL execution from document to response text, on both stores. */
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { GraphqlApiOptions } from "../../src/api/graphql/graphql-api.ts";
import type { Executor } from "../../src/engine/executor.ts";
import type { ReadQuery } from "../../src/plan/query.ts";
import type { Store } from "../../src/stores/contract/store.ts";
import { createMemoryStore } from "../../src/stores/memory/store.ts";
import { createSqliteStore } from "../../src/stores/sqlite/store.ts";
import { type Answer, createGraphqlApp, editor, type GraphqlApp } from "../support/graphql-app.ts";

const stores: readonly (readonly [name: string, create: () => Store])[] = [
  ["memory", createMemoryStore],
  ["sqlite", () => createSqliteStore({ path: ":memory:" })],
];

let createStore: () => Store;
let app: GraphqlApp;

/** An app of its own, on the store under test. */
function createApp(options: Partial<GraphqlApiOptions> = {}): Promise<GraphqlApp> {
  return createGraphqlApp(options, createStore());
}

/** The whole body of a successful answer, as text: order and form count. */
async function body(query: string, variables?: unknown): Promise<string> {
  return String((await app.run(query, { variables })).body);
}

/** Code and message of the only error. */
function failure({ json }: Answer): string {
  expect(json.errors).toHaveLength(1);
  return `${json.errors?.[0]?.extensions.code}: ${json.errors?.[0]?.message}`;
}

describe.each(stores)("on %s", (_name, create) => {
  beforeAll(async () => {
    createStore = create;
    app = await createApp();
  });

  describe("a query", () => {
    test("nests lists, filters, sorts and limits in one answer", async () => {
      const query = `{ countries(where:{continent:"Africa"}, orderBy:["-area"], first:4){ nodes { name borders(first:3){ nodes {
      name cities(orderBy:["-population"], first:1){ nodes { name population region { name } } } } } } } }`;
      expect(await body(query)).toBe(
        '{"data":{"countries":{"nodes":[{"name":"Algeria","borders":{"nodes":[]}},{"name":"DR Congo","borders":{"nodes":[]}},{"name":"Sudan","borders":{"nodes":[]}},' +
          '{"name":"Libya","borders":{"nodes":[{"name":"Algeria","cities":{"nodes":[{"name":"Algiers","population":2364230,"region":{"name":"Algiers"}}]}},' +
          '{"name":"Sudan","cities":{"nodes":[{"name":"Khartoum","population":1974647,"region":null}]}}]}}]}}}',
      );
    });

    test("answers in document order, with aliases and __typename everywhere", async () => {
      const query = `{ z: city(id: 1) { t: __typename n: name id } __typename cities(first: 1) { __typename pageInfo { __typename hasNextPage } edges { x: __typename node { __typename } } } }`;
      expect(await body(query)).toBe(
        '{"data":{"z":{"t":"City","n":"Algiers","id":1},"__typename":"Query","cities":{"__typename":"CityConnection",' +
          '"pageInfo":{"__typename":"PageInfo","hasNextPage":true},"edges":[{"x":"CityEdge","node":{"__typename":"City"}}]}}}',
      );
    });

    test("merges fields of one name, through fragments and inline fragments", async () => {
      const query = `query { city(id: 1) { ...A ... on City { country { code } } ... { region { name } } id } city(id: 1) { country { continent } } }
      fragment A on City { id country { name ...B } }  fragment B on Country { code }`;
      expect(await body(query)).toBe(
        '{"data":{"city":{"id":1,"country":{"name":"Algeria","code":"DZ","continent":"Africa"},"region":{"name":"Algiers"}}}}',
      );
    });

    test("decides @skip and @include on fields, spreads and inline fragments", async () => {
      const query = `query Q($yes: Boolean!, $no: Boolean = false) { city(id: 1) { id @skip(if: $yes) name @include(if: $yes)
      ...F @include(if: $no) ... @skip(if: $no) { kind } ... on City @include(if: false) { seats } } other: city(id: 2) @skip(if: true) { id } }
      fragment F on City { population }`;
      expect(await body(query, { yes: true })).toBe('{"data":{"city":{"name":"Algiers","kind":"capital"}}}');
    });

    test("gets a row by a key of several parts, and null when there is none", async () => {
      expect(
        await body(
          '{ region(country: "DZ", code: "31") { name country { name } } none: region(country: "DZ", code: "99") { name } }',
        ),
      ).toBe('{"data":{"region":{"name":"Oran","country":{"name":"Algeria"}},"none":null}}');
    });

    test("gives every kind its form", async () => {
      expect(
        await body(
          "{ a: city(id: 2) { budget seats aliases } b: city(id: 3) { extra aliases } c: city(id: 4) { opened kind } }",
        ),
      ).toBe(
        '{"data":{"a":{"budget":"12.50","seats":"9007199254740993","aliases":null},"b":{"extra":{"sea":true},"aliases":["Tarabulus"]},"c":{"opened":"1821-01-01","kind":"capital"}}}',
      );
    });

    test("pages forwards and backwards with cursors", async () => {
      const list = "nodes { id } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }";
      const first = await app.run(`{ cities(orderBy: ["name"], first: 2) { ${list} } }`);
      expect(first.json.data).toMatchObject({
        cities: { nodes: [{ id: 1 }, { id: 4 }], pageInfo: { hasNextPage: true, hasPreviousPage: false } },
      });
      const after = cursorOf(first, "endCursor");
      const second = await app.run(
        `query($after: String) { cities(orderBy: ["name"], first: 2, after: $after) { ${list} } }`,
        { variables: { after } },
      );
      expect(second.json.data).toMatchObject({
        cities: { nodes: [{ id: 2 }, { id: 5 }], pageInfo: { hasNextPage: true, hasPreviousPage: true } },
      });
      const before = cursorOf(second, "startCursor");
      const back = await app.run(
        `query($before: String) { cities(orderBy: ["name"], last: 1, before: $before) { ${list} } }`,
        { variables: { before } },
      );
      expect(back.json.data).toMatchObject({ cities: { nodes: [{ id: 4 }], pageInfo: { hasPreviousPage: true } } });
      const end = await app.run(
        `{ cities(orderBy: ["name"], last: 2) { ${list} } country(code: "DZ") { cities(last: 1) { nodes { id } } } }`,
      );
      expect(end.json.data).toMatchObject({
        cities: { nodes: [{ id: 5 }, { id: 3 }], pageInfo: { hasNextPage: false, hasPreviousPage: true } },
        country: { cities: { nodes: [{ id: 2 }] } },
      });
    });

    test("chooses the operation by name", async () => {
      const query = "query A { city(id: 1) { id } } query B { city(id: 2) { id } }";
      expect((await app.run(query, { operationName: "B" })).json).toEqual({ data: { city: { id: 2 } } });
      expect(failure(await app.run(query))).toBe("FTG_QUERY: operationName: expected one of A, B, got none.");
      expect(failure(await app.run(query, { operationName: "C" }))).toBe(
        'FTG_QUERY: operationName: the document has no operation "C".',
      );
      expect(failure(await app.run("fragment F on City { id }", {}))).toMatch(/^FTG_QUERY: /);
    });
  });

  describe("filters", () => {
    const ids = async (where: string, variables?: unknown, declared = ""): Promise<unknown> => {
      const answer = await app.run(`query${declared} { cities(where: ${where}) { nodes { id } } }`, { variables });
      return (
        answer.json.errors?.map((error) => error.message) ??
        JSON.stringify(answer.json.data).match(/\d+/g)?.map(Number) ??
        []
      );
    };

    test.each([
      ["{}", [1, 2, 3, 4, 5]],
      ['{ name: "Oran" }', [2]],
      ["{ mayor: { not: null } }", [5]],
      ["{ region: null, mayor: null }", [3, 4]],
      ["{ kind: town }", [2]],
      ['{ kind: { in: ["town"] } }', [2]],
      ["{ kind: { in: [town] } }", [2]],
      ["{ population: { gt: 2000000, lt: 2200000 } }", [5]],
      ["{ seats: 9007199254740993 }", [2]],
      ['{ seats: { gt: "9007199254740992" } }', [2]],
      ["{ seats: { gt: 9007199254740992 } }", [2]],
      ["{ budget: { lte: 12.50 } }", [2]],
      ['{ opened: { lt: "1900-01-01" } }', [4]],
      ["{ extra: { isNull: false } }", [3]],
      ['{ country: { continent: "Africa", cities: { some: { kind: town } } } }', [1, 2]],
      ['{ region: { name: { startsWith: "A" } } }', [1]],
      ['{ any: [{ name: "Paris" }, { all: [{ id: { gt: 1 } }, { id: 2 }] }] }', [2, 5]],
      ['{ not: { country: { name: { contains: "e" } } } }', [3, 4]],
    ])("%s", async (where, expected) => {
      expect(await ids(where)).toEqual(expected);
    });

    test("take variables anywhere, also inside a filter scalar", async () => {
      const declared = "($min: Int, $name: StringFilter, $list: [Int!], $seats: BigInt, $kind: CityKind)";
      const variables = { min: 2000000, name: "Oran", list: [3, 4], seats: "9007199254740993", kind: "town" };
      expect(
        await ids(
          "{ any: [{ population: { gt: $min } }, { id: { in: $list } }] }",
          variables,
          "($min: Int, $list: [Int!])",
        ),
      ).toEqual([1, 3, 4, 5]);
      const where =
        "{ name: $name, kind: { eq: $kind }, seats: { in: [$seats] }, not: { any: [{ id: { in: $list } }, { population: { gt: $min } }] } }";
      expect(await ids(where, variables, declared)).toEqual([2]);
    });

    test("say how to declare a variable that stands for a whole filter", async () => {
      const answer = await app.run("query($name: String) { cities(where: { name: $name }) { nodes { id } } }", {
        variables: { name: "Oran" },
      });
      expect(answer.json.errors?.[0]?.extensions.fix).toBe(
        "Declare the variable as StringFilter, or put it under an operator: `{ eq: $… }`.",
      );
    });

    test("can be one variable", async () => {
      const declared = "($where: CityWhere)";
      expect(
        await ids(
          "$where",
          { where: { seats: { gte: "9007199254740993" }, region: { country: { code: "DZ" } } } },
          declared,
        ),
      ).toEqual([2]);
      expect(await ids("$where", {}, declared)).toEqual([1, 2, 3, 4, 5]);
    });

    test("are never dropped because a variable has no value", async () => {
      const missing =
        "cities: expected a value for the variable $name inside `where`, got none; a filter is never dropped.";
      expect(await ids("{ name: $name }", {}, "($name: StringFilter)")).toEqual([missing]);
      expect(await ids("{ any: [{ name: { in: [$name] } }] }", {}, "($name: String)")).toEqual([missing]);
      expect(await ids("{ name: $name }", { name: null }, "($name: StringFilter)")).toEqual([]);
      expect(await ids("{ name: $name }", {}, '($name: StringFilter = "Oran")')).toEqual([2]);
    });

    test.each([
      ['{ secret: "x" }', /unknown field "secret"/],
      ["{ populaton: 1 }", /unknown field "populaton"/],
      ["{ population: { gtt: 5 } }", /where\.population\.gtt: .*"gtt"/],
      ["{ population: {} }", /at least one operator/],
      ['{ population: "many" }', /where\.population/],
      ["{ country: { every: {} } }", /unknown field "every"/],
      ['{ name: "\\u0000" }', /NUL/],
    ])("%s is an error", async (where, message) => {
      expect(await ids(where)).toEqual([expect.stringMatching(message)]);
    });
  });

  describe("list arguments", () => {
    test.each([
      ["first: 0", "`first` to be from 1 to 100, got 0"],
      ["first: -1", "`first` to be from 1 to 100, got -1"],
      ["first: 101", "`first` to be from 1 to 100, got 101"],
      ["offset: -1", "offset"],
      ["first: 1, last: 1", "expected `first` or `last`, got both"],
      ["last: 1, offset: 1", "expected `offset` or `last`, got both"],
      ['first: 1, before: "x"', "expected `first` or `before`, got both"],
      ['last: 1, before: "x", after: "y"', "expected `after` or `before`, got both"],
      ['offset: 1, after: "x"', "expected `offset` or `after`, got both"],
      ['orderBy: ["secret"]', "secret"],
      ['orderBy: ["nothing"]', "nothing"],
      ['after: "x"', "cursor"],
    ])("%s is refused", async (args, message) => {
      const answer = await app.run(`{ cities(${args}) { nodes { id } } }`);
      expect(answer.json.data).toBeNull();
      expect(answer.json.errors?.[0]?.message).toContain(message);
      expect(answer.json.errors?.[0]?.path).toEqual(["cities"]);
    });

    test("that are null count as absent", async () => {
      const answer = await app.run(
        "query($n: Int) { cities(first: $n, after: null, where: null, orderBy: null) { nodes { id } } }",
        { variables: { n: null } },
      );
      expect(answer.json).toMatchObject({ data: { cities: { nodes: { length: 5 } } } });
    });

    test("a cursor of another list is refused", async () => {
      const cursor = cursorOf(
        await app.run('{ cities(orderBy: ["name"], first: 1) { pageInfo { endCursor } } }'),
        "endCursor",
      );
      const answer = await app.run("query($c: String) { cities(first: 1, after: $c) { nodes { id } } }", {
        variables: { c: cursor },
      });
      expect(failure(answer)).toMatch(/^FTG_CURSOR: /);
    });
  });

  describe("a mutation", () => {
    beforeEach(async () => {
      app = await createApp();
    });

    test("creates, changes and ends rows one after the other", async () => {
      const query = `mutation Write($data: CityCreate!) {
      createCity(data: $data) { id name kind budget seats country { name } region { name } aliases extra }
      updateCity(id: 9, data: { name: "Y", region: null, kind: town, country: "LY" }) { name kind region { name } country { cities { nodes { id } } } }
      deleteCity(id: 9) { id name } }`;
      const data = {
        id: 9,
        name: "X",
        country: "DZ",
        region: { country: "DZ", code: "16" },
        kind: "capital",
        budget: 1.5,
        seats: 5,
        aliases: ["x"],
        extra: { a: [1] },
      };
      const answer = await app.run(query, { variables: { data }, actor: editor });
      expect(answer.json.data).toEqual({
        createCity: {
          id: 9,
          name: "X",
          kind: "capital",
          budget: "1.50",
          seats: "5",
          country: { name: "Algeria" },
          region: { name: "Algiers" },
          aliases: ["x"],
          extra: { a: [1] },
        },
        updateCity: { name: "Y", kind: "town", region: null, country: { cities: { nodes: [{ id: 3 }, { id: 9 }] } } },
        deleteCity: { id: 9, name: "Y" },
      });
    });

    test("of several fields is done as a whole or not at all", async () => {
      const query = `mutation {
        made: createCountry(data: { code: "XX", name: "X", continent: "None", area: 1 }) { code }
        gone: deleteCity(id: 999) { id }
        never: createCountry(data: { code: "YY", name: "Y", continent: "None", area: 1 }) { code } }`;
      const answer = await app.run(query, { actor: editor });
      expect(answer.json.data).toBeNull();
      expect(failure(answer)).toMatch(/^FTG_NOT_FOUND: /);
      expect(answer.json.errors?.map(({ path }) => path)).toEqual([["gone"]]);
      const left = await app.run('{ countries(where: { code: { in: ["XX", "YY"] } }) { nodes { code } } }');
      expect(left.json.data).toEqual({ countries: { nodes: [] } });
    });

    test("of one field says itself what failed", async () => {
      const answer = await app.run("mutation { gone: deleteCity(id: 999) { id } }", { actor: editor });
      expect(answer.json.data).toEqual({ gone: null });
      expect(answer.json.errors?.map(({ path }) => path)).toEqual([["gone"]]);
    });

    test("links rows by their keys", async () => {
      const query =
        'mutation { updateCountry(code: "FR", data: { borders: ["DZ", "LY"] }) { borders { nodes { name } } } }';
      expect((await app.run(query, { actor: editor })).json).toEqual({
        data: { updateCountry: { borders: { nodes: [{ name: "Algeria" }, { name: "Libya" }] } } },
      });
    });

    test("changes a row or creates it", async () => {
      const fresh = await createApp();
      const query = `mutation { upsertCity(id: 950, create: { name: "New", countryWith: { connect: "FR" } }, update: { name: "Changed" }) { name country { code } } }`;
      const upsert = async () => (await fresh.run(query, { actor: editor })).body;
      expect(await upsert()).toBe('{"data":{"upsertCity":{"name":"New","country":{"code":"FR"}}}}');
      expect(await upsert()).toBe('{"data":{"upsertCity":{"name":"Changed","country":{"code":"FR"}}}}');
      expect(failure(await fresh.run(query))).toMatch(/^FTG_FORBIDDEN/);
    });

    test("writes related rows with a row, each in the form its relation has", async () => {
      const fresh = await createApp();
      const write = async (query: string) => (await fresh.run(`mutation { ${query} }`, { actor: editor })).body;
      const cities = "cities { nodes { id name } } borders { nodes { code } }";
      expect(
        await write(`createCountry(data: { code: "XX", name: "X", continent: "None", area: 1,
          cities: { create: [{ id: 901, name: "A" }, { id: 902, name: "B" }] },
          bordersWith: { connect: ["FR"], connectOrCreate: [{ key: "YY", create: { name: "Y", continent: "None", area: 2 } }] }
        }) { ${cities} }`),
      ).toBe(
        '{"data":{"createCountry":{"cities":{"nodes":[{"id":901,"name":"A"},{"id":902,"name":"B"}]},"borders":{"nodes":[{"code":"FR"},{"code":"YY"}]}}}}',
      );
      expect(
        await write(`updateCountry(code: "XX", data: {
          cities: { update: [{ key: 901, data: { name: "AA" } }], upsert: [{ key: 903, create: { name: "C" }, update: {} }], delete: [902] },
          bordersWith: { disconnect: ["FR"] }
        }) { ${cities} }`),
      ).toBe(
        '{"data":{"updateCountry":{"cities":{"nodes":[{"id":901,"name":"AA"},{"id":903,"name":"C"}]},"borders":{"nodes":[{"code":"YY"}]}}}}',
      );
      expect(
        await write(
          'createCity(data: { id: 904, name: "D", countryWith: { create: { code: "ZZ", name: "Z", continent: "None", area: 3 } } }) { country { code } }',
        ),
      ).toBe('{"data":{"createCity":{"country":{"code":"ZZ"}}}}');
      expect(
        await write('updateCity(id: 904, data: { countryWith: { update: { name: "ZZZ" } } }) { country { name } }'),
      ).toBe('{"data":{"updateCity":{"country":{"name":"ZZZ"}}}}');
      const twice =
        'mutation { createCity(data: { id: 905, name: "E", country: "FR", countryWith: { connect: "FR" } }) { id } }';
      expect(failure(await fresh.run(twice, { actor: editor }))).toBe(
        "FTG_INVALID: Expected country or countryWith, got both.",
      );
      const wrong =
        'mutation { createCountry(data: { code: "WW", name: "W", continent: "None", area: 1, cities: { create: [{ id: 0, name: "x" }] } }) { code } }';
      expect((await fresh.run(wrong, { actor: editor })).json.errors?.[0]?.extensions.problems?.[0]?.path).toBe(
        "/cities/create/0/id",
      );
      expect(failure(await fresh.run(wrong))).toMatch(/^FTG_FORBIDDEN/);
    });

    test("needs the right to, and changes nothing without it", async () => {
      const answer = await app.run('mutation { updateCity(id: 1, data: { name: "Z" }) { name } }');
      expect(failure(answer)).toMatch(/^FTG_FORBIDDEN: /);
      expect(answer.json.data).toEqual({ updateCity: null });
      expect(await body("{ city(id: 1) { name } }")).toContain("Algiers");
    });

    test("fills in what the rule demands", async () => {
      const query = 'mutation { createNote(data: { id: 9, text: "new", city: 1 }) { author city { name } } }';
      expect((await app.run(query, { actor: editor })).json).toEqual({
        data: { createNote: { author: "ed", city: { name: "Algiers" } } },
      });
      expect(failure(await app.run(query.replace("id: 9", 'id: 8, author: "other"'), { actor: editor }))).toMatch(
        /^FTG_FORBIDDEN: /,
      );
    });

    test.each([
      ['createCity(data: { id: 1, name: "X", country: "FR" })', "FTG_CONFLICT"],
      ['createCity(data: { id: 9, name: "X", country: "XX" })', "FTG_REFERENCE"],
      ['createCity(data: { id: 9, name: "X" })', "FTG_INVALID"],
      ['createCity(data: { id: 9, name: "X", country: "FR", secret: "x" })', "FTG_QUERY"],
      ['createCity(data: { id: 9, name: 5, country: "FR" })', "FTG_QUERY"],
      ['createCity(data: { id: 9, name: "X", country: "FR", kind: village })', "FTG_QUERY"],
      ['createCity(data: { id: 9, name: "X", country: "FR", opened: "2026-02-30" })', "FTG_INVALID"],
      ["updateCity(id: 1, data: { id: 2 })", "FTG_QUERY"],
      ["updateCity(id: 1)", "FTG_QUERY"],
      ["deleteCity", "FTG_QUERY"],
    ])("%s is %s", async (field, code) => {
      const answer = await app.run(`mutation { ${field} { id } }`, { actor: editor });
      expect(answer.json.errors?.[0]?.extensions.code).toBe(code);
    });

    test("names the wrong places of its data", async () => {
      const answer = await app.run(
        'mutation { createCity(data: { id: 9, name: "", country: "FR", opened: "soon" }) { id } }',
        { actor: editor },
      );
      expect(answer.json.errors?.[0]?.extensions.problems?.map(({ path }) => path)).toContain("/opened");
    });
  });

  describe("rules", () => {
    test("hide rows from those they are not for", async () => {
      expect(await body("{ notes { nodes { id } } note(id: 1) { id } }")).toBe(
        '{"data":{"notes":{"nodes":[]},"note":null}}',
      );
      expect((await app.run("{ notes { nodes { id } } }", { actor: editor })).json.data).toMatchObject({
        notes: { nodes: [{ id: 1 }] },
      });
    });

    test("a hidden field is unknown exactly like a misspelt one", async () => {
      const hidden = await app.run("{ city(id: 1) { secret } }");
      const unknown = await app.run("{ city(id: 1) { sxxxxt } }");
      expect(String(hidden.body).replaceAll("secret", "sxxxxt")).toBe(unknown.body);
      expect(
        await body(
          '{ __type(name: "City") { fields { name } } a: __type(name: "CityCreate") { inputFields { name } } b: __type(name: "CityWhere") { inputFields { name } } }',
        ),
      ).not.toContain("secret");
    });
  });

  describe("errors", () => {
    test("of graphql-js carry a code and a place", async () => {
      const answer = await app.run("{ city(id: 1) { nme } }");
      expect(answer.json).toEqual({
        errors: [
          {
            message: 'Cannot query field "nme" on type "City". Did you mean "name"?',
            locations: [{ line: 1, column: 17 }],
            extensions: { code: "FTG_QUERY", fix: "Use only the fields, operators and arguments of the model." },
          },
        ],
      });
    });

    test("of variables name the variable", async () => {
      expect(failure(await app.run("query($id: Int!) { city(id: $id) { id } }"))).toMatch(/^FTG_VALUE: .*\$id/);
      expect(
        failure(
          await app.run("query($w: CityWhere) { cities(where: $w) { nodes { id } } }", {
            variables: { w: { nothing: 1 } },
          }),
        ),
      ).toMatch(/^FTG_VALUE: .*nothing/);
    });

    test("of one nullable field leave the others; of a required one leave nothing", async () => {
      const mixed = await app.run(
        '{ ok: city(id: 1) { id } bad: city(id: 1) { country { cities(after: "x") { nodes { id } } } } }',
      );
      expect(mixed.json).toMatchObject({ data: { ok: { id: 1 }, bad: null }, errors: [{ path: ["bad"] }] });
      const none = await app.run('{ ok: city(id: 1) { id } bad: cities(after: "x") { nodes { id } } }');
      expect(none.json).toMatchObject({ data: null, errors: [{ path: ["bad"] }] });
    });

    test("of the server itself are logged, not shown", async () => {
      const executor: Executor = Object.assign(Object.create(app.engine), {
        readRaw: async (_query: ReadQuery) => Promise.reject(new Error("the password is 5")),
      });
      const broken = await createApp({ executor });
      const answer = await broken.run("{ city(id: 1) { id } }");
      expect(String(answer.body)).not.toContain("password");
      expect(failure(answer)).toMatch(/^FTG_INTERNAL: /);
      expect(broken.logged).toEqual([
        { request: "test", err: expect.objectContaining({ message: "the password is 5" }) },
      ]);
    });

    test("an alias that could harm a client is refused", async () => {
      expect(failure(await app.run("{ city(id: 1) { __proto__: name } }"))).toMatch(/^FTG_QUERY: .*__proto__/);
      expect(await body("{ city(id: 1) { constructor: name toString: id hasOwnProperty: kind } }")).toBe(
        '{"data":{"city":{"constructor":"Algiers","toString":1,"hasOwnProperty":"capital"}}}',
      );
    });

    test("subscriptions are not served", async () => {
      expect(failure(await app.run("subscription { cities { nodes { id } } }"))).toMatch(/^FTG_QUERY: .*subscription/);
    });
  });

  describe("introspection", () => {
    test("describes the schema where it is on", async () => {
      const answer = await app.run(
        "query($n: String!) { t: __type(name: $n) { ...T } __schema { queryType { name } mutationType { name } subscriptionType { name } } } fragment T on __Type { name description }",
        {
          variables: { n: "City" },
        },
      );
      expect(answer.json.data).toEqual({
        t: { name: "City", description: "A place where people live." },
        __schema: { queryType: { name: "Query" }, mutationType: { name: "Mutation" }, subscriptionType: null },
      });
    });

    test("says that it is off where it is off; __typename still works", async () => {
      const closed = await createApp({ introspection: false });
      const answer = await closed.run("{ __schema { types { name } } }");
      expect(answer.json.errors?.[0]?.message).toContain("introspection has been disabled");
      expect((await closed.run('{ __type(name: "City") { name } }')).json.errors?.[0]?.message).toContain(
        "introspection has been disabled",
      );
      expect((await closed.run("{ __typename city(id: 1) { __typename } }")).json).toEqual({
        data: { __typename: "Query", city: { __typename: "City" } },
      });
    });
  });

  describe("work done once", () => {
    test("one root field is one query to the engine, and documents are parsed once", async () => {
      const queries: ReadQuery[] = [];
      const spy: Executor = Object.assign(Object.create(app.engine), {
        readRaw: (query: ReadQuery, actor: typeof editor) => {
          queries.push(query);
          return app.engine.readRaw(query, actor);
        },
      });
      const counted = await createApp({ executor: spy });
      const query =
        "query($n: Int) { countries(first: $n) { nodes { cities { nodes { region { name country { name } } } } borders { nodes { code } } } } city(id: 1) { name } }";
      for (const n of [1, 2, 3]) await counted.run(query, { variables: { n } });
      expect(queries.map(({ model, limit }) => [model, limit])).toEqual([
        ["Country", 1],
        ["City", undefined],
        ["Country", 2],
        ["City", undefined],
        ["Country", 3],
        ["City", undefined],
      ]);
      expect(counted.api.stats()).toEqual({ size: 1, hits: 2, misses: 1 });
    });

    test("a document that is kept answers every request by its own variables", async () => {
      const query = `query($id: Int!, $n: Int, $where: CityWhere, $name: Boolean!, $more: Boolean = true) {
        city(id: $id) { id name @include(if: $name) ...More @skip(if: $more) }
        again: city(id: 1) { country { cities(first: $n, where: $where) { nodes { id } } } }
      }
      fragment More on City { population }`;
      const ask = async (variables: object) => (await app.run(query, { variables })).json.data;
      const plain = { id: 1, name: false };
      for (let round = 0; round < 2; round++) {
        expect(await ask({ ...plain, n: 1 })).toEqual({
          city: { id: 1 },
          again: { country: { cities: { nodes: [{ id: 1 }] } } },
        });
        expect(await ask({ ...plain, name: true, more: false, where: { id: 2 } })).toMatchObject({
          city: { id: 1, name: "Algiers", population: expect.any(Number) },
          again: { country: { cities: { nodes: [{ id: 2 }] } } },
        });
        expect(await ask({ ...plain, name: true, n: 1 })).toMatchObject({ city: { id: 1, name: "Algiers" } });
      }
    });

    test("a document that is kept fails every time, and only where its variables make it fail", async () => {
      const query =
        "query($n: Int) { a: countries(first: $n) { nodes { cities(first: 0) { nodes { id } } } } b: city(id: 1) { id country { cities(first: $n) { nodes { id } } } } }";
      const ask = (n: number) => app.run(query, { variables: { n } });
      for (let round = 0; round < 2; round++) {
        expect((await ask(1)).json.errors?.map(({ path }) => path)).toEqual([["a"]]);
        expect((await ask(0)).json.errors?.map(({ path }) => path)).toEqual([["a"], ["b"]]);
      }
    });
  });
});

function cursorOf(answer: Answer, name: string): string {
  const found = new RegExp(`"${name}":"([^"]+)"`).exec(String(answer.body))?.[1];
  if (found === undefined) throw new Error(`The answer has no ${name}: ${String(answer.body)}`);
  return found;
}
