/** The output of one row as JSON: an object whose keys are the items' `as`, in order. */

import type { PredicateNode } from "./predicate-node.ts";
import type { RowsNode } from "./rows-node.ts";

/** A field's own value: a scalar in its JSON form, a ref as its key (an object of key fields when the key has several). */
export interface FieldItem {
  readonly kind: "field";
  readonly as: string;
  readonly field: string;
}

/** The row behind a `ref` or `one` field as an object, or null when it is absent or hidden. */
export interface OneItem {
  readonly kind: "one";
  readonly as: string;
  readonly relation: string;
  /** The row rule of the target model; null until the authorize pass decided. */
  readonly access: PredicateNode | null;
  /** A further condition; a row that fails it counts as absent. */
  readonly where: PredicateNode;
  readonly select: SelectNode;
}

/** The rows behind a `many` or `manyToMany` field. */
export interface ManyItem {
  readonly kind: "many";
  readonly as: string;
  readonly relation: string;
  readonly rows: RowsNode;
}

/** A JSON scalar as it is. */
export interface ConstantItem {
  readonly kind: "constant";
  readonly as: string;
  readonly value: string | number | boolean | null;
}

/** One value of a row's output. */
export type SelectItem = FieldItem | OneItem | ManyItem | ConstantItem;

/** The output of a row. */
export interface SelectNode {
  readonly kind: "select";
  readonly items: readonly SelectItem[];
}

/** Makes a {@link FieldItem}. */
export function createFieldItem(as: string, field: string): FieldItem {
  return Object.freeze({ kind: "field", as, field });
}

/** Makes a {@link OneItem}. */
export function createOneItem(item: Omit<OneItem, "kind">): OneItem {
  return Object.freeze({ kind: "one", ...item });
}

/** Makes a {@link ManyItem}. */
export function createManyItem(as: string, relation: string, rows: RowsNode): ManyItem {
  return Object.freeze({ kind: "many", as, relation, rows });
}

/** Makes a {@link ConstantItem}. */
export function createConstantItem(as: string, value: ConstantItem["value"]): ConstantItem {
  return Object.freeze({ kind: "constant", as, value });
}

/** Makes a {@link SelectNode}. */
export function createSelect(items: readonly SelectItem[]): SelectNode {
  return Object.freeze({ kind: "select", items: Object.freeze(items) });
}
