/** Turns the JSON text of a page into lines of one row each (NDJSON), without ever reading a row. */
import { LINE_END } from "../../../stores/contract/line-end.ts";

/** The rows of a JSON array as lines; nothing for an empty one. */
export function renderLines(page: string | Buffer): string | Buffer {
  if (page.length === 2) return "";
  if (typeof page === "string") return `${page.slice(1, -1).replaceAll(LINE_END, "\n")}\n`;
  // A byte for a character: what is cut is ASCII, and such bytes are part of nothing else in UTF-8.
  return Buffer.from(`${page.toString("latin1", 1, page.length - 1).replaceAll(LINE_END, "\n")}\n`, "latin1");
}
