/**
 * What a principal may see, worked out without plans: every row loaded as the system, each filter evaluated in
 * plain JavaScript as it is written. Shares no code with the passes or a store.
 */
import type { User } from "../../src/schema/rules.ts";
import type { Field, JsonValue, ModelSchema, Operation, ScalarType, Schema } from "../../src/schema/schema-model.ts";
import { isValueField } from "../../src/schema/schema-model.ts";
import { foldCase } from "../../src/util/fold-case.ts";
import { answerRule, type DrawnRules, type FieldTemplates } from "./random-rules.ts";

/** Field → value; a ref its key, a manyToMany the list of keys. */
export type NaiveRow = Readonly<Record<string, JsonValue>>;

/** All rows of all models, by model name. */
export type NaiveData = Readonly<Record<string, readonly NaiveRow[]>>;

/** Whose eyes look. */
export interface Viewer {
  readonly schema: Schema;
  readonly data: NaiveData;
  readonly rules: DrawnRules;
  readonly user: User | null;
}

/** How a filter is read: a rule sees all rows and takes null and undefined for "nobody". */
interface Reading {
  readonly inRule: boolean;
  readonly negated: boolean;
}

/** Whether the rule of an operation holds of a row. */
export function ruleHolds(viewer: Viewer, model: ModelSchema, operation: Operation, row: NaiveRow): boolean {
  const answer = answerRule(viewer.rules.templates[model.name]?.[operation] ?? false, viewer.user);
  return typeof answer === "boolean" ? answer : matches(viewer, model, answer, row, { inRule: true, negated: false });
}

/** Whether the viewer sees the value of a field in a row. */
export function isShown(viewer: Viewer, model: ModelSchema, field: string, row: NaiveRow): boolean {
  return fieldRuleHolds(viewer, model, { field, use: "read" }, row);
}

/** Whether a rule of a field holds of a row. */
export function fieldRuleHolds(
  viewer: Viewer,
  model: ModelSchema,
  { field, use }: { readonly field: string; readonly use: keyof FieldTemplates },
  row: NaiveRow,
): boolean {
  const answer = answerRule(viewer.rules.fields[model.name]?.[field]?.[use] ?? true, viewer.user);
  return typeof answer === "boolean" ? answer : matches(viewer, model, answer, row, { inRule: true, negated: false });
}

/** The rows of a model that the viewer may read and that meet the filter of a query. */
export function readableRows(viewer: Viewer, model: ModelSchema, where: unknown = {}): readonly NaiveRow[] {
  return rowsOf(viewer, model.name).filter(
    (row) =>
      ruleHolds(viewer, model, "read", row) && matches(viewer, model, where, row, { inRule: false, negated: false }),
  );
}

/** The key of a row, as a ref to it holds it. */
export function keyOf(model: ModelSchema, row: NaiveRow): JsonValue {
  const values = model.key.map((part) => [part.field, row[part.field] ?? null] as const);
  return values.length === 1 ? (values[0]?.[1] ?? null) : Object.fromEntries(values);
}

/** The visible scalars and refs of a row as the viewer sees them, in declared order. */
export function stripRow(viewer: Viewer, model: ModelSchema, row: NaiveRow): NaiveRow {
  const shown = Object.values(model.fields).filter(
    (field) => !field.hidden && (isValueField(field) || field.kind === "ref"),
  );
  return Object.fromEntries(
    shown.map(({ name }) => [name, isShown(viewer, model, name, row) ? (row[name] ?? null) : null]),
  );
}

function matches(viewer: Viewer, model: ModelSchema, where: unknown, row: NaiveRow, reading: Reading): boolean {
  const flipped = { ...reading, negated: !reading.negated };
  return Object.entries(asObject(where)).every(([name, value]) => {
    if (name === "all") return asList(value).every((item) => matches(viewer, model, item, row, reading));
    if (name === "any") return asList(value).some((item) => matches(viewer, model, item, row, reading));
    if (name === "not") return !matches(viewer, model, value, row, flipped);
    if (reading.inRule && isMissing(value)) return reading.negated;
    const field = fieldOf(model, name);
    const seen = reading.inRule || isShown(viewer, model, name, row) ? row : { ...row, [name]: null };
    if (isValueField(field)) {
      const known = replaceFields(value, (path) => readOther(viewer, model, row, path.split("."), reading));
      return meets(field.type, known, seen[name] ?? null, reading);
    }
    return matchesRelation(viewer, { model, field }, value, seen, reading);
  });
}

