/** Writes the parameters of a door as OpenAPI parameter objects. */

import { createTypeSchema, type JsonSchema } from "../../../schema/json-schema.ts";
import type { Operator } from "../../../schema/operators.ts";
import type { JsonValue, ModelSchema } from "../../../schema/schema-model.ts";
import type { FilterParameter, NamesParameter, Parameter, ParameterTable } from "../door.ts";

const comparisons: Readonly<Record<Operator, string>> = {
  eq: "equals the value",
  not: "differs from the value",
  in: "is one of the values",
  notIn: "is none of the values",
  lt: "is less than the value",
  lte: "is at most the value",
  gt: "is greater than the value",
  gte: "is at least the value",
  contains: "contains the value",
  startsWith: "starts with the value",
  endsWith: "ends with the value",
  isNull: "is null (`true`) or is not (`false`)",
};

const namesTexts: Readonly<Record<NamesParameter["name"], string>> = {
  sort: "Sort keys, strongest first; `-` before a name sorts down. Null is the smallest value; the key breaks ties.",
  fields:
    "Shows exactly these fields, and whole related rows where `include` names them. A name with a dot is a field of a related row.",
  include: "Shows related rows: whole, or only what `fields` names of them.",
};

const cursorTexts = {
  after: "Rows behind this cursor: the `next` of a page of the same list.",
  before: "Rows before this cursor, the nearest ones, in the list's order: a `next` or `previous` of the same list.",
} as const;

/** The component name of a parameter: unique, and of the characters OpenAPI allows. */
export function nameParameter(model: ModelSchema, parameter: Parameter): string {
  return `${model.plural}.${parameter.name.replace("[", "-").replace("]", "")}`;
}

/** References to the components of a table's parameters. */
export function referParameters(model: ModelSchema, table: ParameterTable): readonly JsonValue[] {
  return [...table.values()].map((parameter) => ({
    $ref: `#/components/parameters/${nameParameter(model, parameter)}`,
  }));
}

/** The OpenAPI object of a parameter. */
export function describeParameter(parameter: Parameter): JsonSchema {
  const head = { name: parameter.name, in: "query" };
  switch (parameter.kind) {
    case "filter":
      return { ...head, description: describeFilter(parameter), ...createFilterSchema(parameter) };
    case "names":
      return {
        ...head,
        description: namesTexts[parameter.name],
        ...createListSchema({ enum: [...parameter.names] }, { uniqueItems: true }),
      };
    case "number":
      return {
        ...head,
        schema: {
          type: "integer",
          minimum: parameter.minimum,
          maximum: parameter.maximum,
          default: parameter.fallback,
        },
      };
    case "cursor":
      return { ...head, description: cursorTexts[parameter.name], schema: { type: "string" } };
  }
}

/** The path parameter of a row: its key. */
export function describeKey({ key }: ModelSchema): JsonSchema {
  const types = key.map(({ type }) =>
    createTypeSchema({ kind: type.kind, list: false, ...(type.values && { values: type.values }) }),
  );
  const [only, ...others] = types;
  if (only !== undefined && others.length === 0) return { name: "key", in: "path", required: true, schema: only };
  const description = `${key.map(({ field }) => field).join(",")}: the parts percent-encoded, joined by commas.`;
  const schema = { type: "array", prefixItems: types, items: false, minItems: types.length, maxItems: types.length };
  return { name: "key", in: "path", required: true, description, style: "simple", schema };
}

function describeFilter({ relation, toMany, field, operator }: FilterParameter): string {
  const what = relation === null ? field : `${relation}.${field}`;
  return toMany
    ? `Some row of ${relation} meets all conditions on it: ${field} ${comparisons[operator]}.`
    : `${what} ${comparisons[operator]}.`;
}

function createFilterSchema({ type, list }: FilterParameter): JsonSchema {
  const item = createTypeSchema(type);
  return list ? createListSchema(item, {}) : { schema: item };
}

/** Comma-separated; a comma inside an item is percent-encoded. */
function createListSchema(items: JsonSchema, limits: JsonSchema): JsonSchema {
  return { style: "form", explode: false, schema: { type: "array", items, minItems: 1, ...limits } };
}
