/** Which rows a list shows: those that are readable and meet the condition, sorted, behind the cursor, cut to the limit. */
import type { NullRank, OrderNode } from "../../plan/order-node.ts";
import type { ParamNode } from "../../plan/param-node.ts";
import type { RowsNode, SeekNode } from "../../plan/rows-node.ts";
import { compareValues } from "../../schema/compare-values.ts";
import type { JsonValue, ScalarType } from "../../schema/schema-model.ts";
import { columnType, enterRelation, type Row, type Scope, type ScopedRows } from "./database.ts";
import { decided, holds, maskedValue, paramValue, readableRelated, readSearched } from "./evaluator.ts";
import { calculate, typeOfMeasure } from "./measure.ts";
import { countFound } from "./search.ts";

/** One row with its place in the order. */
export interface ListedRow {
  readonly row: Row;
  /** The values of the sort keys, in order. */
  readonly position: readonly JsonValue[];
}

/** The rows of a list and whether more lie in the direction of reading. */
export interface Listing {
  readonly scope: Scope;
  readonly rows: readonly ListedRow[];
  readonly hasMore: boolean;
  /** How many rows there are in all, wherever the list starts and ends. */
  readonly total: number;
}

/** Cuts `candidates` down to the rows that `node` asks for. */
export function listRows(candidates: ScopedRows, node: RowsNode): Listing {
  const { scope } = candidates;
  const kept = candidates.rows.filter(
    (row) => holds(scope, decided(node.access), row) && holds(scope, node.where, row),
  );
  const listed = kept.map((row) => ({ row, position: node.order.map((order) => sortKey(scope, order, row)) }));
  const compare = createComparer(node.order.map((order) => ({ ...order, type: sortType(scope, order) })));
  listed.sort((left, right) => compare(left.position, right.position));
  return { scope, total: listed.length, ...cutRows(scope, node, listed.filter(beyond(scope, node.seek, compare))) };
}

/** How the values of a sort key are compared. */
interface Sort {
  readonly type: ScalarType;
  readonly descending: boolean;
  readonly nulls: NullRank;
}

type Comparer = (left: readonly JsonValue[], right: readonly JsonValue[]) => number;

function createComparer(sorts: readonly Sort[]): Comparer {
  return (left, right) => {
    for (const [index, sort] of sorts.entries()) {
      const difference = compareSorted(sort, left[index] ?? null, right[index] ?? null);
      if (difference !== 0) return sort.descending ? -difference : difference;
    }
    return 0;
  };
}

/** Compares two values of a sort key going up, null where it is placed. */
export function compareSorted(
  { type, nulls }: Pick<Sort, "type" | "nulls">,
  left: JsonValue,
  right: JsonValue,
): number {
  const difference = compareValues(type, left, right);
  return nulls === "largest" && (left === null || right === null) ? -difference : difference;
}

function beyond(scope: Scope, seek: SeekNode | null, compare: Comparer): (item: ListedRow) => boolean {
  if (seek === null || seek.values.length === 0) return () => true;
  const place = seek.values.map((value) => paramValue(scope, value.index));
  return ({ position }) => (seek.direction === "after" ? compare(position, place) > 0 : compare(position, place) < 0);
}

/** Reading backwards keeps the rows nearest to the cursor, in the list's own order. */
function cutRows(scope: Scope, node: RowsNode, rows: readonly ListedRow[]): Pick<Listing, "rows" | "hasMore"> {
  const backwards = node.seek?.direction === "before";
  const reading = backwards ? rows.toReversed() : rows;
  const rest = reading.slice(boundNumber(scope, node.offset) ?? 0);
  const taken = rest.slice(0, boundNumber(scope, node.limit) ?? rest.length);
  return { rows: backwards ? taken.toReversed() : taken, hasMore: rest.length > taken.length };
}

function boundNumber(scope: Scope, param: ParamNode | null): number | null {
  return param === null ? null : Number(paramValue(scope, param.index));
}

/** The value a row is sorted by: null when a hop leads nowhere or to a row that its rule hides. */
function sortKey(scope: Scope, order: OrderNode, row: Row): JsonValue {
  let here = { scope, row };
  for (const hop of order.hops) {
    const [next] = readableRelated(here.scope, hop, here.row);
    if (next === undefined) return null;
    here = next;
  }
  const { value } = order;
  if (value.kind === "column") return maskedValue(here.scope, value, here.row);
  if (value.kind === "relevance") return countFound(readSearched(here.scope, value.search, here.row));
  const rows = readableRelated(here.scope, value, here.row).map((related) => related.row);
  return calculate(enterRelation(here.scope, value.relation), value.measure, rows);
}

/** The type of a sort key, found without a row. */
function sortType(scope: Scope, order: OrderNode): ScalarType {
  const last = order.hops.reduce((here, hop) => enterRelation(here, hop.relation), scope);
  const { value } = order;
  if (value.kind === "column") return columnType(last.model, value);
  if (value.kind === "relevance") return { kind: "int", list: false };
  return typeOfMeasure(enterRelation(last, value.relation).model, value.measure);
}
