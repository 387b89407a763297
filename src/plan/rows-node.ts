/** Which rows of a model, in which order, how many, and in which form they leave. */
import type { OrderNode } from "./order-node.ts";
import type { OutputNode } from "./page-node.ts";
import type { ParamNode } from "./param-node.ts";
import type { PredicateNode } from "./predicate-node.ts";

/** A position in the sorted list: one value per sort key, null allowed, and the rows on one side of it. */
export interface SeekNode {
  readonly kind: "seek";
  readonly direction: "after" | "before";
  readonly values: readonly ParamNode[];
}

/** A list of rows. */
export interface RowsNode {
  readonly kind: "rows";
  readonly model: string;
  /** The row rule of the model; null until the authorize pass decided. */
  readonly access: PredicateNode | null;
  readonly where: PredicateNode;
  /** Never empty: the key's columns are the last sort keys, so the order is total. */
  readonly order: readonly OrderNode[];
  /** An int param; null only for a `single` output. Stores read one row more to know whether more follow. */
  readonly limit: ParamNode | null;
  /** An int param, or null for 0. */
  readonly offset: ParamNode | null;
  readonly seek: SeekNode | null;
  /**
   * The text every cursor of this list starts with: the signature of its model and sort. A cursor is
   * base64url(JSON array `[tag, value, …]`) with the sort keys' JSON forms in order. Null when no cursor leaves.
   */
  readonly cursorTag: ParamNode | null;
  readonly output: OutputNode;
}

/** Makes a {@link RowsNode}. */
export function createRows(rows: Omit<RowsNode, "kind">): RowsNode {
  return Object.freeze({ kind: "rows", ...rows });
}

/** Makes a {@link SeekNode}. */
export function createSeek(direction: SeekNode["direction"], values: readonly ParamNode[]): SeekNode {
  return Object.freeze({ kind: "seek", direction, values: Object.freeze(values) });
}
