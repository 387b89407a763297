/**
 * What an update may do to a number instead of setting it: `{ increment: 5 }`. Reads it and says within which bounds the
 * result must stay; a store calculates.
 */
import { FootingError } from "../errors/footing-error.ts";
import { describeValue } from "../util/describe-value.ts";
import { isPlainObject } from "../util/is-object.ts";
import { normalizeValue } from "./normalize-value.ts";
import type { Field, JsonValue, ScalarField, ScalarType } from "./schema-model.ts";

/** A calculation in canonical form. */
export interface Calculation {
  readonly operator: "add" | "multiply";
  readonly value: JsonValue;
  /** Smallest and largest result. */
  readonly min: JsonValue;
  readonly max: JsonValue;
}

const verbs = ["increment", "decrement", "multiply"] as const;
const int64 = { min: String(-(2n ** 63n)), max: String(2n ** 63n - 1n) };

/** Whether a field holds one number. */
export function isNumber(field: Field): field is ScalarField {
  if (field.kind !== "scalar" || field.type.list) return false;
  const { kind } = field.type;
  return kind === "int" || kind === "bigint" || kind === "float" || kind === "decimal";
}

function readCalculation({ name, type, unique }: ScalarField, given: Readonly<Record<string, unknown>>): Calculation {
  const path = `/${name}`;
  const known = listCalculations(type);
  const [first, ...others] = Object.keys(given);
  const verb = known.find((candidate) => candidate === first);
  if (verb === undefined || others.length > 0)
    throw createInvalid(path, `expected a value or one of ${known.join(", ")}, got ${describeKeys(given)}.`);
  if (unique) throw createInvalid(path, `is unique and can only be set, got ${verb}.`);
  const value = normalizeValue(withoutLimits(type), given[verb], `${path}/${verb}`);
  return {
    operator: verb === "multiply" ? "multiply" : "add",
    value: verb === "decrement" ? negate(value) : value,
    ...findBounds(type),
  };
}

/** The verbs for numbers of the type: a product of decimals has more digits than its column. */
export function listCalculations({ kind }: ScalarType): readonly (typeof verbs)[number][] {
  return verbs.filter((verb) => verb !== "multiply" || kind !== "decimal");
}

/** What the value of a field says to calculate; null when it says nothing of the kind. Throws FTG_INVALID. */
export function findCalculation(field: Field, value: unknown): Calculation | null {
  return isNumber(field) && isPlainObject(value) ? readCalculation(field, value) : null;
}

/** The range of a number: what the field declares, and what its kind can hold. */
function findBounds({ kind, min, max, precision = 38, scale = 0 }: ScalarType): { min: JsonValue; max: JsonValue } {
  switch (kind) {
    case "int":
      return { min: min ?? Number.MIN_SAFE_INTEGER, max: max ?? Number.MAX_SAFE_INTEGER };
    case "bigint":
      return { min: min ?? int64.min, max: max ?? int64.max };
    case "decimal": {
      const digits = `${"9".repeat(precision - scale) || "0"}${scale === 0 ? "" : `.${"9".repeat(scale)}`}`;
      return { min: min ?? `-${digits}`, max: max ?? digits };
    }
    default:
      return { min: min ?? -Number.MAX_VALUE, max: max ?? Number.MAX_VALUE };
  }
}

/** The limits are those of the result. */
function withoutLimits({ min: _min, max: _max, ...type }: ScalarType): ScalarType {
  return type;
}

function negate(value: JsonValue): JsonValue {
  if (typeof value === "number") return value === 0 ? 0 : -value;
  const text = String(value);
  if (!/[1-9]/.test(text)) return text;
  return text.startsWith("-") ? text.slice(1) : `-${text}`;
}

function describeKeys(given: Readonly<Record<string, unknown>>): string {
  const names = Object.keys(given);
  return names.length === 0 ? describeValue(given) : names.join(" and ");
}

function createInvalid(path: string, detail: string): FootingError {
  return new FootingError("FTG_INVALID", { detail: `${path}: ${detail}`, problems: [{ path, detail }] });
}
