/**
 * The servers that all test files of a run share: each is started when the first file asks for it, and a file works in
 * databases of its own. A file that kills or configures a server starts one itself.
 */

import { describe, inject } from "vitest";
import { accessMariadb, findMariadb } from "./mariadb.ts";
import { findMysql } from "./mysql.ts";
import { findPgbouncer } from "./pgbouncer.ts";
import { accessPostgres, findPostgres } from "./postgres.ts";
import type { ServerAccess } from "./test-server.ts";

/** The servers that tests may ask for. */
export type ServerName = "postgres" | "mariadb" | "mysql" | "pgbouncer";

/** Each server: what people call it, whether this machine has it, and the way in. */
const SERVERS: Readonly<Record<ServerName, ServerKind>> = {
  postgres: { title: "PostgreSQL", find: findPostgres, access: accessPostgres },
  mariadb: { title: "MariaDB", find: findMariadb, access: accessMariadb },
  mysql: { title: "MySQL", find: findMysql, access: accessMariadb, isExtra: true },
  // It stands in front of a PostgreSQL.
  pgbouncer: { title: "PgBouncer", find: () => findPostgres() && findPgbouncer(), access: accessPostgres },
};

interface ServerKind {
  readonly title: string;
  readonly find: () => object | null;
  readonly access: (url: string) => ServerAccess;
  /** Whether it runs only where it is asked for, under CI too. */
  readonly isExtra?: boolean;
}

declare module "vitest" {
  interface ProvidedContext {
    /** Where the run's own process hands out servers, with a slash at the end. */
    testServers: string;
  }
}

/** The way into the run's server, which starts now if it does not run yet. */
export async function useServer(name: ServerName): Promise<ServerAccess> {
  const response = await fetch(inject("testServers") + name);
  const answer = await response.text();
  if (!response.ok) throw new Error(answer);
  return SERVERS[name].access(answer);
}

/**
 * Why tests that need the server are skipped; null if they are to run. Under CI they always run, and fail without the server.
 */
export function explainMissing(name: ServerName): string | null {
  const { title, find, isExtra = false } = SERVERS[name];
  if (!isExtra && !["", "0", "false"].includes(process.env["CI"] ?? "")) return null;
  return find() === null ? `${title} is not installed` : null;
}

/**
 * A `describe` whose tests need a server: without it they are skipped, and their name says why. Those of an extra server
 * are not there at all unless it is asked for.
 */
export function describeWithServer(name: ServerName, title: string, tests: () => void): void {
  const missing = explainMissing(name);
  if (missing === null) describe(title, tests);
  else if (!SERVERS[name].isExtra) describe.skip(`${title} (${missing})`, tests);
}
