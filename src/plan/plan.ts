/**
 * The query plan: what every front end's request becomes, what passes rewrite and what a store compiles.
 * Frozen plain data tagged by `kind`; no I/O, no values, no store.
 */
import type { GroupsNode } from "./aggregate-node.ts";
import type { ParamNode } from "./param-node.ts";
import type { PredicateNode } from "./predicate-node.ts";
import type { RowsNode, SelectNode } from "./rows-node.ts";
import type { AssignmentNode, BoundNode, LinkNode, ReferenceNode } from "./write-nodes.ts";

/** Rows as JSON. */
export interface ReadPlan {
  readonly kind: "read";
  readonly rows: RowsNode;
  /** True: the answer also says how many rows the list, an array, has in all that may be read. Absent: nobody counts. */
  readonly counted?: true;
}

/** How many rows match and may be read. */
export interface CountPlan {
  readonly kind: "count";
  /** True: what the store estimates will do; the authorize pass leaves it to plans that see every row. Absent: exactly. */
  readonly estimated?: true;
  readonly model: string;
  /** The row rule; null until the authorize pass decided. */
  readonly access: PredicateNode | null;
  readonly where: PredicateNode;
}

/** Groups of rows as JSON, one object each. */
export interface AggregatePlan {
  readonly kind: "aggregate";
  readonly groups: GroupsNode;
}

/** What the writer gets back of one written row: the selection, if the row may be read. */
export interface ReturningNode {
  readonly kind: "returning";
  /** The row rule for reading; null until the authorize pass decided. */
  readonly access: PredicateNode | null;
  readonly select: SelectNode;
}

/**
 * One new row. Every stored column is assigned. `check` must hold of the new row, or the whole write is
 * undone and reported as forbidden.
 */
export interface CreatePlan {
  readonly kind: "create";
  readonly model: string;
  readonly assignments: readonly AssignmentNode[];
  readonly links: readonly LinkNode[];
  readonly references: readonly ReferenceNode[];
  /** The create rule; null until the authorize pass decided. */
  readonly check: PredicateNode | null;
  /** Null: the answer is only the number of rows. */
  readonly returning: ReturningNode | null;
}

/** What a write by key or filter aims at. */
export interface TargetNode {
  readonly kind: "target";
  readonly where: PredicateNode;
  /** True: `where` is one whole key, and no matching row is an error. */
  readonly single: boolean;
  /** The read rule: a row the writer cannot see is not there. Null until decided. */
  readonly readable: PredicateNode | null;
  /** The rule of the operation on the row before the write: a visible row that fails it is forbidden. Null until decided. */
  readonly allowed: PredicateNode | null;
  /** Of a `single` target: the version that the caller expects of an allowed row, compared with a param. Null: any. */
  readonly expected: PredicateNode | null;
  /** Of many rows: how many may be written; more are a failure. Null: any number. */
  readonly atMost: ParamNode | null;
}

/** Changed rows. Of many, those not allowed are left alone, like those not visible. */
export interface UpdatePlan {
  readonly kind: "update";
  readonly model: string;
  readonly target: TargetNode;
  readonly assignments: readonly AssignmentNode[];
  /** Of the calculated columns; none for one that is only set. */
  readonly bounds: readonly BoundNode[];
  readonly links: readonly LinkNode[];
  readonly references: readonly ReferenceNode[];
  /** The update rule, which must hold of every row after the change too. Null until decided. */
  readonly check: PredicateNode | null;
  readonly returning: ReturningNode | null;
}

/** Ended rows. `returning` is read before the row goes. */
export interface DeletePlan {
  readonly kind: "delete";
  readonly model: string;
  readonly target: TargetNode;
  readonly returning: ReturningNode | null;
}

/** A plan that writes. */
export type WritePlan = CreatePlan | UpdatePlan | DeletePlan;

/** Anything a store can be asked to do. */
export type Plan = ReadPlan | CountPlan | AggregatePlan | CreatePlan | UpdatePlan | DeletePlan;

/** Makes a plan of the given kind, frozen. */
export function createPlan<P extends Plan>(plan: P): P {
  return Object.freeze(plan);
}
