/**
 * Conditions on one row. Two-valued: a comparison with a null is false, and `not` is the exact complement,
 * so a store that thinks in three values must say `IS NOT TRUE`.
 */
import type { ColumnNode } from "./column-node.ts";
import type { ParamNode } from "./param-node.ts";
import type { SearchNode } from "./search-node.ts";

/** Comparisons of a column with a value. Text compares by code point; `contains` and its kin are case-sensitive. */
export type CompareOperator = "eq" | "lt" | "lte" | "gt" | "gte" | "contains" | "startsWith" | "endsWith";

/** The column stands in a relation to the value; false when the column is null. */
export interface CompareNode {
  readonly kind: "compare";
  readonly column: ColumnNode;
  readonly operator: CompareOperator;
  readonly value: ParamNode;
}

/** True when the column equals one item of the list; an empty list is never true. */
export interface InNode {
  readonly kind: "in";
  readonly column: ColumnNode;
  /** A param whose type has `list: true`. */
  readonly values: ParamNode;
}

/** True when the column is null. */
export interface IsNullNode {
  readonly kind: "isNull";
  readonly column: ColumnNode;
}

/** All items hold; true when there are none. */
export interface AndNode {
  readonly kind: "and";
  readonly items: readonly PredicateNode[];
}

/** At least one item holds; false when there are none. */
export interface OrNode {
  readonly kind: "or";
  readonly items: readonly PredicateNode[];
}

/** The exact complement. */
export interface NotNode {
  readonly kind: "not";
  readonly item: PredicateNode;
}

/** Always or never. */
export interface ConstantNode {
  readonly kind: "constant";
  readonly value: boolean;
}

/** At least one row of the relation is readable (`access`) and meets `where`. `every` and `none` are written with `not`. */
export interface ExistsNode {
  readonly kind: "exists";
  readonly relation: string;
  /** The row rule of the target model; null until the authorize pass decided. */
  readonly access: PredicateNode | null;
  readonly where: PredicateNode;
}

/** Any condition on a row. */
export type PredicateNode =
  | CompareNode
  | InNode
  | IsNullNode
  | AndNode
  | OrNode
  | NotNode
  | ConstantNode
  | ExistsNode
  | SearchNode;

/** Always true: what an open rule and an absent filter are. */
export const always: ConstantNode = Object.freeze({ kind: "constant", value: true });

/** Never true: what a closed rule is. */
export const never: ConstantNode = Object.freeze({ kind: "constant", value: false });

/** Makes a {@link CompareNode}. */
export function createCompare(column: ColumnNode, operator: CompareOperator, value: ParamNode): CompareNode {
  return Object.freeze({ kind: "compare", column, operator, value });
}

/** Makes an {@link InNode}. */
export function createIn(column: ColumnNode, values: ParamNode): InNode {
  return Object.freeze({ kind: "in", column, values });
}

/** Makes an {@link IsNullNode}. */
export function createIsNull(column: ColumnNode): IsNullNode {
  return Object.freeze({ kind: "isNull", column });
}

/** Joins conditions, leaving out what is always true; never if one never holds. */
export function createAnd(items: readonly PredicateNode[]): PredicateNode {
  const kept = items
    .flatMap((item) => (item.kind === "and" ? item.items : [item]))
    .filter((item) => item !== always && !isConstant(item, true));
  if (kept.some((item) => isConstant(item, false))) return never;
  const [first] = kept;
  if (first === undefined) return always;
  return kept.length === 1 ? first : Object.freeze({ kind: "and", items: Object.freeze(kept) });
}

/** Joins alternatives, leaving out what never holds; always if one always holds. */
export function createOr(items: readonly PredicateNode[]): PredicateNode {
  const kept = items.filter((item) => !isConstant(item, false));
  if (kept.some((item) => isConstant(item, true))) return always;
  const [first] = kept;
  if (first === undefined) return never;
  return kept.length === 1 ? first : Object.freeze({ kind: "or", items: Object.freeze(kept) });
}

/** The complement, with constants and double negation folded. */
export function createNot(item: PredicateNode): PredicateNode {
  if (item.kind === "constant") return item.value ? never : always;
  if (item.kind === "not") return item.item;
  return Object.freeze({ kind: "not", item });
}

/** Makes an {@link ExistsNode}; `access` null means not yet decided. */
export function createExists(relation: string, where: PredicateNode, access: PredicateNode | null = null): ExistsNode {
  return Object.freeze({ kind: "exists", relation, access, where });
}

/** Whether a condition is the given constant. */
export function isConstant(node: PredicateNode, value: boolean): boolean {
  return node.kind === "constant" && node.value === value;
}
