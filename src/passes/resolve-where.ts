/**
 * Resolves a `where` of the query language: names become columns and relations of the schema, values become
 * params, `every`, `none` and negated operators become `not`. Decides nothing about access.
 */
import { createColumn } from "../plan/column-node.ts";
import {
  always,
  type CompareOperator,
  createAnd,
  createCompare,
  createExists,
  createIn,
  createIsNull,
  createList,
  createNot,
  createOr,
  type ListQuestion,
  type PredicateNode,
} from "../plan/predicate-node.ts";
import { listOperators, type Operator } from "../schema/operators.ts";
import {
  type Field,
  isValueField,
  type ModelSchema,
  type RefField,
  type RelationField,
  type ValueField,
} from "../schema/schema-model.ts";
import { describeValue } from "../util/describe-value.ts";
import { isPlainObject } from "../util/is-object.ts";
import { createLive } from "./live-rows.ts";
import { listOf, queryError, type ResolveContext } from "./resolve-context.ts";
import { isFieldOperand, type Operand, resolveFieldOperand } from "./resolve-field-operand.ts";
import { resolveJsonPlace } from "./resolve-json-place.ts";
import type { Path } from "./value-source.ts";
import {
  addValue,
  isMissing,
  negate,
  noMatch,
  type Place,
  resolveMissing,
  step,
  type WhereReader,
} from "./where-place.ts";

type ResolveOperator = (reader: WhereReader, operand: Operand) => PredicateNode;

/** Each operator's meaning; which of them a type has is `listOperators`. */
const operators: Readonly<Record<Operator, ResolveOperator>> = {
  eq: resolveEquality,
  not: (reader, operand) => createNot(resolveEquality(reader, operand)),
  in: resolveIn,
  notIn: (reader, operand) => createNot(resolveIn(reader, operand)),
  lt: (reader, operand) => resolveCompare(reader, operand, "lt"),
  lte: (reader, operand) => resolveCompare(reader, operand, "lte"),
  gt: (reader, operand) => resolveCompare(reader, operand, "gt"),
  gte: (reader, operand) => resolveCompare(reader, operand, "gte"),
  contains: (reader, operand) => resolveCompare(reader, operand, "contains"),
  startsWith: (reader, operand) => resolveCompare(reader, operand, "startsWith"),
  endsWith: (reader, operand) => resolveCompare(reader, operand, "endsWith"),
  ieq: (reader, operand) => resolveCompare(reader, operand, "ieq"),
  icontains: (reader, operand) => resolveCompare(reader, operand, "icontains"),
  istartsWith: (reader, operand) => resolveCompare(reader, operand, "istartsWith"),
  iendsWith: (reader, operand) => resolveCompare(reader, operand, "iendsWith"),
  has: (reader, operand) => resolveItems(reader, operand, "hasAny"),
  hasAny: (reader, operand) => resolveItems(reader, operand, "hasAny"),
  hasEvery: (reader, operand) => resolveItems(reader, operand, "hasEvery"),
  isEmpty: resolveIsEmpty,
  isNull: resolveIsNull,
};

const refOperators: readonly Operator[] = ["eq", "not", "in", "notIn", "isNull"];

/** Reads a `where` that a caller sent: null asks for null, values come from the query. */
export function createQueryReader(context: ResolveContext): WhereReader {
  return { context, failClosed: false, source: (path, type) => ({ from: "query", path, type }) };
}

/** A filter as the caller gave it, with the model it filters and its place in the query. */
export interface WhereInput {
  readonly model: ModelSchema;
  readonly where: unknown;
  readonly path: Path;
}

/** Resolves a filter; an absent one is always true. Throws FTG_QUERY. */
export function resolveWhere(reader: WhereReader, { model, where, path }: WhereInput): PredicateNode {
  return where === undefined ? always : resolveFilter(reader, { value: where, model, path, negated: false });
}

function resolveFilter(reader: WhereReader, place: Place): PredicateNode {
  const { value, model } = place;
  if (!isPlainObject(value)) throw queryError(place.path, `a filter on ${model.name}`, describeValue(value));
  return createAnd(Object.keys(value).map((name) => resolveEntry(reader, name, step(place, name, value[name]))));
}

