/**
 * Makes the answer of a list or page from rows that came one by one: the sort keys of each, then its JSON, once per part
 * of a page that shows it. It parses no JSON.
 */
import { FootingError } from "../../errors/footing-error.ts";
import type { PageItem, PageTotal, RowsNode } from "../../plan/rows-node.ts";
import { LINE_END } from "../contract/line-end.ts";
import type { ReadResult, Values } from "../contract/store.ts";
import { isBackwards } from "./row-list.ts";

/** A row of a list's statement. */
export type ListedRow = readonly unknown[];

interface Listing {
  readonly node: RowsNode;
  readonly values: Values;
  /** The rows that are shown, in the list's own order. */
  readonly rows: readonly ListedRow[];
  readonly hasMore: boolean;
  /** The column of the part that is shown next. */
  part: number;
}

type Piece = string | Uint8Array;

const noRows: ReadResult = Object.freeze({ json: "[]", hasMore: false, edge: null, rows: 0 });

/** The parts of a page that show its rows, in the order in which their columns stand. */
export function listParts(items: readonly PageItem[]): readonly (PageItem & { readonly kind: "rows" | "edges" })[] {
  return items.flatMap((item) => {
    if (item.kind === "object") return listParts(item.items);
    return item.kind === "rows" || item.kind === "edges" ? [item] : [];
  });
}

/** The answer of `read` rows, one more than the limit when more follow, in the direction of reading. */
export function joinRows(node: RowsNode, read: readonly ListedRow[], values: Values): ReadResult {
  const limit = Number(values[node.limit?.index ?? -1]);
  const hasMore = read.length > limit;
  const taken = hasMore ? read.slice(0, limit) : read;
  const rows = isBackwards(node) ? taken.toReversed() : taken;
  const listing: Listing = { node, values, rows, hasMore, part: 1 };
  if (node.output.kind === "page") return { ...noRows, json: joinPieces(renderPage(listing, node.output.items)) };
  const far = taken.at(-1);
  return far === undefined
    ? { ...noRows, hasMore }
    : { json: joinPieces(renderRows(listing, LINE_END)), hasMore, edge: `[${far[0]}]`, rows: taken.length };
}

function joinPieces(pieces: readonly Piece[]): Buffer {
  return Buffer.concat(pieces.map((piece) => (typeof piece === "string" ? Buffer.from(piece) : piece)));
}

function renderRows(listing: Listing, separator: string): readonly Piece[] {
  const column = listing.part;
  listing.part += 1;
  const between = Buffer.from(separator);
  const items = listing.rows.flatMap((row, index) => {
    const value = row[column];
    const piece = value instanceof Uint8Array ? value : String(value);
    return index === 0 ? [piece] : [between, piece];
  });
  return ["[", ...items, "]"];
}

function renderPage(listing: Listing, items: readonly PageItem[]): readonly Piece[] {
  const entries = items.flatMap((item, index) => [
    `${index === 0 ? "" : ","}${JSON.stringify(item.as)}:`,
    ...renderItem(listing, item),
  ]);
  return ["{", ...entries, "}"];
}

function renderItem(listing: Listing, item: PageItem): readonly Piece[] {
  switch (item.kind) {
    case "constant":
      return [JSON.stringify(item.value)];
    case "rows":
    case "edges":
      return renderRows(listing, ",");
    case "object":
      return renderPage(listing, item.items);
    case "info":
      return [JSON.stringify(findFact(listing, item.info))];
    case "total":
      return [String(raiseEstimate(listing, item.estimate))];
  }
}

/** At least what the page itself shows to be there. */
function raiseEstimate({ node, values, rows, hasMore }: Listing, estimate: PageTotal["estimate"]): number {
  if (estimate === undefined)
    throw new FootingError("FTG_INTERNAL", { detail: "A page that counts all rows is not joined of rows." });
  const skipped = node.offset === null || rows.length === 0 ? 0 : Number(values[node.offset.index]);
  return Math.max(Number(values[estimate.index]), skipped + rows.length + (hasMore ? 1 : 0));
}

function findFact(listing: Listing, info: (PageItem & { kind: "info" })["info"]): boolean | string | null {
  const isBefore = isBackwards(listing.node);
  switch (info) {
    case "hasNext":
    case "hasPrevious":
      return isBefore === (info === "hasPrevious") ? listing.hasMore : isBehind(listing);
    case "startCursor":
      return renderCursor(listing, listing.rows[0]);
    case "endCursor":
      return renderCursor(listing, listing.rows.at(-1));
  }
}

/** Whether rows lie behind the start of reading: they do when a cursor or an offset skipped them. */
function isBehind({ node, values }: Listing): boolean {
  if (node.seek !== null && node.seek.values.length > 0) return true;
  return node.offset !== null && Number(values[node.offset.index]) > 0;
}

function renderCursor({ node, values }: Listing, row: ListedRow | undefined): string | null {
  if (row === undefined) return null;
  const tag = node.cursorTag === null ? null : values[node.cursorTag.index];
  return Buffer.from(`[${JSON.stringify(tag)},${row[0]}]`).toString("base64url");
}
