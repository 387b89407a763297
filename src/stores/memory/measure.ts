/** Calculates over rows: plain loops and exact numbers, the semantics of every function. */
import type { MeasureNode } from "../../plan/measure-node.ts";
import { compareValues } from "../../schema/compare-values.ts";
import { measureType } from "../../schema/measures.ts";
import type { JsonValue, ModelSchema, ScalarType } from "../../schema/schema-model.ts";
import { readDigits, writeDigits } from "../../util/digits.ts";
import { totalOutOfRange } from "../contract/total-range.ts";
import { columnType, type Row, type Scope } from "./database.ts";
import { maskedValue } from "./evaluator.ts";

/** What the calculation gives for rows of the scope's model. */
export function calculate(scope: Scope, { function: name, column }: MeasureNode, rows: readonly Row[]): JsonValue {
  if (column === null) return rows.length;
  const type = columnType(scope.model, column);
  const values = rows.map((row) => maskedValue(scope, column, row)).filter((value) => value !== null);
  if (name === "countDistinct") return new Set(values).size;
  if (values.length === 0) return null;
  const sorted = () => values.toSorted((left, right) => compareValues(type, left, right));
  switch (name) {
    case "min":
      return sorted()[0] ?? null;
    case "max":
      return sorted().at(-1) ?? null;
    case "avg":
      return Number(addValues(type, values)) / values.length;
    default:
      return addValues(type, values);
  }
}

/** The type of what it gives. */
export function typeOfMeasure(model: ModelSchema, { function: name, column }: MeasureNode): ScalarType {
  return measureType(name, column === null ? null : columnType(model, column));
}

/** The sum: of floats a number, of all else exact digits. */
function addValues(type: ScalarType, values: readonly JsonValue[]): number | string {
  if (type.kind === "float") {
    const total = values.reduce<number>((sum, value) => sum + Number(value), 0);
    if (!Number.isFinite(total)) throw totalOutOfRange();
    return total;
  }
  const sum = values.reduce<bigint>((total, value) => total + readDigits(String(value)), 0n);
  return writeDigits(sum, type.scale ?? 0);
}