function resolveEntry(reader: WhereReader, name: string, place: Place): PredicateNode {
  reader.context.countNode();
  if (reader.failClosed && isEmptyGroup(name, place.value)) return noMatch(place);
  switch (name) {
    case "all":
      return createAnd(resolveList(reader, place));
    case "any":
      return createOr(resolveList(reader, place));
    case "not":
      return createNot(resolveFilter(reader, negate(place)));
    default:
      return resolveField(reader, reader.context.field(place.model, name), place);
  }
}

function resolveList(reader: WhereReader, place: Place): PredicateNode[] {
  if (!Array.isArray(place.value)) throw queryError(place.path, "a list of filters", describeValue(place.value));
  return place.value.map((item: unknown, index) => resolveFilter(reader, step(place, index, item)));
}

function resolveField(reader: WhereReader, field: Field, place: Place): PredicateNode {
  const missing = resolveMissing(reader, place);
  if (missing !== null) return missing;
  if (isValueField(field)) return resolveScalar(reader, field, place);
  if (field.kind === "many" || field.kind === "manyToMany") return resolveToMany(reader, field, place);
  return resolveToOne(reader, field, place);
}

function resolveScalar(reader: WhereReader, field: ValueField, place: Place): PredicateNode {
  const operand = { column: createColumn(field.name), type: field.type, place };
  if (place.value === null) return createIsNull(operand.column);
  const allowed = listOperators(field.type);
  const isJson = field.kind === "scalar" && field.type.kind === "json" && !field.type.list;
  if (isJson && isPlainObject(place.value) && "path" in place.value) return resolveJsonPlace(reader, field, place);
  if (isPlainObject(place.value)) return resolveOperators(reader, allowed, operand);
  if (allowed.includes("eq")) return resolveEquality(reader, operand);
  throw queryError(place.path, `an object of operators (${allowed.join(", ")})`, describeValue(place.value));
}

function resolveOperators(reader: WhereReader, allowed: readonly Operator[], operand: Operand): PredicateNode {
  const names = allowed.join(", ");
  const entries = Object.entries(operand.place.value ?? {});
  if (entries.length === 0) throw queryError(operand.place.path, `at least one operator (${names})`, "an empty object");
  return createAnd(
    entries.map(([name, value]: [string, unknown]) => {
      const place = step(operand.place, name, value);
      const operator = allowed.find((known) => known === name);
      if (operator === undefined) throw queryError(place.path, `one of the operators ${names}`, JSON.stringify(name));
      return resolveMissing(reader, place) ?? operators[operator](reader, { ...operand, place });
    }),
  );
}

/** In a rule, a group that lost all its conditions must not open the door that they were to guard. */
function isEmptyGroup(name: string, value: unknown): boolean {
  if (name === "not") return isPlainObject(value) && Object.keys(value).length === 0;
  if ((name !== "all" && name !== "any") || !Array.isArray(value)) return false;
  return value.length === 0 || value.some((item) => isPlainObject(item) && Object.keys(item).length === 0);
}

/** Whether a missing value stands anywhere inside. */
function holdsMissing(value: unknown): boolean {
  if (isMissing(value)) return true;
  if (Array.isArray(value)) return value.some(holdsMissing);
  return isPlainObject(value) && Object.values(value).some(holdsMissing);
}

function resolveEquality(reader: WhereReader, { column, type, place }: Operand): PredicateNode {
  if (isFieldOperand(place.value)) return resolveFieldOperand(reader, { column, type, place }, "eq");
  return place.value === null ? createIsNull(column) : createCompare(column, "eq", addValue(reader, place.path, type));
}

function resolveIn(reader: WhereReader, { column, type, place }: Operand): PredicateNode {
  if (!Array.isArray(place.value)) throw queryError(place.path, "a list of values", describeValue(place.value));
  return createIn(column, addValue(reader, place.path, listOf(type)));
}

function resolveCompare(
  reader: WhereReader,
  { column, type, place }: Operand,
  operator: CompareOperator,
): PredicateNode {
  if (place.value === null) throw queryError(place.path, "a value to compare with (isNull asks for null)", "null");
  if (isFieldOperand(place.value)) return resolveFieldOperand(reader, { column, type, place }, operator);
  return createCompare(column, operator, addValue(reader, place.path, type));
}

