/** Which rows a list shows: those that are readable and meet the condition, sorted, behind the cursor, cut to the limit. */
import type { OrderNode } from "../../plan/order-node.ts";
import type { ParamNode } from "../../plan/param-node.ts";
import type { RowsNode, SeekNode } from "../../plan/rows-node.ts";
import { compareValues } from "../../schema/compare-values.ts";
import type { JsonValue, ModelSchema, ScalarType } from "../../schema/schema-model.ts";
import { type Context, type ModelRows, modelNamed, type Row, storedColumn } from "./database.ts";
import { columnValue, decided, holds, paramValue, readableRelated } from "./evaluator.ts";

/** One row with its place in the order. */
export interface ListedRow {
  readonly row: Row;
  /** The values of the sort keys, in order. */
  readonly position: readonly JsonValue[];
}

/** The rows of a list and whether more lie in the direction of reading. */
export interface Listing {
  readonly model: ModelSchema;
  readonly rows: readonly ListedRow[];
  readonly hasMore: boolean;
}

/** Cuts `candidates` down to the rows that `node` asks for. */
export function listRows(context: Context, node: RowsNode, candidates: ModelRows): Listing {
  const { model } = candidates;
  const kept = candidates.rows.filter(
    (row) => holds(context, model, decided(node.access), row) && holds(context, model, node.where, row),
  );
  const listed = kept.map((row) => ({ row, position: node.order.map((order) => sortKey(context, model, order, row)) }));
  const sorts = node.order.map((order) => ({ type: sortType(context, model, order), descending: order.descending }));
  listed.sort((left, right) => comparePositions(sorts, left.position, right.position));
  const beyond = listed.filter((item) => node.seek === null || isBeyond(context, sorts, node.seek, item));
  return {
    model,
    ...cut(beyond, {
      backwards: node.seek?.direction === "before",
      limit: bound(context, node.limit),
      offset: bound(context, node.offset) ?? 0,
    }),
  };
}

interface Sort {
  readonly type: ScalarType;
  readonly descending: boolean;
}

function comparePositions(sorts: readonly Sort[], left: readonly JsonValue[], right: readonly JsonValue[]): number {
  for (const [index, sort] of sorts.entries()) {
    const difference = compareValues(sort.type, left[index] ?? null, right[index] ?? null);
    if (difference !== 0) return sort.descending ? -difference : difference;
  }
  return 0;
}

function isBeyond(context: Context, sorts: readonly Sort[], seek: SeekNode, item: ListedRow): boolean {
  const place = seek.values.map((value) => paramValue(context, value.index));
  const difference = comparePositions(sorts, item.position, place);
  return seek.direction === "after" ? difference > 0 : difference < 0;
}

/** Reading backwards keeps the rows nearest to the cursor, in the list's own order. */
function cut(
  rows: readonly ListedRow[],
  window: { readonly backwards: boolean; readonly limit: number | null; readonly offset: number },
): { readonly rows: readonly ListedRow[]; readonly hasMore: boolean } {
  const reading = window.backwards ? rows.toReversed() : rows;
  const rest = reading.slice(window.offset);
  const taken = window.limit === null ? rest : rest.slice(0, window.limit);
  return { rows: window.backwards ? taken.toReversed() : taken, hasMore: rest.length > taken.length };
}

function bound(context: Context, param: ParamNode | null): number | null {
  return param === null ? null : Number(paramValue(context, param.index));
}

/** The value a row is sorted by: null when a hop leads nowhere or to a row that its rule hides. */
function sortKey(context: Context, model: ModelSchema, order: OrderNode, row: Row): JsonValue {
  let here = { model, row };
  for (const hop of order.hops) {
    const [next] = readableRelated(context, here.model, hop.relation, hop.access, here.row);
    if (next === undefined) return null;
    here = next;
  }
  return columnValue(here.model, order.column, here.row);
}

/** The type of a sort key, found without a row. */
function sortType(context: Context, model: ModelSchema, order: OrderNode): ScalarType {
  let here = model;
  for (const hop of order.hops) {
    const field = here.fields[hop.relation];
    if (field === undefined || field.kind === "scalar")
      throw new Error(`${here.name}.${hop.relation} is not a relation`);
    here = modelNamed(context.schema, field.model);
  }
  return storedColumn(here, order.column).type;
}
