// A read whose client is gone ends at the database too: seen by the database itself.

import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { loadStore } from "../../src/app/load-store.ts";
import { describeWithServer, type ServerName, useServer } from "../servers/shared-servers.ts";
import { serveApp } from "./rest-app.ts";

/** How a server is kept from answering, and how many statements wait for that. */
interface Blocker {
  readonly name: ServerName;
  readonly title: string;
  /** Keeps everybody from the table for some seconds. */
  readonly lock: string;
  readonly waiting: (database: string) => string;
}

const blockers: readonly Blocker[] = [
  {
    name: "postgres",
    title: "PostgreSQL",
    lock: "BEGIN; LOCK TABLE city IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(6); COMMIT",
    waiting: (database) =>
      `SELECT count(*) FROM pg_stat_activity WHERE datname = '${database}' AND state = 'active' AND wait_event_type = 'Lock'`,
  },
  {
    name: "mariadb",
    title: "MariaDB",
    lock: "LOCK TABLES city WRITE; DO SLEEP(6); UNLOCK TABLES",
    waiting: (database) =>
      `SELECT count(*) FROM information_schema.processlist WHERE db = '${database}' AND state LIKE 'Waiting for table%'`,
  },
  {
    name: "mysql",
    title: "MySQL",
    lock: "LOCK TABLES city WRITE; DO SLEEP(6); UNLOCK TABLES",
    waiting: (database) =>
      `SELECT count(*) FROM performance_schema.processlist WHERE db = '${database}' AND state LIKE 'Waiting for table%'`,
  },
];

for (const { name, title, lock, waiting } of blockers) {
  describeWithServer(name, title, () => {
    test("a read that nobody waits for is cancelled", { timeout: 60_000 }, async () => {
      const server = await useServer(name);
      const url = await server.createDatabase();
      const database = new URL(url).pathname.slice(1);
      const app = await serveApp(await loadStore(url));
      onTestFinished(app.close);
      expect((await app.send({ path: "/api/cities/1" })).status).toBe(200);
      const locked = server.query(lock, database);
      const countWaiting = async () => Number(await server.query(waiting(database)));
      await sleep(300);
      const client = new AbortController();
      const base = `http://127.0.0.1:${app.port}`;
      const asked = ["/api/cities", "/api/aggregate/cities?aggregate=count"].map((path) =>
        fetch(`${base}${path}`, { signal: client.signal }).then(
          () => "answered",
          () => "gone",
        ),
      );
      await expect.poll(countWaiting, { timeout: 3_000 }).toBe(2);
      client.abort();
      expect(await Promise.all(asked)).toEqual(["gone", "gone"]);
      await expect.poll(countWaiting, { timeout: 2_000 }).toBe(0);
      await locked;
      expect((await app.send({ path: "/api/cities/1" })).status).toBe(200);
    });
  });
}
