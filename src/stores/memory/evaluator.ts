/** Whether a condition holds of a row: plain loops, two-valued, nothing cached. */
import type { ColumnNode } from "../../plan/column-node.ts";
import type { JsonPlaceNode } from "../../plan/json-place-node.ts";
import type {
  CompareColumnsNode,
  ComparedNode,
  CompareNode,
  ListNode,
  MaskedColumnNode,
  PredicateNode,
} from "../../plan/predicate-node.ts";
import type { SearchNode } from "../../plan/search-node.ts";
import type { JsonValue, ModelSchema, ScalarType } from "../../schema/schema-model.ts";
import { type JsonStep, readJsonPlace } from "../../util/json-place.ts";
import { isOfReading } from "../contract/json-reading.ts";
import { compares } from "./compares.ts";
import { computeValue } from "./compute-value.ts";
import { type Context, columnType, type Row, relatedRows, type Scope, storedColumn } from "./database.ts";
import { isFound, type SearchedRow } from "./search.ts";

/** Whether `node` holds of a row of the scope's model. */
export function holds(scope: Scope, node: PredicateNode, row: Row): boolean {
  switch (node.kind) {
    case "constant":
      return node.value;
    case "and":
      return node.items.every((item) => holds(scope, item, row));
    case "or":
      return node.items.some((item) => holds(scope, item, row));
    case "not":
      return !holds(scope, node.item, row);
    case "isNull":
      return comparedValue(scope, node.column, row) === null;
    case "compare":
      return holdsCompare(scope, node, row);
    case "compareColumns":
      return holdsCompareColumns(scope, node, row);
    case "list":
      return holdsList(scope, node, row);
    case "in": {
      const value = comparedValue(scope, node.column, row);
      return value !== null && listValue(scope, node.values.index).includes(value);
    }
    case "exists":
      return readableRelated(scope, node, row).some((other) => holds(other.scope, node.where, other.row));
    case "search":
      return isFound(readSearched(scope, node, row));
  }
}

/** A step to related rows, under the row rule of their model. */
export interface GuardedStep {
  readonly relation: string;
  readonly access: PredicateNode | null;
  /** Of which rows the relation shows; absent: of all. */
  readonly shown?: PredicateNode;
}

/** The related rows that the rule of the step shows. */
export function readableRelated(
  scope: Scope,
  { relation, access, shown }: GuardedStep,
  row: Row,
): readonly { readonly scope: Scope; readonly row: Row }[] {
  if (!shows(scope, { shown }, row)) return [];
  const related = relatedRows(scope, relation, row);
  const rule = decided(access);
  return related.rows
    .filter((other) => holds(related.scope, rule, other))
    .map((other) => ({ scope: related.scope, row: other }));
}

/** The access rule, which the authorize pass must have put there. */
export function decided(access: PredicateNode | null): PredicateNode {
  if (access === null) throw new Error("the plan is not authorized");
  return access;
}

/** What a search looks at in a row, and for what. */
export function readSearched(scope: Scope, { columns, terms }: SearchNode, row: Row): SearchedRow {
  return {
    texts: columns.map((column) => columnValue(scope.model, column, row)),
    terms: paramValue(scope, terms.index),
  };
}

/** What a row holds in a column, or what is computed of it. */
export function columnValue(model: ModelSchema, column: ColumnNode, row: Row): JsonValue {
  const field = model.fields[column.field];
  if (field?.kind === "computed") return computeValue(model, field.expression, row);
  return row[storedColumn(model, column).column] ?? null;
}

/** What the caller sees in a column: null where it does not show. */
export function maskedValue(scope: Scope, column: MaskedColumnNode, row: Row): JsonValue {
  return shows(scope, column, row) ? columnValue(scope.model, column, row) : null;
}

/** Whether the value of a field shows in the row. */
export function shows(scope: Scope, { shown }: { readonly shown?: PredicateNode | undefined }, row: Row): boolean {
  return shown === undefined || holds(scope, shown, row);
}

/** The bound value of a param. */
export function paramValue(context: Context, index: number): JsonValue {
  // The engine binds canonical JSON forms, one per param.
  return (context.values[index] ?? null) as JsonValue;
}

/** The bound value of a param that is a list. */
export function listValue(context: Context, index: number): readonly JsonValue[] {
  const value = paramValue(context, index);
  if (!Array.isArray(value)) throw new Error(`param ${index} is not a list`);
  return value;
}

function holdsCompare(scope: Scope, { column, operator, value }: CompareNode, row: Row): boolean {
  const type = column.kind === "column" ? columnType(scope.model, column) : scalarType(value.type);
  return compares(type, {
    operator,
    left: comparedValue(scope, column, row),
    right: paramValue(scope, value.index),
  });
}

function scalarType(type: CompareNode["value"]["type"]): ScalarType {
  if (type.kind === "keys") throw new Error("keys are no value inside json");
  return type;
}

function holdsCompareColumns(scope: Scope, { column, operator, hops, other }: CompareColumnsNode, row: Row): boolean {
  let here = { scope, row };
  for (const hop of hops) {
    const [next] = readableRelated(here.scope, hop, here.row);
    if (next === undefined) return false;
    here = next;
  }
  return compares(storedColumn(scope.model, column).type, {
    operator,
    left: columnValue(scope.model, column, row),
    right: maskedValue(here.scope, other, here.row),
  });
}

function holdsList(scope: Scope, { column, question, values }: ListNode, row: Row): boolean {
  const items = columnValue(scope.model, column, row);
  if (!Array.isArray(items)) return false;
  if (values === null) return items.length === 0;
  const given = paramValue(scope, values.index);
  const sought: readonly JsonValue[] = Array.isArray(given) ? given : [given];
  const isThere = (value: JsonValue) => items.includes(value);
  return question === "hasEvery" ? sought.every(isThere) : sought.some(isThere);
}

/** What a comparison looks at; null when there is nothing of the kind. */
function comparedValue(scope: Scope, node: ComparedNode, row: Row): JsonValue {
  return node.kind === "column" ? columnValue(scope.model, node, row) : jsonValue(scope, node, row);
}

function jsonValue(scope: Scope, { field, path, reading }: JsonPlaceNode, row: Row): JsonValue {
  const document = columnValue(scope.model, { kind: "column", field, part: 0 }, row);
  // Steps are bound texts and whole numbers.
  const steps = path.map((step) => paramValue(scope, step.index) as JsonStep);
  // What stands inside a JSON value is one.
  const value = readJsonPlace(document, steps) as JsonValue | undefined;
  if (value === undefined || !isOfReading(reading, value)) return null;
  return reading === "place" ? true : value;
}
