/**
 * Which rows of a model, in which order, how many, and the JSON they leave as: a list holds a selection, a
 * selection holds relations, and a relation holds a list again, so these nodes stand in one file.
 */
import type { GroupsNode } from "./aggregate-node.ts";
import type { ConstantItem } from "./constant-item.ts";
import type { OrderNode } from "./order-node.ts";
import type { ParamNode } from "./param-node.ts";
import type { PredicateNode } from "./predicate-node.ts";

/**
 * A position in the sorted list, and the rows on one side of it: `after` reads on from it, `before` backwards. One
 * value per sort key, null allowed; no value at all is the end of the list that reading starts from.
 */
export interface SeekNode {
  readonly kind: "seek";
  readonly direction: "after" | "before";
  readonly values: readonly ParamNode[];
}

/** A list of rows. */
export interface RowsNode {
  readonly kind: "rows";
  readonly model: string;
  /** The row rule of the model; null until the authorize pass decided. */
  readonly access: PredicateNode | null;
  readonly where: PredicateNode;
  /** Never empty: the key's columns are the last sort keys, so the order is total. */
  readonly order: readonly OrderNode[];
  /** An int param; null only for a `single` output. Stores read one row more to know whether more follow. */
  readonly limit: ParamNode | null;
  /** An int param, or null for 0. */
  readonly offset: ParamNode | null;
  readonly seek: SeekNode | null;
  /**
   * The text every cursor of this list starts with: the signature of its model and sort. A cursor is
   * base64url(JSON array `[tag, value, …]`) with the sort keys' JSON forms in order. Null when no cursor leaves.
   */
  readonly cursorTag: ParamNode | null;
  readonly output: OutputNode;
}

/** Makes a {@link RowsNode}. */
export function createRows(rows: Omit<RowsNode, "kind">): RowsNode {
  return Object.freeze({ kind: "rows", ...rows });
}

/** Makes a {@link SeekNode}. */
export function createSeek(direction: SeekNode["direction"], values: readonly ParamNode[]): SeekNode {
  return Object.freeze({ kind: "seek", direction, values: Object.freeze(values) });
}

/** The rows as an array. One page may show them several times with different selections. */
export interface PageRows {
  readonly kind: "rows";
  readonly as: string;
  readonly select: SelectNode;
}

/** The rows as an array of objects, each made of the row, its cursor and constants. */
export interface PageEdges {
  readonly kind: "edges";
  readonly as: string;
  readonly items: readonly EdgeItem[];
}

/** One value of an edge. */
export type EdgeItem =
  | { readonly kind: "row"; readonly as: string; readonly select: SelectNode }
  | { readonly kind: "cursor"; readonly as: string }
  | ConstantItem;

/**
 * A fact about the page. `hasNext`: more rows follow in the list's order; `hasPrevious`: rows precede. In the
 * direction that was not asked for, it is true when a cursor or an offset above 0 was given. Cursors are null on an empty page.
 */
export interface PageInfo {
  readonly kind: "info";
  readonly as: string;
  readonly info: "hasNext" | "hasPrevious" | "startCursor" | "endCursor";
}

/** How many rows the list has in all that may be read, wherever the page lies. */
export interface PageTotal {
  readonly kind: "total";
  readonly as: string;
  /** An int that was estimated before, which is shown unless the page itself proves that there are more. Absent: counted. */
  readonly estimate?: ParamNode;
}

/** A nested object of further page items. */
export interface PageObject {
  readonly kind: "object";
  readonly as: string;
  readonly items: readonly PageItem[];
}

/** One value of a page. */
export type PageItem = PageRows | PageEdges | PageInfo | PageTotal | PageObject | ConstantItem;

/** How rows leave: as a plain array, as one object or null, or as a page. */
export type OutputNode =
  | { readonly kind: "array"; readonly select: SelectNode }
  | { readonly kind: "single"; readonly select: SelectNode }
  | { readonly kind: "page"; readonly items: readonly PageItem[] };

/** A field's own value: a scalar in its JSON form, a ref as its key (an object of key fields when the key has several). */
export interface FieldItem {
  readonly kind: "field";
  readonly as: string;
  readonly field: string;
  /** Of which rows the value shows; of the others it is null. Absent: of all. */
  readonly shown?: PredicateNode;
}

/** The row behind a `ref` or `one` field as an object, or null when it is absent or hidden. */
export interface OneItem {
  readonly kind: "one";
  readonly as: string;
  readonly relation: string;
  /** The row rule of the target model; null until the authorize pass decided. */
  readonly access: PredicateNode | null;
  /** Of which rows the relation shows; of the others it is null. Absent: of all. */
  readonly shown?: PredicateNode;
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

/** What is calculated over the rows behind a `many` or `manyToMany` field, as an object. */
export interface AggregateItem {
  readonly kind: "aggregate";
  readonly as: string;
  readonly relation: string;
  /** Without keys, limit and order: there is one group. */
  readonly groups: GroupsNode;
}

/** One value of a row's output. */
export type SelectItem = FieldItem | OneItem | ManyItem | AggregateItem | ConstantItem;

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

/** Makes a {@link AggregateItem}. */
export function createAggregateItem(as: string, relation: string, groups: GroupsNode): AggregateItem {
  return Object.freeze({ kind: "aggregate", as, relation, groups });
}

/** Makes a {@link SelectNode}. */
export function createSelect(items: readonly SelectItem[]): SelectNode {
  return Object.freeze({ kind: "select", items: Object.freeze(items) });
}
