/**
 * Conditions on one row. Two-valued: a comparison with a null is false, and `not` is the exact complement,
 * so a store that thinks in three values must say `IS NOT TRUE`.
 */
import type { ColumnNode } from "./column-node.ts";
import type { JsonPlaceNode } from "./json-place-node.ts";
import type { ParamNode } from "./param-node.ts";
import type { SearchNode } from "./search-node.ts";

/** Comparisons of texts in their folded case: see `util/fold-case.ts`. */
export type CaselessCompare = "ieq" | "icontains" | "istartsWith" | "iendsWith";

/** Comparisons of a column with a value. Text compares by code point; `contains` and its kin are case-sensitive. */
export type CompareOperator =
  | "eq"
  | "lt"
  | "lte"
  | "gt"
  | "gte"
  | "contains"
  | "startsWith"
  | "endsWith"
  | CaselessCompare;

/** What a comparison looks at: a column, or what stands inside json. */
export type ComparedNode = ColumnNode | JsonPlaceNode;

/** One hop through a `ref` or `one` field. A target row that `access` hides counts as absent: its columns are null. */
export interface HopNode {
  readonly kind: "hop";
  readonly relation: string;
  /** The row rule of the target model; null until the authorize pass decided. */
  readonly access: PredicateNode | null;
  /** Of which rows the relation shows; from the others it leads nowhere. Absent: of all. */
  readonly shown?: PredicateNode;
}

/** A column as its reader sees it: null in rows for which `shown` does not hold. */
export interface MaskedColumnNode extends ColumnNode {
  /** Absent: the value shows in every row. */
  readonly shown?: PredicateNode;
}

/** The column stands in a relation to the value; false when the column is null. */
export interface CompareNode {
  readonly kind: "compare";
  readonly column: ComparedNode;
  readonly operator: CompareOperator;
  readonly value: ParamNode;
}

/**
 * The column stands in a relation to another column of the row, or of the row that the hops lead to; false when one of
 * the two is null. Both are of one type.
 */
export interface CompareColumnsNode {
  readonly kind: "compareColumns";
  readonly column: ColumnNode;
  readonly operator: CompareOperator;
  readonly hops: readonly HopNode[];
  readonly other: MaskedColumnNode;
}

/** True when the column equals one item of the list; an empty list is never true. */
export interface InNode {
  readonly kind: "in";
  readonly column: ComparedNode;
  /** A param whose type has `list: true`. */
  readonly values: ParamNode;
}

/** True when the column is null. */
export interface IsNullNode {
  readonly kind: "isNull";
  readonly column: ComparedNode;
}

/** What is asked about a column that holds a list. Of none of the values `hasAny` is false and `hasEvery` true. */
export type ListQuestion = "hasAny" | "hasEvery" | "isEmpty";

/** An answer about the items of a list; false when the column is null. */
export interface ListNode {
  readonly kind: "list";
  readonly column: ColumnNode;
  readonly question: ListQuestion;
  /** A param of the column's own type; of one item for a single value. Null for `isEmpty`. */
  readonly values: ParamNode | null;
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
  | CompareColumnsNode
  | InNode
  | IsNullNode
  | ListNode
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
export function createCompare(column: ComparedNode, operator: CompareOperator, value: ParamNode): CompareNode {
  return Object.freeze({ kind: "compare", column, operator, value });
}

/** Makes a {@link CompareColumnsNode}. */
export function createCompareColumns(parts: Omit<CompareColumnsNode, "kind">): CompareColumnsNode {
  const { column, operator, hops, other } = parts;
  return Object.freeze({ kind: "compareColumns", column, operator, hops: Object.freeze(hops), other });
}

/** Makes an {@link InNode}. */
export function createIn(column: ComparedNode, values: ParamNode): InNode {
  return Object.freeze({ kind: "in", column, values });
}

/** Makes an {@link IsNullNode}. */
export function createIsNull(column: ComparedNode): IsNullNode {
  return Object.freeze({ kind: "isNull", column });
}

/** Makes a {@link ListNode}. */
export function createList(column: ColumnNode, question: ListQuestion, values: ParamNode | null): ListNode {
  return Object.freeze({ kind: "list", column, question, values });
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
