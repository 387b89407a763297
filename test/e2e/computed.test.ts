// Computed fields through every door of a served app: what leaves, what the documents say, and that nobody writes them.

import { afterAll, beforeAll, expect, test } from "vitest";
import { type Client, createClient } from "../../src/client.ts";
import { defineApp, model, type RunningApp, startApp, t } from "../../src/index.ts";

const everyone = { read: true, create: true, update: true, delete: true } as const;
const models = {
  Country: model(
    { code: t.text().length(2), name: t.text(), cities: t.many("City", "country") },
    { key: "code", access: everyone },
  ),
  City: model(
    { id: t.int(), name: t.text(), people: t.int().optional(), area: t.float().optional(), country: t.ref("Country") },
    {
      key: "id",
      access: { ...everyone, read: () => ({ name: { not: "Hidden" } }) },
      computed: ({ concat, divide, field, when }) => ({
        label: concat(field("name"), ", ", when({ id: { lt: 10 } }, "PE", "BO")),
        density: divide(field("people"), field("area")),
      }),
    },
  ),
};
const app = defineApp({
  models,
  async setup({ db }) {
    const system = db.asSystem();
    await system.Country.create({ code: "PE", name: "Peru" });
    await system.City.createMany([
      { id: 1, name: "Lima", people: 1000, area: 4, country: "PE" },
      { id: 2, name: "Hidden", people: 1, area: 1, country: "PE" },
      { id: 11, name: "=Sucre", country: "PE" },
    ]);
  },
});

let running: RunningApp<typeof models>;
let client: Client<typeof app>;
beforeAll(async () => {
  running = await startApp(app, {
    database: "sqlite::memory:",
    port: 0,
    host: "127.0.0.1",
    mode: "development",
    title: "test",
  });
  client = createClient<typeof app>(running.url);
});
afterAll(() => running.close());

async function send(path: string, init?: { readonly method: string; readonly body: unknown; readonly type?: string }) {
  const response = await fetch(
    `${running.url}${path}`,
    init && {
      method: init.method,
      body: JSON.stringify(init.body),
      headers: { "content-type": init.type ?? "application/json" },
    },
  );
  return { status: response.status, text: await response.text() };
}

async function askGraphql(query: string): Promise<unknown> {
  return JSON.parse((await send("/graphql", { method: "POST", body: { query } })).text);
}

const lima = { id: 1, name: "Lima", people: 1000, area: 4, country: "PE", label: "Lima, PE", density: 250 };

test("REST shows them, and filters, sorts, selects, groups and exports by them", async () => {
  expect(await send("/api/cities/1")).toEqual({ status: 200, text: JSON.stringify(lima) });
  const answer = await send("/api/cities?label[startsWith]=Lima&density[gte]=250&sort=-density&fields=label,density");
  expect(answer.text).toBe('{"data":[{"label":"Lima, PE","density":250}],"page":{"hasMore":false,"next":null}}');
  expect((await send("/api/cities?density[isNull]=true&fields=id")).text).toContain('[{"id":11}]');
  expect(
    (await send("/api/aggregate/cities?groupBy=label&aggregate=max.density&sort=-max.density&limit=1")).text,
  ).toContain('{"key":{"label":"Lima, PE"},"max":{"density":250}}');
  expect((await send("/api/countries?include=cities&fields=code,cities.label")).text).toContain(
    '"cities":[{"label":"Lima, PE"},{"label":"=Sucre, BO"}]',
  );
  expect((await send("/api/export/cities?format=csv&fields=label")).text).toContain("'=Sucre, BO");
});

test("OpenAPI describes them as read only, and as no part of what is sent", async () => {
  const { components } = JSON.parse((await send("/openapi.json")).text);
  const { City, CityCreate, CityUpdate } = components.schemas;
  expect(City.properties.label).toMatchObject({ type: "string", readOnly: true });
  expect(City.properties.density).toMatchObject({ type: ["number", "null"], readOnly: true });
  for (const written of [CityCreate, CityUpdate]) expect(Object.keys(written.properties)).not.toContain("label");
});

test.each([
  ["POST", "/api/cities", "application/json", { id: 5, name: "x", country: "PE", label: "x" }, "/label"],
  ["PATCH", "/api/cities/1", "application/merge-patch+json", { density: null }, "/density"],
  [
    "POST",
    "/api/batch",
    "application/json",
    { operations: [{ op: "update", model: "City", key: 1, data: { density: { increment: 1 } } }] },
    "/density",
  ],
])("%s %s does not write them", async (method, path, type, body, at) => {
  const { status, text } = await send(path, { method, type, body });
  expect(status).toBe(422);
  expect(JSON.parse(text).problems).toEqual([
    { path: at, detail: "cannot be written: it is computed from other fields." },
  ]);
  expect((await send("/api/cities/1")).text).toBe(JSON.stringify(lima));
});

test("GraphQL has them in rows, filters, orders and groups, and in no input of a write", async () => {
  expect(
    await askGraphql(`{
      cities(where: { label: { startsWith: "L" } }, orderBy: ["-density"]) { nodes { label density } }
      citiesAggregate(having: { max: { density: { gt: 1 } } }) { nodes { key { label } max { density } } }
    }`),
  ).toEqual({
    data: {
      cities: { nodes: [{ label: "Lima, PE", density: 250 }] },
      citiesAggregate: { nodes: [{ key: { label: "Lima, PE" }, max: { density: 250 } }] },
    },
  });
  const inputs = await askGraphql(
    '{ input: __type(name: "CityCreateInput") { inputFields { name } } type: __type(name: "City") { fields { name type { kind } } } }',
  );
  expect(JSON.stringify(inputs)).not.toContain('"inputFields":null');
  expect(JSON.stringify(inputs)).toContain('{"name":"label","type":{"kind":"NON_NULL"}}');
  expect(JSON.stringify(inputs).match(/"label"/g)).toHaveLength(1);
});

test("the client has them with their types, and so has db", async () => {
  const rows = await client.City.find({
    select: { label: true, density: true },
    where: { density: { isNull: false } },
  });
  expect(rows).toEqual([{ label: "Lima, PE", density: 250 }]);
  expect(await running.db.City.first({ orderBy: ["label"], select: { label: true } })).toEqual({ label: "=Sucre, BO" });
  const created = await client.City.create({ id: 3, name: "Cusco", country: "PE" }, { select: { label: true } });
  expect(created).toEqual({ label: "Cusco, PE" });
  await client.City.delete(3);
});
