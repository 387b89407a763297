/** One sort key of a list: a column of the row, what is calculated over related rows, how well a row fits a search, or that of a row reached through to-one relations. */
import type { MaskedColumnNode } from "./masked-column.ts";
import type { RelatedMeasureNode } from "./measure-node.ts";
import type { PredicateNode } from "./predicate-node.ts";
import type { RelevanceNode } from "./search-node.ts";

/** One hop through a `ref` or `one` field. A target row that `access` hides counts as absent: its columns are null. */
export interface HopNode {
  readonly kind: "hop";
  readonly relation: string;
  /** The row rule of the target model; null until the authorize pass decided. */
  readonly access: PredicateNode | null;
  /** Of which rows the relation shows; from the others it leads nowhere. Absent: of all. */
  readonly shown?: PredicateNode;
}

/** A sort key. */
export interface OrderNode {
  readonly kind: "order";
  readonly hops: readonly HopNode[];
  readonly value: MaskedColumnNode | RelatedMeasureNode | RelevanceNode;
  /** Null is the smallest value: first when ascending, last when descending. */
  readonly descending: boolean;
}

/** Makes a {@link HopNode}; `access` null means not yet decided. */
export function createHop(relation: string, access: PredicateNode | null = null): HopNode {
  return Object.freeze({ kind: "hop", relation, access });
}

/** Makes an {@link OrderNode}. */
export function createOrder(hops: readonly HopNode[], value: OrderNode["value"], descending: boolean): OrderNode {
  return Object.freeze({ kind: "order", hops: Object.freeze(hops), value, descending });
}
