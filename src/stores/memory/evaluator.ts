/** Whether a condition holds of a row: plain loops, two-valued, nothing cached. */
import type { ColumnNode } from "../../plan/column-node.ts";
import type { CompareNode, PredicateNode } from "../../plan/predicate-node.ts";
import type { JsonValue, ModelSchema } from "../../schema/schema-model.ts";
import { compares } from "./compares.ts";
import { computeValue } from "./compute-value.ts";
import { type Context, columnType, type Row, relatedRows, type Scope, storedColumn } from "./database.ts";

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

/** What a row holds in a column, or what is computed of it. */
export function columnValue(model: ModelSchema, column: ColumnNode, row: Row): JsonValue {
  const field = model.fields[column.field];
  if (field?.kind === "computed") return computeValue(model, field.expression, row);
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
  const type = columnType(scope.model, column);
  return compares(type, {
    operator,
    left: columnValue(scope.model, column, row),
    right: paramValue(scope, value.index),
  });
}
