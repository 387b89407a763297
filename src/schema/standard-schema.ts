/**
 * Checks values with the schema of another library: whatever follows the Standard Schema specification, version 1
 * (zod, valibot, arktype and others). It knows no library by name and builds no schema itself.
 */
import { FootingError, type Problem } from "../errors/footing-error.ts";
import { isObject, isPlainObject } from "../util/is-object.ts";
import type { JsonSchema } from "./json-schema.ts";

/** A schema of zod, valibot, arktype or any other library that follows https://standardschema.dev. */
export interface StandardSchema<Input = unknown, Output = Input> {
  readonly "~standard": {
    readonly version: 1;
    /** The name of the library. */
    readonly vendor: string;
    readonly validate: (value: unknown) => StandardResult<Output> | Promise<StandardResult<Output>>;
    /** Never there at run time. */
    readonly types?: { readonly input: Input; readonly output: Output } | undefined;
  };
}

/** What a schema says of a value: the value in its output form, or what is wrong with it. */
export type StandardResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly StandardIssue[] };

/** One thing that is wrong with a value. */
export interface StandardIssue {
  readonly message: string;
  /** The way to it from the value: names and indexes, or objects that hold one. */
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** The side of a schema that a JSON Schema describes: what it takes, or what it answers. */
export type SchemaSide = "input" | "output";

const MAX_PROBLEMS = 100;

/** Whether a value can be used as a schema. */
export function isStandardSchema(value: unknown): value is StandardSchema {
  // The schemas of some libraries are functions.
  if ((typeof value !== "object" || value === null) && typeof value !== "function") return false;
  const standard: unknown = Reflect.get(value, "~standard");
  return isObject(standard) && standard["version"] === 1 && typeof standard["validate"] === "function";
}

/** The value in the output form of the schema, or the problems with it, each at its JSON Pointer. */
export async function validateStandard<Output>(
  schema: StandardSchema<unknown, Output>,
  value: unknown,
): Promise<{ readonly value: Output } | { readonly problems: readonly Problem[] }> {
  const result = await schema["~standard"].validate(value);
  if (result.issues === undefined) return { value: result.value };
  return {
    problems: result.issues.slice(0, MAX_PROBLEMS).map(({ path, message }) => ({
      path: renderPointer(path ?? []),
      detail: message,
    })),
  };
}

/**
 * The value of a caller in the output form of the schema.
 * @throws FootingError FTG_INVALID with every problem; `what` names the value in the message.
 */
export async function parseStandard<Output>(
  schema: StandardSchema<unknown, Output>,
  value: unknown,
  what: string,
): Promise<Output> {
  const result = await validateStandard(schema, value);
  if ("value" in result) return result.value;
  throw new FootingError("FTG_INVALID", {
    detail: describeProblems(result.problems, what),
    problems: result.problems,
  });
}

/** One sentence for all problems with a value. */
export function describeProblems(problems: readonly Problem[], what: string): string {
  const [first, second] = problems;
  if (first === undefined) return `${what} is not valid.`;
  return second === undefined
    ? `${first.path === "" ? what : first.path}: ${first.detail}`
    : `${what} is wrong in ${problems.length} places.`;
}

/**
 * The JSON Schema (2020-12) of one side, from libraries that offer Standard JSON Schema; null from others, and for
 * what JSON Schema cannot say. Its own references (`#/$defs/…`) are led by `place`, where the document will hold it.
 */
export function createStandardJsonSchema(schema: StandardSchema, side: SchemaSide, place: string): JsonSchema | null {
  const standard: unknown = schema["~standard"];
  const converter = isObject(standard) ? standard["jsonSchema"] : undefined;
  const convert = isObject(converter) ? converter[side] : undefined;
  if (typeof convert !== "function") return null;
  try {
    const converted: unknown = JSON.parse(JSON.stringify(convert({ target: "draft-2020-12" })));
    return isPlainObject(converted) ? placeSchema(converted, place) : null;
  } catch {
    // The library says so of a schema that has no JSON form.
    return null;
  }
}

function placeSchema({ $schema: _dialect, ...schema }: Readonly<Record<string, unknown>>, place: string): JsonSchema {
  const text = JSON.stringify(schema, (name, value: unknown) =>
    name === "$ref" && typeof value === "string" && value.startsWith("#") ? `${place}${value.slice(1)}` : value,
  );
  return JSON.parse(text);
}

function renderPointer(path: NonNullable<StandardIssue["path"]>): string {
  // Some libraries have arrays of a kind of their own, whose `map` is not that of arrays.
  const names = Array.from(path, (step) => String(typeof step === "object" ? step.key : step));
  return names.map((name) => `/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}
