/** The parts that the writing plans share: assignments, links and what must hold of the rows they touch. */
import type { ColumnNode } from "./column-node.ts";
import type { ParamNode } from "./param-node.ts";
import type { PredicateNode } from "./predicate-node.ts";

/** What an assignment makes of part of a column: a list with further items, or without some, or json patched (RFC 7396). */
export type PatchOperator = "append" | "remove" | "merge";

/** What an assignment makes of a column: the value, its own value and the given one added or multiplied, or a patch. */
export type AssignmentOperator = "set" | "add" | "multiply" | PatchOperator;

/** A column gets a value. A column that is null stays null when something is added to it or it is multiplied. */
export interface AssignmentNode {
  readonly kind: "assignment";
  readonly column: ColumnNode;
  readonly operator: AssignmentOperator;
  readonly value: ParamNode;
}

/** What a calculated column must be after the write, if it is not null: from `min` to `max`. */
export interface BoundNode {
  readonly kind: "bound";
  readonly column: ColumnNode;
  readonly min: ParamNode;
  readonly max: ParamNode;
}

/** What a link does with the given rows: they become the only linked ones, are linked as well, or are linked no more. */
export type LinkMode = "set" | "add" | "remove";

/** A change of the rows of a manyToMany. */
export interface LinkNode {
  readonly kind: "link";
  readonly relation: string;
  readonly mode: LinkMode;
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
export function createAssignment(
  column: ColumnNode,
  value: ParamNode,
  operator: AssignmentOperator = "set",
): AssignmentNode {
  return Object.freeze({ kind: "assignment", column, operator, value });
}

/** Makes a {@link BoundNode}. */
export function createBound(column: ColumnNode, min: ParamNode, max: ParamNode): BoundNode {
  return Object.freeze({ kind: "bound", column, min, max });
}

/** Makes a {@link LinkNode}. */
export function createLink(relation: string, mode: LinkMode, keys: ParamNode): LinkNode {
  return Object.freeze({ kind: "link", relation, mode, keys });
}

/** Makes a {@link ReferenceNode}. */
export function createReference(relation: string, values: readonly ParamNode[], access: PredicateNode): ReferenceNode {
  return Object.freeze({ kind: "reference", relation, values: Object.freeze(values), access });
}
