/** The defined order of canonical values, the same in every store. It orders; it does not check. */
import type { JsonValue, ScalarType } from "./schema-model.ts";

/**
 * Negative, zero or positive as `a` comes before, beside or after `b`. Both are canonical values of `type`, or
 * null, which is the smallest. Text and enums compare by code point, numbers of every kind by value. json, bytes
 * and lists have no order of their own: their JSON text decides, so that zero still means equal.
 */
export function compareValues(type: ScalarType, a: JsonValue, b: JsonValue): number {
  if (a === b) return 0;
  if (a === null) return -1;
  if (b === null) return 1;
  if (typeof a === "number" && typeof b === "number") return a - b < 0 ? -1 : 1;
  if (typeof a === "string" && typeof b === "string")
    return isDigits(type) ? compareDigits(a, b) : compareCodePoints(a, b);
  if (typeof a === "boolean" && typeof b === "boolean") return a ? 1 : -1;
  return compareCodePoints(JSON.stringify(a), JSON.stringify(b));
}

function isDigits(type: ScalarType): boolean {
  return type.kind === "bigint" || type.kind === "decimal";
}

/** Canonical numbers of one scale: the longer is the farther from zero, equal lengths compare as text. */
function compareDigits(a: string, b: string): number {
  const isNegative = a.startsWith("-");
  if (isNegative !== b.startsWith("-")) return isNegative ? -1 : 1;
  const magnitude = a.length === b.length ? (a < b ? -1 : 1) : a.length - b.length;
  return isNegative ? -magnitude : magnitude;
}

/** JavaScript's own `<` compares UTF-16 units, which puts U+FFFD after an emoji. */
function compareCodePoints(a: string, b: string): number {
  const shared = Math.min(a.length, b.length);
  for (let index = 0; index < shared; index++) {
    const difference = orderUnit(a.charCodeAt(index)) - orderUnit(b.charCodeAt(index));
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** Moves surrogates, which stand for code points above U+FFFF, behind all other units. */
function orderUnit(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}
