/** Says in Footing's words what a validator found: where, what was expected and what came. */
import type { ErrorObject } from "ajv/dist/2020.js";
import type { Problem } from "../errors/footing-error.ts";
import { describeValue } from "../util/describe-value.ts";
import { findNearest } from "../util/nearest.ts";
import { describeType } from "./describe-type.ts";
import { TEXT_PATTERN } from "./json-schema.ts";
import { isKept } from "./kept-fields.ts";
import type { Field, ModelSchema, ScalarKind } from "./schema-model.ts";

/** What the data was for, as far as known. */
export interface DataContext {
  readonly model?: ModelSchema | undefined;
  readonly use?: "create" | "update";
  readonly system?: boolean;
}

const FORMAT_KINDS: Readonly<Record<string, ScalarKind>> = {
  date: "date",
  "date-time": "datetime",
  uuid: "uuid",
  int64: "bigint",
  byte: "bytes",
};
const FORMAT_NAMES: Readonly<Record<string, string>> = { email: "an e-mail address", uri: "an http or https address" };
const TYPE_NAMES: Readonly<Record<string, string>> = {
  string: "text",
  integer: "an integer",
  number: "a number",
  boolean: "true or false",
  array: "a list",
  object: "an object",
  null: "null",
};

/** The problem behind one error of the validator, which must have been made verbose. */
export function describeDataProblem(error: ErrorObject, context: DataContext): Problem {
  const { params } = error;
  if (error.keyword === "required")
    return { path: join(error.instancePath, params["missingProperty"]), detail: "is required." };
  if (error.keyword === "additionalProperties") {
    const name = String(params["additionalProperty"]);
    return { path: join(error.instancePath, name), detail: describeUnknown(name, error, context) };
  }
  return { path: error.instancePath, detail: `expected ${describeExpected(error)}, got ${describeData(error)}.` };
}

/** A JSON Pointer one step further (RFC 6901). */
function join(pointer: string, name: unknown): string {
  return `${pointer}/${String(name).replaceAll("~", "~0").replaceAll("/", "~1")}`;
}

/** A hidden field is spoken of exactly like a misspelling, and never suggested. */
function describeUnknown(name: string, error: ErrorObject, { model, use, system = false }: DataContext): string {
  const known =
    error.instancePath === "" && model !== undefined && Object.hasOwn(model.fields, name)
      ? model.fields[name]
      : undefined;
  if (known !== undefined && (system || !known.hidden)) return describeUnwritable(known, use);
  const candidates = Object.keys(readObject(readObject(error.parentSchema)["properties"]));
  if (error.instancePath === "" && model !== undefined) candidates.push(...listInverses(model, system));
  const nearest = findNearest(name, candidates);
  const owner = error.instancePath === "" ? `field of ${model?.name ?? "the model"}` : "part of the key";
  const hint = nearest === undefined ? `there are ${candidates.join(", ")}.` : `did you mean ${nearest}?`;
  return `is no ${owner}; ${hint}`;
}

/** The relations that data may say something of, and that are no values which a validator knows. */
function listInverses({ fields }: ModelSchema, system: boolean): readonly string[] {
  const inverses = Object.values(fields).filter(({ kind }) => kind === "many" || kind === "one");
  return inverses.filter(({ hidden }) => system || !hidden).map(({ name }) => name);
}

function describeUnwritable(field: Field, use: DataContext["use"]): string {
  if (field.kind === "many" || field.kind === "one")
    return `cannot be written here, only by create and update of one row: it shows the ${field.model} rows whose ${field.via} is this row.`;
  if (isKept(field)) return "cannot be written: the server sets it.";
  if (field.kind === "computed") return "cannot be written: it is computed from other fields.";
  return use === "update" ? "cannot change after the row was created." : "cannot be written.";
}

function describeExpected({ keyword, params, parentSchema }: ErrorObject): string {
  const limit = String(params["limit"]);
  switch (keyword) {
    case "minLength":
      return `at least ${limit} characters`;
    case "maxLength":
      return `at most ${limit} characters`;
    case "minimum":
      return `at least ${limit}`;
    case "maximum":
      return `at most ${limit}`;
    case "maxItems":
      return `at most ${limit} items`;
    case "x-minimum":
    case "x-maximum":
    case "x-maxBytes":
      return describeOwnLimit(keyword, readObject(parentSchema)[keyword]);
    case "pattern":
      return describePattern(String(params["pattern"]), parentSchema);
    default:
      return describeForm(readObject(parentSchema));
  }
}

function describeOwnLimit(keyword: string, limit: unknown): string {
  if (keyword === "x-maxBytes") return `at most ${String(limit)} bytes`;
  return `${keyword === "x-minimum" ? "at least" : "at most"} ${String(limit)}`;
}

function describePattern(pattern: string, parent: unknown): string {
  if (pattern === TEXT_PATTERN) return describeType({ kind: "text", list: false });
  const digits = /^\^-\?(?:0|\(\?:0\|\[1-9\]\\d\{0,(\d+)\}\))(?:\(\?:\\\.\\d\{1,(\d+)\}\)\?)?\$$/.exec(pattern);
  if (digits === null || readObject(parent)["allOf"] !== undefined) return `text that matches /${pattern}/u`;
  const scale = Number(digits[2] ?? 0);
  const whole = digits[1] === undefined ? 0 : Number(digits[1]) + 1;
  return describeType({ kind: "decimal", list: false, precision: whole + scale, scale });
}

function describeForm(schema: Readonly<Record<string, unknown>>): string {
  const types: readonly unknown[] = Array.isArray(schema["type"]) ? schema["type"] : [schema["type"]];
  const nullable = types.includes("null") ? " or null" : "";
  const format = String(schema["format"]);
  const kind = FORMAT_KINDS[format];
  if (kind !== undefined) return describeType({ kind, list: false }) + nullable;
  if (schema["format"] !== undefined && FORMAT_NAMES[format] !== undefined) return FORMAT_NAMES[format] + nullable;
  const values = schema["enum"];
  if (Array.isArray(values)) return `one of ${values.map((value) => JSON.stringify(value)).join(", ")}`;
  return types.map((type) => TYPE_NAMES[String(type)] ?? String(type)).join(" or ");
}

/** Lengths are said as lengths, everything else as the value itself. */
function describeData({ keyword, data }: ErrorObject): string {
  if ((keyword === "minLength" || keyword === "maxLength") && typeof data === "string") return String([...data].length);
  if (keyword === "maxItems" && Array.isArray(data)) return String(data.length);
  if (keyword === "x-maxBytes") return String(Buffer.byteLength(String(data), "base64"));
  return describeValue(data);
}

function readObject(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}
