/** What a create of a row with others tells the store of itself, on which its transaction depends. */
import { expect, test } from "vitest";
import type { DataQuery, SelectQuery } from "../../plan/query.ts";
import { createSchema } from "../../schema/create-schema.ts";
import { model } from "../../schema/model.ts";
import { t } from "../../schema/t.ts";
import type { TransactOptions } from "../../stores/contract/store.ts";
import { createMemoryStore } from "../../stores/memory/store.ts";
import { anonymousActor } from "../actor.ts";
import { createEngine } from "../engine.ts";
import type { Executor } from "../executor.ts";
import type { HookTable } from "../hooks.ts";

const open = { read: true, create: true, update: true } as const;
const { schema, rules } = createSchema({
  Team: model(
    {
      id: t.int(),
      tasks: t.many("Task", "team"),
      guests: t.many("Guest", "team"),
      head: t.ref("Guest").optional(),
      led: t.many("Team", "next"),
      next: t.ref("Team").optional(),
    },
    { key: "id", access: open },
  ),
  Task: model({ id: t.int(), size: t.int(), team: t.ref("Team") }, { key: "id", access: open }),
  Guest: model(
    { id: t.int(), team: t.ref("Team").optional(), teams: t.many("Team", "head") },
    { key: "id", access: { ...open, create: () => ({ team: { id: { gt: 0 } } }) } },
  ),
});

/** The options of the transactions that the work begins. */
async function listOptions(work: (engine: Executor) => Promise<unknown>, hooks: HookTable = new Map()) {
  const store = createMemoryStore();
  await store.open(schema, { createTables: true });
  const seen: (TransactOptions | undefined)[] = [];
  const transact = store.transact.bind(store);
  store.transact = (part, options) => {
    seen.push(options);
    return transact(part);
  };
  await work(createEngine({ schema, rules, store, hooks }));
  return seen;
}

function createTeam(data: DataQuery, select?: SelectQuery) {
  const query = { model: "Team", data: { id: 1, ...data }, ...(select && { select }) };
  return (engine: Executor) => engine.create(query, anonymousActor);
}

const tasks = {
  create: [
    { id: 1, size: 1 },
    { id: 2, size: 2 },
  ],
};
const isRepeatable = true;

test("rows that refer to the new row take one statement for each model", async () => {
  expect(await listOptions(createTeam({ tasks }))).toEqual([{ isRepeatable, isIndependent: true, statements: 2 }]);
  expect(await listOptions(createTeam({ tasks, led: { create: [{ id: 2 }] } }, { id: true }))).toEqual([
    { isRepeatable, isIndependent: true, statements: 3 },
  ]);
});

test("an answer with other rows is read behind the writes", async () => {
  const select = { id: true, tasks: { select: { id: true } } } as const;
  expect(await listOptions(createTeam({ tasks }, select))).toEqual([
    { isRepeatable, isIndependent: true, statements: null },
  ]);
});

test("rows below rows wait for each other", async () => {
  const led = { create: [{ id: 2, tasks }] };
  expect(await listOptions(createTeam({ led }))).toEqual([{ isRepeatable, isIndependent: true, statements: null }]);
});

test("what is looked up before it is written needs more of the store", async () => {
  const connectOrCreate = [{ key: 1, create: { size: 1 } }];
  expect(await listOptions(createTeam({ tasks: { connectOrCreate } }))).toEqual([
    { isRepeatable, isIndependent: false, statements: null },
  ]);
});

test("so does a rule that looks at other rows", async () => {
  expect(await listOptions(createTeam({ guests: { create: [{ id: 1 }] } }))).toEqual([
    { isRepeatable, isIndependent: false, statements: null },
  ]);
});

test("with own code between the writes nothing is known of them", async () => {
  const hooks: HookTable = new Map([["Task", { afterCreate: () => undefined }]]);
  expect(await listOptions(createTeam({ tasks }), hooks)).toEqual([
    expect.objectContaining({ isRepeatable: false, isIndependent: false, statements: null }),
  ]);
});

test("inside a transaction of the caller, a failure leaves what was written before, and nothing of its own", async () => {
  const work = (engine: Executor) =>
    engine.transaction(async (inner) => {
      await createTeam({ id: 9, tasks })(inner);
      const twice = { create: [tasks.create[0], tasks.create[0]] };
      await expect(createTeam({ tasks: twice })(inner)).rejects.toMatchObject({ code: "FTG_CONFLICT" });
      const { json } = await inner.read(
        { model: "Team", select: { id: true, tasks: { select: { id: true } } } },
        anonymousActor,
      );
      expect(JSON.parse(json)).toEqual([{ id: 9, tasks: [{ id: 1 }, { id: 2 }] }]);
    });
  await listOptions(work);
});
