/**
 * The value contract in SQLite: how canonical JSON values are bound, and the few functions of SQL that print or
 * order what SQLite itself cannot. Nothing here checks a value.
 */
import type { DatabaseSync, SQLInputValue, SQLOutputValue } from "node:sqlite";
import type { JsonReading } from "../../plan/json-place-node.ts";
import type { KeysType } from "../../plan/param-node.ts";
import type { ScalarType } from "../../schema/schema-model.ts";
import { addDecimals } from "../../util/digits.ts";
import { foldCase } from "../../util/fold-case.ts";
import { type JsonStep, readJsonPlace } from "../../util/json-place.ts";
import { isOfReading } from "../contract/json-reading.ts";
import { createRowsEncoder } from "../sql/encode-rows.ts";
import type { Binding, RowColumn } from "../sql/sql-text.ts";
import { writeSearch, writeWords } from "./search.ts";

/** Turns a canonical JSON value into what SQLite stores or compares. */
export type Encoder = (value: unknown) => SQLInputValue;

/** The functions that every connection must have before it reads a table or an index of ours. */
export const FUNCTIONS = {
  /** JSON of a REAL, exactly as JSON.stringify prints it: shorter than the 17 digits of SQLite. */
  float: "footing_float",
  /** JSON string of a BLOB in base64. */
  base64: "footing_base64",
  /** JSON string of a text in base64url. */
  cursor: "footing_cursor",
  /** The sum of two decimals of one scale. */
  decimalAdd: "footing_decimal_add",
  /** A text that sorts as the decimal it is made of. */
  decimalKey: "footing_decimal_key",
  /** A text in its folded case. */
  fold: "footing_fold",
  /** What stands in json at the place that further arguments lead to, read as the second one says. */
  jsonPlace: "footing_json_place",
  /** The words of a text as the index takes them. */
  words: "footing_words",
} as const;

/** The encoder of a binding, or null when the value is bound as it is. */
export function createEncoder(binding: Binding): Encoder | null {
  if (binding.kind === "rows") return createRowsEncoder(binding.columns, createPartEncoder);
  if (binding.kind !== "param") return null;
  const { type, form } = binding;
  if (type.kind === "keys") return (value) => encodeKeys(type, value);
  if (form === "words") return (value) => (value === null ? null : writeWords(String(value)));
  if (form === "search") return (value) => writeSearch(String(value));
  if (form === "members") return (value) => encodeMembers(type, value);
  if (form === "oneItem") return (value) => encodeJson([value]);
  const encode = type.list ? encodeJson : findEncoder(type, form === "sortable");
  return encode === null ? null : (value) => (value === null ? null : encode(value));
}

/** The type of a column. */
export function columnType(type: ScalarType): "TEXT" | "INTEGER" | "REAL" | "BLOB" {
  if (type.list) return "TEXT";
  switch (type.kind) {
    case "int":
    case "bigint":
    case "bool":
      return "INTEGER";
    case "float":
      return "REAL";
    case "bytes":
      return "BLOB";
    default:
      return "TEXT";
  }
}

/** Teaches a connection {@link FUNCTIONS}. */
export function registerFunctions(database: DatabaseSync): void {
  const options = { deterministic: true };
  // String() would put each text into a cache of the engine: in a long read all of them grow old there as garbage.
  database.function(FUNCTIONS.float, options, (value) => JSON.stringify(value));
  database.function(FUNCTIONS.base64, options, (value) =>
    value instanceof Uint8Array
      ? `"${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("base64")}"`
      : "null",
  );
  database.function(FUNCTIONS.cursor, options, (value) => `"${Buffer.from(String(value)).toString("base64url")}"`);
  database.function(FUNCTIONS.decimalAdd, options, (left, right) =>
    left === null || right === null ? null : addDecimals(String(left), String(right)),
  );
  database.function(FUNCTIONS.decimalKey, options, (value) =>
    value === null ? null : createDecimalKey(String(value)),
  );
  database.function(FUNCTIONS.fold, options, (text) => (text === null ? null : foldCase(String(text))));
  database.function(FUNCTIONS.words, options, (text) => (text === null ? null : writeWords(String(text))));
  database.function(FUNCTIONS.jsonPlace, { ...options, varargs: true }, readPlace);
}

