/**
 * Cursors: base64url of a JSON array `[tag, sort-key value, …]`. The tag signs the shape (model and sort) of
 * the list with the store's secret, so a cursor of another list or another app is refused. A cursor holds
 * only values of fields that its reader sorted by, and may therefore read.
 */
import { createHmac } from "node:crypto";
import { FootingError } from "../errors/footing-error.ts";

/** The tag of a list's cursors: 16 characters. */
export function createCursorTag(secret: Buffer, shape: string): string {
  return createHmac("sha256", secret).update(shape).digest("base64url").slice(0, 16);
}

/** The cursor of a row, from the JSON text of the array of its sort-key values. */
export function renderCursor(tag: string, edge: string): string {
  return Buffer.from(`["${tag}"${edge === "[]" ? "" : ","}${edge.slice(1)}`).toString("base64url");
}

/**
 * The sort-key values of a cursor.
 * @throws FootingError FTG_CURSOR when it is not of this list, or not in the form it was given out.
 */
export function parseCursor(cursor: unknown, tag: string, length: number): readonly unknown[] {
  if (typeof cursor !== "string") throw cursorError("is not a text");
  if (cursor.length > 4096) throw cursorError("is longer than any that was given out");
  const bytes = Buffer.from(cursor, "base64url");
  if (bytes.toString("base64url") !== cursor) throw cursorError("is not in the form it was given out");
  const parts = parseJson(bytes.toString("utf8"));
  if (!Array.isArray(parts)) throw cursorError("is not in the form it was given out");
  const [given, ...values]: unknown[] = parts;
  if (given !== tag || values.length !== length)
    throw cursorError("belongs to another list, another sort or an older schema");
  return values;
}

/** An FTG_CURSOR with the reason. */
export function cursorError(reason: string): FootingError {
  return new FootingError("FTG_CURSOR", { detail: `The cursor ${reason}.` });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
