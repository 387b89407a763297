/** New, empty schemas of PostgreSQL for tests: all in one database per test file, which costs less than a database each. */
import { randomUUID } from "node:crypto";
import pg from "pg";
import { useServer } from "./shared-servers.ts";

let database: Promise<string> | undefined;

/** The URL of an empty schema of this file's database, where everything unqualified goes into the schema. */
export async function createPostgresSchema(): Promise<string> {
  database ??= useServer("postgres").then((server) => server.createDatabase());
  const url = await database;
  const name = `s_${randomUUID().replaceAll("-", "")}`;
  await runPostgres(url, `CREATE SCHEMA ${name}`);
  return `${url}?search_path=${name}`;
}

/** Runs SQL at a URL, over a connection of its own; the rows of the last statement. */
export async function runPostgres(url: string, sql: string): Promise<readonly Record<string, unknown>[]> {
  const client = await connectPostgres(url);
  try {
    const result: pg.QueryResult | readonly pg.QueryResult[] = await client.query(sql);
    // Of several statements the package answers a list of results.
    return (Array.isArray(result) ? result.at(-1) : result).rows;
  } finally {
    await client.end();
  }
}

/** A connection of the package's own to a URL; its `search_path` is that of the URL. */
export async function connectPostgres(url: string): Promise<pg.Client> {
  const schema = new URL(url).searchParams.get("search_path");
  const connectionString = url.replace(/\?.*/, "");
  const client = new pg.Client({ connectionString, ...(schema !== null && { options: `-c search_path=${schema}` }) });
  client.on("error", () => undefined);
  await client.connect();
  return client;
}
