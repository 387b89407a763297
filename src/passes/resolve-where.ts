/**
 * Resolves a `where` of the query language: names become columns and relations of the schema, values become
 * params, `every`, `none` and negated operators become `not`. Decides nothing about access.
 */
import { createColumn } from "../plan/column-node.ts";
import type { ParamType } from "../plan/param-node.ts";
import {
  always, type CompareOperator, createAnd, createCompare, createExists, createIn, createIsNull, createNot, createOr, never, type PredicateNode,
} from "../plan/predicate-node.ts";
import type { Field, ModelSchema, RelationField, ScalarField, ScalarType } from "../schema/schema-model.ts";
import { describeValue, listOf, queryError, type ResolveContext } from "./resolve-context.ts";
import type { Path, ValueSource } from "./value-source.ts";

/** How a `where` is read. */
export interface WhereReader {
  readonly context: ResolveContext;
  /** Makes the source of the value at a path. */
  readonly source: (path: Path, type: ParamType) => ValueSource;
  /**
   * True inside access rules: null and undefined come from the principal and match nothing, whichever way
   * they are negated. Otherwise null asks for null and undefined is an error.
   */
  readonly failClosed: boolean;
}

/** A place in a `where`: its model, the steps to it, and whether an odd number of `not` stands above. */
interface Place {
  readonly model: ModelSchema;
  readonly path: Path;
  readonly negated: boolean;
}

type Operators = Readonly<Record<string, (reader: WhereReader, operand: Operand) => PredicateNode>>;

/** A column with one operator's value. */
interface Operand {
  readonly column: ReturnType<typeof createColumn>;
  readonly type: ScalarType;
  readonly value: unknown;
  readonly place: Place;
}

const orderedKinds: ReadonlySet<string> = new Set(["text", "int", "bigint", "float", "decimal", "date", "datetime", "uuid"]);

/** Each operator's meaning; which of them a type has is {@link listOperators}. */
const operators: Operators = {
  eq: (reader, operand) => resolveEquality(reader, operand),
  not: (reader, operand) => createNot(resolveEquality(reader, { ...operand, place: negate(operand.place) })),
  in: (reader, operand) => resolveIn(reader, operand),
  notIn: (reader, operand) => createNot(resolveIn(reader, { ...operand, place: negate(operand.place) })),
  lt: (reader, operand) => resolveCompare(reader, operand, "lt"),
  lte: (reader, operand) => resolveCompare(reader, operand, "lte"),
  gt: (reader, operand) => resolveCompare(reader, operand, "gt"),
  gte: (reader, operand) => resolveCompare(reader, operand, "gte"),
  contains: (reader, operand) => resolveCompare(reader, operand, "contains"),
  startsWith: (reader, operand) => resolveCompare(reader, operand, "startsWith"),
  endsWith: (reader, operand) => resolveCompare(reader, operand, "endsWith"),
  isNull: (reader, operand) => resolveIsNull(reader, operand),
};

const refOperators: ReadonlySet<string> = new Set(["eq", "not", "in", "notIn", "isNull"]);

/**
 * The operators a type of value understands, in documented order.
 *
 * @example
 * ```ts ignore
 * listOperators({ kind: "bool", list: false }); // ["eq", "not", "in", "notIn", "isNull"]
 * ```
 */
export function listOperators(type: ScalarType): readonly string[] {
  if (type.list || type.kind === "json") return ["isNull"];
  const equality = ["eq", "not", "in", "notIn", "isNull"];
  const ordered = orderedKinds.has(type.kind) ? ["lt", "lte", "gt", "gte"] : [];
  const text = type.kind === "text" ? ["contains", "startsWith", "endsWith"] : [];
  return [...equality, ...ordered, ...text];
}

/** Whether rows can be sorted by values of a type. */
export function isSortable(type: ScalarType): boolean {
  return !type.list && type.kind !== "json" && type.kind !== "bytes";
}

/** Resolves a filter on rows of `model`; an absent one is always true. Throws FTG_QUERY. */
export function resolveWhere(reader: WhereReader, model: ModelSchema, where: unknown, path: Path): PredicateNode {
  if (where === undefined) return always;
  return resolveFilter(reader, where, { model, path, negated: false });
}

