/** One sort key of a list: a column of the row, what is calculated over related rows, how well a row fits a search, or that of a row reached through to-one relations. */
import type { RelatedMeasureNode } from "./measure-node.ts";
import type { HopNode, MaskedColumnNode, PredicateNode } from "./predicate-node.ts";
import type { RelevanceNode } from "./search-node.ts";

/** Where null stands among the values. */
export type NullRank = "smallest" | "largest";

/** A sort key. */
export interface OrderNode {
  readonly kind: "order";
  readonly hops: readonly HopNode[];
  readonly value: MaskedColumnNode | RelatedMeasureNode | RelevanceNode;
  readonly descending: boolean;
  /** What null counts as: the smallest value, first when ascending and last when descending, or the largest. */
  readonly nulls: NullRank;
}

/** Makes a {@link HopNode}; `access` null means not yet decided. */
export function createHop(relation: string, access: PredicateNode | null = null): HopNode {
  return Object.freeze({ kind: "hop", relation, access });
}

/** Makes an {@link OrderNode}. */
export function createOrder(hops: readonly HopNode[], value: OrderNode["value"], descending: boolean): OrderNode {
  return Object.freeze({ kind: "order", hops: Object.freeze(hops), value, descending, nulls: "smallest" });
}

/** The same sort key with null in another place. */
export function rankNulls(order: OrderNode, nulls: NullRank): OrderNode {
  return Object.freeze({ ...order, nulls });
}
