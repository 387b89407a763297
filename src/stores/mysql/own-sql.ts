/** Runs SQL of the app's own on MySQL and MariaDB: binds what JavaScript has, and reads stored columns by their kind. */
import type { ScalarKind, ScalarType } from "../../schema/schema-model.ts";
import { loadKysely } from "../../util/load-kysely.ts";
import type { SqlCall, SqlGrammar, SqlRows } from "../contract/sql-door.ts";
import { isWritingStatement } from "../sql/row-statement.ts";
import { readWhole, type StoredTypes } from "../sql/stored-columns.ts";
import type { NativeValue } from "./codec.ts";
import type { OwnLine } from "./driver.ts";

/** How both write what Kysely builds. */
export const grammar: SqlGrammar = Object.freeze<SqlGrammar>({
  createAdapter: () => new (loadKysely().MysqlAdapter)(),
  createIntrospector: (db) => new (loadKysely().MysqlIntrospector)(db),
  createQueryCompiler: () => new (loadKysely().MysqlQueryCompiler)(),
});

/** The server's numbers of types with a date and a time: TIMESTAMP and DATETIME. */
const DATETIMES: readonly number[] = [7, 12];

/** Makes what runs one statement. */
export function createOwnSql(types: StoredTypes): (line: OwnLine, call: SqlCall) => Promise<SqlRows> {
  return async (line, { text, values }) => {
    const isWrite = isWritingStatement(text);
    const { columns = [], rows, count } = await line.own(text, values.map(encodeValue));
    const readers = columns.map(({ table, column, type }) => createReader(types.get(`${table}.${column}`), type));
    const named = rows.map((row) =>
      Object.fromEntries(columns.map(({ name }, index) => [name, readers[index]?.(row[index] ?? null)])),
    );
    return { rows: named, affected: isWrite ? count : null };
  };
}

function encodeValue(value: unknown): NativeValue {
  if (value === undefined) return null;
  if (typeof value === "boolean") return value ? 1 : 0;
  if (value instanceof Date) return value.toISOString().replace("T", " ").replace("Z", "");
  if (value instanceof Uint8Array) return Buffer.from(value);
  // A number outside of 32 bits would travel as a double.
  if (typeof value === "number" && Number.isSafeInteger(value) && (value | 0) !== value) return BigInt(value);
  return typeof value === "number" || typeof value === "bigint" || value === null ? value : String(value);
}

function createReader(type: ScalarType | undefined, number: number): (value: unknown) => unknown {
  const kind =
    type === undefined ? (DATETIMES.includes(number) ? "datetime" : undefined) : type.list ? "json" : type.kind;
  return (value) => (value === null ? null : readValue(kind, value));
}

function readValue(kind: ScalarKind | undefined, value: unknown): unknown {
  switch (kind) {
    case undefined:
      return typeof value === "bigint" ? readWhole(value) : value instanceof Buffer ? new Uint8Array(value) : value;
    case "int":
    case "float":
      return Number(value);
    case "bigint":
      return BigInt(String(value));
    case "bool":
      return Number(value) !== 0;
    case "datetime":
      return new Date(`${String(value).replace(" ", "T")}Z`);
    case "bytes":
      return new Uint8Array(value instanceof Uint8Array ? value : Buffer.from(String(value)));
    case "json":
      return JSON.parse(String(value));
    default:
      return String(value);
  }
}
