/**
 * The value contract in MySQL and MariaDB: the type of each column, and how canonical JSON values are bound. Nothing
 * here checks a value.
 */
import type { KeysType } from "../../plan/param-node.ts";
import type { ScalarType } from "../../schema/schema-model.ts";
import { createRowsEncoder } from "../sql/encode-rows.ts";
import type { Binding, RowColumn } from "../sql/sql-text.ts";
import { writeSearch, writeWords } from "./search.ts";

/** What travels in the place of a parameter. */
export type NativeValue = string | number | bigint | Buffer | null;

/** Turns a canonical JSON value into what the server stores or compares. */
export type Encoder = (value: unknown) => NativeValue;

/** Longest text that an index holds whole: 3072 bytes of four per character. */
export const MAX_INDEXED = 768;

/** A hyphen behind a quote in JSON, and the same as paths can hold it. */
export const HYPHEN = { plain: '"-', written: '"\\u002d' } as const;

/** Lengths that columns of enums have, so that a longer value rarely changes the type of the column. */
const ENUM_LENGTHS = [64, 191, MAX_INDEXED];

/** The type of a column. A text without a length that an index needs gets one from `fit-columns.ts`. */
export function columnType(type: ScalarType): string {
  if (type.list) return "LONGTEXT";
  switch (type.kind) {
    case "int":
    case "bigint":
      return "BIGINT";
    case "float":
      return "DOUBLE";
    case "decimal":
      return `DECIMAL(${type.precision},${type.scale})`;
    case "bool":
      return "TINYINT(1)";
    case "date":
      return "DATE";
    case "datetime":
      return "DATETIME(3)";
    case "uuid":
      return "CHAR(36)";
    case "bytes":
      return "LONGBLOB";
    case "text":
      return writeTextType(type.maxLength);
    case "enum":
      return writeTextType(findEnumLength(type.values ?? []));
    case "json":
      return "LONGTEXT";
  }
}

/** The encoder of a binding. */
export function createEncoder(binding: Binding): Encoder {
  // Collected keys are a text of the server's own.
  if (binding.kind === "collected") return (value) => (value === null ? null : String(value));
  if (binding.kind === "rows") return createRowsEncoder(binding.columns, createPartEncoder);
  const { type, form } = binding;
  if (form === "plusOne") return (value) => Number(value) + 1;
  if (type.kind === "keys") return (value) => encodeKeys(type, value);
  if (form === "words") return (value) => (value == null ? null : writeWords(String(value)));
  if (form === "search") return (value) => writeSearch(String(value));
  if (form === "members") return (value) => encodeMembers(type, value);
  if (form === "oneItem") return (value) => encodeJson([value]);
  if (form === "jsonStep") return encodeStep;
  const encode = type.list ? encodeJson : findEncoder(type);
  return (value) => (value == null ? null : encode(value));
}

/** Whether a value of a row comes as text, whatever its column is. */
export function isHeldAsText({ kind, list }: ScalarType): boolean {
  return list || kind === "json" || kind === "bytes" || kind === "float";
}

/** How JSON_TABLE reads a value of a row. */
function createPartEncoder({ type, form }: RowColumn): (value: unknown) => string {
  if (form === "words") return (value) => JSON.stringify(value === null ? null : writeWords(String(value)));
  if (type.list || type.kind === "json")
    return (value) => JSON.stringify(value === null ? null : JSON.stringify(value));
  if (type.kind === "float") return (value) => JSON.stringify(value === null ? null : String(value));
  return (value) => encodeMember(type, value);
}

/** A text as an SQL literal, in a session in which a backslash escapes. */
export function quoteText(text: string): string {
  return `'${text.replace(/['\\]/g, "$&$&")}'`;
}

/** A canonical value of the type as an SQL literal. */
export function writeLiteral(binding: Binding, value: unknown): string {
  const native = createEncoder(binding)(value ?? null);
  if (native === null) return "NULL";
  if (Buffer.isBuffer(native)) return `x'${native.toString("hex")}'`;
  if (binding.kind !== "param" || binding.type.kind === "keys") return quoteText(String(native));
  if (binding.type.kind === "float") return writeDouble(Number(native));
  return typeof native === "string" && binding.type.kind !== "decimal" ? quoteText(native) : String(native);
}

/** With an exponent, or the server would take it for a decimal. */
function writeDouble(value: number): string {
  const text = String(value);
  return text.includes("e") ? text : `${text}e0`;
}

function writeTextType(length: number | undefined): string {
  return length === undefined || length > MAX_INDEXED ? "LONGTEXT" : `VARCHAR(${Math.max(length, 1)})`;
}

function findEnumLength(values: readonly string[]): number | undefined {
  const longest = Math.max(...values.map((value) => [...value].length));
  return ENUM_LENGTHS.find((length) => length >= longest);
}

function findEncoder(type: ScalarType): Encoder {
  switch (type.kind) {
    case "bool":
      return (value) => (value === true ? 1 : 0);
    case "int":
      return encodeInt;
    case "float":
      return Number;
    case "bigint":
      return (value) => BigInt(String(value));
    case "bytes":
      return (value) => Buffer.from(String(value), "base64");
    case "json":
      return encodeJson;
    case "datetime":
      return encodeDatetime;
    default:
      return String;
  }
}

/** The package sends this number, and those outside of 32 bits, as a double, which no LIMIT takes. */
const LARGEST_INT32 = 2_147_483_647;

function encodeInt(value: unknown): number | bigint {
  const number = Number(value);
  if (!Number.isInteger(number)) return number;
  return (number | 0) !== number || number === LARGEST_INT32 ? BigInt(number) : number;
}

function encodeDatetime(value: unknown): string {
  return String(value).replace("T", " ").replace("Z", "");
}

/** A step of a path in the server's own language, in which a name between quotes is written as in JSON. */
function encodeStep(value: unknown): string {
  if (typeof value === "number") return `[${value}]`;
  return `.${JSON.stringify(value).replaceAll(HYPHEN.plain, HYPHEN.written)}`;
}

function encodeJson(value: unknown): string {
  return JSON.stringify(value);
}

/** A list for JSON_TABLE, its items in the form that the column type reads. */
function encodeMembers(type: ScalarType, value: unknown): string {
  const items: readonly unknown[] = Array.isArray(value) ? value : [];
  return `[${items.map((item) => encodeMember(type, item)).join(",")}]`;
}

function encodeMember(type: ScalarType, value: unknown): string {
  if (value == null) return "null";
  if (type.kind === "bool") return value === true ? "1" : "0";
  if (type.kind === "bigint") return String(value);
  return JSON.stringify(type.kind === "datetime" ? encodeDatetime(value) : value);
}

function encodeKeys(type: KeysType, value: unknown): string {
  const keys: readonly unknown[] = Array.isArray(value) ? value : [];
  const lists = keys.map((key) => {
    const parts: readonly unknown[] = Array.isArray(key) ? key : [];
    return type.parts.map((part, index) => encodeMember(part, parts[index])).join(",");
  });
  return `[${lists.map((list) => `[${list}]`).join(",")}]`;
}
