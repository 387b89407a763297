/** Reads the key of a row from a batch: one value, or an object that names the whole key and nothing else. */
import { FootingError } from "../../errors/footing-error.ts";
import type { WhereQuery } from "../../plan/query.ts";
import type { ModelSchema } from "../../schema/schema-model.ts";
import { describeValue } from "../../util/describe-value.ts";
import { isObject } from "../../util/is-object.ts";

/**
 * The key as key field → value.
 *
 * @throws FootingError FTG_QUERY when a part is missing, unknown or no single value.
 */
export function parseKey({ name, key }: ModelSchema, value: unknown): WhereQuery {
  const fields = key.map(({ field }) => field);
  const [only, ...others] = fields;
  const parts = only !== undefined && others.length === 0 && isValue(value) ? { [only]: value } : value;
  const isWhole =
    isObject(parts) &&
    Object.keys(parts).length === fields.length &&
    fields.every((field) => Object.hasOwn(parts, field) && isValue(parts[field]));
  if (isWhole) return parts;
  throw new FootingError("FTG_QUERY", {
    detail: `key: expected the key of a ${name} (${fields.join(", ")}), got ${describeParts(parts)}.`,
  });
}

function isValue(value: unknown): boolean {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}

function describeParts(value: unknown): string {
  if (!isObject(value)) return describeValue(value);
  const parts = Object.entries(value).map(([name, part]) => `${name.slice(0, 60)}: ${describeValue(part)}`);
  return parts.length === 0 ? "an empty object" : `{ ${parts.slice(0, 5).join(", ")} }`;
}
