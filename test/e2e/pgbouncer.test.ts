// An app whose connections all lead through PgBouncer, which gives each transaction one of three connections to the server.

import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { systemActor } from "../../src/engine/actor.ts";
import { createEngine, type Engine } from "../../src/engine/engine.ts";
import { createSchema } from "../../src/schema/create-schema.ts";
import { model } from "../../src/schema/model.ts";
import { t } from "../../src/schema/t.ts";
import { createMemoryStore } from "../../src/stores/memory/store.ts";
import { createPostgresStore } from "../../src/stores/postgres/store.ts";
import { runGoldenRequests } from "../golden/golden-app.ts";
import { startPgbouncer } from "../servers/pgbouncer.ts";
import { describeWithServer, useServer } from "../servers/shared-servers.ts";
import type { ServerAccess } from "../servers/test-server.ts";
import { pooledKinds } from "./pooled-kind.ts";

const ACCOUNTS = 20;
const TRANSFERS = 150;
const TIMEOUT = 60_000;

const { schema, rules } = createSchema({
  Account: model({ n: t.int(), balance: t.int() }, { key: "n" }),
  Transfer: model({ n: t.int(), from: t.ref("Account"), to: t.ref("Account") }, { key: "n" }),
});

/** A process of an app on a database: it would have up to 14 connections of its own. */
async function openProcess(url: string, transactionTimeout = 30_000): Promise<Engine> {
  const store = createPostgresStore({ url: `${url}?prepare=false`, transactionTimeout });
  await store.open(schema, { createTables: true });
  onTestFinished(() => store.close());
  return createEngine({ schema, rules, store });
}

async function createAccounts(engine: Engine): Promise<void> {
  const data = Array.from({ length: ACCOUNTS }, (_, n) => ({ n, balance: 100 }));
  expect(await engine.createMany({ model: "Account", data }, systemActor)).toBe(ACCOUNTS);
}

/** Moves one from an account to another, and again when another transfer was in the way. */
async function transfer(engine: Engine, n: number): Promise<void> {
  const [from, to] = [n % ACCOUNTS, (n * 7 + 1) % ACCOUNTS];
  for (let tries = 0; tries < 100; tries++) {
    try {
      await engine.transaction(async (inner) => {
        await change(inner, from, -1);
        await change(inner, to, 1);
        await inner.create({ model: "Transfer", data: { n, from, to } }, systemActor);
      });
      return;
    } catch (error) {
      expect(error).toMatchObject({ code: "FTG_BUSY" });
      await sleep(Math.random() * 50);
    }
  }
  throw new Error("Others were in the way for ever.");
}

async function change(engine: Pick<Engine, "read" | "update">, n: number, amount: number): Promise<void> {
  const { json } = await engine.read({ model: "Account", single: true, where: { n } }, systemActor);
  const { balance }: { balance: number } = JSON.parse(json);
  await engine.update({ model: "Account", key: { n }, data: { balance: balance + amount } }, systemActor);
}

