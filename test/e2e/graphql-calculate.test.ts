/** Calculations in the updates of GraphQL: their types, their place in nested writes, and what is refused. */
import { expect, test } from "vitest";
import { createGraphqlApi } from "../../src/api/graphql/graphql-api.ts";
import { anonymousActor, systemActor } from "../../src/engine/actor.ts";
import { createEngine } from "../../src/engine/engine.ts";
import { createSchema } from "../../src/schema/create-schema.ts";
import { model } from "../../src/schema/model.ts";
import { t } from "../../src/schema/t.ts";
import { createMemoryStore } from "../../src/stores/memory/store.ts";

const open = { read: true, create: true, update: true } as const;
const declared = createSchema({
  Shelf: model(
    { id: t.int(), label: t.text().default(""), items: t.many("Item", "shelf") },
    { key: "id", plural: "shelves", access: open },
  ),
  Item: model(
    {
      id: t.int(),
      stock: t.int().min(0).max(100),
      sold: t.bigint().default("0"),
      price: t.decimal(10, 2).optional(),
      weight: t.float().default(1.5),
      rank: t.int().unique().optional(),
      batch: t.int().default(1).immutable(),
      secret: t.int().default(1).hidden(),
      name: t.text().default("x"),
      shelf: t.ref("Shelf"),
    },
    { key: "id", access: open },
  ),
  Note: model({ id: t.int(), size: t.int().default(0), calculate: t.text().optional() }, { key: "id", access: open }),
});

async function serve() {
  const store = createMemoryStore();
  await store.open(declared.schema, { createTables: true });
  const engine = createEngine({ ...declared, store });
  await engine.create({ model: "Shelf", data: { id: 1 } }, systemActor);
  await engine.create({ model: "Item", data: { id: 1, stock: 5, price: "1.50", shelf: 1 } }, systemActor);
  await engine.create({ model: "Note", data: { id: 1 } }, systemActor);
  const logger = { error: () => undefined, warn: () => undefined };
  const api = createGraphqlApi({
    schema: declared.schema,
    executor: engine,
    logger,
    introspection: true,
    graphiql: false,
  });
  const handle = api.routes[0]?.operations.POST?.handle;
  return async (query: string, variables: object = {}) => {
    const request = { id: "t", path: "/graphql", query: "", headers: {}, actor: anonymousActor, aborted: false };
    const response = await handle?.({ ...request, body: { query, variables } });
    return JSON.parse(String(response?.body));
  };
}

const shown = "{ stock sold price weight }";

test("numbers are calculated with, from literals and from variables", async () => {
  const run = await serve();
  const { data } = await run(
    `mutation ($by: SafeIntCalculation!, $all: ItemCalculations) {
      a: updateItem(id: 1, data: { name: "y", calculate: { stock: { increment: 5 }, sold: { decrement: "9007199254740993" } } }) ${shown}
      b: updateItem(id: 1, data: { calculate: { stock: $by, price: { increment: "0.05" }, weight: { multiply: 2 } } }) ${shown}
      c: updateItem(id: 1, data: { stock: 7, calculate: $all }) ${shown}
    }`,
    { by: { multiply: 3 }, all: { weight: { decrement: 0.5 }, sold: null } },
  );
  expect(data).toEqual({
    a: { stock: 10, sold: "-9007199254740993", price: "1.50", weight: 1.5 },
    b: { stock: 30, sold: "-9007199254740993", price: "1.55", weight: 3 },
    c: { stock: 7, sold: "-9007199254740993", price: "1.55", weight: 2.5 },
  });
});

test("updates of related rows and upserts calculate too", async () => {
  const run = await serve();
  const { data, errors } = await run(`mutation {
    updateShelf(id: 1, data: { items: { update: [{ key: 1, data: { calculate: { stock: { decrement: 2 } } } }] } }) {
      items { nodes { stock } }
    }
    upsertItem(id: 1, create: { stock: 0, shelf: 1 }, update: { calculate: { stock: { multiply: 2 } } }) { stock }
  }`);
  expect(errors).toBeUndefined();
  expect(data).toEqual({ updateShelf: { items: { nodes: [{ stock: 3 }] } }, upsertItem: { stock: 6 } });
});

test.each([
  ["two at once", "{ calculate: { stock: { increment: 1, multiply: 2 } } }", "exactly one"],
  ["none", "{ calculate: { stock: {} } }", "exactly one"],
  ["null", "{ calculate: { stock: { increment: null } } }", "non-null"],
  ["a text for an int", '{ calculate: { stock: { increment: "5" } } }', "SafeInt"],
  ["a product of decimals", '{ calculate: { price: { multiply: "2" } } }', "multiply"],
  ["a text field", "{ calculate: { name: { increment: 1 } } }", "name"],
  ["a unique field", "{ calculate: { rank: { increment: 1 } } }", "rank"],
  ["an immutable field", "{ calculate: { batch: { increment: 1 } } }", "batch"],
  ["a hidden field", "{ calculate: { secret: { increment: 1 } } }", "secret"],
  ["a value and a calculation", "{ stock: 1, calculate: { stock: { increment: 1 } } }", "both"],
  ["more than the field takes", "{ calculate: { stock: { increment: 96 } } }", "stock"],
])("%s is refused, and nothing changes", async (_what, data, part) => {
  const run = await serve();
  const answer = await run(`mutation { updateItem(id: 1, data: ${data}) { stock } }`);
  expect(JSON.stringify(answer.errors)).toContain(part);
  expect((await run("{ item(id: 1) { stock price } }")).data).toEqual({ item: { stock: 5, price: "1.50" } });
});

test("a new row calculates nothing, and a field of that name keeps it", async () => {
  const run = await serve();
  const created = await run(
    "mutation { createItem(data: { id: 2, stock: 1, shelf: 1, calculate: { stock: { increment: 1 } } }) { id } }",
  );
  expect(JSON.stringify(created.errors)).toContain("calculate");
  const note = await run('mutation { updateNote(id: 1, data: { size: 3, calculate: "text" }) { size calculate } }');
  expect(note.data).toEqual({ updateNote: { size: 3, calculate: "text" } });
});
