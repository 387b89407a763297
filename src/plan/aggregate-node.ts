/**
 * Rows put into groups, and what is calculated over each group. Keys and measures are listed once; the output, the
 * conditions and the order name them by their place in those lists.
 */
import type { ConstantItem } from "./constant-item.ts";
import type { MeasureNode } from "./measure-node.ts";
import type { NullRank } from "./order-node.ts";
import type { ParamNode } from "./param-node.ts";
import type { HopNode, MaskedColumnNode, PredicateNode } from "./predicate-node.ts";

/** A span of time that values are put together by. A week starts on Monday (ISO 8601). */
export type BucketUnit = "hour" | "day" | "week" | "month" | "quarter" | "year";

/** The start of the span that a value lies in, as a value of the same type. */
export interface BucketNode {
  readonly kind: "bucket";
  readonly unit: BucketUnit;
  /** An IANA name, of a datetime only: the span is one of the clocks there. Null: UTC. */
  readonly timeZone: string | null;
}

/** A value that rows are grouped by. Null is a value like any other. */
export interface GroupKeyNode {
  readonly kind: "groupKey";
  readonly hops: readonly HopNode[];
  readonly column: MaskedColumnNode;
  readonly bucket: BucketNode | null;
}

/** One value of a group's output. */
export type GroupItem =
  | { readonly kind: "key"; readonly as: string; readonly key: number }
  | { readonly kind: "measure"; readonly as: string; readonly measure: number }
  | GroupObject
  | ConstantItem;

/** An object of further values. */
export interface GroupObject {
  readonly kind: "object";
  readonly as: string;
  readonly items: readonly GroupItem[];
  /** The whole object is null when this key is (a reference of several parts); null: never. */
  readonly nullWith: number | null;
}

/** A condition on a measure. False when the measure is null, `isNull` aside; `negated` is the exact complement. */
export interface GroupConditionNode {
  readonly kind: "groupCondition";
  readonly measure: number;
  readonly operator: "eq" | "lt" | "lte" | "gt" | "gte" | "in" | "isNull";
  readonly negated: boolean;
  /** Null for `isNull` only; a list for `in`. */
  readonly value: ParamNode | null;
}

/** A sort key of groups. */
export interface GroupOrderNode {
  readonly kind: "groupOrder";
  readonly by: "key" | "measure";
  readonly index: number;
  readonly descending: boolean;
  /** What null counts as: the smallest value, first when ascending and last when descending, or the largest. */
  readonly nulls: NullRank;
}

/** Groups of rows. Without keys all rows are one group, even if there are none. */
export interface GroupsNode {
  readonly kind: "groups";
  readonly model: string;
  /** The row rule of the model; null until the authorize pass decided. */
  readonly access: PredicateNode | null;
  readonly where: PredicateNode;
  readonly keys: readonly GroupKeyNode[];
  readonly measures: readonly MeasureNode[];
  readonly items: readonly GroupItem[];
  /** All must hold of a group. */
  readonly having: readonly GroupConditionNode[];
  /** Names every key, so the order is total. */
  readonly order: readonly GroupOrderNode[];
  /** An int param; null where a single group is asked for. Stores read one group more to know whether more follow. */
  readonly limit: ParamNode | null;
  /** An int param, or null for 0. */
  readonly offset: ParamNode | null;
}

/** Makes a {@link GroupsNode}. */
export function createGroups(groups: Omit<GroupsNode, "kind">): GroupsNode {
  return Object.freeze({ kind: "groups", ...groups });
}

/** Makes a {@link BucketNode}. */
export function createBucket(unit: BucketUnit, timeZone: string | null): BucketNode {
  return Object.freeze({ kind: "bucket", unit, timeZone });
}

/** Makes a {@link GroupKeyNode}. */
export function createGroupKey(
  hops: readonly HopNode[],
  column: MaskedColumnNode,
  bucket: BucketNode | null = null,
): GroupKeyNode {
  return Object.freeze({ kind: "groupKey", hops: Object.freeze(hops), column, bucket });
}

/** Makes a {@link GroupObject}. */
export function createGroupObject(as: string, items: readonly GroupItem[], nullWith: number | null): GroupObject {
  return Object.freeze({ kind: "object", as, items: Object.freeze(items), nullWith });
}

/** Makes a {@link GroupOrderNode}. */
export function createGroupOrder(
  by: GroupOrderNode["by"],
  index: number,
  { descending, nulls }: Pick<GroupOrderNode, "descending" | "nulls">,
): GroupOrderNode {
  return Object.freeze({ kind: "groupOrder", by, index, descending, nulls });
}
