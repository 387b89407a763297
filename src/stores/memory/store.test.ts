import { expect, test } from "vitest";
import { createColumn } from "../../plan/column-node.ts";
import { createParam } from "../../plan/param-node.ts";
import type { CreatePlan } from "../../plan/plan.ts";
import { always } from "../../plan/predicate-node.ts";
import { createAssignment } from "../../plan/write-nodes.ts";
import { createSchema } from "../../schema/create-schema.ts";
import { model } from "../../schema/model.ts";
import { t } from "../../schema/t.ts";
import type { Store } from "../contract/store.ts";
import { createMemoryStore } from "./store.ts";

const { schema } = createSchema({ Page: model({ n: t.int(), content: t.json() }, { key: "n" }) });
const other = createSchema({ Page: model({ n: t.int(), title: t.text() }, { key: "n" }) });

const create: CreatePlan = {
  kind: "create",
  model: "Page",
  assignments: [
    createAssignment(createColumn("n"), createParam(0, { kind: "int", list: false })),
    createAssignment(createColumn("content"), createParam(1, { kind: "json", list: false })),
  ],
  links: [],
  references: [],
  check: always,
  returning: null,
};

async function openStore(): Promise<Store> {
  const store = createMemoryStore();
  await store.open(schema, { createTables: true });
  return store;
}

function countPages(store: Store): Promise<{ readonly count: number }> {
  return store.execute(store.compile({ kind: "count", model: "Page", access: always, where: always }), []);
}

test("is of no use before it is open", async () => {
  const store = createMemoryStore();
  await expect(store.ping()).rejects.toMatchObject({ code: "FTG_DATABASE" });
  await expect(countPages(store)).rejects.toMatchObject({ code: "FTG_DATABASE" });
});

test("keeps its rows when it is opened again, and refuses another schema", async () => {
  const store = await openStore();
  await store.execute(store.compile(create), [1, {}]);
  await store.close();
  await store.open(schema, { createTables: true });
  expect(await countPages(store)).toMatchObject({ count: 1 });
  await expect(store.open(other.schema, { createTables: true })).rejects.toMatchObject({
    code: "FTG_DATABASE_MISMATCH",
  });
});

test("a value that its giver changes later stays as it was given", async () => {
  const store = await openStore();
  const content = { tags: ["a"] };
  await store.execute(store.compile(create), [1, content]);
  content.tags.push("b");
  const select = { kind: "select", items: [{ kind: "field", as: "content", field: "content" }] } as const;
  const returning = { kind: "returning", access: always, select } as const;
  const target = {
    kind: "target",
    where: always,
    single: true,
    readable: always,
    allowed: always,
    expected: null,
    atMost: null,
  } as const;
  const ended = await store.execute(store.compile({ kind: "delete", model: "Page", target, returning }), []);
  expect(ended).toEqual({ affected: 1, json: '{"content":{"tags":["a"]}}' });
});

test("does not run a plan in which a reference is undecided", async () => {
  const store = await openStore();
  await store.execute(store.compile(create), [1, {}]);
  const count = store.compile({ kind: "count", model: "Page", access: null, where: always });
  await expect(store.execute(count, [])).rejects.toThrow("the plan is not authorized");
  await expect(store.execute(store.compile({ ...create, check: null }), [2, {}])).rejects.toThrow(
    "the plan is not authorized",
  );
  expect(await countPages(store)).toMatchObject({ count: 1 });
});

test("each store has its own secret, the same for its life", () => {
  const store = createMemoryStore();
  expect(store.secret()).toHaveLength(32);
  expect(store.secret()).toEqual(store.secret());
  expect(store.secret()).not.toEqual(createMemoryStore().secret());
});
