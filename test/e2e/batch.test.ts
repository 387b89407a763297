// Batches as a client sends them: results, transactions, references, rules, and everything a body can get wrong.

import { afterEach, describe, expect, test } from "vitest";
import { systemActor } from "../../src/engine/actor.ts";
import { FootingError } from "../../src/errors/footing-error.ts";
import { createSqliteStore } from "../../src/stores/sqlite/store.ts";
import { type BatchApp, serveBatchApp } from "./batch-app.ts";

let app: BatchApp;

afterEach(() => app.close());

async function run(body: unknown, user?: string): Promise<{ status: number; answer: Record<string, unknown> }> {
  const { status, text } = await app.batch(body, user);
  return { status, answer: JSON.parse(text) };
}

const newCountry = { op: "create", model: "Country", data: { code: "EC", name: "Ecuador" }, as: "country" };
const newCity = {
  op: "create",
  model: "City",
  data: { id: 9, name: "Quito", population: 1, country: { $ref: "country.code" } },
};

async function countRows(model: string): Promise<number> {
  return app.engine.count({ model }, systemActor);
}

describe.each([
  ["memory", undefined],
  ["sqlite", () => createSqliteStore({ path: ":memory:" })],
])("a batch on %s", (_name, makeStore) => {
  test("answers each operation in its form", async () => {
    app = await serveBatchApp(makeStore && { store: makeStore() });
    const select = { name: true };
    const { status, answer } = await run({
      operations: [
        { op: "find", model: "City", select, where: { country: "PE" }, orderBy: ["-name"], limit: 1 },
        { op: "find", model: "City", select, orderBy: ["name"], offset: 4 },
        { op: "first", model: "City", select, orderBy: ["-population"] },
        { op: "get", model: "City", key: 2, select },
        { op: "get", model: "City", key: { id: 2 }, select },
        { op: "get", model: "City", key: 99 },
        { op: "get", model: "Reading", key: { station: "north/1", day: "2026-01-01" }, select: { value: true } },
        { op: "count", model: "City", where: { population: { gt: 1000 } } },
        { op: "create", model: "City", data: { id: 9, name: "Arequipa", population: 5, country: "PE" }, select },
        {
          op: "createMany",
          model: "Language",
          data: [
            { code: "qu", name: "a" },
            { code: "ay", name: "b" },
          ],
        },
        { op: "update", model: "City", key: 9, data: { population: 6 }, select: { population: true } },
        { op: "updateMany", model: "City", where: { country: "PE" }, data: { population: 7 } },
        { op: "delete", model: "City", key: 9, select },
        { op: "deleteMany", model: "Language", where: { code: { in: ["qu", "ay"] } } },
      ],
    });
    expect(status).toBe(200);
    expect(answer).toEqual({
      results: [
        { data: [{ name: "Lima" }], page: { hasMore: true, next: expect.any(String) } },
        { data: [{ name: "Santiago, RM" }], page: { hasMore: false, next: null } },
        { data: { name: "Lima" } },
        { data: { name: "Cusco" } },
        { data: { name: "Cusco" } },
        { data: null },
        { data: { value: 1.5 } },
        { data: 3 },
        { data: { name: "Arequipa" } },
        { data: 2 },
        { data: { population: 6 } },
        { data: 3 },
        { data: { name: "Arequipa" } },
        { data: 2 },
      ],
    });
  });

  test("aggregates, upserts and changes each row in its own way", async () => {
    app = await serveBatchApp(makeStore && { store: makeStore() });
    const sum = ["population"];
    const { answer } = await run({
      operations: [
        { op: "aggregate", model: "City", groupBy: ["country"], count: true, sum, having: { count: { gte: 2 } } },
        { op: "upsert", model: "Language", key: "es", create: { name: "x" }, update: { name: "Español" }, as: "es" },
        { op: "upsert", model: "Language", key: { code: "qu" }, create: { name: { $ref: "es.name" } }, update: {} },
        {
          op: "upsertMany",
          model: "Language",
          data: [
            { code: "qu", name: "Q" },
            { code: "ay", name: "A" },
          ],
          update: ["name"],
        },
        {
          op: "updateEach",
          model: "Language",
          rows: [
            { key: { $ref: "es.code" }, data: { name: "Spanish" } },
            { key: "ay", data: { name: "B" } },
          ],
        },
        {
          op: "find",
          model: "Language",
          select: { code: true, name: true },
          where: { code: { in: ["es", "qu", "ay"] } },
        },
      ],
    });
    expect(answer).toEqual({
      results: [
        {
          data: [{ key: { country: "PE" }, count: 2, sum: { population: "9400" } }],
          page: { hasMore: false, next: null },
        },
        { data: { code: "es", name: "Español" } },
        { data: { code: "qu", name: "Español" } },
        { data: { created: 1, updated: 1 } },
        { data: 2 },
        {
          data: [
            { code: "ay", name: "B" },
            { code: "es", name: "Spanish" },
            { code: "qu", name: "Q" },
          ],
          page: { hasMore: false, next: null },
        },
      ],
    });
  });

  test("is one transaction: the third operation undoes the first two", async () => {
    app = await serveBatchApp(makeStore && { store: makeStore() });
    const wrong = { op: "create", model: "City", data: { id: 1, name: "x", population: 1, country: "PE" } };
    const { status, answer } = await run({ operations: [newCountry, newCity, wrong] });
    expect(status).toBe(409);
    expect(answer).toMatchObject({ code: "FTG_CONFLICT", status: 409, operation: 2 });
    expect(await countRows("Country")).toBe(4);
    expect(await countRows("City")).toBe(5);
  });

  test("gives the values of earlier results to later operations", async () => {
    app = await serveBatchApp(makeStore && { store: makeStore() });
    const { status, answer } = await run({
      operations: [
        newCountry,
        { ...newCity, as: "city" },
        { op: "find", model: "City", as: "peru", where: { country: "PE" }, select: { id: true } },
        { op: "update", model: "City", key: { $ref: "city.id" }, data: { population: 8 } },
        { op: "update", model: "City", key: { id: { $ref: "peru.1.id" } }, data: { name: "Qosqo" } },
        { op: "count", model: "City", where: { any: [{ id: { in: [{ $ref: "city.id" }, 1] } }] } },
        { op: "first", model: "City", where: { country: { $ref: "country.code" } }, select: { population: true } },
      ],
    });
    expect(answer).toMatchObject({ results: { 5: { data: 2 }, 6: { data: { population: 8 } } } });
    expect(status).toBe(200);
    expect(await countRows("City")).toBe(6);
  });

  test("without a transaction each operation stands for itself", async () => {
    app = await serveBatchApp(makeStore && { store: makeStore() });
    const { status, answer } = await run({
      transaction: false,
      operations: [
        newCountry,
        { op: "get", model: "City", key: 1, limit: 5 },
        { op: "delete", model: "City", key: 99 },
        newCity,
        { op: "find", model: "Nope" },
      ],
    });
    expect(status).toBe(200);
    expect(answer).toMatchObject({
      results: [
        { data: { code: "EC" } },
        { error: { code: "FTG_QUERY", status: 400, operation: 1, problems: [{ path: "/operations/1/limit" }] } },
        { error: { code: "FTG_NOT_FOUND", status: 404, operation: 2 } },
        { data: { name: "Quito" } },
        { error: { code: "FTG_QUERY", operation: 4 } },
      ],
    });
    expect(await countRows("Country")).toBe(5);
  });
});

