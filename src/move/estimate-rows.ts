/** Chooses from the schema alone how many rows may be read at once, so that even the longest do not fill the memory. */
import type { ScalarType } from "../schema/schema-model.ts";
import type { MoveTable } from "./move-table.ts";

/** Bytes of JSON that one read should not exceed. */
const READ_BYTES = 16 * 1024 * 1024;
/** What a value without a limit of its own is taken for: as much as a request may carry. */
const UNLIMITED = 1024 * 1024;
/** What the part of a key is taken for at most: no index takes longer ones. */
const KEY = 4096;
/** Bytes of JSON of a code point at most, but for control characters. */
const CODE_POINT = 4;
/** Bytes of JSON of a value of any other kind at most, and of the name of its field. */
const SMALL = 64;

/** The number of rows to read at once, `most` at most. */
export function estimateRows({ model, key, columns, deferred }: MoveTable, most: number): number {
  const keys = new Set([...key, ...deferred.flatMap((ref) => ref.columns)]);
  const sizes = columns.map((column) => {
    const isKey = keys.has(column) || model.fields[column.field]?.kind === "ref";
    return isKey ? Math.min(KEY, estimateValue(column.type)) : estimateValue(column.type);
  });
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  return Math.max(1, Math.min(most, Math.floor(READ_BYTES / bytes)));
}

function estimateValue(type: ScalarType): number {
  if (!type.list) return estimateItem(type);
  return type.maxItems === undefined ? UNLIMITED : type.maxItems * estimateItem(type);
}

function estimateItem({ kind, maxLength }: ScalarType): number {
  if (kind === "json") return UNLIMITED;
  if (kind !== "text" && kind !== "bytes") return SMALL;
  return maxLength === undefined ? UNLIMITED : SMALL + maxLength * CODE_POINT;
}
