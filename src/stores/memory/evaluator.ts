/** Whether a condition holds of a row: plain loops, two-valued, nothing cached. */
import type { ColumnNode } from "../../plan/column-node.ts";
import type { CompareNode, CompareOperator, PredicateNode } from "../../plan/predicate-node.ts";
import type { SearchNode } from "../../plan/search-node.ts";
import { compareValues } from "../../schema/compare-values.ts";
import type { JsonValue, ModelSchema, ScalarType } from "../../schema/schema-model.ts";
import { type Context, type Row, relatedRows, type Scope, storedColumn } from "./database.ts";
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
      return columnValue(scope.model, node.column, row) === null;
    case "compare":
      return holdsCompare(scope, node, row);
    case "in": {
      const value = columnValue(scope.model, node.column, row);
      return value !== null && listValue(scope, node.values.index).includes(value);
    }
    case "exists":
      return readableRelated(scope, node, row).some((other) => holds(other.scope, node.where, other.row));
    case "search":
      return isFound(readSearched(scope, node, row));
  }
}

/** A comparison of two values: never true of a null. */
export interface Comparison {
  readonly operator: CompareOperator;
  readonly left: JsonValue;
  readonly right: JsonValue;
}

/** Whether a comparison of values of the type holds. */
export function compares(type: ScalarType, { operator, left, right }: Comparison): boolean {
  if (left === null || right === null) return false;
  switch (operator) {
    case "eq":
      return compareValues(type, left, right) === 0;
    case "lt":
      return compareValues(type, left, right) < 0;
    case "lte":
      return compareValues(type, left, right) <= 0;
    case "gt":
      return compareValues(type, left, right) > 0;
    case "gte":
      return compareValues(type, left, right) >= 0;
    case "contains":
      return String(left).includes(String(right));
    case "startsWith":
      return String(left).startsWith(String(right));
    case "endsWith":
      return String(left).endsWith(String(right));
  }
}

/** A step to related rows, under the row rule of their model. */
export interface GuardedStep {
  readonly relation: string;
  readonly access: PredicateNode | null;
}

/** The related rows that the rule of the step shows. */
export function readableRelated(
  scope: Scope,
  { relation, access }: GuardedStep,
  row: Row,
): readonly { readonly scope: Scope; readonly row: Row }[] {
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

/** What a row holds in a column. */
export function columnValue(model: ModelSchema, column: ColumnNode, row: Row): JsonValue {
  return row[storedColumn(model, column).column] ?? null;
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
  const { type } = storedColumn(scope.model, column);
  return compares(type, {
    operator,
    left: columnValue(scope.model, column, row),
    right: paramValue(scope, value.index),
  });
}
