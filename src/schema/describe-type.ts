/** Words for types in error messages: "expected …, got …". */
import type { ScalarKind, ScalarType } from "./schema-model.ts";

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
  json: "JSON of at most 64 levels, its texts without NUL and lone surrogates",
  enum: "one of the declared values",
};

/** What a value of the type is, e.g. `one of "asc", "desc"`. */
export function describeType(type: ScalarType): string {
  if (type.list) return `a list, each item ${describeType({ ...type, list: false })}`;
  if (type.kind === "enum") return `one of ${(type.values ?? []).map((value) => JSON.stringify(value)).join(", ")}`;
  if (type.kind === "decimal") return describeDecimal(type);
  return NAMES[type.kind];
}

function describeDecimal({ precision = 38, scale = 0 }: ScalarType): string {
  const whole = precision - scale;
  return `a string with a decimal number of at most ${whole} ${whole === 1 ? "digit" : "digits"} before the point and ${scale} after it`;
}
