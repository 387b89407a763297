// The comparisons beyond equality and order, null placement and patches, through every door of a served app.

import { expect, test } from "vitest";
import { createClient } from "../../src/client.ts";
import { defineApp, model, t } from "../../src/index.ts";
import { type OwnCodeApp, serveOwnCode } from "./own-code-app.ts";

const everyone = { read: true, create: true, update: true, delete: true } as const;

const Shop = model({ id: t.int(), name: t.text(), best: t.int().optional() }, { key: "id", access: everyone });
const Item = model(
  {
    id: t.int(),
    name: t.text(),
    tags: t.list(t.text()).max(3).default([]),
    meta: t.json().optional(),
    price: t.int().optional(),
    cost: t.int().optional(),
    shop: t.ref("Shop").optional(),
    secret: t.json().optional().hidden(),
  },
  { key: "id", access: everyone },
);
const models = { Shop, Item };

const app = defineApp({
  models,
  async setup({ db }) {
    await db.Shop.create({ id: 1, name: "éCLAIR", best: 7 });
    await db.Item.createMany([
      { id: 1, name: "Éclair", tags: ["a", "b"], meta: { sizes: [{ w: 5 }], "a.b": 1 }, price: 8, cost: 5, shop: 1 },
      { id: 2, name: "eclair", tags: [], meta: { sizes: [{ w: "5" }] }, price: 5, cost: 8, shop: 1 },
      { id: 3, name: "100%", tags: ["A"] },
    ]);
  },
});

/** What asks for rows in each door, and the ids that come. */
const questions: readonly [string, object, string, readonly number[]][] = [
  ["case", { name: { ieq: "éCLAIR" } }, "name[ieq]=éCLAIR", [1]],
  ["part of a text", { name: { icontains: "CLAI" } }, "name[icontains]=CLAI", [1, 2]],
  ["a wildcard", { name: { iendsWith: "%" } }, "name[iendsWith]=%25", [3]],
  ["an item", { tags: { has: "a" } }, "tags[has]=a", [1]],
  ["any item", { tags: { hasAny: ["A", "b"] } }, "tags[hasAny]=A,b", [1, 3]],
  ["every item", { tags: { hasEvery: ["b", "a"] } }, "tags[hasEvery]=b,a", [1]],
  ["an empty list", { tags: { isEmpty: true } }, "tags[isEmpty]=true", [2]],
  [
    "inside json",
    { meta: { path: ["sizes", 0, "w"], gte: 5 } },
    `meta[where]=${encodeURIComponent('{"path":["sizes",0,"w"],"gte":5}')}`,
    [1],
  ],
  [
    "a name with a point",
    { meta: { path: ["a.b"], exists: true } },
    `meta[where]=${encodeURIComponent('{"path":["a.b"],"exists":true}')}`,
    [1],
  ],
  ["another field", { price: { gt: { field: "cost" } } }, "price[gt][field]=cost", [1]],
  ["a field of another row", { price: { lt: { field: "shop.best" } } }, "price[lt][field]=shop.best", [2]],
];

test.each(questions)("%s: the same rows in every door", async (_name, where, parameter, ids) => {
  const served = await serveOwnCode(app);
  const rows = ids.map((id) => ({ id }));
  const rest = await served.get(`/api/items?fields=id&${parameter}`);
  expect(rest.body).toMatchObject({ data: rows });
  const query = "query($where: ItemWhere) { items(where: $where) { nodes { id } } }";
  expect(await graphql(served, query, { where })).toEqual({ data: { items: { nodes: rows } } });
  const operations = [{ op: "find", model: "Item", where, select: { id: true } }];
  const batch = await served.post("/api/batch", { operations });
  expect(batch.body).toMatchObject({ results: [{ data: rows }] });
  // The test's own table has wider types than a query.
  const find = { where, select: { id: true } } as { where: { id: number }; select: { id: true } };
  expect(await createClient<typeof app>(served.server.url).Item.find(find)).toEqual(rows);
  expect(await served.server.db.Item.find(find)).toEqual(rows);
});

test("filters as GraphQL literals", async () => {
  const served = await serveOwnCode(app);
  const text = `{
    a: items(where: { price: { gt: { field: "cost" } }, meta: { path: ["sizes", 0, "w"], eq: 5 } }) { nodes { id } }
    b: items(where: { tags: { has: "A" } }, orderBy: ["-price:nullsFirst"]) { nodes { id } }
    c: items(orderBy: ["-price:nullsFirst"]) { nodes { id } }
  }`;
  expect(await graphql(served, text)).toEqual({
    data: { a: { nodes: [{ id: 1 }] }, b: { nodes: [{ id: 3 }] }, c: { nodes: [{ id: 3 }, { id: 1 }, { id: 2 }] } },
  });
});

test("nulls stand where every door puts them", async () => {
  const served = await serveOwnCode(app);
  const order = [1, 2, 3].map((id) => ({ id }));
  expect((await served.get("/api/items?fields=id&sort=shop.best:nullsLast")).body).toMatchObject({ data: order });
  expect((await served.get("/api/items?fields=id&sort=name:nullsLast")).status).toBe(400);
  const orderBy = [{ field: "price", direction: "desc", nulls: "last" }];
  const batch = { operations: [{ op: "find", model: "Item", select: { id: true }, orderBy }] };
  expect((await served.post("/api/batch", batch)).body).toMatchObject({ results: [{ data: order }] });
  const page = await served.server.db.Item.findPage({ orderBy: ["-price:nullsLast"], select: { id: true }, limit: 2 });
  expect(page.data).toEqual([{ id: 1 }, { id: 2 }]);
});

