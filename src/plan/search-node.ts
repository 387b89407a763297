/** Full-text search: the one node that says where to look and what for, as a condition and as a sort key. */
import type { ColumnNode } from "./column-node.ts";
import type { ParamNode } from "./param-node.ts";

/**
 * Every term is found in at least one of the columns, and none of the excluded ones in any. What is looked for is a text
 * in canonical form, which `parseSearch` reads.
 */
export interface SearchNode {
  readonly kind: "search";
  readonly columns: readonly ColumnNode[];
  readonly terms: ParamNode;
}

/** How well a row fits a search: a number whose size only says something beside that of another row. */
export interface RelevanceNode {
  readonly kind: "relevance";
  readonly search: SearchNode;
}

/** Makes a {@link SearchNode}. */
export function createSearch(columns: readonly ColumnNode[], terms: ParamNode): SearchNode {
  return Object.freeze({ kind: "search", columns: Object.freeze(columns), terms });
}

/** Makes a {@link RelevanceNode}. */
export function createRelevance(search: SearchNode): RelevanceNode {
  return Object.freeze({ kind: "relevance", search });
}
