/**
 * Derives the JSON Schema (2020-12) of a model's rows and of the data that creates or changes them: what the
 * validator compiles and what the API documents print. Hidden fields are not in it.
 */
import { isKept } from "./kept-fields.ts";
import {
  type Field,
  isValueField,
  type JsonValue,
  type KeyColumn,
  type ManyToManyField,
  type ModelSchema,
  type RefField,
  type ScalarField,
  type ScalarType,
  type Schema,
  type ValueField,
} from "./schema-model.ts";
import { showsToAll } from "./shows-to-all.ts";

/** A JSON Schema as plain data. */
export type JsonSchema = { readonly [keyword: string]: JsonValue };

/** What the schema is of: a row as it is read, the data of a create, or the data of an update. */
export type SchemaUse = "row" | "create" | "update";

/** Text without NUL and lone surrogates (the pattern is read in Unicode mode, where pairs are one character). */
export const TEXT_PATTERN = "^[^\\u0000\\ud800-\\udfff]*$";

/**
 * The JSON Schema of a model for a principal: without hidden fields, nothing additional, every limit stated. A row
 * lists all its own fields; data lists what may be written, with refs and links as keys.
 */
export function createJsonSchema(schema: Schema, model: ModelSchema, use: SchemaUse): JsonSchema {
  return createObjectSchema(schema, model, { use, system: false });
}

/** As {@link createJsonSchema}; for the app itself (`system`) with the hidden fields. */
export function createObjectSchema(
  schema: Schema,
  model: ModelSchema,
  { use, system }: { readonly use: SchemaUse; readonly system: boolean },
): JsonSchema {
  const fields = Object.values(model.fields).filter((field) => (system || !field.hidden) && takesPart(field, use));
  const required = fields.filter((field) => isRequired(field, use)).map(({ name }) => name);
  return {
    type: "object",
    ...(model.describe === undefined ? {} : { description: model.describe }),
    properties: Object.fromEntries(
      fields.map((field) => [field.name, createFieldSchema(schema, use === "row" ? asRead(field) : field)]),
    ),
    ...(required.length === 0 ? {} : { required }),
    additionalProperties: false,
  };
}

/** The JSON Schema of one value of the type, null excluded. */
export function createTypeSchema(type: ScalarType): JsonSchema {
  if (!type.list) return createItemSchema(type);
  return {
    type: "array",
    items: createItemSchema(type),
    ...(type.maxItems === undefined ? {} : { maxItems: type.maxItems }),
  };
}

/** The JSON Schema of a key: a value, or an object for a key of several fields. */
export function createKeySchema(columns: readonly KeyColumn[]): JsonSchema {
  const [first, second] = columns;
  if (first !== undefined && second === undefined) return createTypeSchema(first.type);
  return {
    type: "object",
    properties: Object.fromEntries(columns.map(({ field, type }) => [field, createTypeSchema(type)])),
    required: columns.map(({ field }) => field),
    additionalProperties: false,
  };
}

/** Whether the field has a place in a row, or in data: there are no inverses in data, and no lists of rows in a row. */
function takesPart(field: Field, use: SchemaUse): boolean {
  if (field.kind === "manyToMany") return use !== "row";
  if (use !== "row" && isKept(field)) return false;
  if (field.kind === "computed") return use === "row";
  return (field.kind === "scalar" || field.kind === "ref") && (use !== "update" || !field.immutable);
}

function isRequired(field: Field, use: SchemaUse): boolean {
  if (use === "row") return isValueField(field) || field.kind === "ref";
  if (use === "update" || (field.kind !== "scalar" && field.kind !== "ref")) return false;
  return !field.optional && (field.kind === "ref" || field.default === null);
}

/** A value that does not show to everyone may be null. */
function asRead(field: Field): Field {
  return (field.kind === "scalar" || field.kind === "ref") && !showsToAll(field) ? { ...field, optional: true } : field;
}

function createFieldSchema(schema: Schema, field: Field): JsonSchema {
  if (field.kind === "scalar") return createScalarSchema(field);
  if (field.kind === "computed") return { ...createValueSchema(field), readOnly: true };
  if (field.kind === "ref") return createRefSchema(schema, field);
  return field.kind === "manyToMany" ? createLinksSchema(field) : {};
}

