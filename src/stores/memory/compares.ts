/** How two values compare: the semantics of every operator of the query language that takes two. */
import type { CaselessCompare, CompareOperator } from "../../plan/predicate-node.ts";
import { compareValues } from "../../schema/compare-values.ts";
import type { JsonValue, ScalarType } from "../../schema/schema-model.ts";
import { foldCase } from "../../util/fold-case.ts";

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
    default:
      return compares(type, {
        operator: caseful[operator],
        left: foldCase(String(left)),
        right: foldCase(String(right)),
      });
  }
}

const caseful: Readonly<Record<CaselessCompare, CompareOperator>> = {
  ieq: "eq",
  icontains: "contains",
  istartsWith: "startsWith",
  iendsWith: "endsWith",
};
