/** The output of a page of rows as one JSON object: rows, edges, page facts and constants under chosen names. */
import type { ConstantItem, SelectNode } from "./select-node.ts";

/** The rows as an array. One page may show them several times with different selections. */
export interface PageRows {
  readonly kind: "rows";
  readonly as: string;
  readonly select: SelectNode;
}

/** The rows as an array of objects, each made of the row, its cursor and constants. */
export interface PageEdges {
  readonly kind: "edges";
  readonly as: string;
  readonly items: readonly EdgeItem[];
}

/** One value of an edge. */
export type EdgeItem =
  | { readonly kind: "row"; readonly as: string; readonly select: SelectNode }
  | { readonly kind: "cursor"; readonly as: string }
  | ConstantItem;

/**
 * A fact about the page. `hasNext`: more rows follow in the list's order; `hasPrevious`: rows precede. In the
 * direction that was not asked for, it is true when a cursor or an offset above 0 was given. Cursors are null on an empty page.
 */
export interface PageInfo {
  readonly kind: "info";
  readonly as: string;
  readonly info: "hasNext" | "hasPrevious" | "startCursor" | "endCursor";
}

/** A nested object of further page items. */
export interface PageObject {
  readonly kind: "object";
  readonly as: string;
  readonly items: readonly PageItem[];
}

/** One value of a page. */
export type PageItem = PageRows | PageEdges | PageInfo | PageObject | ConstantItem;

/** How rows leave: as a plain array, as one object or null, or as a page. */
export type OutputNode =
  | { readonly kind: "array"; readonly select: SelectNode }
  | { readonly kind: "single"; readonly select: SelectNode }
  | { readonly kind: "page"; readonly items: readonly PageItem[] };
