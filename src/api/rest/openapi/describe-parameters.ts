/** Writes the parameters of a door as OpenAPI parameter objects. */

import { createTypeSchema, type JsonSchema } from "../../../schema/json-schema.ts";
import type { jsonOperators, Operator } from "../../../schema/operators.ts";
import type { JsonValue, ModelSchema } from "../../../schema/schema-model.ts";
import type {
  FilterParameter,
  GroupNamesParameter,
  HavingParameter,
  JsonParameter,
  NamesParameter,
  Parameter,
  ParameterTable,
} from "../door.ts";

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
  ieq: "equals the value, upper and lower case alike",
  icontains: "contains the value, upper and lower case alike",
  istartsWith: "starts with the value, upper and lower case alike",
  iendsWith: "ends with the value, upper and lower case alike",
  has: "is a list that holds the value",
  hasAny: "is a list that holds one of the values",
  hasEvery: "is a list that holds all of the values",
  isEmpty: "is a list without items (`true`) or with some (`false`)",
  isNull: "is null (`true`) or is not (`false`)",
};

const namesTexts: Readonly<Record<NamesParameter["name"], string>> = {
  sort: "Sort keys, strongest first; `-` before a name sorts down. Null is the smallest value, unless `:nullsFirst` or `:nullsLast` says where it stands; the key breaks ties.",
  fields:
    "Shows exactly these fields, and whole related rows where `include` names them. A name with a dot is a field of a related row.",
  include:
    "Shows related rows: whole, or only what `fields` names of them. `cities.count` and `cities.max.population` show in `citiesAggregate` what is calculated over related rows.",
};

const groupTexts: Readonly<Record<GroupNamesParameter["name"], string>> = {
  groupBy:
    "What rows are grouped by: fields, also of one related row, and dates and datetimes by the start of a span of time. A week starts on Monday. Without it all rows are one group.",
  aggregate: "What is calculated over each group. Without it and without `groupBy` the rows are counted.",
  sort: "Sort keys, strongest first; `-` before a name sorts down. `key.…` must be in `groupBy`. Null is the smallest value, unless `:nullsFirst` or `:nullsLast` says where it stands; the keys break ties.",
};
const zoneText = "The zone whose clocks count for spans of time in `groupBy`, by its IANA name. Without it UTC.";

const choiceText = "The form of the file; counts more than the accept header. Without either `ndjson`.";

const countText =
  "Says in `page.total` how many rows the list has in all: counted one by one (`exact`), or what the database expects (`estimated`), which may be far off and is at least what the page shows. It is counted after all where the end of the list is in sight, where the database has no estimate, and where the caller may not read every row that the filters look at.";
const deletedText =
  "The deleted rows as well (`include`), or nothing else (`only`): those that the caller may read and delete.";
const permanentlyText = "Removes the row, also one that was deleted before, in place of keeping it as deleted.";

const cursorTexts = {
  after: "Rows behind this cursor: the `next` of a page of the same list.",
  before: "Rows before this cursor, the nearest ones, in the list's order: a `next` or `previous` of the same list.",
} as const;

const jsonScalar: JsonSchema = { type: ["string", "number", "boolean"] };
const ordered: JsonSchema = { type: ["string", "number"] };
const jsonOperands: Readonly<Record<(typeof jsonOperators)[number], JsonSchema>> = {
  eq: { type: ["string", "number", "boolean", "null"] },
  not: { type: ["string", "number", "boolean", "null"] },
  in: { type: "array", items: jsonScalar },
  notIn: { type: "array", items: jsonScalar },
  lt: ordered,
  lte: ordered,
  gt: ordered,
  gte: ordered,
  isNull: { type: "boolean" },
  contains: { type: "string" },
  startsWith: { type: "string" },
  endsWith: { type: "string" },
  ieq: { type: "string" },
  icontains: { type: "string" },
  istartsWith: { type: "string" },
  iendsWith: { type: "string" },
};