function resolveIsNull(_reader: WhereReader, { column, place }: Operand): PredicateNode {
  if (typeof place.value !== "boolean") throw queryError(place.path, "true or false", describeValue(place.value));
  return place.value ? createIsNull(column) : createNot(createIsNull(column));
}

/** Whether a list holds one of the values, or all of them. A single value is one item; the others stand in a list. */
function resolveItems(reader: WhereReader, { column, type, place }: Operand, question: ListQuestion): PredicateNode {
  const isList = place.path.at(-1) !== "has";
  if (isList && !Array.isArray(place.value))
    throw queryError(place.path, "a list of values", describeValue(place.value));
  if (place.value === null) throw queryError(place.path, "a value (isNull asks for null)", "null");
  return createList(column, question, addValue(reader, place.path, { ...type, list: isList }));
}

/** Both answers are about a list that is there. */
function resolveIsEmpty(_reader: WhereReader, { column, place }: Operand): PredicateNode {
  if (typeof place.value !== "boolean") throw queryError(place.path, "true or false", describeValue(place.value));
  const isEmpty = createList(column, "isEmpty", null);
  return place.value ? isEmpty : createAnd([createNot(isEmpty), createNot(createIsNull(column))]);
}

function resolveToMany(reader: WhereReader, field: RelationField, place: Place): PredicateNode {
  if (!isPlainObject(place.value))
    throw queryError(place.path, "an object with some, every or none", describeValue(place.value));
  const entries = Object.entries(place.value);
  if (entries.length === 0) throw queryError(place.path, "some, every or none", "an empty object");
  const target = { ...place, model: reader.context.model(field.model) };
  return createAnd(
    entries.map(([name, value]) => resolveQuantifier(reader, { field, name }, step(target, name, value))),
  );
}

function resolveQuantifier(
  reader: WhereReader,
  { field, name }: { field: RelationField; name: string },
  place: Place,
): PredicateNode {
  const missing = resolveMissing(reader, place);
  if (missing !== null) return missing;
  // Without related rows `none` and `every` hold whatever is asked, so in a rule a missing value must close them here.
  if (reader.failClosed && name !== "some" && holdsMissing(place.value)) return noMatch(place);
  if (name === "some") return createRelated(reader, field, resolveFilter(reader, place));
  if (name === "none") return createNot(createRelated(reader, field, resolveFilter(reader, negate(place))));
  if (name === "every") return createNot(createRelated(reader, field, createNot(resolveFilter(reader, place))));
  throw queryError(place.path, "some, every or none", JSON.stringify(name));
}

function resolveToOne(reader: WhereReader, field: RelationField, place: Place): PredicateNode {
  const target = reader.context.model(field.model);
  if (field.kind === "ref" && !isFilterOn(target, place.value)) return resolveRefValue(reader, field, place);
  if (place.value === null) return createNot(createRelated(reader, field, always));
  return createRelated(reader, field, resolveFilter(reader, { ...place, model: target }));
}

/** A look into related rows. Rules are the app's own code and see all that live; for callers the authorize pass decides. */
function createRelated(reader: WhereReader, field: RelationField, where: PredicateNode): PredicateNode {
  return createExists(field.name, where, reader.failClosed ? createLive(reader.context.model(field.model)) : null);
}

/**
 * An object is a filter on the target unless every key of it is an operator (and no field) of a key value. A key
 * of one part is never an object, so `not` with an object is the negation of a filter.
 */
function isFilterOn(target: ModelSchema, value: unknown): boolean {
  if (!isPlainObject(value)) return false;
  const names = Object.keys(value);
  return (
    names.length === 0 ||
    names.some(
      (name) =>
        !refOperators.some((operator) => operator === name) ||
        Object.hasOwn(target.fields, name) ||
        (name === "not" && isPlainObject(value[name]) && !isFieldOperand(value[name])),
    )
  );
}

function resolveRefValue(reader: WhereReader, field: RefField, place: Place): PredicateNode {
  const [first, ...others] = field.columns;
  if (first === undefined) throw new Error(`The reference ${field.name} has no column.`);
  const operand = { column: createColumn(field.name), type: first.type, place };
  if (place.value === null) return createIsNull(operand.column);
  if (others.length > 0) return resolveOperators(reader, ["isNull"], operand);
  return isPlainObject(place.value)
    ? resolveOperators(reader, refOperators, operand)
    : resolveEquality(reader, operand);
}
