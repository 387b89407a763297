/** Compiles what is calculated over several rows: over those of the statement, or over those behind a relation. */
import type { MeasureNode, RelatedMeasureNode } from "../../plan/measure-node.ts";
import { measureType } from "../../schema/measures.ts";
import type { ScalarType } from "../../schema/schema-model.ts";
import type { Compilation } from "./compilation.ts";
import { compileColumn } from "./compile-column.ts";
import { compileConditions, decided, joinWhere } from "./compile-predicate.ts";
import { type RowScope, relateRows } from "./row-scope.ts";

/** A calculated value. */
export interface CompiledMeasure {
  readonly expression: string;
  readonly type: ScalarType;
  readonly nullable: boolean;
}

/** A calculation over the rows `scope`, an aggregate. */
export function compileMeasure(
  c: Compilation,
  { function: name, column }: MeasureNode,
  scope: RowScope,
): CompiledMeasure {
  if (column === null) return { expression: "count(*)", type: measureType("count", null), nullable: false };
  const { expression: value, type } = compileColumn(c, column, scope);
  return {
    expression: writeMeasure(c, name, { value, type }),
    type: measureType(name, type),
    nullable: name !== "countDistinct",
  };
}

/** A calculation over the rows behind a relation of the row `near`, as a scalar subquery. */
export function compileRelatedMeasure(
  c: Compilation,
  { relation, access, measure }: RelatedMeasureNode,
  near: RowScope,
): CompiledMeasure {
  const { far, from, conditions } = relateRows(c, near, relation);
  const compiled = compileMeasure(c, measure, far);
  const all = [...conditions, ...compileConditions(c, [decided(access)], far)];
  return { ...compiled, expression: `(SELECT ${compiled.expression} FROM ${from}${joinWhere(all)})` };
}

function writeMeasure(
  c: Compilation,
  name: MeasureNode["function"],
  { value, type }: { readonly value: string; readonly type: ScalarType },
): string {
  const { aggregates } = c.dialect;
  switch (name) {
    case "count":
      return "count(*)";
    case "countDistinct":
      return `count(DISTINCT ${value})`;
    case "sum":
      return aggregates.sum(value, type);
    case "avg":
      return aggregates.average(value, type);
    case "min":
      return aggregates.least(value, type);
    case "max":
      return aggregates.greatest(value, type);
  }
}
