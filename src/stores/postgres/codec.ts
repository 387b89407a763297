/**
 * The value contract in PostgreSQL: the type of each column, and how canonical JSON values are bound, always as the
 * text that the server reads. Nothing here checks a value.
 */
import type { KeysType } from "../../plan/param-node.ts";
import type { ScalarType } from "../../schema/schema-model.ts";
import type { Binding, RowColumn } from "../sql/sql-text.ts";
import { writePhraseList, writeSearch, writeWords } from "./search.ts";

/** What travels in the place of a parameter. */
export type NativeValue = string | null;

/** Turns a canonical JSON value into the text that PostgreSQL reads as a value of the parameter's type. */
export type Encoder = (value: unknown) => NativeValue;

/** The type of a value as `format_type` names it, with the binary order of text that every store has. */
export function columnType(type: ScalarType): string {
  if (type.list) return "json";
  switch (type.kind) {
    case "int":
    case "bigint":
      return "bigint";
    case "float":
      return "double precision";
    case "decimal":
      return `numeric(${type.precision},${type.scale})`;
    case "bool":
      return "boolean";
    case "datetime":
      return "timestamp(3) with time zone";
    case "bytes":
      return "bytea";
    case "text":
    case "enum":
      return 'text COLLATE "C"';
    default:
      return type.kind;
  }
}

/** The type of a parameter, without the limits of a column: it says how the text is read, not what may be stored. */
export function paramType(type: ScalarType): string {
  if (type.list) return "json";
  if (type.kind === "decimal") return "numeric";
  if (type.kind === "datetime") return "timestamptz";
  return type.kind === "text" || type.kind === "enum" ? "text" : columnType(type);
}

/** The encoder of a binding. */
export function createEncoder(binding: Binding): Encoder {
  if (binding.kind === "collected") return encodeText;
  if (binding.kind === "rows") return createColumnEncoder(binding.columns);
  const { type, form } = binding;
  if (type.kind === "keys") return (value) => encodeKeys(type, value);
  if (form === "words") return (value) => (value == null ? null : writeWords(String(value)));
  if (form === "search") return (value) => writeSearch(String(value));
  if (form === "phrases") return (value) => encodeArray(encodeText, writePhraseList(String(value)));
  if (form === "members")
    return (value) => encodeArray(createItemEncoder({ ...type, list: false }), Array.isArray(value) ? value : []);
  if (form === "oneItem") return (value) => encodeJson([value]);
  return createItemEncoder(type);
}

/** The values of a column in many rows, as an array. */
function createColumnEncoder([column]: readonly RowColumn[]): Encoder {
  if (column === undefined) return () => null;
  const encode = createEncoder({ kind: "param", ...column });
  return (value) => {
    const rows: readonly unknown[] = Array.isArray(value) ? value : [];
    return encodeArray(
      encode,
      rows.map((row: unknown) => (Array.isArray(row) ? row[column.index] : null)),
    );
  };
}

/** A list of texts as PostgreSQL reads an array. */
export function encodeArray(encode: Encoder, items: readonly unknown[]): string {
  return `{${items.map((item) => quoteItem(encode(item))).join(",")}}`;
}

/** The encoder of one value of the type; of a list as a whole. */
function createItemEncoder(type: ScalarType): Encoder {
  if (type.list || type.kind === "json") return encodeJson;
  return type.kind === "bytes" ? encodeBytes : encodeText;
}

/** A text as an SQL literal, whatever the server makes of backslashes. */
export function quoteText(text: string): string {
  const quoted = `'${text.replaceAll("'", "''")}'`;
  return text.includes("\\") ? ` E${quoted.replaceAll("\\", "\\\\")}` : quoted;
}

function encodeText(value: unknown): NativeValue {
  return value == null ? null : String(value);
}

function encodeJson(value: unknown): NativeValue {
  return value == null ? null : JSON.stringify(value);
}

function encodeBytes(value: unknown): NativeValue {
  return value == null ? null : `\\x${Buffer.from(String(value), "base64").toString("hex")}`;
}

/** Most texts have nothing to escape; looking for it first takes half the time of a pattern. */
function quoteItem(text: NativeValue): string {
  if (text === null) return "NULL";
  const escaped = text.includes("\\") ? text.replaceAll("\\", "\\\\") : text;
  return `"${escaped.includes('"') ? escaped.replaceAll('"', '\\"') : escaped}"`;
}

/** Every part as text, which {@link paramType} reads in the statement. */
function encodeKeys(type: KeysType, value: unknown): string {
  const keys: readonly unknown[] = Array.isArray(value) ? value : [];
  const encoders = type.parts.map(createItemEncoder);
  return JSON.stringify(
    keys.map((key) => {
      const parts: readonly unknown[] = Array.isArray(key) ? key : [];
      return parts.map((part, index) => encoders[index]?.(part) ?? null);
    }),
  );
}
