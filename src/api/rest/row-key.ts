/** The key of a row as one path segment: its parts percent-encoded and joined by commas, in key order. */
import { FootingError } from "../../errors/footing-error.ts";
import { parseText } from "../../schema/parse-text.ts";
import type { JsonValue, KeyColumn, ModelSchema } from "../../schema/schema-model.ts";

/** Key field → value. */
export type RowKey = Readonly<Record<string, JsonValue>>;

/**
 * The key that a path segment spells.
 *
 * @throws FootingError FTG_VALUE when a part is not of its type or their number is wrong.
 */
export function parseKey({ name, key }: ModelSchema, segment: string): RowKey {
  const [only] = key;
  if (only !== undefined && key.length === 1) return { [only.field]: parsePart(only, segment) };
  const parts = segment.split(",");
  if (parts.length !== key.length) {
    const fields = key.map(({ field }) => field).join(",");
    throw new FootingError("FTG_VALUE", {
      detail: `The key of a ${name} is ${fields}: ${key.length} parts; got ${parts.length}.`,
    });
  }
  return Object.fromEntries(key.map((part, index) => [part.field, parsePart(part, parts[index] ?? "")]));
}

function parsePart({ field, type }: KeyColumn, segment: string): JsonValue {
  return parseText(type, segment.includes("%") ? decodeURIComponent(segment) : segment, field);
}

/** The path segment of a row's key; null when the row does not show its whole key. */
export function renderKey({ key }: ModelSchema, row: Readonly<Record<string, unknown>>): string | null {
  const parts = key.map(({ field }) => row[field]);
  if (parts.some((part) => typeof part !== "string" && typeof part !== "number" && typeof part !== "boolean"))
    return null;
  return parts.map((part) => encodeURIComponent(String(part))).join(",");
}