describe("rules", () => {
  test("hold for each operation", async () => {
    app = await serveBatchApp();
    const read = { op: "find", model: "Note", select: { text: true } };
    expect(await run({ operations: [read] })).toMatchObject({
      status: 403,
      answer: { code: "FTG_FORBIDDEN", operation: 0 },
    });
    expect((await run({ operations: [read] }, "ann")).answer).toMatchObject({
      results: [{ data: [{ text: "mine" }, { text: "ours" }] }],
    });
    const steal = { op: "update", model: "Note", key: 2, data: { text: "x" } };
    expect(await run({ operations: [read, steal] }, "ann")).toMatchObject({ status: 403, answer: { operation: 1 } });
  });

  test("a hidden field is a misspelling, in every member", async () => {
    app = await serveBatchApp();
    const members = [
      { select: { mayorPhone: true } },
      { where: { mayorPhone: "555-1" } },
      { orderBy: ["mayorPhone"] },
      { where: { country: { cities: { some: { mayorPhone: "555-1" } } } } },
    ];
    for (const member of members) {
      const { status, answer } = await run({ operations: [{ op: "find", model: "City", ...member }] });
      expect(status).toBe(400);
      expect(answer).toMatchObject({ code: "FTG_QUERY", detail: expect.stringContaining('no field "mayorPhone"') });
    }
    const created = await run({
      operations: [{ ...newCity, data: { ...newCity.data, mayorPhone: "1", country: "PE" } }],
    });
    expect(created).toMatchObject({ status: 422, answer: { code: "FTG_INVALID" } });
  });

  test("a reference cannot reach what its result does not show", async () => {
    app = await serveBatchApp();
    const operations = [
      { op: "get", model: "City", key: 1, as: "city" },
      { op: "find", model: "City", where: { name: { $ref: "city.mayorPhone" } } },
    ];
    expect((await run({ operations })).answer).toMatchObject({
      code: "FTG_QUERY",
      operation: 1,
      detail: "city has no mayorPhone; it is an object.",
    });
  });

  test("a model that nobody may touch is unknown and never proposed", async () => {
    app = await serveBatchApp();
    const { answer } = await run({ operations: [{ op: "find", model: "Vault" }] });
    expect(answer).toMatchObject({ code: "FTG_QUERY", problems: [{ detail: 'Unknown model "Vault".' }] });
    expect(JSON.stringify(await run({ operations: [{ op: "find", model: "Vaul" }] }))).not.toContain("Vault");
  });

  test("a row its creator may not read is null", async () => {
    app = await serveBatchApp();
    const { answer } = await run({ operations: [{ op: "create", model: "Report", data: { text: "x" } }] });
    expect(answer).toEqual({ results: [{ data: null }] });
  });
});

