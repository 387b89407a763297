/**
 * What an expression makes of a row: plain recursion and exact numbers, the semantics of computed fields. Null in, null
 * out, but where the operation is about null.
 */

import { isFloatInRange } from "../../schema/number-types.ts";
import type { Calculation, Expression, JsonValue, ModelSchema, ScalarType } from "../../schema/schema-model.ts";
import { calculateDecimals, scaleDecimal } from "../../util/digits.ts";
import { foldCase, raiseCase } from "../../util/fold-case.ts";
import { meetsCheck } from "./check.ts";
import type { Row } from "./database.ts";

const MAX_BIGINT = 2n ** 63n - 1n;

/** The value of an expression over a row of the model. */
export function computeValue(model: ModelSchema, expression: Expression, row: Row): JsonValue {
  const compute = (item: Expression): JsonValue => computeValue(model, item, row);
  switch (expression.kind) {
    case "field": {
      const field = model.fields[expression.field];
      if (field?.kind !== "scalar")
        throw new Error(`an expression reads ${model.name}.${expression.field}, which is not stored`);
      return row[field.column] ?? null;
    }
    case "value":
      return expression.value;
    case "convert":
      return convert(expression, compute(expression.item));
    case "bounded": {
      const value = compute(expression.item);
      return value !== null && isFloatInRange(Number(value)) ? value : null;
    }
    case "calculate":
      return calculate(expression, compute(expression.left), compute(expression.right));
    case "concat": {
      const texts = expression.items.map(compute);
      return texts.includes(null) ? null : texts.join("");
    }
    case "length": {
      const text = compute(expression.item);
      return text === null ? null : [...String(text)].length;
    }
    case "lower":
    case "upper": {
      const text = compute(expression.item);
      return text === null ? null : (expression.kind === "lower" ? foldCase : raiseCase)(String(text));
    }
    case "coalesce":
      return expression.items.map(compute).find((value) => value !== null) ?? null;
    case "when":
      if (meetsCheck(model, expression.where, row)) return compute(expression.result);
      return expression.otherwise === null ? null : compute(expression.otherwise);
    case "matches":
      return meetsCheck(model, expression.where, row);
  }
}

function convert({ type }: { readonly type: ScalarType }, value: JsonValue): JsonValue {
  if (value === null) return null;
  if (type.kind === "float") return Number(value);
  return type.kind === "decimal" ? scaleDecimal(String(value), type.scale ?? 0) : String(value);
}

function calculate(
  { operator, type }: { readonly operator: Calculation; readonly type: ScalarType },
  left: JsonValue,
  right: JsonValue,
): JsonValue {
  if (left === null || right === null) return null;
  if (type.kind === "float") return calculateFloats(operator, Number(left), Number(right));
  if (type.kind === "decimal") return calculateDecimals(operator, String(left), String(right));
  const result = BigInt(calculateDecimals(operator, String(left), String(right)));
  const size = result < 0n ? -result : result;
  if (type.kind === "bigint") return size > MAX_BIGINT ? null : result.toString();
  return size > BigInt(Number.MAX_SAFE_INTEGER) ? null : Number(result);
}

function calculateFloats(operator: Calculation, left: number, right: number): number | null {
  if (operator === "divide" && right === 0) return null;
  // Adding zero makes a zero of minus zero.
  return applyFloats(operator, left, right) + 0;
}

function applyFloats(operator: Calculation, left: number, right: number): number {
  switch (operator) {
    case "add":
      return left + right;
    case "subtract":
      return left - right;
    case "multiply":
      return left * right;
    case "divide":
      return left / right;
  }
}
