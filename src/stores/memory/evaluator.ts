/** Whether a condition holds of a row: plain loops, two-valued, nothing cached. */
import type { ColumnNode } from "../../plan/column-node.ts";
import type { CompareOperator, PredicateNode } from "../../plan/predicate-node.ts";
import { compareValues } from "../../schema/compare-values.ts";
import type { JsonValue, ModelSchema, ScalarType } from "../../schema/schema-model.ts";
import { type Context, type Row, relatedRows, storedColumn } from "./database.ts";

/** Whether `node` holds of a row of `model`. */
export function holds(context: Context, model: ModelSchema, node: PredicateNode, row: Row): boolean {
  switch (node.kind) {
    case "constant":
      return node.value;
    case "and":
      return node.items.every((item) => holds(context, model, item, row));
    case "or":
      return node.items.some((item) => holds(context, model, item, row));
    case "not":
      return !holds(context, model, node.item, row);
    case "isNull":
      return columnValue(model, node.column, row) === null;
    case "compare": {
      const { type } = storedColumn(model, node.column);
      return compares(type, node.operator, columnValue(model, node.column, row), paramValue(context, node.value.index));
    }
    case "in": {
      const value = columnValue(model, node.column, row);
      return value !== null && listValue(context, node.values.index).includes(value);
    }
    case "exists":
      return readableRelated(context, model, node.relation, node.access, row).some(({ model: target, row: other }) =>
        holds(context, target, node.where, other),
      );
  }
}

/** Whether the comparison holds; never of a null. */
export function compares(type: ScalarType, operator: CompareOperator, left: JsonValue, right: JsonValue): boolean {
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

/** The rows behind a relation that the access rule shows. */
export function readableRelated(
  context: Context,
  model: ModelSchema,
  relation: string,
  access: PredicateNode | null,
  row: Row,
): readonly { readonly model: ModelSchema; readonly row: Row }[] {
  const related = relatedRows(context, model, relation, row);
  const rule = decided(access);
  return related.rows
    .filter((other) => holds(context, related.model, rule, other))
    .map((other) => ({ model: related.model, row: other }));
}

/** The access rule, which the authorize pass must have put there. */
export function decided(access: PredicateNode | null): PredicateNode {
  if (access === null) throw new Error("the plan is not authorized");
  return access;
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

/** What a row holds in a column. */
export function columnValue(model: ModelSchema, column: ColumnNode, row: Row): JsonValue {
  return row[storedColumn(model, column).column] ?? null;
}