function resolveFilter(reader: WhereReader, where: unknown, place: Place): PredicateNode {
  if (!isPlainObject(where)) throw queryError(place.path, `a filter on ${place.model.name}`, describeValue(where));
  return createAnd(Object.entries(where).map(([name, value]) => resolveEntry(reader, name, value, { ...place, path: [...place.path, name] })));
}

function resolveEntry(reader: WhereReader, name: string, value: unknown, place: Place): PredicateNode {
  reader.context.countNode();
  if (reader.failClosed && isEmptyGroup(name, value)) return place.negated ? always : never;
  switch (name) {
    case "all":
      return createAnd(resolveList(reader, value, place));
    case "any":
      return createOr(resolveList(reader, value, place));
    case "not":
      return createNot(resolveFilter(reader, value, negate(place)));
    default:
      return resolveField(reader, reader.context.field(place.model, name), value, place);
  }
}

function resolveList(reader: WhereReader, value: unknown, place: Place): PredicateNode[] {
  if (!Array.isArray(value)) throw queryError(place.path, "a list of filters", describeValue(value));
  return value.map((item: unknown, index) => resolveFilter(reader, item, { ...place, path: [...place.path, index] }));
}

function resolveField(reader: WhereReader, field: Field, value: unknown, place: Place): PredicateNode {
  const missing = resolveMissing(reader, value, place);
  if (missing !== null) return missing;
  if (field.kind === "scalar") return resolveScalar(reader, field, value, place);
  if (field.kind === "many" || field.kind === "manyToMany") return resolveToMany(reader, field, value, place);
  return resolveToOne(reader, field, value, place);
}

function resolveScalar(reader: WhereReader, field: ScalarField, value: unknown, place: Place): PredicateNode {
  const column = createColumn(field.name);
  if (value === null) return createIsNull(column);
  const allowed = new Set(listOperators(field.type));
  const operand = { column, type: field.type, value, place };
  if (isPlainObject(value)) return resolveOperators(reader, allowed, operand);
  if (!allowed.has("eq")) throw queryError(place.path, `an object of operators (${[...allowed].join(", ")})`, describeValue(value));
  return resolveEquality(reader, operand);
}

function resolveOperators(reader: WhereReader, allowed: ReadonlySet<string>, operand: Operand): PredicateNode {
  const entries = Object.entries(operand.value ?? {});
  if (entries.length === 0) throw queryError(operand.place.path, `at least one operator (${[...allowed].join(", ")})`, "an empty object");
  return createAnd(
    entries.map(([name, value]) => {
      const place = { ...operand.place, path: [...operand.place.path, name] };
      const operator = allowed.has(name) ? operators[name] : undefined;
      if (operator === undefined) throw queryError(place.path, `one of the operators ${[...allowed].join(", ")}`, JSON.stringify(name));
      return resolveMissing(reader, value, place) ?? operator(reader, { ...operand, value, place });
    }),
  );
}

/** Undefined anywhere, and null inside a rule, has no meaning of its own: an error, or in a rule no match at all. */
function resolveMissing(reader: WhereReader, value: unknown, place: Place): PredicateNode | null {
  if (reader.failClosed && isMissing(value)) return place.negated ? always : never;
  if (value === undefined) throw queryError(place.path, "a value (leave the key out when it is not meant)", "undefined");
  return null;
}

/** In a rule, a group that lost all its conditions must not open the door that they were to guard. */
function isEmptyGroup(name: string, value: unknown): boolean {
  if (name === "not") return isPlainObject(value) && Object.keys(value).length === 0;
  if ((name !== "all" && name !== "any") || !Array.isArray(value)) return false;
  return value.length === 0 || value.some((item) => isPlainObject(item) && Object.keys(item).length === 0);
}

function isMissing(value: unknown): boolean {
  return value === null || value === undefined || (Array.isArray(value) && value.some((item) => item === null || item === undefined));
}

function resolveEquality(reader: WhereReader, operand: Operand): PredicateNode {
  const { column, type, value, place } = operand;
  return value === null ? createIsNull(column) : createCompare(column, "eq", addValue(reader, place.path, type));
}