function createScalarSchema(field: ScalarField): JsonSchema {
  const fallback = field.default?.kind === "value" ? { default: field.default.value } : {};
  return { ...createValueSchema(field), ...fallback, ...describe(field.describe) };
}

function createValueSchema({ type, optional }: ValueField): JsonSchema {
  const value = createTypeSchema(type);
  return optional ? allowNull(value) : value;
}

function createRefSchema(schema: Schema, field: RefField): JsonSchema {
  const key = createKeySchema(field.columns);
  const target = schema.models[field.model]?.describe;
  const description = field.describe ?? `Key of the ${field.model}.${target === undefined ? "" : ` ${target}`}`;
  return { ...(field.optional ? allowNull(key) : key), description };
}

function createLinksSchema(field: ManyToManyField): JsonSchema {
  return {
    type: "array",
    items: createKeySchema(field.far),
    description: field.describe ?? `Keys of the ${field.model} rows, replacing those linked before.`,
  };
}

function describe(description: string | undefined): JsonSchema {
  return description === undefined ? {} : { description };
}

function allowNull(value: JsonSchema): JsonSchema {
  const { type, enum: values, ...rest } = value;
  const types = Array.isArray(type) ? type : [type ?? "string"];
  return { type: [...types, "null"], ...(Array.isArray(values) ? { enum: [...values, null] } : {}), ...rest };
}

function createItemSchema(type: ScalarType): JsonSchema {
  switch (type.kind) {
    case "text":
      return createTextSchema(type);
    case "int":
      return {
        type: "integer",
        minimum: type.min ?? Number.MIN_SAFE_INTEGER,
        maximum: type.max ?? Number.MAX_SAFE_INTEGER,
      };
    case "float":
      return { type: "number", ...pick(type, { min: "minimum", max: "maximum" }) };
    case "bigint":
      return { type: "string", format: "int64", ...pick(type, { min: "x-minimum", max: "x-maximum" }) };
    case "decimal":
      return {
        type: "string",
        pattern: createDecimalPattern(type),
        ...pick(type, { min: "x-minimum", max: "x-maximum" }),
      };
    case "bool":
      return { type: "boolean" };
    case "date":
      return { type: "string", format: "date" };
    case "datetime":
      return { type: "string", format: "date-time" };
    case "uuid":
      return { type: "string", format: "uuid" };
    case "bytes":
      return { type: "string", format: "byte", contentEncoding: "base64", ...pick(type, { maxLength: "x-maxBytes" }) };
    case "json":
      return { type: ["object", "array", "string", "number", "boolean"] };
    case "enum":
      return { type: "string", enum: type.values ?? [] };
  }
}

function createTextSchema(type: ScalarType): JsonSchema {
  const lengths = pick(type, { minLength: "minLength", maxLength: "maxLength" });
  const format = type.format === undefined ? {} : { format: type.format === "url" ? "uri" : "email" };
  if (type.pattern === undefined) return { type: "string", ...lengths, ...format, pattern: TEXT_PATTERN };
  return { type: "string", ...lengths, ...format, pattern: type.pattern, allOf: [{ pattern: TEXT_PATTERN }] };
}

function createDecimalPattern({ precision = 38, scale = 0 }: ScalarType): string {
  const whole = precision === scale ? "0" : `(?:0|[1-9]\\d{0,${precision - scale - 1}})`;
  return `^-?${whole}${scale === 0 ? "" : `(?:\\.\\d{1,${scale}})?`}$`;
}

type Limit = "min" | "max" | "minLength" | "maxLength";

/** The limits that are set, under the keywords that state them. */
function pick(type: ScalarType, keywords: Readonly<Partial<Record<Limit, string>>>): JsonSchema {
  const limits: readonly Limit[] = ["min", "max", "minLength", "maxLength"];
  return Object.fromEntries(
    limits.flatMap((limit) => {
      const keyword = keywords[limit];
      const value = type[limit];
      return keyword === undefined || value === undefined ? [] : [[keyword, value]];
    }),
  );
}
