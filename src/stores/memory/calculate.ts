/** Calculates with canonical numbers: exactly, but for floats, which are as IEEE 754 has them. It checks no range. */
import type { AssignmentOperator, PatchOperator } from "../../plan/write-nodes.ts";
import type { JsonValue, ScalarType } from "../../schema/schema-model.ts";
import { readDigits, writeDigits } from "../../util/digits.ts";

/** What an operator makes of two values; null when one of them is. */
export function calculate(
  type: ScalarType,
  {
    operator,
    left,
    right,
  }: { operator: Exclude<AssignmentOperator, PatchOperator>; left: JsonValue; right: JsonValue },
): JsonValue {
  if (left === null || right === null) return null;
  if (type.kind === "float") {
    const result = operator === "add" ? Number(left) + Number(right) : Number(left) * Number(right);
    return result === 0 ? 0 : result;
  }
  const scale = type.scale ?? 0;
  const [a, b] = [readDigits(String(left)), readDigits(String(right))];
  const result = operator === "add" ? a + b : a * b;
  // A result beyond the safe range is not exact, but outside the bounds all the same.
  return type.kind === "int" ? Number(result) : writeDigits(result, scale);
}
