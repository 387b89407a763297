/** The SQL stores' dialects as an open store has them, without a server: all indexes of the schema are there. */

import type { Schema } from "../../src/schema/schema-model.ts";
import { createDialect, mariadb } from "../../src/stores/mysql/compiler.ts";
import { fitColumns } from "../../src/stores/mysql/fit-columns.ts";
import { dialect as postgres } from "../../src/stores/postgres/compiler.ts";
import { describeTables } from "../../src/stores/sql/describe-tables.ts";
import type { Dialect } from "../../src/stores/sql/dialect.ts";
import { dialect as sqlite } from "../../src/stores/sqlite/compiler.ts";

/** The stores whose statements are written down. */
export type GoldenStore = "SQLite" | "PostgreSQL" | "MariaDB";

/** Each store's dialect for the schema. */
export function createDialects(schema: Schema): Readonly<Record<GoldenStore, Dialect>> {
  const tables = fitColumns(describeTables(schema, createDialect(mariadb)));
  const indexes = new Set(tables.flatMap((table) => table.indexes.map(({ name }) => name)));
  return { SQLite: sqlite, PostgreSQL: postgres, MariaDB: createDialect(mariadb, indexes) };
}
