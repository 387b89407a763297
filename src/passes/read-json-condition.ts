/**
 * Reads a condition on what stands at a path inside json: `{ path: ["a", 0], gte: 5 }`. Values compare within their JSON
 * type alone, which the condition's own value decides. It knows no model, and makes no plan.
 */
import type { JsonReading } from "../plan/json-place-node.ts";
import type { CompareOperator } from "../plan/predicate-node.ts";
import { jsonOperators } from "../schema/operators.ts";
import { describeValue } from "../util/describe-value.ts";
import { isPlainObject } from "../util/is-object.ts";
import type { JsonStep } from "../util/json-place.ts";
import { queryError } from "./resolve-context.ts";
import type { Path } from "./value-source.ts";

/** Steps of one path at most: json is no deeper. */
const MAX_STEPS = 64;

/** Places in arrays are 32 bit numbers in some databases. */
const MAX_INDEX = 2 ** 31 - 1;

/** The JSON type of a value that something is compared with. */
export type ValueReading = Extract<JsonReading, "text" | "float" | "bool">;

/** One thing that is asked about the place, or (`holds` false) the complement of it. */
export type JsonTest = { readonly holds: boolean } & (
  | { readonly kind: "there" | "null" | "oneOfNone" }
  | {
      readonly kind: "compare";
      readonly operator: CompareOperator;
      readonly reading: ValueReading;
      readonly path: Path;
    }
  | { readonly kind: "in"; readonly reading: ValueReading; readonly path: Path }
);

/** A condition: all tests must hold. */
export interface JsonCondition {
  readonly steps: readonly JsonStep[];
  readonly tests: readonly JsonTest[];
}

/** What stands at a place of a query. */
interface Spot {
  readonly value: unknown;
  readonly path: Path;
}

/** Reads a condition, an object with `path`. Throws FTG_QUERY. */
export function readJsonCondition(value: unknown, path: Path): JsonCondition {
  if (!isPlainObject(value)) throw queryError(path, "an object with path and operators", describeValue(value));
  const { path: given, ...operators } = value;
  const steps = readSteps({ value: given, path: [...path, "path"] });
  const tests = Object.entries(operators).map(([name, operand]) =>
    readTest(name, { value: operand, path: [...path, name] }),
  );
  if (tests.length === 0) throw queryError(path, `beside path at least one of ${listNames()}`, "path alone");
  return { steps, tests };
}

/** Whether a value is a place in an array; the shape of a request tells those from other numbers. */
export function isIndex(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= MAX_INDEX;
}

function readSteps({ value, path }: Spot): readonly JsonStep[] {
  if (!Array.isArray(value) || value.length === 0 || value.length > MAX_STEPS)
    throw queryError(path, `a list of 1 to ${MAX_STEPS} names of members and places in arrays`, describeValue(value));
  return value.map((item: unknown, index) => {
    if (typeof item === "string" || isIndex(item)) return item;
    throw queryError([...path, index], "the name of a member, or a place in an array from 0", describeValue(item));
  });
}

function readTest(name: string, spot: Spot): JsonTest {
  if (name === "exists") return { kind: "there", holds: readFlag(spot) };
  const operator = jsonOperators.find((known) => known === name);
  if (operator === undefined) throw queryError(spot.path, `one of ${listNames()}`, JSON.stringify(name));
  switch (operator) {
    case "isNull":
      return { kind: "null", holds: readFlag(spot) };
    case "eq":
    case "not":
      return { ...readEquality(spot), holds: operator === "eq" };
    case "in":
    case "notIn":
      return { ...readIn(spot), holds: operator === "in" };
    case "lt":
    case "lte":
    case "gt":
    case "gte":
      return compare(spot, operator, ["text", "float"]);
    default:
      return compare(spot, operator, ["text"]);
  }
}

function readEquality(spot: Spot): JsonTest {
  return spot.value === null ? { kind: "null", holds: true } : compare(spot, "eq", ["text", "float", "bool"]);
}

function compare({ value, path }: Spot, operator: CompareOperator, readings: readonly ValueReading[]): JsonTest {
  const reading = findReading(value);
  if (reading !== null && readings.includes(reading)) return { kind: "compare", operator, reading, path, holds: true };
  throw queryError(path, readings.map((known) => names[known]).join(" or "), describeValue(value));
}

/** All values of a list are of one JSON type: that of the first. */
function readIn({ value, path }: Spot): JsonTest {
  if (!Array.isArray(value)) throw queryError(path, "a list of values", describeValue(value));
  if (value.length === 0) return { kind: "oneOfNone", holds: true };
  const reading = findReading(value[0]);
  if (reading === null) throw queryError(path, "a list of texts, of numbers or of booleans", describeValue(value[0]));
  return { kind: "in", reading, path, holds: true };
}

const names: Readonly<Record<ValueReading, string>> = { text: "a text", float: "a number", bool: "true or false" };

function findReading(value: unknown): ValueReading | null {
  if (typeof value === "string") return "text";
  if (typeof value === "number") return "float";
  return typeof value === "boolean" ? "bool" : null;
}

function readFlag({ value, path }: Spot): boolean {
  if (typeof value === "boolean") return value;
  throw queryError(path, "true or false", describeValue(value));
}

function listNames(): string {
  return [...jsonOperators, "exists"].join(", ");
}