describe("references", () => {
  const get = { op: "get", model: "City", key: 2, as: "city" };

  test.each([
    [
      "unknown",
      [{ op: "get", model: "City", key: { $ref: "nobody.id" } }],
      "/operations/0/key/$ref",
      "No operation is called nobody.",
    ],
    [
      "later",
      [{ op: "get", model: "City", key: { $ref: "city.id" } }, get],
      "/operations/0/key/$ref",
      "Operation 1 (city) comes later; a reference leads to an earlier one.",
    ],
    [
      "cyclic",
      [
        { ...newCountry, as: "a", data: { code: "AA", name: { $ref: "b.name" } } },
        { ...newCountry, as: "b", data: { code: "BB", name: { $ref: "a.name" } } },
      ],
      "/operations/0/data/name/$ref",
      "Operation 1 (b) comes later; a reference leads to an earlier one.",
    ],
    ["to itself", [{ ...get, key: { $ref: "city.id" } }], "/operations/0/key/$ref", "Operation 0 refers to itself."],
    [
      "no text",
      [get, { op: "get", model: "City", key: { $ref: 5 } }],
      "/operations/1/key/$ref",
      'Expected a text like "name.field", got 5.',
    ],
    [
      "malformed",
      [get, { op: "find", model: "City", where: { any: [{ id: { $ref: "city..id" } }] } }],
      "/operations/1/where/any/0/id/$ref",
      'Expected a text like "name.field", got "city..id".',
    ],
  ])("%s are refused with their place, before anything runs", async (_what, operations, path, detail) => {
    app = await serveBatchApp();
    const { status, answer } = await run({ operations });
    expect(status).toBe(400);
    expect(answer).toMatchObject({
      code: "FTG_QUERY",
      problems: expect.arrayContaining([expect.objectContaining({ path, detail })]),
    });
    expect(app.transactions()).toBe(0);
    expect(await countRows("Country")).toBe(4);
  });

  test.each([
    [
      "to a row that is not there",
      { op: "get", model: "City", key: 99, as: "city" },
      { id: { $ref: "city.id" } },
      "FTG_REFERENCE",
      409,
    ],
    ["to null in a filter", { ...get, key: 1 }, { name: { $ref: "city.founded" } }, "FTG_REFERENCE", 409],
    ["to an object in a filter", { ...get, key: 1 }, { name: { $ref: "city.meta" } }, "FTG_QUERY", 400],
    ["to a list in a filter", { ...get, key: 1 }, { name: { $ref: "city.tags" } }, "FTG_QUERY", 400],
    ["that leave no filter", get, { $ref: "city.name" }, "FTG_QUERY", 400],
  ])("%s fail the operation", async (_what, first, where, code, status) => {
    app = await serveBatchApp();
    const found = await run({ operations: [first, { op: "deleteMany", model: "City", where }] });
    expect(found).toMatchObject({ status, answer: { code, operation: 1 } });
    expect(await countRows("City")).toBe(5);
  });

  test("to an operation that failed by itself fail too", async () => {
    app = await serveBatchApp();
    const operations = [
      { op: "delete", model: "City", key: 99, as: "gone" },
      { op: "get", model: "City", key: { $ref: "gone.id" } },
    ];
    expect((await run({ transaction: false, operations })).answer).toMatchObject({
      results: [{ error: { code: "FTG_NOT_FOUND" } }, { error: { code: "FTG_REFERENCE", operation: 1 } }],
    });
  });

  test("that are meant as data are quoted", async () => {
    app = await serveBatchApp();
    const meta = { $ref: "#/definitions/x" };
    const update = { op: "update", model: "City", key: 1, select: { meta: true } };
    expect((await run({ operations: [{ ...update, data: { meta } }] })).status).toBe(400);
    expect((await run({ operations: [{ ...update, data: { meta: { $value: meta } } }] })).answer).toEqual({
      results: [{ data: { meta } }],
    });
  });

  test("may stand for a whole object of data", async () => {
    app = await serveBatchApp();
    const operations = [
      { op: "get", model: "City", key: 1, select: { meta: true }, as: "city" },
      { op: "update", model: "City", key: 2, data: { meta: { $ref: "city.meta" } }, select: { meta: true } },
      { op: "create", model: "Language", data: { $ref: "city.meta" } },
    ];
    const { answer } = await run({ transaction: false, operations });
    expect(answer).toMatchObject({
      results: { 1: { data: { meta: { a: { b: 1, c: 2 } } } }, 2: { error: { code: "FTG_INVALID" } } },
    });
  });
});

