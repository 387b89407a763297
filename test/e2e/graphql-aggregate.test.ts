/** Groups over GraphQL: what is selected of `key` is what rows are grouped by. */
import { beforeAll, describe, expect, test } from "vitest";
import { anonymousActor } from "../../src/engine/actor.ts";
import type { Store } from "../../src/stores/contract/store.ts";
import { createMemoryStore } from "../../src/stores/memory/store.ts";
import { createSqliteStore } from "../../src/stores/sqlite/store.ts";
import { createGraphqlApp, type GraphqlApp } from "../support/graphql-app.ts";

const stores: readonly (readonly [name: string, create: () => Store])[] = [
  ["memory", createMemoryStore],
  ["sqlite", () => createSqliteStore({ path: ":memory:" })],
];

describe.each(stores)("on %s", (_name, create) => {
  let app: GraphqlApp;
  beforeAll(async () => {
    app = await createGraphqlApp({}, create());
  });

  async function data(query: string, variables?: unknown): Promise<unknown> {
    const { json } = await app.run(query, { variables });
    expect(json.errors).toBeUndefined();
    return json.data;
  }

  async function failure(query: string, variables?: unknown): Promise<string> {
    const { json } = await app.run(query, { variables });
    return `${json.errors?.[0]?.extensions.code}: ${json.errors?.[0]?.message}`;
  }

  test("a group has the bytes of a row of the query language", async () => {
    const query = `{ citiesAggregate(orderBy: ["-sum.population"], first: 2) { nodes {
      key { country { continent } kind } count countDistinct { name } sum { population budget } avg { population } min { kind opened } max { name } } } }`;
    const { json } = await app.engine.aggregate(
      {
        model: "City",
        groupBy: ["country.continent", "kind"],
        count: true,
        countDistinct: ["name"],
        sum: ["population", "budget"],
        avg: ["population"],
        min: ["kind", "opened"],
        max: ["name"],
        orderBy: ["-sum.population"],
        limit: 2,
      },
      anonymousActor,
    );
    expect(String((await app.run(query)).body)).toBe(`{"data":{"citiesAggregate":{"nodes":${json}}}}`);
  });

  test("names are the caller's, keys are sorted by them, and fragments are merged", async () => {
    const query = `query ($first: Int, $least: SafeInt) {
      all: citiesAggregate { nodes { total: count __typename } }
      by: citiesAggregate(orderBy: ["-k.land.c", "k.kind"], first: $first, offset: 1, having: { count: { gte: $least }, sum: { population: { gt: 0 } } }) {
        __typename
        pageInfo { hasNextPage hasPreviousPage endCursor __typename }
        groups: nodes { ...Keys sum { __typename p: population } }
      }
    } fragment Keys on CityAggregate { k: key { __typename land: country { c: code } kind } }`;
    const { by, all } = (await data(query, { first: 1, least: 1 })) as {
      by: { groups: unknown[] };
      all: { nodes: { total: number }[] };
    };
    expect(all.nodes).toEqual([{ total: expect.any(Number), __typename: "CityAggregate" }]);
    expect(by).toMatchObject({
      __typename: "CityAggregateConnection",
      pageInfo: { hasNextPage: true, hasPreviousPage: true, endCursor: null, __typename: "PageInfo" },
      groups: [
        {
          k: { __typename: "CityAggregateKey", land: { c: expect.any(String) }, kind: "CAPITAL".toLowerCase() },
          sum: { __typename: "CityAggregateSums", p: expect.stringMatching(/^\d+$/) },
        },
      ],
    });
  });

  test("dates by spans of time, with variables", async () => {
    const query = `query ($by: DateBucket) { citiesAggregate { nodes { key { opened(bucket: $by) } count } } }`;
    const plain = await data("{ citiesAggregate { nodes { key { opened } count } } }");
    expect(await data(query)).toEqual(plain);
    expect(JSON.stringify(await data(query, { by: "YEAR" }))).toMatch(/"\d{4}-01-01"|null/);
  });

  test("a connection counts its rows when it is asked to, and rows show what is calculated over related rows", async () => {
    const query = `query ($kind: EnumFilter) { countries(where: { continent: "Africa" }, orderBy: ["-cities.count"], first: 1, offset: 1) {
      totalCount again: totalCount pageInfo { hasNextPage }
      nodes { code cities(first: 1) { totalCount nodes { name } } all: citiesAggregate { __typename count sum { population } max { name } } some: citiesAggregate(where: { kind: $kind }) { n: count } }
    } }`;
    const { countries } = (await data(query, { kind: "capital" })) as {
      countries: { totalCount: number; nodes: unknown[] };
    };
    expect(countries).toMatchObject({
      totalCount: expect.any(Number),
      again: countries.totalCount,
      pageInfo: { hasNextPage: true },
      nodes: [
        {
          cities: { totalCount: expect.any(Number), nodes: [{ name: expect.any(String) }] },
          all: {
            __typename: "CityAggregateValues",
            count: expect.any(Number),
            sum: { population: expect.any(String) },
          },
          some: { n: 1 },
        },
      ],
    });
    const count = await app.engine.count({ model: "Country", where: { continent: "Africa" } }, anonymousActor);
    expect(countries.totalCount).toBe(count);
    expect(await data('{ cities(where: { name: "nowhere" }) { totalCount } }')).toEqual({ cities: { totalCount: 0 } });
    expect(await data("{ cities(first: 1, offset: 9999) { totalCount nodes { id } } }")).toMatchObject({
      cities: { totalCount: await app.engine.count({ model: "City" }, anonymousActor), nodes: [] },
    });
  });

  test("only rows that the caller may read are counted", async () => {
    expect(await data("{ notesAggregate { nodes { count } pageInfo { hasNextPage } } }")).toEqual({
      notesAggregate: { nodes: [{ count: 0 }], pageInfo: { hasNextPage: false } },
    });
  });

  test("a page without groups, and groups without anything", async () => {
    expect(await data("{ citiesAggregate { pageInfo { hasNextPage } } }")).toEqual({
      citiesAggregate: { pageInfo: { hasNextPage: false } },
    });
    expect(await data("{ citiesAggregate { nodes { __typename } } }")).toEqual({
      citiesAggregate: { nodes: [{ __typename: "CityAggregate" }] },
    });
  });

  test("what is wrong with one field of groups is told of that field, the others are answered", async () => {
    const { status, json } = await app.run(
      "{ citiesAggregate { a: nodes { count } b: nodes { count } } city(id: 0) { id } }",
    );
    expect(status).toBe(200);
    expect(json.errors).toMatchObject([{ path: ["citiesAggregate"], locations: [{ line: 1, column: 3 }] }]);
  });

  test.each([
    ["{ citiesAggregate { nodes { key { secret } } } }", 'Cannot query field "secret" on type "CityAggregateKey".'],
    ["{ citiesAggregate { nodes { max { secret } } } }", 'Cannot query field "secret" on type "CityAggregateEnds".'],
    ["{ citiesAggregate { nodes { sum { name } } } }", 'Cannot query field "name" on type "CityAggregateSums".'],
    [
      "{ citiesAggregate { a: nodes { count } b: nodes { count } } }",
      "FTG_QUERY: citiesAggregate: expected `nodes` once",
    ],
    [
      "{ citiesAggregate(first: 0) { nodes { count } } }",
      "FTG_QUERY: citiesAggregate: expected `first` to be from 1 to 100, got 0.",
    ],
    ['{ citiesAggregate(orderBy: ["name"]) { nodes { count } } }', "FTG_QUERY: orderBy[0]: expected count"],
    ['{ citiesAggregate(orderBy: ["max.secret"]) { nodes { count } } }', 'FTG_QUERY: City has no field "secret".'],
    [
      "query ($x: SafeInt) { citiesAggregate(having: { count: { gt: $x } }) { nodes { count } } }",
      "FTG_QUERY: citiesAggregate: expected a value for the variable $x inside `having`, got none",
    ],
    [
      "{ citiesAggregate(having: { count: { gt: [1] } }) { nodes { count } } }",
      "FTG_VALUE: having.count.gt: expected an integer",
    ],
    ['{ citiesAggregate(after: "x") { nodes { count } } }', 'Unknown argument "after"'],
  ])("refuses %s", async (query, message) => {
    expect(await failure(query)).toContain(message);
  });
});