test("lists and json are patched in every door", async () => {
  const served = await serveOwnCode(app);
  const patch = (body: object) =>
    served.send("/api/items/1", {
      method: "PATCH",
      headers: { "content-type": "application/merge-patch+json" },
      body: JSON.stringify(body),
    });
  expect((await patch({ tags: { append: ["c"] } })).body).toMatchObject({ tags: ["a", "b", "c"] });
  expect((await patch({ tags: { append: ["d"] } })).status).toBe(422);
  const data =
    'updateItem(id: 1, data: { tagsPatch: { remove: ["a"] }, meta: { merge: { sizes: null } } }) { tags meta }';
  expect(await graphql(served, `mutation { ${data} }`)).toEqual({
    data: { updateItem: { tags: ["b", "c"], meta: { "a.b": 1 } } },
  });
  const both = 'mutation { updateItem(id: 1, data: { tags: [], tagsPatch: { remove: ["a"] } }) { tags } }';
  expect(await graphql(served, both)).toMatchObject({ errors: [{ extensions: { code: "FTG_INVALID" } }] });
  const none = "mutation { updateItem(id: 1, data: { tagsPatch: null, price: 9 }) { tags price } }";
  expect(await graphql(served, none)).toEqual({ data: { updateItem: { tags: ["b", "c"], price: 9 } } });
  const client = createClient<typeof app>(served.server.url);
  expect(await client.Item.update(1, { tags: { append: ["z"] }, meta: { merge: { x: 1 } } })).toMatchObject({
    tags: ["b", "c", "z"],
    meta: { "a.b": 1, x: 1 },
  });
});

test("many rows are patched by one call of db, of a batch and of the client", async () => {
  const served = await serveOwnCode(app);
  const data = { tags: { append: ["n"] }, meta: { merge: { n: 1 } } };
  expect(await served.server.db.Item.updateMany({ where: { id: { lt: 3 } }, data: { tags: { remove: ["a"] } } })).toBe(
    2,
  );
  expect(await createClient<typeof app>(served.server.url).Item.updateMany({ all: true, data })).toBe(3);
  const operation = { op: "updateMany", model: "Item", all: true, data };
  expect((await served.post("/api/batch", { operations: [operation] })).body).toEqual({ results: [{ data: 3 }] });
  // The first has three items now.
  expect((await served.post("/api/batch", { operations: [operation] })).status).toBe(422);
  const { data: rows } = Object((await served.get("/api/items?fields=tags,meta")).body);
  expect(rows).toEqual([
    { tags: ["b", "n", "n"], meta: { sizes: [{ w: 5 }], "a.b": 1, n: 1 } },
    { tags: ["n", "n"], meta: { sizes: [{ w: "5" }], n: 1 } },
    { tags: ["A", "n", "n"], meta: { n: 1 } },
  ]);
});

test("PATCH stays a merge patch, also of json that looks like a verb", async () => {
  const served = await serveOwnCode(app);
  const patch = (meta: unknown) =>
    served.send("/api/items/3", {
      method: "PATCH",
      headers: { "content-type": "application/merge-patch+json" },
      body: JSON.stringify({ meta }),
    });
  expect((await patch({ merge: { a: 1 } })).body).toMatchObject({ meta: { merge: { a: 1 } } });
  expect((await patch({ merge: { b: 2 } })).body).toMatchObject({ meta: { merge: { a: 1, b: 2 } } });
  expect((await patch({ set: { merge: {} }, merge: null })).body).toMatchObject({ meta: { set: { merge: {} } } });
});

test("wrong conditions are answered with 400 and say where", async () => {
  const served = await serveOwnCode(app);
  const filters = [
    "tags[isEmpty]=x",
    "meta[where]=5",
    `meta[where]=${encodeURIComponent('{"path":["a"],"gt":true}')}`,
    `meta[where]=${encodeURIComponent('{"path":["a"],"eq":"\\u0000"}')}`,
    `secret[where]=${encodeURIComponent('{"path":["a"],"eq":1}')}`,
    "price[gt][field]=name",
    "price[gt][field]=secret",
    "price[ieq]=5",
  ];
  for (const filter of filters) {
    const { status, body } = await served.get(`/api/items?${filter}`);
    expect([status, body], filter).toMatchObject([400, { detail: expect.any(String) }]);
  }
  const wheres = ['{ price: { gt: { field: "name" } } }', "{ meta: { path: [-1], eq: 1 } }", "{ tags: { has: 1 } }"];
  for (const where of wheres)
    expect(await graphql(served, `{ items(where: ${where}) { nodes { id } } }`), where).toMatchObject({
      errors: [{ extensions: { code: expect.stringMatching(/^FTG_(QUERY|VALUE)$/) } }],
    });
});

async function graphql(served: OwnCodeApp<typeof models>, query: string, variables: object = {}): Promise<unknown> {
  return (await served.post("/graphql", { query, variables })).body;
}
