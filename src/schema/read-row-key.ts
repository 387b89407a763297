/** Reads the key of a row as callers give it. Whether its values are of their types, whoever uses them finds out. */
import type { FootingError } from "../errors/footing-error.ts";
import { describeValue } from "../util/describe-value.ts";
import { isObject, isPlainObject } from "../util/is-object.ts";
import type { ModelSchema } from "./schema-model.ts";

type RowKey = Readonly<Record<string, unknown>>;

/**
 * The key that a value is, as key field → value: it is the value of the one key field, or an object with all of several and nothing else. Throws what
 * `refuse` makes of what was expected and what came.
 */
export function readRowKey(
  { name, key }: Pick<ModelSchema, "name" | "key">,
  value: unknown,
  refuse: (detail: string) => FootingError,
): RowKey {
  const fields = key.map(({ field }) => field);
  const [only, second] = fields;
  if (only !== undefined && second === undefined) {
    if (isPart(value)) return { [only]: value };
  } else if (isWhole(value, fields)) return value;
  throw refuse(`expected the key of a ${name} (${fields.join(", ")}), got ${describeParts(value)}.`);
}

function isWhole(value: unknown, fields: readonly string[]): value is RowKey {
  if (!isPlainObject(value) || Object.keys(value).length !== fields.length) return false;
  return fields.every((field) => Object.hasOwn(value, field) && isPart(value[field]));
}

/** What may be the value of a field; as an object it would be an operator. */
function isPart(value: unknown): boolean {
  return value !== null && value !== undefined && !isPlainObject(value) && !Array.isArray(value);
}

function describeParts(value: unknown): string {
  if (!isObject(value) || value instanceof Date) return describeValue(value);
  const parts = Object.entries(value).map(([name, part]) => `${name.slice(0, 60)}: ${describeValue(part)}`);
  return parts.length === 0 ? "an empty object" : `{ ${parts.slice(0, 5).join(", ")} }`;
}
