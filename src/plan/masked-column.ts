/** A column whose value does not show in every row. Conditions need none: there the authorize pass asks beside them. */
import type { ColumnNode } from "./column-node.ts";
import type { PredicateNode } from "./predicate-node.ts";

/** A column as its reader sees it: null in rows for which `shown` does not hold. */
export interface MaskedColumnNode extends ColumnNode {
  /** Absent: the value shows in every row. */
  readonly shown?: PredicateNode;
}

/** Makes a {@link MaskedColumnNode}. */
export function createMaskedColumn({ kind, field, part }: ColumnNode, shown: PredicateNode): MaskedColumnNode {
  return Object.freeze({ kind, field, part, shown });
}
