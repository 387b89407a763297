/**
 * Turns the condition of a check into a predicate and its values. The schema has validated names, operators and
 * values already; this only changes the form.
 */
import { FootingError } from "../../errors/footing-error.ts";
import { createColumn } from "../../plan/column-node.ts";
import { createParam } from "../../plan/param-node.ts";
import {
  type CompareOperator,
  createAnd,
  createCompare,
  createIsNull,
  createNot,
  createOr,
  type PredicateNode,
} from "../../plan/predicate-node.ts";
import type { CheckSchema, JsonValue, ModelSchema, ScalarField } from "../../schema/schema-model.ts";
import { isObject } from "../../util/is-object.ts";

type Where = CheckSchema["where"];

/** A condition with the values of its params. */
export interface CheckPredicate {
  readonly predicate: PredicateNode;
  readonly values: readonly JsonValue[];
}

/** The predicate of a check's `where`. */
export function createCheckPredicate(model: ModelSchema, where: Where): CheckPredicate {
  const values: JsonValue[] = [];
  return { predicate: readWhere({ model, values }, where), values };
}

interface Reading {
  readonly model: ModelSchema;
  readonly values: JsonValue[];
}

function readWhere(reading: Reading, where: JsonValue): PredicateNode {
  if (!isObject(where))
    throw new FootingError("FTG_INTERNAL", { detail: `A check of ${reading.model.name} is no condition.` });
  return createAnd(Object.entries(where).map(([name, value]) => readEntry(reading, name, value)));
}

function readEntry(reading: Reading, name: string, value: JsonValue): PredicateNode {
  if (name === "not") return createNot(readWhere(reading, value));
  if (name === "all") return createAnd(listItems(value).map((item) => readWhere(reading, item)));
  if (name === "any") return createOr(listItems(value).map((item) => readWhere(reading, item)));
  const field = reading.model.fields[name];
  if (field?.kind !== "scalar")
    throw new FootingError("FTG_INTERNAL", {
      detail: `A check names ${reading.model.name}.${name}, which holds no value.`,
    });
  if (!isObject(value)) return readOperator(reading, field, ["eq", value]);
  return createAnd(Object.entries(value).map((entry) => readOperator(reading, field, entry)));
}

function readOperator(
  reading: Reading,
  field: ScalarField,
  [operator, value]: readonly [string, JsonValue],
): PredicateNode {
  const column = createColumn(field.name);
  const compare = (name: CompareOperator, operand: JsonValue): PredicateNode => {
    if (operand === null) return createIsNull(column);
    reading.values.push(operand);
    return createCompare(column, name, createParam(reading.values.length - 1, field.type));
  };
  // A list is written out: constraints take no sub-selects.
  const isIn = () => createOr(listItems(value).map((item) => compare("eq", item)));
  switch (operator) {
    case "not":
      return createNot(compare("eq", value));
    case "in":
      return isIn();
    case "notIn":
      return createNot(isIn());
    case "isNull":
      return value === true ? createIsNull(column) : createNot(createIsNull(column));
    case "eq":
    case "lt":
    case "lte":
    case "gt":
    case "gte":
    case "contains":
    case "startsWith":
    case "endsWith":
      return compare(operator, value);
    default:
      throw new FootingError("FTG_INTERNAL", { detail: `A check uses the unknown operator ${operator}.` });
  }
}

function listItems(value: JsonValue): readonly JsonValue[] {
  return Array.isArray(value) ? value : [];
}