/** The value at a place as SQLite compares it. What is there and no value of its own is any text. */
function readPlace(json: unknown, reading: unknown, ...path: unknown[]): SQLOutputValue {
  if (json === null) return null;
  // Steps are bound texts and numbers.
  const value = readJsonPlace(JSON.parse(String(json)), path as JsonStep[]);
  // The compiler writes which reading it is.
  if (value === undefined || !isOfReading(reading as JsonReading, value)) return null;
  if (typeof value === "string" || typeof value === "number") return value;
  return typeof value === "boolean" ? Number(value) : "";
}

/**
 * A text that sorts like the canonical decimals of one scale: sign, then length, then digits; both turned round
 * for negative numbers.
 */
export function createDecimalKey(decimal: string): string {
  if (!decimal.startsWith("-")) return `1${String(decimal.length).padStart(2, "0")}${decimal}`;
  const digits = decimal.slice(1).replace(/\d/g, (digit) => String(9 - Number(digit)));
  return `0${String(99 - digits.length)}${digits}`;
}

/** The decimal that a {@link createDecimalKey} was made of. */
export function parseDecimalKey(key: string): string {
  const digits = key.slice(3);
  return key.startsWith("1") ? digits : `-${digits.replace(/\d/g, (digit) => String(9 - Number(digit)))}`;
}

/** A native value as an SQL literal, for constraints. */
export function writeLiteral(value: SQLInputValue): string {
  if (value === null) return "NULL";
  if (typeof value === "number" || typeof value === "bigint") return String(value);
  if (typeof value === "string") return `'${value.replaceAll("'", "''")}'`;
  return `x'${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("hex")}'`;
}

function findEncoder(type: ScalarType, sortable: boolean): Encoder | null {
  switch (type.kind) {
    case "bool":
      return (value) => (value === true ? 1 : 0);
    case "bigint":
      return (value) => BigInt(String(value));
    case "bytes":
      return (value) => Buffer.from(String(value), "base64");
    case "json":
      return encodeJson;
    case "decimal":
      return sortable ? (value) => createDecimalKey(String(value)) : null;
    default:
      return null;
  }
}

function encodeJson(value: unknown): string {
  return JSON.stringify(value);
}

/** A list for `json_each`: 64-bit integers must stand as numbers to equal a column, and floats must not look like integers. */
function encodeMembers(type: ScalarType, value: unknown): SQLInputValue {
  const members: readonly unknown[] = Array.isArray(value) ? value : [];
  if (type.kind === "bigint") return `[${members.join(",")}]`;
  if (type.kind === "float") return `[${members.map((member) => Number(member).toExponential()).join(",")}]`;
  return encodeJson(members);
}

/** How `->>` reads a value of a row: json comes as text, as it is stored. */
function createPartEncoder({ type }: RowColumn): (value: unknown) => string {
  if (type.list || type.kind === "json") return (value) => encodeJson(value === null ? null : encodeJson(value));
  return type.kind === "bigint" ? String : encodeJson;
}

function encodeKeys(type: KeysType, value: unknown): SQLInputValue {
  const keys: readonly unknown[] = Array.isArray(value) ? value : [];
  return `[${keys.map((key) => encodeKey(type, key)).join(",")}]`;
}

function encodeKey(type: KeysType, key: unknown): string {
  const parts: readonly unknown[] = Array.isArray(key) ? key : [];
  const texts = parts.map((part, index) => (type.parts[index]?.kind === "bigint" ? String(part) : encodeJson(part)));
  return `[${texts.join(",")}]`;
}
