/**
 * Brings one value into its canonical JSON form, the only form that is bound, stored and compared. It checks
 * what the kind itself demands (type, range, calendar); the limits a field declares are the validator's work.
 */
import { FootingError } from "../errors/footing-error.ts";
import { describeValue } from "../util/describe-value.ts";
import { describeType } from "./describe-type.ts";
import type { JsonValue, ScalarType } from "./schema-model.ts";

const INTEGER_TEXT = /^(?:0|-?[1-9]\d*)$/;
const DECIMAL_TEXT = /^(-?)(0|[1-9]\d*)(?:\.(\d+))?$/;
const DATE_TEXT = /^\d{4}-\d\d-\d\d$/;
const DATETIME_TEXT =
  /^(\d{4}-\d\d-\d\d)T([01]\d|2[0-3]):([0-5]\d):([0-5]\d)(?:\.(\d{1,3}))?(?:Z|([+-])([01]\d|2[0-3]):([0-5]\d))$/;
const CANONICAL_DATETIME = /^\d{4}-\d\d-\d\dT(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/;
const UUID_TEXT = /^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$/;
const BASE64_TEXT = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/][AQgw]==|[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=)?$/;
const DAYS_OF_MONTH = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;
const INT64_LENGTH = String(INT64_MIN).length;
const MINUTE = 60_000;
/** Deeper JSON than this is refused, which also ends a value that contains itself. */
const MAX_JSON_DEPTH = 64;

/**
 * The canonical JSON form of `value`. Also takes what JavaScript has for a kind: a `bigint` for bigint, a `Date`
 * for datetime, a `Uint8Array` for bytes; a datetime with an offset; a uuid in upper case. Null is no value of
 * any type: callers decide about null first.
 *
 * @throws FootingError FTG_VALUE naming `path`, what was expected and what came.
 */
export function normalizeValue(type: ScalarType, value: unknown, path: string): JsonValue {
  if (type.list) return normalizeList(type, value, path);
  const canonical = toCanonical(type, value);
  if (canonical === undefined) throw createValueError(type, value, path);
  return canonical;
}

/** Whether a value (an item, for a list) is of the kind. */
export function isOfKind(type: ScalarType, value: unknown): boolean {
  return toCanonical(type, value) !== undefined;
}

/** The error for a value that is not of its type. */
export function createValueError(type: ScalarType, value: unknown, path: string): FootingError {
  const detail = `${path}: expected ${describeType(type)}, got ${describeValue(value)}.`;
  return new FootingError("FTG_VALUE", { detail });
}

function normalizeList(type: ScalarType, value: unknown, path: string): JsonValue {
  if (!Array.isArray(value)) throw createValueError(type, value, path);
  const items: JsonValue[] = [];
  for (const item of value) {
    const canonical = toCanonical(type, item);
    if (canonical === undefined) throw createValueError({ ...type, list: false }, item, `${path}/${items.length}`);
    items.push(canonical);
  }
  return items;
}

/** The canonical form of one value (an item, for a list), or undefined when it is not of the kind. */
function toCanonical(type: ScalarType, value: unknown): JsonValue | undefined {
  switch (type.kind) {
    case "text":
      return typeof value === "string" && isText(value) ? value : undefined;
    case "int":
      return typeof value === "number" && Number.isSafeInteger(value) ? withoutMinusZero(value) : undefined;
    case "float":
      return typeof value === "number" && Number.isFinite(value) ? withoutMinusZero(value) : undefined;
    case "bigint":
      return toBigintText(value);
    case "decimal":
      return toDecimalText(type, value);
    case "bool":
      return typeof value === "boolean" ? value : undefined;
    case "date":
      return typeof value === "string" && DATE_TEXT.test(value) && isDay(value) ? value : undefined;
    case "datetime":
      return toDatetimeText(value);
    case "uuid":
      return typeof value === "string" && UUID_TEXT.test(value) ? value.toLowerCase() : undefined;
    case "bytes":
      return toBase64(value);
    case "json":
      return value === null ? undefined : toJson(value, 0);
    case "enum":
      return typeof value === "string" && type.values?.includes(value) === true ? value : undefined;
  }
}

function isText(value: string): boolean {
  return value.isWellFormed() && !value.includes("\0");
}

function withoutMinusZero(value: number): number {
  return value === 0 ? 0 : value;
}

function toBigintText(value: unknown): string | undefined {
  if (typeof value === "string") {
    // Longer digits would be read, for a time that grows with their square, only to be refused.
    if (value.length > INT64_LENGTH || !INTEGER_TEXT.test(value)) return undefined;
    return value.length <= 18 || isInt64(BigInt(value)) ? value : undefined;
  }
  return typeof value === "bigint" && isInt64(value) ? value.toString() : undefined;
}