function matchesRelation(
  viewer: Viewer,
  { model, field }: { model: ModelSchema; field: Field & { model: string } },
  value: unknown,
  row: NaiveRow,
  reading: Reading,
): boolean {
  const target = modelOf(viewer.schema, field.model);
  const flipped = { ...reading, negated: !reading.negated };
  const related = relatedRows(viewer, model, field, row).filter(
    (other) =>
      reading.inRule ||
      (ruleHolds(viewer, target, "read", other) && (!("via" in field) || isShown(viewer, target, field.via, other))),
  );
  const fits = (where: unknown, how: Reading) => (other: NaiveRow) => matches(viewer, target, where, other, how);
  if (field.kind === "one" || (field.kind === "ref" && isFilter(target, value))) {
    return value === null ? related.length === 0 : related.some(fits(value, reading));
  }
  if (field.kind === "ref") return meets(target.key[0]?.type, value, row[field.name] ?? null, reading);
  return Object.entries(asObject(value)).every(([quantifier, where]) => {
    // Of no rows everything is true, so a rule that asks for nobody must close here.
    if (reading.inRule && (quantifier === "some" ? isMissing(where) : holdsMissing(where))) return reading.negated;
    if (quantifier === "some") return related.some(fits(where, reading));
    if (quantifier === "none") return !related.some(fits(where, flipped));
    return related.every(fits(where, reading));
  });
}

function relatedRows(
  viewer: Viewer,
  model: ModelSchema,
  field: Field & { model: string },
  row: NaiveRow,
): readonly NaiveRow[] {
  const target = modelOf(viewer.schema, field.model);
  const own = JSON.stringify(keyOf(model, row));
  return rowsOf(viewer, field.model).filter((other) => {
    const key = JSON.stringify(keyOf(target, other));
    if (field.kind === "ref") return JSON.stringify(row[field.name]) === key;
    if (field.kind === "manyToMany") return asList(row[field.name]).some((item) => JSON.stringify(item) === key);
    return !isValueField(field) && JSON.stringify(other[field.via]) === own;
  });
}

/** The value of another field than the one at hand; a text that equals none where there is none. */
const nothing = Symbol("nothing");

function replaceFields(condition: unknown, read: (path: string) => unknown): unknown {
  if (!isObject(condition)) return condition;
  const entries = Object.entries(condition).map(([operator, operand]) => {
    const path = isObject(operand) ? operand["field"] : undefined;
    return [operator, typeof path === "string" ? (read(path) ?? nothing) : operand];
  });
  return Object.fromEntries(entries);
}

function readOther(
  viewer: Viewer,
  model: ModelSchema,
  row: NaiveRow,
  [name = "", ...rest]: readonly string[],
  reading: Reading,
): JsonValue {
  if (!reading.inRule && !isShown(viewer, model, name, row)) return null;
  if (rest.length === 0) return row[name] ?? null;
  const field = fieldOf(model, name);
  if (isValueField(field)) throw new Error(`no relation ${name}`);
  const target = modelOf(viewer.schema, field.model);
  const [other] = relatedRows(viewer, model, field, row).filter(
    (far) =>
      reading.inRule ||
      (ruleHolds(viewer, target, "read", far) && (!("via" in field) || isShown(viewer, target, field.via, far))),
  );
  return other === undefined ? null : readOther(viewer, target, other, rest, reading);
}

function meets(type: ScalarType | undefined, condition: unknown, value: JsonValue, reading: Reading): boolean {
  if (!isObject(condition)) return condition === null ? value === null : equals(type, value, condition);
  if (type?.kind === "json" && Array.isArray(condition["path"])) return meetsInside(condition, value);
  return Object.entries(condition).every(([operator, operand]) => {
    if (reading.inRule && isMissing(operand)) return reading.negated;
    if (operand === nothing) return operator === "not";
    return operate(type, operator, value, operand);
  });
}

/** Whether what stands at the path meets all operators beside it. */
function meetsInside({ path, ...operators }: Readonly<Record<string, unknown>>, document: JsonValue): boolean {
  let here: unknown = document;
  for (const step of asList(path)) {
    if (typeof step === "number") here = Array.isArray(here) ? here[step] : undefined;
    else here = isObject(here) && Object.hasOwn(here, String(step)) ? here[String(step)] : undefined;
  }
  const found = here;
  const alike = (operand: unknown) => typeof found === typeof operand && found !== null;
  return Object.entries(operators).every(([operator, operand]) => {
    if (operator === "exists") return (found !== undefined) === operand;
    if (operator === "isNull") return (found === undefined || found === null) === operand;
    if (operator === "eq") return found === operand;
    if (operator === "not") return found !== operand;
    if (operator === "in") return asList(operand).includes(found);
    if (operator === "notIn") return !asList(operand).includes(found);
    // Of one type with the operand, so a value that is JSON.
    return alike(operand) && operate(undefined, operator, found as JsonValue, operand);
  });
}

