// A row with others is committed ahead of its answers where only the database can refuse it: never where a rule may, whose answer nobody has yet.

import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { type Actor, createActor, systemActor } from "../../src/engine/actor.ts";
import { createEngine } from "../../src/engine/engine.ts";
import type { DataQuery } from "../../src/plan/query.ts";
import { createSchema } from "../../src/schema/create-schema.ts";
import { model } from "../../src/schema/model.ts";
import { t } from "../../src/schema/t.ts";
import { createPostgresStore } from "../../src/stores/postgres/store.ts";
import { startHoldingProxy } from "../servers/holding-proxy.ts";
import { createPostgresSchema } from "../servers/postgres-schema.ts";
import { describeWithServer } from "../servers/shared-servers.ts";

const open = { read: true, create: true } as const;
const atMostTen = () => ({ amount: { lte: 10 } });
const { schema, rules } = createSchema({
  Order: model(
    {
      id: t.int(),
      amount: t.int().default(1),
      lines: t.many("Line", "order"),
      gifts: t.many("Gift", "order"),
      memos: t.many("Memo", "order"),
    },
    { key: "id", access: { ...open, create: atMostTen } },
  ),
  Crate: model({ id: t.int(), bottles: t.many("Bottle", "crate") }, { key: "id", access: open }),
  Bottle: model({ id: t.int(), crate: t.ref("Crate") }, { key: "id", access: open }),
  Line: model(
    { id: t.int(), amount: t.int().default(1), order: t.ref("Order") },
    { key: "id", access: { ...open, create: atMostTen } },
  ),
  Gift: model(
    { id: t.int(), order: t.ref("Order"), from: t.ref("Order") },
    { key: "id", access: { ...open, create: () => ({ from: { amount: { lte: 10 } } }) } },
  ),
  Memo: model(
    { id: t.int(), text: t.text().default(""), order: t.ref("Order") },
    { key: "id", access: { ...open, fields: { text: { write: () => ({ id: { lt: 100 } }) } } } },
  ),
});
const ann: Actor = createActor({ id: "ann" });

/** A write through the proxy, what was sent before anything was answered, and what in all. */
async function start() {
  const straight = await createPostgresSchema();
  const proxy = await startHoldingProxy(straight);
  onTestFinished(proxy.close);
  const store = createPostgresStore({ url: proxy.url, connections: 1 });
  onTestFinished(() => store.close());
  await store.open(schema, { createTables: true });
  const engine = createEngine({ schema, rules, store });
  const count = () => Promise.all(Object.keys(schema.models).map((name) => engine.count({ model: name }, systemActor)));
  const create = async (model: string, data: DataQuery, actor: Actor) => {
    proxy.hold();
    const settled = engine.create({ model, data, select: { id: true } }, actor).then(
      () => "created",
      (error: { readonly code: string }) => error.code,
    );
    let ahead = "";
    // Whatever it sends without an answer it has sent when nothing more came for a while.
    do {
      ahead = proxy.heard();
      await sleep(150);
    } while (ahead === "" || ahead !== proxy.heard());
    proxy.release();
    return { code: await settled, ahead, heard: proxy.heard() };
  };
  return { create, count };
}

const rows = (first: number, count: number, more: DataQuery = {}) =>
  Array.from({ length: count }, (_, index) => ({ id: first + index, ...more }));

describeWithServer("postgres", "PostgreSQL", () => {
  test.each([
    ["the app itself", systemActor],
    ["rules that let everybody in", ann],
  ] as const)("nothing but the database refuses a write of %s: the commit goes ahead", async (_, actor) => {
    const { create, count } = await start();
    const written = await create("Crate", { id: 1, bottles: { create: rows(1, 10) } }, actor);
    expect(written.code).toBe("created");
    expect(written.ahead).toContain("COMMIT");
    const before = await count();
    const refused = await create("Crate", { id: 2, bottles: { create: [...rows(20, 9), { id: 1 }] } }, actor);
    expect(refused.code).toBe("FTG_CONFLICT");
    expect(refused.ahead).toContain("COMMIT");
    expect(await count()).toEqual(before);
  });

  test("a rule is asked before the commit, and what it refuses is never committed", { timeout: 60_000 }, async () => {
    const { create, count } = await start();
    const right = { lines: { create: rows(1, 10) }, gifts: { create: rows(1, 2, { from: 1 }) } };
    const written = await create("Order", { id: 1, ...right, memos: { create: rows(1, 2, { text: "x" }) } }, ann);
    expect(written).toMatchObject({ code: "created", heard: expect.stringContaining("COMMIT") });
    expect(written.ahead).not.toContain("COMMIT");
    await create("Order", { id: 2, amount: 11 }, systemActor);
    const before = await count();
    const refused: readonly DataQuery[] = [
      { lines: { create: [{ id: 20, amount: 11 }] } },
      { lines: { create: [...rows(20, 9), { id: 29, amount: 11 }] } },
      { amount: 11, lines: { create: rows(20, 10) } },
      { lines: { create: rows(20, 10) }, gifts: { create: [...rows(20, 9, { from: 1 }), { id: 29, from: 2 }] } },
      { memos: { create: [...rows(20, 9, { text: "x" }), { id: 100, text: "x" }] } },
    ];
    for (const data of refused) {
      const { code, ahead, heard } = await create("Order", { id: 3, ...data }, ann);
      expect([code, ahead.includes("BEGIN"), heard.includes("ROLLBACK"), heard.includes("COMMIT")]).toEqual([
        "FTG_FORBIDDEN",
        true,
        true,
        false,
      ]);
      expect(await count()).toEqual(before);
    }
  });
});
