/**
 * The members that operations of a batch are made of: what each must look like, for the parser and for the API
 * document alike. Which fields and operators stand in them is the engine's to judge.
 */
import type { JsonSchema } from "../../schema/json-schema.ts";
import { isObject } from "../../util/is-object.ts";

/** The kinds of member. */
export type MemberKind =
  | "select"
  | "where"
  | "bulkWhere"
  | "search"
  | "all"
  | "orderBy"
  | "limit"
  | "offset"
  | "cursor"
  | "key"
  | "unique"
  | "data"
  | "rows"
  | "changes"
  | "flag"
  | "version"
  | "count"
  | "countForm"
  | "deleted"
  | "names"
  | "groups"
  | "having";

/** What a member must look like. */
export interface Member {
  /** Completes "expected …". */
  readonly expected: string;
  readonly accepts: (value: unknown) => boolean;
  readonly schema: JsonSchema;
  /** What references in it may stand for: one value that is not null, or anything. Absent: there are none. */
  readonly refers?: "value" | "anything";
}

const referring =
  'Any value in it may be a reference, `{"$ref": "name.field"}`, to the result of an earlier operation.';
const filter: Member = {
  expected: "a filter object",
  accepts: isObject,
  schema: { type: "object", description: `A filter of the query language. ${referring}` },
  refers: "value",
};
const object: JsonSchema = { type: "object" };
const texts: JsonSchema = { type: "array", items: { type: "string" } };
const keyTypes = ["string", "number", "boolean", "object"];
const key: JsonSchema = {
  type: keyTypes,
  description: `The key of the row: a value, or an object of key fields. ${referring}`,
};
const change: JsonSchema = {
  type: "object",
  properties: { key: { type: keyTypes }, data: object },
  required: ["key", "data"],
  additionalProperties: false,
};

/** All kinds of member. */
export const members: Readonly<Record<MemberKind, Member>> = {
  select: {
    expected: "an object of fields",
    accepts: isObject,
    schema: { type: "object", description: "Output name → `true`, or of a relation what to answer of its rows." },
  },
  where: filter,
  bulkWhere: { ...filter, schema: { ...filter.schema, minProperties: 1 } },
  search: {
    expected: "a text",
    accepts: (value) => typeof value === "string",
    schema: { type: "string", description: "Words to find in the fields that the model declares for it." },
  },
  all: {
    expected: "true",
    accepts: (value) => value === true,
    schema: { const: true, description: "Means every row; in place of `where`." },
  },
  orderBy: {
    expected: "a list of sort keys",
    accepts: isTextsOrObjects,
    schema: {
      type: "array",
      items: { type: ["string", "object"] },
      description:
        'Strongest first; `-` before a name sorts down, `:nullsLast` behind it puts nulls last. Or `{"field", "direction", "nulls"}`.',
    },
  },
  limit: { expected: "a whole number", accepts: Number.isSafeInteger, schema: { type: "integer", minimum: 1 } },
  offset: { expected: "a whole number", accepts: Number.isSafeInteger, schema: { type: "integer", minimum: 0 } },
  cursor: {
    expected: "a cursor",
    accepts: (value) => typeof value === "string",
    schema: { type: "string", description: "The `next` of a page of the same list and sort." },
  },
  key: {
    expected: "a key: a value, or an object for a key of several fields",
    accepts: isKey,
    schema: key,
    refers: "value",
  },
  unique: {
    expected: "a key, or an object with a unique field",
    accepts: isKey,
    schema: { ...key, description: `The key of the row, or an object with the value of a unique field. ${referring}` },
    refers: "value",
  },
  data: {
    expected: "an object of fields",
    accepts: isObject,
    schema: { type: "object", description: `The fields of the row, as a POST or PATCH takes them. ${referring}` },
    refers: "anything",
  },
  rows: {
    expected: "a list of objects of fields",
    accepts: (value) => Array.isArray(value) && value.every(isObject),
    schema: { type: "array", items: object, description: `The rows, as a POST takes one. ${referring}` },
    refers: "anything",
  },
  changes: {
    expected: "a list of objects with key and data",
    accepts: (value) => Array.isArray(value) && value.every(isChange),
    schema: { type: "array", items: change, description: `What changes in which row. ${referring}` },
    refers: "anything",
  },
  version: {
    expected: "a version, or a list of them",
    accepts: (value) => (Array.isArray(value) ? value : [value]).every(Number.isSafeInteger),
    schema: {
      type: ["integer", "array"],
      items: { type: "integer" },
      description:
        "Does it only to a row of this version, or of one of these. Only of models whose rows have versions.",
    },
  },
  count: {
    expected: "a whole number from 1",
    accepts: (value) => Number.isSafeInteger(value) && Number(value) >= 1,
    schema: { type: "integer", minimum: 1, description: "Rows at most; where it would reach more, nothing is done." },
  },
  countForm: {
    expected: '"exact" or "estimated"',
    accepts: (value) => value === "exact" || value === "estimated",
    schema: { enum: ["exact", "estimated"], description: "Says in `page.total` how many rows the list has in all." },
  },
  flag: { expected: "true or false", accepts: (value) => typeof value === "boolean", schema: { type: "boolean" } },
  deleted: {
    expected: '"include" or "only"',
    accepts: (value) => value === "include" || value === "only",
    schema: { enum: ["include", "only"], description: "Deleted rows as well, or nothing else." },
  },
  names: { expected: "a list of field names", accepts: isTexts, schema: texts },
  groups: {
    expected: "a list of what to group by",
    accepts: isTextsOrObjects,
    schema: { type: "array", items: { type: ["string", "object"] } },
  },
  having: { expected: "an object of conditions", accepts: isObject, schema: object },
};

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}

function isTextsOrObjects(value: unknown): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === "string" || isObject(item));
}

function isKey(value: unknown): boolean {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean" || isObject(value);
}

function isChange(value: unknown): boolean {
  return isObject(value) && Object.keys(value).length === 2 && isKey(value["key"]) && isObject(value["data"]);
}
