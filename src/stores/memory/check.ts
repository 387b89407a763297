/** Whether a row meets a check of its model: a `where` over the row's own scalar fields, evaluated as it is written. */
import type { JsonValue, ModelSchema, ScalarType } from "../../schema/schema-model.ts";
import { isObject } from "../../util/is-object.ts";
import { compares } from "./compares.ts";
import type { Row } from "./database.ts";

type Where = { readonly [key: string]: JsonValue };

/** Whether a row of `model` meets `where`. */
export function meetsCheck(model: ModelSchema, where: Where, row: Row): boolean {
  return Object.entries(where).every(([name, condition]) => {
    if (name === "all") return parts(condition).every((part) => meetsCheck(model, part, row));
    if (name === "any") return parts(condition).some((part) => meetsCheck(model, part, row));
    if (name === "not") return !parts([condition]).every((part) => meetsCheck(model, part, row));
    const field = model.fields[name];
    if (field?.kind !== "scalar")
      throw new Error(`a check of ${model.name} names ${name}, which is not a scalar field`);
    return meetsCondition(field.type, condition, row[field.column] ?? null);
  });
}

function meetsCondition(type: ScalarType, condition: JsonValue, value: JsonValue): boolean {
  if (!isObject(condition)) return equals(type, condition, value);
  return Object.entries(condition).every(([operator, operand]) => meetsOperator(type, { operator, operand }, value));
}

function meetsOperator(
  type: ScalarType,
  { operator, operand }: { operator: string; operand: JsonValue },
  value: JsonValue,
): boolean {
  switch (operator) {
    case "eq":
      return equals(type, operand, value);
    case "not":
      return !equals(type, operand, value);
    case "in":
      return Array.isArray(operand) && operand.some((item) => equals(type, item, value));
    case "notIn":
      return Array.isArray(operand) && !operand.some((item) => equals(type, item, value));
    case "isNull":
      return (value === null) === operand;
    case "lt":
    case "lte":
    case "gt":
    case "gte":
    case "contains":
    case "startsWith":
    case "endsWith":
      return compares(type, { operator, left: value, right: operand });
    default:
      throw new Error(`a check uses the unknown operator ${operator}`);
  }
}

function equals(type: ScalarType, operand: JsonValue, value: JsonValue): boolean {
  return operand === null ? value === null : compares(type, { operator: "eq", left: value, right: operand });
}

function parts(condition: JsonValue): readonly Where[] {
  return Array.isArray(condition) ? condition.flatMap((item: JsonValue) => (isObject(item) ? [item] : [])) : [];
}