describe("a body that is no batch is refused", () => {
  const many = Array.from({ length: 101 }, () => ({ op: "count", model: "City" }));
  const find = { op: "find", model: "City" };

  test.each<[unknown, string, string | RegExp]>([
    [[], "", "Expected an object, got an array."],
    ["null", "", "Expected an object, got null."],
    [{}, "/operations", "Expected a list of 1 to 100 operations, got nothing."],
    [{ operations: [] }, "/operations", "Expected a list of 1 to 100 operations, got 0."],
    [{ operations: many }, "/operations", "Expected a list of 1 to 100 operations, got 101."],
    [{ operations: {} }, "/operations", "Expected a list of 1 to 100 operations, got an object."],
    [{ operations: [find], transactions: true }, "/transactions", 'Unknown member "transactions".'],
    [{ operations: [find], transaction: 1 }, "/transaction", "Expected true or false, got 1."],
    [{ operations: [5] }, "/operations/0", "Expected an object, got 5."],
    [{ operations: [find, null] }, "/operations/1", "Expected an object, got null."],
    [{ operations: [{ model: "City" }] }, "/operations/0/op", /^Expected one of find, first, .*, got nothing\.$/],
    [{ operations: [{ ...find, op: "fnd" }] }, "/operations/0/op", 'Unknown operation "fnd".'],
    [{ operations: [{ ...find, op: "constructor" }] }, "/operations/0/op", 'Unknown operation "constructor".'],
    [{ operations: [{ ...find, model: "Cty" }] }, "/operations/0/model", 'Unknown model "Cty".'],
    [{ operations: [{ ...find, model: "toString" }] }, "/operations/0/model", 'Unknown model "toString".'],
    [{ operations: [{ ...find, as: "1" }] }, "/operations/0/as", /^Expected a name of/],
    [
      {
        operations: [
          { ...find, as: "a" },
          { ...find, as: "a" },
        ],
      },
      "/operations/1/as",
      "Operation 0 is called a already.",
    ],
    [{ operations: [{ ...find, page: {} }] }, "/operations/0/page", 'Unknown member "page".'],
    [{ operations: [{ ...find, single: true }] }, "/operations/0/single", 'Unknown member "single".'],
    [{ operations: [{ ...find, where: [] }] }, "/operations/0/where", "Expected a filter object, got an array."],
    [
      { operations: [{ ...find, select: "name" }] },
      "/operations/0/select",
      'Expected an object of fields, got "name".',
    ],
    [
      { operations: [{ ...find, orderBy: [1] }] },
      "/operations/0/orderBy",
      "Expected a list of sort keys, got an array.",
    ],
    [{ operations: [{ ...find, limit: "5" }] }, "/operations/0/limit", 'Expected a whole number, got "5".'],
    [{ operations: [{ ...find, after: 5 }] }, "/operations/0/after", "Expected a cursor, got 5."],
    [{ operations: [{ op: "get", model: "City" }] }, "/operations/0/key", /^Expected a key.*, got nothing\.$/],
    [{ operations: [{ op: "get", model: "City", key: null }] }, "/operations/0/key", /got null\.$/],
    [{ operations: [{ op: "create", model: "City", data: [] }] }, "/operations/0/data", /got an array\.$/],
    [{ operations: [{ op: "createMany", model: "City", data: {} }] }, "/operations/0/data", /got an object\.$/],
    [{ operations: [{ op: "createMany", model: "City", data: [1] }] }, "/operations/0/data", /got an array\.$/],
    [
      { operations: [{ op: "deleteMany", model: "City", all: false }] },
      "/operations/0/all",
      "Expected true, got false.",
    ],
    [
      { operations: [{ op: "deleteMany", model: "City", all: true, where: { id: 1 } }] },
      "/operations/0/all",
      /got both\.$/,
    ],
  ])("%j", async (body, path, detail) => {
    app = await serveBatchApp();
    const { status, answer } = await run(body);
    expect(status).toBe(400);
    const matching = typeof detail === "string" ? detail : expect.stringMatching(detail);
    expect(answer).toMatchObject({ code: "FTG_QUERY", problems: [{ path, detail: matching }] });
    expect(app.transactions()).toBe(0);
  });

  test.each<[string, unknown, number, string]>([
    ["JSON that is none", '{"operations":[', 400, "FTG_BODY"],
    ["a key twice", '{"operations":[],"operations":[]}', 400, "FTG_BODY"],
    ["__proto__", '{"operations":[{"op":"find","model":"City","where":{"__proto__":{}}}]}', 400, "FTG_BODY"],
    ["too deep", `{"operations":${"[".repeat(30)}${"]".repeat(30)}}`, 400, "FTG_BODY"],
    [
      "too large",
      { operations: [{ op: "create", model: "City", data: { name: "x".repeat(1_100_000) } }] },
      413,
      "FTG_TOO_LARGE",
    ],
  ])("%s", async (_what, body, status, code) => {
    app = await serveBatchApp();
    expect(await run(body)).toMatchObject({ status, answer: { code } });
  });

  test("all that is wrong is reported at once", async () => {
    app = await serveBatchApp();
    const { answer } = await run({
      operations: [{ op: "fnd", model: "City" }, find, { op: "get", model: "Cty", kye: 1 }],
    });
    expect(answer).toMatchObject({ operation: 0, detail: "4 places of the batch are wrong." });
    expect(answer["problems"]).toEqual([
      { path: "/operations/0/op", detail: 'Unknown operation "fnd".', fix: "Did you mean find?" },
      { path: "/operations/2/model", detail: 'Unknown model "Cty".', fix: "Did you mean City?" },
      { path: "/operations/2/kye", detail: 'Unknown member "kye".', fix: "Did you mean key?" },
      expect.objectContaining({ path: "/operations/2/key" }),
    ]);
  });

  test("other methods, media types and parameters are refused as everywhere", async () => {
    app = await serveBatchApp();
    const path = "/api/batch";
    const json = { "content-type": "application/json" };
    const body = JSON.stringify({ operations: [find] });
    expect(await app.send({ path })).toMatchObject({ status: 405, headers: { allow: "POST, OPTIONS" } });
    expect((await app.send({ path, method: "POST", body, headers: { "content-type": "text/plain" } })).status).toBe(
      415,
    );
    expect((await app.send({ path, method: "POST", body, headers: { ...json, accept: "text/html" } })).status).toBe(
      406,
    );
    expect((await app.send({ path: `${path}?x=1`, method: "POST", body, headers: json })).text).toContain(
      "FTG_PARAMETER",
    );
  });
});

