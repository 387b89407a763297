/**
 * Resolves a condition on what stands at a path inside json: `{ meta: { path: ["a", 0], gte: 5 } }`. Values compare within
 * their JSON type alone, which the condition's own value decides.
 */
import { createJsonPlace, type JsonPlaceNode, type JsonReading } from "../plan/json-place-node.ts";
import type { ParamNode } from "../plan/param-node.ts";
import {
  type CompareOperator,
  createAnd,
  createCompare,
  createIn,
  createIsNull,
  createNot,
  never,
  type PredicateNode,
} from "../plan/predicate-node.ts";
import { jsonOperators } from "../schema/operators.ts";
import type { ScalarField, ScalarType } from "../schema/schema-model.ts";
import { describeValue } from "../util/describe-value.ts";
import { isPlainObject } from "../util/is-object.ts";
import { queryError } from "./resolve-context.ts";
import { addValue, type Place, resolveMissing, step, type WhereReader } from "./where-place.ts";

/** Steps of one path at most: json is no deeper. */
const MAX_STEPS = 64;

/** Places in arrays are 32 bit numbers in some databases. */
const MAX_INDEX = 2 ** 31 - 1;

type JsonOperator = (typeof jsonOperators)[number];

/** A place inside json that several operators ask about. */
interface Spot {
  readonly reader: WhereReader;
  readonly place: Place;
  readonly at: (reading: JsonReading) => JsonPlaceNode;
}

/** Resolves the condition on a json field, an object with `path`. Throws FTG_QUERY. */
export function resolveJsonPlace(reader: WhereReader, field: ScalarField, place: Place): PredicateNode {
  const { path: given, ...operators } = isPlainObject(place.value) ? place.value : {};
  const pathPlace = step(place, "path", given);
  const missing = resolveMissing(reader, pathPlace);
  if (missing !== null) return missing;
  const path = resolvePath(reader, pathPlace);
  const spot: Spot = { reader, place, at: (reading) => createJsonPlace(field.name, path, reading) };
  const entries = Object.entries(operators);
  if (entries.length === 0) throw queryError(place.path, `beside path at least one of ${listNames()}`, "path alone");
  return createAnd(
    entries.map(([name, value]: [string, unknown]) =>
      resolveOperator({ ...spot, place: step(place, name, value) }, name),
    ),
  );
}

function resolvePath(reader: WhereReader, { value, path }: Place): readonly ParamNode[] {
  const expected = `a list of 1 to ${MAX_STEPS} names of members and places in arrays from 0`;
  if (!Array.isArray(value) || value.length === 0 || value.length > MAX_STEPS)
    throw queryError(path, expected, describeValue(value));
  return value.map((item: unknown, index) => {
    reader.context.countNode();
    const here = [...path, index];
    if (typeof item === "string") return addValue(reader, here, { kind: "text", list: false });
    if (isIndex(item)) return addValue(reader, here, { kind: "int", list: false });
    throw queryError(here, "the name of a member, or a place in an array from 0", describeValue(item));
  });
}

/** Whether a value is a place in an array; the shape of a request tells those from other numbers. */
export function isIndex(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= MAX_INDEX;
}

function resolveOperator(spot: Spot, name: string): PredicateNode {
  const { reader, place, at } = spot;
  const missing = resolveMissing(reader, place);
  if (missing !== null) return missing;
  reader.context.countNode();
  if (name === "exists") return readFlag(place) ? createNot(createIsNull(at("place"))) : createIsNull(at("place"));
  const operator = jsonOperators.find((known) => known === name);
  if (operator === undefined) throw queryError(place.path, `one of ${listNames()}`, JSON.stringify(name));
  return resolveKnown(spot, operator);
}

function resolveKnown(spot: Spot, operator: JsonOperator): PredicateNode {
  const { place, at } = spot;
  switch (operator) {
    case "isNull":
      return readFlag(place) ? createIsNull(at("value")) : createNot(createIsNull(at("value")));
    case "eq":
    case "not": {
      const equal = place.value === null ? createIsNull(at("value")) : compare(spot, "eq", ["text", "float", "bool"]);
      return operator === "eq" ? equal : createNot(equal);
    }
    case "in":
      return resolveIn(spot);
    case "notIn":
      return createNot(resolveIn(spot));
    case "lt":
    case "lte":
    case "gt":
    case "gte":
      return compare(spot, operator, ["text", "float"]);
    default:
      return compare(spot, operator, ["text"]);
  }
}

function compare(spot: Spot, operator: CompareOperator, readings: readonly ValueReading[]): PredicateNode {
  const { reader, place, at } = spot;
  const reading = findReading(place.value);
  if (reading === null || !readings.includes(reading))
    throw queryError(place.path, readings.map((known) => names[known]).join(" or "), describeValue(place.value));
  return createCompare(at(reading), operator, addValue(reader, place.path, createType(reading, false)));
}

/** All values of a list are of one JSON type: that of the first. */
function resolveIn({ reader, place, at }: Spot): PredicateNode {
  if (!Array.isArray(place.value)) throw queryError(place.path, "a list of values", describeValue(place.value));
  if (place.value.length === 0) return never;
  const reading = findReading(place.value[0]);
  if (reading === null)
    throw queryError(place.path, "a list of texts, of numbers or of booleans", describeValue(place.value[0]));
  return createIn(at(reading), addValue(reader, place.path, createType(reading, true)));
}

type ValueReading = Extract<JsonReading, "text" | "float" | "bool">;

const names: Readonly<Record<ValueReading, string>> = { text: "a text", float: "a number", bool: "true or false" };

function findReading(value: unknown): ValueReading | null {
  if (typeof value === "string") return "text";
  if (typeof value === "number") return "float";
  return typeof value === "boolean" ? "bool" : null;
}

function createType(kind: ValueReading, list: boolean): ScalarType {
  return Object.freeze({ kind, list });
}

function readFlag({ value, path }: Place): boolean {
  if (typeof value === "boolean") return value;
  throw queryError(path, "true or false", describeValue(value));
}

function listNames(): string {
  return [...jsonOperators, "exists"].join(", ");
}
