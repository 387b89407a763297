/** Something calculated over several rows: those of a group, or those behind a relation. */
import type { MeasureFunction } from "../schema/measures.ts";
import type { MaskedColumnNode, PredicateNode } from "./predicate-node.ts";

/** A calculation. All but the counts are null when there is no value. */
export interface MeasureNode {
  readonly kind: "measure";
  readonly function: MeasureFunction;
  /** Null for `count`, which counts rows; the other functions leave nulls out. */
  readonly column: MaskedColumnNode | null;
}

/** A calculation over the rows behind a to-many relation that may be read. */
export interface RelatedMeasureNode {
  readonly kind: "related";
  readonly relation: string;
  /** The row rule of the target model; null until the authorize pass decided. */
  readonly access: PredicateNode | null;
  readonly measure: MeasureNode;
}

/** Makes a {@link MeasureNode}. */
export function createMeasure(name: MeasureFunction, column: MaskedColumnNode | null): MeasureNode {
  return Object.freeze({ kind: "measure", function: name, column });
}

/** Makes a {@link RelatedMeasureNode}; `access` null means not yet decided. */
export function createRelatedMeasure(
  relation: string,
  measure: MeasureNode,
  access: PredicateNode | null = null,
): RelatedMeasureNode {
  return Object.freeze({ kind: "related", relation, access, measure });
}