describe("what the engine refuses keeps its words and names the operation", () => {
  test.each<[Record<string, unknown>, number, string]>([
    [{ op: "find", model: "City", limit: 0 }, 400, "FTG_QUERY"],
    [{ op: "find", model: "City", limit: 101 }, 400, "FTG_QUERY"],
    [{ op: "find", model: "City", after: "abc" }, 400, "FTG_CURSOR"],
    [{ op: "find", model: "City", where: { population: "many" } }, 400, "FTG_VALUE"],
    [{ op: "find", model: "City", where: { nam: 1 } }, 400, "FTG_QUERY"],
    [{ op: "get", model: "City", key: { id: { gt: 0 } } }, 400, "FTG_QUERY"],
    [{ op: "get", model: "City", key: { name: "Lima" } }, 400, "FTG_QUERY"],
    [{ op: "get", model: "Reading", key: { station: "north/1" } }, 400, "FTG_QUERY"],
    [{ op: "get", model: "Reading", key: "north/1" }, 400, "FTG_QUERY"],
    [{ op: "delete", model: "City", key: "x" }, 400, "FTG_VALUE"],
    [{ op: "updateMany", model: "City", data: { population: 1 } }, 400, "FTG_UNBOUNDED_WRITE"],
    [{ op: "deleteMany", model: "City" }, 400, "FTG_UNBOUNDED_WRITE"],
    [{ op: "deleteMany", model: "City", where: {} }, 400, "FTG_UNBOUNDED_WRITE"],
    [{ op: "deleteMany", model: "City", where: { all: [] } }, 400, "FTG_UNBOUNDED_WRITE"],
    [{ op: "update", model: "City", key: 99, data: { population: 1 } }, 404, "FTG_NOT_FOUND"],
    [{ op: "update", model: "City", key: 1, data: { country: "QQ" } }, 409, "FTG_REFERENCE"],
    [{ op: "update", model: "City", key: 2, data: { slug: "lima" } }, 409, "FTG_CONFLICT"],
    [{ op: "update", model: "City", key: 1, data: { name: "Nowhere" } }, 422, "FTG_CHECK"],
    [{ op: "update", model: "City", key: 1, data: { name: "a\u0000" } }, 422, "FTG_INVALID"],
    [{ op: "createMany", model: "City", data: [{ id: 10 }] }, 422, "FTG_INVALID"],
    [{ op: "aggregate", model: "City", groupBy: ["mayorPhone"], count: true }, 400, "FTG_QUERY"],
    [{ op: "updateEach", model: "City", rows: [{ key: { id: { gt: 0 } }, data: {} }] }, 400, "FTG_QUERY"],
    [
      {
        op: "updateEach",
        model: "City",
        rows: [
          { key: 1, data: {} },
          { key: 99, data: {} },
        ],
      },
      404,
      "FTG_NOT_FOUND",
    ],
    [{ op: "upsert", model: "City", key: { name: "x" }, create: {}, update: {} }, 400, "FTG_QUERY"],
    [{ op: "upsertMany", model: "City", data: [{ id: 10 }] }, 422, "FTG_INVALID"],
  ])("%j", async (operation, status, code) => {
    app = await serveBatchApp();
    const before = await app.engine.read({ model: "City" }, systemActor);
    const write = { op: "update", model: "City", key: 3, data: { population: 3 } };
    expect(await run({ operations: [write, operation] })).toMatchObject({
      status,
      answer: { code, status, operation: 1 },
    });
    expect(await app.engine.read({ model: "City" }, systemActor)).toEqual(before);
  });
});

