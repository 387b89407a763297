/** A column whose value does not show in every row. Conditions need none: there the authorize pass asks beside them. */
import type { ColumnNode } from "./column-node.ts";
import type { MaskedColumnNode, PredicateNode } from "./predicate-node.ts";

/** Makes a {@link MaskedColumnNode}. */
export function createMaskedColumn({ kind, field, part }: ColumnNode, shown: PredicateNode): MaskedColumnNode {
  return Object.freeze({ kind, field, part, shown });
}
