/** Words for types and values in error messages: "expected …, got …". */
import type { ScalarKind, ScalarType } from "./schema-model.ts";

const LONGEST_SHOWN = 60;

const NAMES: Readonly<Record<ScalarKind, string>> = {
  text: "text without NUL and lone surrogates",
  int: "an integer from -9007199254740991 to 9007199254740991",
  bigint: 'a string with an integer of 64 bits such as "-12"',
  float: "a finite number",
  decimal: "a string with a decimal number",
  bool: "true or false",
  date: 'a date such as "2026-01-31"',
  datetime: 'a datetime such as "2026-01-31T09:30:00Z" with at most milliseconds',
  uuid: 'a uuid such as "0190b2a4-7c1e-7a53-9d3e-0242ac120002"',
  bytes: "base64 with padding",
  json: "a JSON value",
  enum: "one of the declared values",
};

/** What a value of the type is, e.g. `one of "asc", "desc"`. */
export function describeType(type: ScalarType): string {
  if (type.list) return `a list, each item ${describeType({ ...type, list: false })}`;
  if (type.kind === "enum") return `one of ${(type.values ?? []).map((value) => JSON.stringify(value)).join(", ")}`;
  if (type.kind === "decimal") return describeDecimal(type);
  return NAMES[type.kind];
}

/** What came instead, shortened. */
export function describeReceived(value: unknown): string {
  if (value === null || value === undefined || typeof value === "boolean") return String(value);
  if (typeof value === "string") return shorten(JSON.stringify(value));
  if (typeof value === "number") return String(value);
  if (typeof value === "bigint") return shorten(`${value}n`);
  if (Array.isArray(value)) return "an array";
  if (value instanceof Date)
    return Number.isNaN(value.getTime()) ? "an invalid Date" : `the Date ${value.toISOString()}`;
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

function describeDecimal({ precision = 38, scale = 0 }: ScalarType): string {
  const whole = precision - scale;
  return `a string with a decimal number of at most ${whole} ${whole === 1 ? "digit" : "digits"} before the point and ${scale} after it`;
}

function shorten(text: string): string {
  if (text.length <= LONGEST_SHOWN) return text;
  // Not in the middle of a surrogate pair.
  return `${text
    .slice(0, LONGEST_SHOWN)
    .toWellFormed()
    .replace(/\uFFFD$/, "")}… (${text.length} characters)`;
}
