// Fastify with Drizzle on the driver that its documents name first for the store, in one of its two forms.

import Database from "better-sqlite3";
import { drizzle as drizzleSqlite } from "drizzle-orm/better-sqlite3";
import { drizzle as drizzleMysql } from "drizzle-orm/mysql2";
import { drizzle as drizzlePostgres } from "drizzle-orm/node-postgres";
import { createPool } from "mysql2/promise";
import { Pool } from "pg";
import { type Atlas, createDocumentedQueries, createPreparedQueries } from "./drizzle-queries.ts";
import { createTables } from "./drizzle-tables.ts";
import { PRAGMAS, readEnvironment, readPath } from "./serve.ts";
import { serveQueries } from "./serve-queries.ts";

const CONNECT: Readonly<Record<string, (url: string) => Atlas>> = {
  "sqlite:": connectSqlite,
  "postgres:": connectPostgres,
  "mysql:": connectMariadb,
};

const environment = readEnvironment();
const connect = CONNECT[new URL(environment.database).protocol];
if (connect === undefined) throw new Error("No Drizzle for this address.");
const atlas = connect(environment.database);
const queries = environment.form === "prepared" ? createPreparedQueries(atlas) : createDocumentedQueries(atlas);
await serveQueries(queries, environment);

function connectSqlite(url: string): Atlas {
  const client = new Database(readPath(url));
  for (const pragma of PRAGMAS) client.pragma(pragma);
  const tables = createTables("sqlite");
  // Drizzle's dialects have the same methods and no common type; whatever one answers is awaited.
  return { db: drizzleSqlite({ client, schema: tables }) as unknown as Atlas["db"], tables, isMariadb: false };
}

function connectPostgres(url: string): Atlas {
  const tables = createTables("postgres");
  return {
    db: drizzlePostgres({ client: new Pool({ connectionString: url }), schema: tables }),
    tables,
    isMariadb: false,
  };
}

function connectMariadb(url: string): Atlas {
  const tables = createTables("mariadb");
  // The mode for servers without LATERAL.
  const db = drizzleMysql({ client: createPool(url), schema: tables, mode: "planetscale" });
  return { db: db as unknown as Atlas["db"], tables, isMariadb: true };
}