/** Letter by letter, without what JavaScript does for words. */
function fold(text: string): string {
  const letters = Array.from(text, (letter) => {
    const small = letter.toLowerCase();
    return [...small].length === 1 ? small : [...small].slice(0, 1).join("");
  });
  return letters.map((letter) => (letter === "ς" ? "σ" : letter)).join("");
}

function operate(type: ScalarType | undefined, operator: string, value: JsonValue, operand: unknown): boolean {
  switch (operator) {
    case "isNull":
      return (value === null) === operand;
    case "eq":
      return operand === null ? value === null : equals(type, value, operand);
    case "not":
      return operand === null ? value !== null : !equals(type, value, operand);
    case "in":
      return asList(operand).some((item) => equals(type, value, item));
    case "notIn":
      return !asList(operand).some((item) => equals(type, value, item));
  }
  if (value === null) return false;
  if (Array.isArray(value)) return asksList(operator, value, operand);
  if (operator.startsWith("i") && operator !== "in")
    return operate(type, operator === "ieq" ? "eq" : operator.slice(1), fold(String(value)), fold(String(operand)));
  const text = String(value);
  const other = String(operand);
  switch (operator) {
    case "contains":
      return text.includes(other);
    case "startsWith":
      return text.startsWith(other);
    case "endsWith":
      return text.endsWith(other);
    case "ieq":
      return foldCase(text) === foldCase(other);
    case "icontains":
      return foldCase(text).includes(foldCase(other));
    case "istartsWith":
      return foldCase(text).startsWith(foldCase(other));
    case "iendsWith":
      return foldCase(text).endsWith(foldCase(other));
    case "lt":
      return order(type, value, operand) < 0;
    case "lte":
      return order(type, value, operand) <= 0;
    case "gt":
      return order(type, value, operand) > 0;
    case "gte":
      return order(type, value, operand) >= 0;
    default:
      throw new Error(`unknown operator ${operator}`);
  }
}

function asksList(operator: string, items: readonly JsonValue[], operand: unknown): boolean {
  const has = (value: unknown) => items.some((item) => item === value);
  switch (operator) {
    case "has":
      return has(operand);
    case "hasAny":
      return asList(operand).some(has);
    case "hasEvery":
      return asList(operand).every(has);
    case "isEmpty":
      return (items.length === 0) === operand;
    default:
      throw new Error(`unknown operator ${operator}`);
  }
}

function equals(type: ScalarType | undefined, value: JsonValue, operand: unknown): boolean {
  return value !== null && order(type, value, operand) === 0;
}

/** By value for numbers, by UTF-8 bytes for everything else. */
export function order(type: ScalarType | undefined, left: unknown, right: unknown): number {
  if (typeof left === "number" && typeof right === "number") return left - right;
  if (typeof left === "boolean" && typeof right === "boolean") return Number(left) - Number(right);
  if (type?.kind !== "bigint" && type?.kind !== "decimal")
    return Buffer.compare(Buffer.from(String(left)), Buffer.from(String(right)));
  const difference = unscaled(String(left)) - unscaled(String(right));
  return difference < 0n ? -1 : Number(difference > 0n);
}

function unscaled(text: string): bigint {
  const [whole = "", fraction = ""] = text.split(".");
  return BigInt(whole + fraction.padEnd(38, "0"));
}

/** Whether an object beside a ref is a filter on its target rather than operators on its key. */
function isFilter(target: ModelSchema, value: unknown): boolean {
  if (!isObject(value)) return false;
  const entries = Object.entries(value);
  const isOperator = (name: string, operand: unknown) =>
    ["eq", "not", "in", "notIn", "isNull"].includes(name) && !(name in target.fields) && !isObject(operand);
  return entries.length === 0 || !entries.every(([name, operand]) => isOperator(name, operand));
}

function isMissing(value: unknown): boolean {
  return (
    value === null ||
    value === undefined ||
    (Array.isArray(value) && value.some((item) => item === null || item === undefined))
  );
}

function holdsMissing(value: unknown): boolean {
  return isMissing(value) || (typeof value === "object" && value !== null && Object.values(value).some(holdsMissing));
}

function rowsOf(viewer: Viewer, model: string): readonly NaiveRow[] {
  return viewer.data[model] ?? [];
}

function modelOf(schema: Schema, name: string): ModelSchema {
  const model = schema.models[name];
  if (model === undefined) throw new Error(`no model ${name}`);
  return model;
}

function fieldOf(model: ModelSchema, name: string): Field {
  const field = model.fields[name];
  if (field === undefined) throw new Error(`no field ${model.name}.${name}`);
  return field;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function asObject(value: unknown): Readonly<Record<string, unknown>> {
  if (!isObject(value)) throw new Error(`not a filter: ${JSON.stringify(value)}`);
  return value;
}

function asList(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw new Error(`not a list: ${JSON.stringify(value)}`);
  return value;
}
