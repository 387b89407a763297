// What a client was told is written is there, once, whatever was killed in between: the app in one loop, the database
// server in the other. Numbered facts are posted all the while; no client repeats a fact whose answer it did not get.

import { rmSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { startMariadb } from "../servers/mariadb.ts";
import { startMysql } from "../servers/mysql.ts";
import { startPostgres } from "../servers/postgres.ts";
import { describeWithServer, type ServerName } from "../servers/shared-servers.ts";
import type { TestServer } from "../servers/test-server.ts";
import { createFolder, poll, type Running, start, stop } from "./cli-harness.ts";

/** Kills of each kind; FOOTING_KILLS asks for more. */
const KILLS = Number(process.env["FOOTING_KILLS"] ?? 6);
const CLIENTS = 8;
const PORT = 20_000 + Math.floor(Math.random() * 10_000);
const PATIENCE = 30_000;

const FACTS_APP = `
import { defineApp, model, t } from "footing";

const Fact = model({ n: t.int() }, { access: { read: true, create: true } });

export default defineApp({ models: { Fact } });
`;

const engines: readonly { name: ServerName; title: string; start: () => Promise<TestServer>; count: string }[] = [
  { name: "postgres", title: "PostgreSQL", start: () => startPostgres({ durable: true }), count: "SELECT n FROM fact" },
  { name: "mariadb", title: "MariaDB", start: () => startMariadb({ durable: true }), count: "SELECT n FROM fact" },
  { name: "mysql", title: "MySQL", start: () => startMysql({ durable: true }), count: "SELECT n FROM fact" },
];

for (const engine of engines) {
  describeWithServer(engine.name, engine.title, () => {
    test("no acknowledged fact is lost and none is doubled", { timeout: 60_000 + KILLS * 30_000 }, async ({
      annotate,
    }) => {
      const server = await engine.start();
      const folder = createFolder({ "app.ts": FACTS_APP });
      try {
        const url = await server.createDatabase("facts");
        const facts = new Facts();
        const run = new KillLoop(server, { folder, url });
        await run.start();
        const clients = Promise.all(Array.from({ length: CLIENTS }, () => facts.post(() => run.address)));
        for (let kill = 0; kill < KILLS; kill++) {
          await sleep(100 + Math.random() * 200);
          await run.killApp();
          await facts.waitForMore();
          await sleep(100 + Math.random() * 200);
          await run.killServer();
          await facts.waitForMore();
        }
        facts.stop();
        await clients;
        await run.stop();
        const stored = (await server.query(engine.count, "facts")).split("\n").map(Number);
        const unique = new Set(stored);
        expect({
          lost: facts.acknowledged.filter((n) => !unique.has(n)),
          doubled: stored.length - unique.size,
        }).toEqual({
          lost: [],
          doubled: 0,
        });
        await annotate(
          `${KILLS} kills of the app, ${KILLS} of the server, ${facts.acknowledged.length} facts acknowledged, ` +
            `${stored.length} stored, 0 lost, 0 doubled`,
        );
      } finally {
        await server.stop();
        rmSync(folder, { recursive: true, force: true });
      }
    });
  });
}

/** The app on its database, each of which can be killed. */
class KillLoop {
  readonly #server: TestServer;
  readonly #folder: string;
  readonly #url: string;
  #app: Running | undefined;
  address = "";

  constructor(server: TestServer, { folder, url }: { readonly folder: string; readonly url: string }) {
    this.#server = server;
    this.#folder = folder;
    this.#url = url;
  }

  async start(): Promise<void> {
    this.#app = start(this.#folder, ["start", "app.ts"], { DATABASE_URL: this.#url, PORT: String(PORT) });
    this.address = await this.#app.address(PATIENCE);
  }

  async killApp(): Promise<void> {
    if (this.#app !== undefined) await stop(this.#app, "SIGKILL");
    await this.start();
  }

  /** The app stays up: it has to find its way back by itself. */
  async killServer(): Promise<void> {
    await this.#server.kill();
    await sleep(Math.random() * 500);
    await this.#server.restart();
  }

  async stop(): Promise<void> {
    if (this.#app !== undefined) await stop(this.#app);
  }
}

/** Posts numbered facts and remembers those that were acknowledged. */
class Facts {
  readonly acknowledged: number[] = [];
  #next = 1;
  #stopped = false;

  stop(): void {
    this.#stopped = true;
  }

  /** Posts one fact after the other until it is stopped. */
  async post(address: () => string): Promise<void> {
    while (!this.#stopped) {
      const n = this.#next++;
      const status = await postFact(address(), n);
      if (status === 201) this.acknowledged.push(n);
      else await sleep(20);
      expect([0, 201, 500, 503]).toContain(status);
    }
  }

  /** Waits until facts are acknowledged again. */
  async waitForMore(): Promise<void> {
    const before = this.acknowledged.length;
    const describe = (): string => `${this.acknowledged.length} facts acknowledged`;
    await poll(() => (this.acknowledged.length > before + CLIENTS ? true : null), { describe, patience: PATIENCE });
  }
}

/** The status of the answer; 0 when none came. */
async function postFact(address: string, n: number): Promise<number> {
  try {
    const body = JSON.stringify({ n });
    const headers = { "content-type": "application/json" };
    const answer = await fetch(`${address}/api/facts`, { method: "POST", body, headers });
    await answer.text();
    return answer.status;
  } catch {
    return 0;
  }
}
