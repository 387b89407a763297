/** The types that numbers and choices of an expression work in: which of two is wider, and how many digits come out. */
import type { ScalarType } from "./schema-model.ts";

/** A type; of a literal, the narrowest that holds it. */
export interface ExactNumber extends ScalarType {
  /** A literal takes the type of what it stands beside. */
  readonly isLiteral?: boolean;
}

/** Text without limits. */
export const text: ScalarType = Object.freeze({ kind: "text", list: false });
/** A whole number within ±(2^53 − 1). */
export const int: ScalarType = Object.freeze({ kind: "int", list: false });
/** A whole number of 64 bits. */
export const bigint: ScalarType = Object.freeze({ kind: "bigint", list: false });
/** A binary floating-point number of 64 bits. */
export const float: ScalarType = Object.freeze({ kind: "float", list: false });
/** True or false. */
export const bool: ScalarType = Object.freeze({ kind: "bool", list: false });

/** Floats are calculated with between these, so that no result of a few leaves the range of floats. */
const SMALLEST_FLOAT = 1e-20;
const LARGEST_FLOAT = 1e20;
const MAX_DIGITS = 38;
const INT_DIGITS = 16;
const BIGINT_DIGITS = 19;
const DECIMAL_TEXT = /^-?(\d+)(?:\.(\d+))?$/;

/** The type of a literal by itself; null for what is none. Where numbers are meant, a text is a decimal. */
export function typeOfLiteral(value: unknown, use: "text" | "number"): ScalarType | null {
  switch (typeof value) {
    case "string":
      return use === "text" ? text : typeOfDigits(value);
    case "number":
      return Number.isSafeInteger(value) ? { ...int, precision: String(Math.abs(value)).length } : float;
    case "bigint":
      return bigint;
    case "boolean":
      return bool;
    default:
      return null;
  }
}

function typeOfDigits(value: string): ScalarType {
  const [, whole, fraction = ""] = DECIMAL_TEXT.exec(value) ?? [];
  return whole === undefined ? text : (createDecimal(whole === "0" ? 0 : whole.length, fraction.length) ?? text);
}

/** The narrowest type of numbers that takes all of these; null when one is no number or they need too many digits. */
export function findNumberType(types: readonly ExactNumber[]): ScalarType | null {
  const kinds = types.map(({ kind }) => kind);
  if (!kinds.every((kind) => kind === "int" || kind === "bigint" || kind === "float" || kind === "decimal"))
    return null;
  if (kinds.includes("float")) return float;
  if (kinds.includes("decimal"))
    return createDecimal(Math.max(...types.map(countWhole)), Math.max(...types.map(({ scale = 0 }) => scale)));
  return kinds.includes("bigint") ? bigint : int;
}

/** The one type of values of which one is chosen; null when there is none. Literals take the type of the others. */
export function findChoiceType(types: readonly ExactNumber[]): ScalarType | null {
  const settled = types.filter(({ isLiteral }) => isLiteral !== true);
  const deciding = settled.length > 0 ? settled : types;
  const [first] = deciding;
  if (first === undefined) return null;
  const number = findNumberType(deciding);
  // The digits of decimals count wherever they stand.
  if (number !== null) return number.kind === "decimal" ? findNumberType(types) : number;
  return deciding.every(({ kind }) => kind === first.kind) ? { kind: first.kind, list: false } : null;
}

/** The type of a sum or difference of decimals; null when it may have too many digits. */
export function addTypes(left: ScalarType, right: ScalarType): ScalarType | null {
  const whole = Math.max(countWhole(left), countWhole(right)) + 1;
  return createDecimal(whole, Math.max(left.scale ?? 0, right.scale ?? 0));
}

/** The type of a product of decimals; null when it may have too many digits. */
export function multiplyTypes(left: ScalarType, right: ScalarType): ScalarType | null {
  return createDecimal(countWhole(left) + countWhole(right), (left.scale ?? 0) + (right.scale ?? 0));
}

/** Whether a float may be calculated with. */
export function isFloatInRange(value: number): boolean {
  const size = Math.abs(value);
  return value === 0 || (size >= SMALLEST_FLOAT && size <= LARGEST_FLOAT);
}

/** Whether numbers of the type may lie outside of that range. */
export function needsBound(type: ScalarType): boolean {
  return type.kind === "float" || countWhole(type) > 20 || (type.scale ?? 0) > 20;
}

/** Most digits before the point. */
function countWhole({ kind, precision, scale = 0 }: ScalarType): number {
  if (kind === "decimal") return (precision ?? MAX_DIGITS) - scale;
  return kind === "int" ? (precision ?? INT_DIGITS) : BIGINT_DIGITS;
}

function createDecimal(whole: number, scale: number): ScalarType | null {
  const precision = Math.max(whole + scale, 1);
  return precision > MAX_DIGITS ? null : { kind: "decimal", list: false, precision, scale };
}