function isInt64(value: bigint): boolean {
  return value >= INT64_MIN && value <= INT64_MAX;
}

function toDecimalText(type: ScalarType, value: unknown): string | undefined {
  const match = typeof value === "string" ? DECIMAL_TEXT.exec(value) : null;
  if (match === null) return undefined;
  const { precision = 38, scale = 0 } = type;
  const [, sign = "", whole = "", fraction = ""] = match;
  if (fraction.length > scale || (whole === "0" ? 0 : whole.length) > precision - scale) return undefined;
  const digits = scale === 0 ? whole : `${whole}.${fraction.padEnd(scale, "0")}`;
  return sign === "-" && /[1-9]/.test(digits) ? `-${digits}` : digits;
}

/** Whether text of the form YYYY-MM-DD… starts with a day of the years 1 to 9999. */
function isDay(text: string): boolean {
  const year = readDigits(text, 0, 4);
  const month = readDigits(text, 5, 7);
  const day = readDigits(text, 8, 10);
  if (year === 0 || day === 0) return false;
  const isLeapDay = month === 2 && day === 29;
  if (isLeapDay) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return day <= (DAYS_OF_MONTH[month - 1] ?? 0);
}

/** The number that the digits from `start` up to `end` write. */
function readDigits(text: string, start: number, end: number): number {
  let number = 0;
  for (let index = start; index < end; index++) number = number * 10 + text.charCodeAt(index) - 48;
  return number;
}

function toDatetimeText(value: unknown): string | undefined {
  if (typeof value === "string") {
    if (CANONICAL_DATETIME.test(value)) return isDay(value) ? value : undefined;
    return convertDatetime(value);
  }
  return value instanceof Date ? toInstantText(value.getTime()) : undefined;
}

/** A datetime in another than the canonical form: an offset, or fewer digits of the second. */
function convertDatetime(value: string): string | undefined {
  const match = DATETIME_TEXT.exec(value);
  if (match === null || !isDay(value)) return undefined;
  const [, date, hour, minute, second, fraction = "", sign, offsetHour, offsetMinute] = match;
  const local = Date.parse(`${date}T${hour}:${minute}:${second}.${fraction.padEnd(3, "0")}Z`);
  const offset = sign === undefined ? 0 : (Number(offsetHour) * 60 + Number(offsetMinute)) * MINUTE;
  return toInstantText(sign === "-" ? local + offset : local - offset);
}

function toInstantText(milliseconds: number): string | undefined {
  if (Number.isNaN(milliseconds)) return undefined;
  const text = new Date(milliseconds).toISOString();
  // Years outside 0 to 9999 print with a sign and six digits; there is no year 0.
  return text.length === 24 && !text.startsWith("0000") ? text : undefined;
}

function toBase64(value: unknown): string | undefined {
  if (typeof value === "string") return BASE64_TEXT.test(value) ? value : undefined;
  if (!(value instanceof Uint8Array)) return undefined;
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("base64");
}

/** A copy that shares nothing with the caller's value, or undefined when JSON cannot hold it. */
function toJson(value: unknown, depth: number): JsonValue | undefined {
  if (value === null || typeof value === "boolean") return value;
  // One such text in one row, and PostgreSQL refuses every condition that looks into the json of a row.
  if (typeof value === "string") return isText(value) ? value : undefined;
  if (typeof value === "number") return Number.isFinite(value) ? withoutMinusZero(value) : undefined;
  if (typeof value !== "object" || depth === MAX_JSON_DEPTH) return undefined;
  return Array.isArray(value) ? toJsonArray(value, depth) : toJsonObject(value, depth);
}

function toJsonArray(value: readonly unknown[], depth: number): JsonValue | undefined {
  const items: JsonValue[] = [];
  for (const item of value) {
    const canonical = toJson(item, depth + 1);
    if (canonical === undefined) return undefined;
    items.push(canonical);
  }
  return items;
}

function toJsonObject(value: object, depth: number): JsonValue | undefined {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return undefined;
  const entries: [string, JsonValue][] = [];
  for (const [key, item] of Object.entries(value)) {
    const canonical = toJson(item, depth + 1);
    if (canonical === undefined || !isText(key)) return undefined;
    entries.push([key, canonical]);
  }
  // `fromEntries` defines its keys, so that one named `__proto__` stays data.
  return Object.fromEntries(entries);
}
