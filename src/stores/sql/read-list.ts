/**
 * Reads the one row that a list's statement answers: all rows as one text, how many they are, and their sort keys.
 * It cuts off the row that was read only to know whether more follow; it parses no JSON.
 */
import { LINE_END } from "../contract/line-end.ts";
import type { ReadResult, Values } from "../contract/store.ts";

/** What stands between the sort keys of two rows. */
export const KEY_END = "\n";

/** How the answer of a list is cut. */
export interface ListCut {
  /** The index of the value that limits the rows. */
  readonly limit: number;
  /** Whether the rows come from the end of the list towards its start. */
  readonly backwards: boolean;
}

const noRows: ReadResult = Object.freeze({ json: "[]", hasMore: false, edge: null, rows: 0 });
const bracket = 0x5d;

/**
 * The list in a row of: the rows' JSON array, joined by {@link LINE_END}; their number, or any larger one; their keys, by
 * {@link KEY_END}; of a list that is counted, how many rows it has in all.
 */
export function readList(row: readonly unknown[], values: Values, cut: ListCut): ReadResult {
  const [rows, count, keys, all] = row;
  const total = all === undefined ? {} : { total: Number(all) };
  if (Number(count) <= 0) return { ...noRows, ...total };
  const limit = Number(values[cut.limit]);
  const hasMore = Number(count) > limit;
  const bytes = readBytes(rows);
  const json = cut.backwards ? turnRows(bytes, hasMore) : cutRows(bytes, hasMore);
  const edge = `[${findEdge(String(keys), hasMore)}]`;
  return { json, hasMore, edge, rows: hasMore ? limit : Number(count), ...total };
}

/** The keys of the last row that is shown. */
function findEdge(keys: string, hasMore: boolean): string {
  const last = keys.lastIndexOf(KEY_END);
  if (!hasMore) return keys.slice(last + 1);
  return keys.slice(keys.lastIndexOf(KEY_END, last - 1) + 1, last);
}

/** Ends the array where the last row began, in the bytes themselves. */
function cutRows(bytes: Buffer, hasMore: boolean): Buffer {
  if (!hasMore) return bytes;
  const end = bytes.lastIndexOf(LINE_END);
  bytes[end] = bracket;
  return bytes.subarray(0, end + 1);
}

/** Puts rows that were read backwards into the list's own order. */
function turnRows(bytes: Buffer, hasMore: boolean): Buffer {
  const rows = bytes.toString("latin1", 1, bytes.length - 1).split(LINE_END);
  if (hasMore) rows.pop();
  return Buffer.from(`[${rows.reverse().join(LINE_END)}]`, "latin1");
}

/** A driver's bytes are our own to change; its text is copied. */
function readBytes(value: unknown): Buffer {
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  return Buffer.from(String(value));
}
