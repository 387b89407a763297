// One HTTP read is one statement in one round trip: counted by the database servers themselves.

import { expect, onTestFinished, test } from "vitest";
import { loadStore } from "../../src/app/load-store.ts";
import { startMariadb } from "../servers/mariadb.ts";
import { startMysql } from "../servers/mysql.ts";
import { startPostgres } from "../servers/postgres.ts";
import { describeWithServer } from "../servers/shared-servers.ts";
import type { TestServer } from "../servers/test-server.ts";
import { serveApp } from "./rest-app.ts";

const reads: readonly string[] = [
  "/api/cities/1",
  "/api/cities/99",
  "/api/cities?limit=2",
  "/api/cities?limit=2&count=exact",
  "/api/cities?country.name=Peru&sort=-population&include=country,region",
  "/api/countries?include=borders,languages&limit=3",
  "/api/countries/PE?include=borders,languages,regions",
  "/api/countries?cities.population[gt]=500&sort=-area",
];

/** Sends every read to an app on a database of the server, once what comes `between` is done; the name of the database. */
async function readFrom(server: TestServer, between: (database: string) => Promise<unknown>): Promise<string> {
  const database = "counted";
  const app = await serveApp(await loadStore(await server.createDatabase(database)));
  onTestFinished(app.close);
  // What is asked first opens connections and prepares statements.
  for (const path of [...reads, ...reads]) await app.send({ path });
  await between(database);
  for (const path of reads) {
    const { status } = await app.send({ path });
    expect([200, 404], path).toContain(status);
  }
  return database;
}

describeWithServer("postgres", "PostgreSQL", () => {
  test("counts one statement for each read", { timeout: 60_000 }, async () => {
    const server = await startPostgres();
    onTestFinished(server.stop);
    const database = await readFrom(server, () => server.query("SELECT pg_stat_statements_reset()"));
    const counted = await server.query(
      `SELECT sum(s.calls) FROM pg_stat_statements s JOIN pg_database d ON d.oid = s.dbid WHERE d.datname = '${database}'`,
    );
    expect(Number(counted)).toBe(reads.length);
  });
});

const logging = [
  { name: "mariadb", title: "MariaDB", start: startMariadb },
  { name: "mysql", title: "MySQL", start: startMysql },
] as const;

for (const { name, title, start } of logging) {
  describeWithServer(name, title, () => {
    test("counts one statement for each read", { timeout: 60_000 }, async () => {
      const server = await start({ generalLog: true });
      onTestFinished(server.stop);
      await readFrom(server, () => server.query("TRUNCATE mysql.general_log"));
      const counted = await server.query(
        "SELECT command_type FROM mysql.general_log WHERE command_type IN ('Query', 'Execute') AND argument NOT LIKE '%general_log%'",
      );
      expect(counted.split("\n")).toHaveLength(reads.length);
    });
  });
}