function resolveIn(reader: WhereReader, operand: Operand): PredicateNode {
  const { column, type, value, place } = operand;
  if (!Array.isArray(value)) throw queryError(place.path, "a list of values", describeValue(value));
  return createIn(column, addValue(reader, place.path, listOf(type)));
}

function resolveCompare(reader: WhereReader, operand: Operand, operator: CompareOperator): PredicateNode {
  const { column, type, value, place } = operand;
  if (value === null) throw queryError(place.path, "a value to compare with (isNull asks for null)", "null");
  return createCompare(column, operator, addValue(reader, place.path, type));
}

function resolveIsNull(_reader: WhereReader, operand: Operand): PredicateNode {
  const { column, value, place } = operand;
  if (typeof value !== "boolean") throw queryError(place.path, "true or false", describeValue(value));
  return value ? createIsNull(column) : createNot(createIsNull(column));
}

function resolveToMany(reader: WhereReader, field: RelationField, value: unknown, place: Place): PredicateNode {
  if (!isPlainObject(value)) throw queryError(place.path, "an object with some, every or none", describeValue(value));
  const entries = Object.entries(value);
  if (entries.length === 0) throw queryError(place.path, "some, every or none", "an empty object");
  return createAnd(entries.map(([name, where]) => resolveQuantifier(reader, field, name, where, { ...place, path: [...place.path, name] })));
}

function resolveQuantifier(reader: WhereReader, field: RelationField, name: string, where: unknown, place: Place): PredicateNode {
  const target = { ...place, model: reader.context.model(field.model) };
  const missing = resolveMissing(reader, where, place);
  if (missing !== null) return missing;
  if (name === "some") return createRelated(reader, field, resolveFilter(reader, where, target));
  if (name === "none") return createNot(createRelated(reader, field, resolveFilter(reader, where, negate(target))));
  if (name === "every") return createNot(createRelated(reader, field, createNot(resolveFilter(reader, where, target))));
  throw queryError(place.path, "some, every or none", JSON.stringify(name));
}

function resolveToOne(reader: WhereReader, field: RelationField, value: unknown, place: Place): PredicateNode {
  const target = reader.context.model(field.model);
  if (field.kind === "ref" && !isFilterOn(target, value)) return resolveRefValue(reader, field, value, place);
  if (value === null) return createNot(createRelated(reader, field, always));
  return createRelated(reader, field, resolveFilter(reader, value, { ...place, model: target }));
}

/** A look into related rows. Rules are the app's own code and see all of them; for callers the authorize pass decides. */
function createRelated(reader: WhereReader, field: RelationField, where: PredicateNode): PredicateNode {
  return createExists(field.name, where, reader.failClosed ? always : null);
}

/** An object is a filter on the target unless every key of it is an operator (and no field) of a key value. */
function isFilterOn(target: ModelSchema, value: unknown): boolean {
  if (!isPlainObject(value)) return false;
  const names = Object.keys(value);
  return names.length === 0 || names.some((name) => !refOperators.has(name) || Object.hasOwn(target.fields, name));
}

function resolveRefValue(reader: WhereReader, field: RelationField & { kind: "ref" }, value: unknown, place: Place): PredicateNode {
  const [first, ...others] = field.columns;
  if (first === undefined) throw queryError(place.path, "a reference", "one without columns");
  const column = createColumn(field.name, 0);
  if (value === null) return createIsNull(column);
  const operand = { column, type: first.type, value, place };
  if (others.length > 0) return resolveOperators(reader, new Set(["isNull"]), operand);
  return isPlainObject(value) ? resolveOperators(reader, refOperators, operand) : resolveEquality(reader, operand);
}

function addValue(reader: WhereReader, path: Path, type: ScalarType): ReturnType<ResolveContext["addParam"]> {
  const bare = withoutLimits(type);
  return reader.context.addParam(reader.source(path, bare), bare);
}

/** Lengths, ranges and patterns bind what is stored, not what is asked for. */
function withoutLimits({ kind, list, values, precision, scale }: ScalarType): ScalarType {
  return Object.freeze({ kind, list, ...(values && { values }), ...(precision !== undefined && { precision }), ...(scale !== undefined && { scale }) });
}

function negate(place: Place): Place {
  return { ...place, negated: !place.negated };
}

/** Whether a value is an object literal: not an array, a Date, bytes or another class. */
export function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
