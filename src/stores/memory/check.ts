/** Whether a row meets a check of its model: a `where` over the row's own scalar fields, evaluated as it is written. */
import type { JsonValue, ModelSchema, ScalarField } from "../../schema/schema-model.ts";
import type { Row } from "./database.ts";
import { compares } from "./evaluator.ts";

type Where = { readonly [key: string]: JsonValue };

/** Whether `row` meets `where`. */
export function meetsCheck(model: ModelSchema, where: Where, row: Row): boolean {
  return Object.entries(where).every(([name, condition]) => {
    if (name === "all") return parts(condition).every((part) => meetsCheck(model, part, row));
    if (name === "any") return parts(condition).some((part) => meetsCheck(model, part, row));
    if (name === "not") return !parts([condition]).every((part) => meetsCheck(model, part, row));
    const field = model.fields[name];
    if (field?.kind !== "scalar")
      throw new Error(`a check of ${model.name} names ${name}, which is not a scalar field`);
    return isObject(condition) ? meetsAll(field, condition, row) : meets(field, "eq", condition, row);
  });
}

function meetsAll(field: ScalarField, operators: Where, row: Row): boolean {
  return Object.entries(operators).every(([operator, operand]) => meets(field, operator, operand, row));
}

function meets(field: ScalarField, operator: string, operand: JsonValue, row: Row): boolean {
  const value = row[field.column] ?? null;
  const equals = (other: JsonValue) => (other === null ? value === null : compares(field.type, "eq", value, other));
  switch (operator) {
    case "eq":
      return equals(operand);
    case "not":
      return !equals(operand);
    case "in":
      return Array.isArray(operand) && operand.some(equals);
    case "notIn":
      return Array.isArray(operand) && !operand.some(equals);
    case "isNull":
      return (value === null) === operand;
    case "lt":
    case "lte":
    case "gt":
    case "gte":
    case "contains":
    case "startsWith":
    case "endsWith":
      return compares(field.type, operator, value, operand);
    default:
      throw new Error(`a check uses the unknown operator ${operator}`);
  }
}

function parts(condition: JsonValue): readonly Where[] {
  return Array.isArray(condition) ? condition.filter(isObject) : [];
}

function isObject(value: JsonValue): value is Where {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