/** The value of the parameter is JSON. */
const jsonContent: JsonSchema = {
  content: {
    "application/json": {
      schema: {
        type: "object",
        properties: {
          path: {
            type: "array",
            description: "Names of members, and places in arrays from 0.",
            items: { anyOf: [{ type: "string" }, { type: "integer", minimum: 0, maximum: 2147483647 }] },
            minItems: 1,
            maxItems: 64,
          },
          ...jsonOperands,
          exists: { type: "boolean" },
        },
        required: ["path"],
        minProperties: 2,
        additionalProperties: false,
      },
      example: { path: ["sizes", 0, "width"], gte: 5 },
    },
  },
};

/** What tells parameters of other addresses, or that are no filters, from the filters of the list. */
const prefixes: Readonly<Partial<Record<Parameter["kind"], string>>> = { groupNames: "aggregate-", count: "list-" };

/**
 * The component name of a parameter: unique, and of the characters OpenAPI allows. `prefix` tells it from another of the
 * same name.
 */
export function nameParameter(
  model: ModelSchema,
  parameter: Parameter,
  prefix: string = prefixes[parameter.kind] ?? "",
): string {
  const name = parameter.name.replaceAll("[", "-").replaceAll("]", "");
  return `${model.plural}.${prefix}${name}`;
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
    case "json":
      return { ...head, description: describeJson(parameter), ...jsonContent };
    case "names":
      return {
        ...head,
        description: namesTexts[parameter.name],
        ...createListSchema({ enum: [...parameter.names] }, { uniqueItems: true }),
      };
    case "groupNames":
      return {
        ...head,
        description: groupTexts[parameter.name],
        ...createListSchema({ enum: [...parameter.names] }, { uniqueItems: true }),
      };
    case "zone":
      return { ...head, description: zoneText, schema: { type: "string", examples: ["Europe/Berlin"] } };
    case "having":
      return { ...head, description: describeHaving(parameter), schema: createTypeSchema(parameter.type) };
    case "number":
      return {
        ...head,
        schema: {
          type: "integer",
          minimum: parameter.minimum,
          maximum: parameter.maximum,
          ...(parameter.fallback !== null && { default: parameter.fallback }),
        },
      };
    case "choice":
      return { ...head, description: choiceText, schema: { type: "string", enum: [...parameter.choices] } };
    case "count":
      return { ...head, description: countText, schema: { type: "string", enum: [...parameter.choices] } };
    case "search":
      return {
        ...head,
        description: `Rows that hold all these words in ${parameter.fields.join(", ")}: \`word\`, \`begin*\`, \`"a phrase"\`; \`-word\` leaves out. Case, accents and punctuation do not count. Without \`sort\` the best come first, and pages follow by \`offset\`.`,
        schema: { type: "string", minLength: 1, maxLength: parameter.maximum },
      };
    case "deleted":
      return { ...head, description: deletedText, schema: { type: "string", enum: [...parameter.choices] } };
    case "flag":
      return { ...head, description: permanentlyText, schema: { type: "boolean", default: false } };
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

function describeHaving({ measure, field, operator }: HavingParameter): string {
  return `Groups whose ${measure}${field === null ? "" : ` of ${field}`} ${comparisons[operator]}.`;
}

function describeFilter({ relation, toMany, field, operator, operand }: FilterParameter): string {
  const what = relation === null ? field : `${relation}.${field}`;
  if (operand === "field") return `${what} ${comparisons[operator].replace("value", "other field")}.`;
  return toMany ? `Some row of ${relation}: ${field} ${comparisons[operator]}.` : `${what} ${comparisons[operator]}.`;
}

function describeJson({ relation, toMany, field }: JsonParameter): string {
  const place = relation === null ? field : `${relation}.${field}`;
  const text = `${place} meets the condition on what stands at a path inside it. Values compare within their JSON type.`;
  return toMany ? `Some row of ${relation}: ${text}` : text;
}

function createFilterSchema({ type, list }: FilterParameter): JsonSchema {
  const item = createTypeSchema(type);
  return list ? createListSchema(item, {}) : { schema: item };
}

/** Comma-separated; a comma inside an item is percent-encoded. */
function createListSchema(items: JsonSchema, limits: JsonSchema): JsonSchema {
  return { style: "form", explode: false, schema: { type: "array", items, minItems: 1, ...limits } };
}
