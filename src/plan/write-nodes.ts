/** The parts that the writing plans share: assignments, links and what must hold of the rows they touch. */
import type { ColumnNode } from "./column-node.ts";
import type { ParamNode } from "./param-node.ts";
import type { PredicateNode } from "./predicate-node.ts";

/** A column gets a value. */
export interface AssignmentNode {
  readonly kind: "assignment";
  readonly column: ColumnNode;
  readonly value: ParamNode;
}

/** The rows of a manyToMany become exactly the given ones. */
export interface LinkNode {
  readonly kind: "link";
  readonly relation: string;
  /** A param of type `keys`. */
  readonly keys: ParamNode;
}

/**
 * The row that a written ref or link points at must exist and be readable by the writer (`access`); a hidden
 * one is reported exactly like a missing one. Listed only where the foreign key alone does not decide it.
 */
export interface ReferenceNode {
  readonly kind: "reference";
  /** The ref or manyToMany field. */
  readonly relation: string;
  /** One param per key column of a ref (null: nothing to check), or one `keys` param of a manyToMany. */
  readonly values: readonly ParamNode[];
  readonly access: PredicateNode;
}

/** Makes an {@link AssignmentNode}. */
export function createAssignment(column: ColumnNode, value: ParamNode): AssignmentNode {
  return Object.freeze({ kind: "assignment", column, value });
}

/** Makes a {@link LinkNode}. */
export function createLink(relation: string, keys: ParamNode): LinkNode {
  return Object.freeze({ kind: "link", relation, keys });
}

/** Makes a {@link ReferenceNode}. */
export function createReference(relation: string, values: readonly ParamNode[], access: PredicateNode): ReferenceNode {
  return Object.freeze({ kind: "reference", relation, values: Object.freeze(values), access });
}