async function readBalances(engine: Engine): Promise<readonly number[]> {
  const { json } = await engine.read({ model: "Account", limit: ACCOUNTS }, systemActor);
  const rows: readonly { balance: number }[] = JSON.parse(json);
  return rows.map(({ balance }) => balance);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

/** Columns of the pooler's line about a database: clients that have or want a connection, and connections. */
async function readPool(server: ServerAccess, database: string): Promise<{ clients: number; servers: number }> {
  const lines = (await server.query("SHOW POOLS", "pgbouncer")).split("\n").map((line) => line.split("\t"));
  const [, , active, waiting, , , busy, idle, used] = lines.find(([name]) => name === database) ?? [];
  return { clients: Number(active) + Number(waiting), servers: Number(busy) + Number(idle) + Number(used) };
}

describeWithServer("pgbouncer", "PostgreSQL behind PgBouncer", () => {
  test("answers the golden requests with the same bytes, four apps at once", { timeout: TIMEOUT }, async () => {
    const expected = (await runGoldenRequests(createMemoryStore())).map(({ answer }) => answer);
    const [kind] = pooledKinds;
    const run = async () => {
      const store = kind?.create() ?? createMemoryStore();
      return runGoldenRequests(store).finally(() => store.close());
    };
    for (const answers of await Promise.all([run(), run(), run(), run()]))
      expect(answers.map(({ answer }) => answer)).toEqual(expected);
  });

  test("two processes share three connections, and no transfer is lost or doubled", { timeout: TIMEOUT }, async () => {
    const server = await useServer("pgbouncer");
    const name = `t_${randomUUID().replaceAll("-", "")}`;
    const url = await server.createDatabase(name);
    const engines = [await openProcess(url), await openProcess(url)] as const;
    await createAccounts(engines[0]);
    let isOver = false;
    let reads = 0;
    const most = { clients: 0, servers: 0 };
    const watch = async () => {
      while (!isOver) {
        const { clients, servers } = await readPool(server, name);
        most.clients = Math.max(most.clients, clients);
        most.servers = Math.max(most.servers, servers);
      }
    };
    const read = async (engine: Engine) => {
      for (; !isOver; reads++) expect(sum(await readBalances(engine))).toBe(ACCOUNTS * 100);
    };
    const others = [watch(), ...engines.flatMap((engine) => [read(engine), read(engine), read(engine)])];
    const numbers = Array.from({ length: TRANSFERS }, (_, n) => n);
    await Promise.all(numbers.map((n) => transfer(engines[n % 2 === 0 ? 0 : 1], n)));
    isOver = true;
    await Promise.all(others);
    expect(await engines[0].count({ model: "Transfer" }, systemActor)).toBe(TRANSFERS);
    const balances = Array.from({ length: ACCOUNTS }, () => 100);
    for (const n of numbers) {
      balances[n % ACCOUNTS] = (balances[n % ACCOUNTS] ?? 0) - 1;
      balances[(n * 7 + 1) % ACCOUNTS] = (balances[(n * 7 + 1) % ACCOUNTS] ?? 0) + 1;
    }
    expect(await readBalances(engines[1])).toEqual(balances);
    expect(reads).toBeGreaterThan(10);
    expect(most.clients).toBeGreaterThan(5);
    expect(most.servers).toBe(3);
  });

  test("a transaction over its time leaves nothing behind, on any connection", { timeout: TIMEOUT }, async () => {
    const server = await useServer("pgbouncer");
    const engine = await openProcess(await server.createDatabase(), 200);
    await createAccounts(engine);
    const late = () =>
      engine.transaction(async (inner) => {
        await change(inner, 0, 1);
        await sleep(600);
      });
    // More than there are connections: each of them had an open transaction.
    for (const outcome of await Promise.allSettled([late(), late(), late(), late()]))
      expect(outcome).toMatchObject({ status: "rejected", reason: { code: expect.stringMatching(/TIMEOUT|BUSY/) } });
    await Promise.all([1, 2, 3, 4, 5, 6].map((n) => change(engine, n, n)));
    expect(await readBalances(engine)).toEqual([
      ...[100, 101, 102, 103, 104, 105, 106],
      ...Array.from({ length: ACCOUNTS - 7 }, () => 100),
    ]);
  });

  test("a pooler that is killed is found again, and what it acknowledged is there", { timeout: TIMEOUT }, async () => {
    const pooler = await startPgbouncer();
    onTestFinished(pooler.stop);
    const engine = await openProcess(await pooler.createDatabase());
    await createAccounts(engine);
    let isOver = false;
    const acknowledged: number[] = [];
    const codes = new Set<unknown>();
    const write = async (first: number) => {
      for (let n = first; !isOver; n += 8) {
        const data = { n, from: 0, to: 1 };
        await engine.create({ model: "Transfer", data }, systemActor).then(
          () => acknowledged.push(n),
          (error) => codes.add(error.code) && sleep(10),
        );
      }
    };
    const writers = Array.from({ length: 8 }, (_, n) => write(n));
    for (let kill = 0; kill < 3; kill++) {
      await sleep(150);
      await pooler.kill();
      await pooler.restart();
      const before = acknowledged.length;
      await expect.poll(() => acknowledged.length, { timeout: 10_000 }).toBeGreaterThan(before);
    }
    isOver = true;
    await Promise.all(writers);
    const lost = [];
    for (const n of acknowledged)
      if ((await engine.count({ model: "Transfer", where: { n } }, systemActor)) !== 1) lost.push(n);
    expect(lost).toEqual([]);
    expect([...codes].sort()).toEqual(expect.arrayContaining(["FTG_UNKNOWN_OUTCOME"]));
    for (const code of codes) expect(["FTG_BUSY", "FTG_DATABASE", "FTG_UNKNOWN_OUTCOME"]).toContain(code);
  });

  test("an address without prepare=false is refused at start", async () => {
    const server = await useServer("pgbouncer");
    const store = createPostgresStore({ url: await server.createDatabase() });
    onTestFinished(() => store.close());
    await expect(store.open(schema, { createTables: true })).rejects.toMatchObject({ code: "FTG_DATABASE" });
  });
});
