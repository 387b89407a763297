/**
 * The servers that all test files of a run share: each is started when the first file asks for it, and a file works in
 * databases of its own. A file that kills or configures a server starts one itself.
 */

import { describe, inject } from "vitest";
import { accessMariadb, findMariadb } from "./mariadb.ts";
import { accessPostgres, findPostgres } from "./postgres.ts";
import type { ServerAccess } from "./test-server.ts";

/** The servers that tests may ask for. */
export type ServerName = "postgres" | "mariadb";

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
  return name === "postgres" ? accessPostgres(answer) : accessMariadb(answer);
}

/**
 * Why tests that need the server are skipped; null if they are to run. Under CI they always run, and fail without the server.
 */
export function explainMissing(name: ServerName): string | null {
  if (!["", "0", "false"].includes(process.env["CI"] ?? "")) return null;
  if (name === "postgres") return findPostgres() === null ? "PostgreSQL is not installed" : null;
  return findMariadb() === null ? "MariaDB is not installed" : null;
}

/** A `describe` whose tests need a server: without it they are skipped, and their name says why. */
export function describeWithServer(name: ServerName, title: string, tests: () => void): void {
  const missing = explainMissing(name);
  if (missing === null) describe(title, tests);
  else describe.skip(`${title} (${missing})`, tests);
}