describe("how it runs", () => {
  const find = { op: "find", model: "City", select: { id: true } };

  test("reads alone open no transaction and run side by side, a few at a time", async () => {
    app = await serveBatchApp();
    const { answer } = await run({
      operations: Array.from({ length: 20 }, (_, index) => ({ ...find, offset: index % 5 })),
    });
    expect(answer["results"]).toHaveLength(20);
    expect(app.transactions()).toBe(0);
    expect(app.maxReads()).toBe(4);
  });

  test("one write makes all of it one transaction, in order", async () => {
    app = await serveBatchApp();
    await run({ operations: [find, find, { op: "deleteMany", model: "Language", where: { code: "zz" } }] });
    expect(app.transactions()).toBe(1);
    expect(app.maxReads()).toBe(1);
  });

  test("a failure of the server's own is a 500 without details, logged, and undoes everything", async () => {
    app = await serveBatchApp();
    app.failNext(new Error("secret"));
    const { status, answer } = await run({ operations: [newCountry, find] });
    expect(status).toBe(500);
    expect(answer).toMatchObject({ code: "FTG_INTERNAL", operation: 1 });
    expect(JSON.stringify(answer)).not.toContain("secret");
    expect(JSON.stringify(app.log)).toContain("request");
    expect(app.log).toHaveLength(1);
    expect(await countRows("Country")).toBe(4);
  });

  test("a busy store says when to come back", async () => {
    app = await serveBatchApp();
    app.failNext(new FootingError("FTG_BUSY", { detail: "Too much.", headers: { "retry-after": "7" } }));
    const { status, headers } = await app.batch({ operations: [find] });
    expect(status).toBe(503);
    expect(headers).toMatchObject({ "retry-after": "7", "cache-control": "no-store" });
    expect(headers["content-type"]).toBe("application/problem+json; charset=utf-8");
  });

  test("the number of operations is the app's to set", async () => {
    app = await serveBatchApp({ maxOperations: 2 });
    expect((await run({ operations: [find, find] })).status).toBe(200);
    expect((await run({ operations: [find, find, find] })).status).toBe(400);
  });
});
