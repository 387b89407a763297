/** Runs SQL of the app's own on SQLite: binds what JavaScript has, and reads stored columns by their kind. */
import type { SQLInputValue } from "node:sqlite";
import type { ScalarType } from "../../schema/schema-model.ts";
import { loadKysely } from "../../util/load-kysely.ts";
import type { SqlCall, SqlGrammar, SqlRows } from "../contract/sql-door.ts";
import { readWhole, type StoredTypes } from "../sql/stored-columns.ts";
import type { Connection } from "./driver.ts";

/** How SQLite writes what Kysely builds. */
export const grammar: SqlGrammar = Object.freeze<SqlGrammar>({
  createAdapter: () => new (loadKysely().SqliteAdapter)(),
  createIntrospector: (db) => new (loadKysely().SqliteIntrospector)(db),
  createQueryCompiler: () => new (loadKysely().SqliteQueryCompiler)(),
});

/** Runs one statement. */
export function runOwnSql(connection: Connection, types: StoredTypes, { text, values }: SqlCall): SqlRows {
  const { columns, rows, changes } = connection.own(text, values.map(encodeValue));
  if (columns.length === 0) return { rows: [], affected: changes };
  const readers = columns.map(({ table, column }) => createReader(types.get(`${table}.${column}`)));
  const named = rows.map((row) =>
    Object.fromEntries(columns.map(({ name }, index) => [name, readers[index]?.(row[index] ?? null)])),
  );
  return { rows: named, affected: rows.length };
}

function encodeValue(value: unknown): SQLInputValue {
  if (typeof value === "boolean") return value ? 1 : 0;
  if (value instanceof Date) return value.toISOString();
  // What it does not take, the driver refuses.
  return value as SQLInputValue;
}

/** Whole numbers come as bigints. */
function createReader(type: ScalarType | undefined): (value: unknown) => unknown {
  const read = findReader(type);
  return (value) => (value === null ? null : read(value));
}

function findReader(type: ScalarType | undefined): (value: unknown) => unknown {
  if (type === undefined) return (value) => (typeof value === "bigint" ? readWhole(value) : value);
  if (type.list) return parseJson;
  switch (type.kind) {
    case "int":
    case "float":
      return Number;
    case "bool":
      return (value) => value !== 0n;
    case "datetime":
      return (value) => new Date(String(value));
    case "json":
      return parseJson;
    default:
      return (value) => value;
  }
}

function parseJson(value: unknown): unknown {
  return JSON.parse(String(value));
}
