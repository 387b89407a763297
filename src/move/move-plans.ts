/** Makes the query plans of a move, which see every row and every column, and lays out their values. */
import { createColumn } from "../plan/column-node.ts";
import { createOrder } from "../plan/order-node.ts";
import { createParam, type ParamNode } from "../plan/param-node.ts";
import {
  type CountPlan,
  type CreatePlan,
  createPlan,
  type DeletePlan,
  type ReadPlan,
  type UpdatePlan,
} from "../plan/plan.ts";
import {
  always,
  type CompareOperator,
  createAnd,
  createCompare,
  createIsNull,
  createNot,
  createOr,
  never,
  type PredicateNode,
} from "../plan/predicate-node.ts";
import { createFieldItem, createRows, createSeek, createSelect } from "../plan/rows-node.ts";
import { createAssignment } from "../plan/write-nodes.ts";
import type { StoredColumn } from "../schema/list-columns.ts";
import type { JsonValue, ScalarType } from "../schema/schema-model.ts";
import type { Values } from "../stores/contract/store.ts";
import {
  createStandIn,
  type DeferredRef,
  listFields,
  type MoveTable,
  mustWait,
  type Row,
  readColumn,
  readKey,
  readRef,
} from "./move-table.ts";

/** Which rows a {@link createReadPlan} gives, and what of them. */
export interface ReadShape {
  /** Names of scalar and ref fields. */
  readonly fields: readonly string[];
  /** Only rows in which one of these refs is set; empty for all rows. */
  readonly having: readonly DeferredRef[];
}

const INT: ScalarType = { kind: "int", list: false };

/** A page of rows in key order. Its values: the limit, then with `isLater` the key behind which it starts. */
export function createReadPlan({ model, key }: MoveTable, shape: ReadShape, isLater: boolean): ReadPlan {
  const rows = createRows({
    model: model.name,
    access: always,
    where: createHaving(shape.having),
    order: key.map(({ field, part }) => createOrder([], createColumn(field, part), false)),
    limit: createParam(0, INT),
    offset: null,
    seek: isLater ? createSeek("after", createParams(key, 1)) : null,
    cursorTag: null,
    output: { kind: "array", select: createSelect(shape.fields.map((name) => createFieldItem(name, name))) },
  });
  return createPlan({ kind: "read", rows });
}

/** The number of rows, or of those in which one of the given refs is set. */
export function createCountPlan({ model }: MoveTable, having: readonly DeferredRef[] = []): CountPlan {
  return createPlan({ kind: "count", model: model.name, access: always, where: createHaving(having) });
}

/** A new row with all its columns; its values are those of {@link listCreateValues}. */
export function createCreatePlan({ model, columns }: MoveTable): CreatePlan {
  return createPlan({
    kind: "create",
    model: model.name,
    assignments: createAssignments(columns),
    links: [],
    references: [],
    check: always,
    returning: null,
  });
}

/** The values of a new row. Refs that must wait get their stand-ins. */
export function listCreateValues(table: MoveTable, row: Row): Values {
  const waiting = table.deferred.filter((ref) => mustWait(table, ref, row));
  return table.columns.map((column) => {
    const ref = waiting.find(({ columns }) => columns.includes(column));
    return ref === undefined
      ? readColumn(table, row, column)
      : createStandIn(table, ref, row)[ref.columns.indexOf(column)];
  });
}

/** Sets the deferred refs of one row; its values are those of {@link listFillValues}. */
export function createFillPlan(table: MoveTable): UpdatePlan {
  const { key } = table;
  const named = createParams(key, listDeferred(table).length).map((param, index) => compare(key[index], "eq", param));
  return createRefPlan(table, createAnd(named), true);
}

/** The values that set the deferred refs of a row to what they are. */
export function listFillValues(table: MoveTable, row: Row): Values {
  return [...table.deferred.flatMap((ref) => readRef(table, ref, row)), ...readKey(table, row)];
}

/** Sets the deferred refs of all rows between two keys; its values are {@link listLooseValues} and both keys. */
export function createLoosenPlan(table: MoveTable): UpdatePlan {
  return createRefPlan(table, createRange(table, listDeferred(table).length), false);
}

/** What deferred refs become when they must hold no row: nothing, or where a ref is required the one row given. */
export function listLooseValues({ deferred }: MoveTable, key: readonly JsonValue[]): Values {
  return deferred.flatMap(({ columns, optional }) => (optional ? columns.map(() => null) : key));
}

/** The row with the last key, whose key is the edge of the answer. Its value: the limit, 1. */
export function createLastKeyPlan({ model, key }: MoveTable): ReadPlan {
  const rows = createRows({
    model: model.name,
    access: always,
    where: always,
    order: key.map(({ field, part }) => createOrder([], createColumn(field, part), true)),
    limit: createParam(0, INT),
    offset: null,
    seek: null,
    cursorTag: null,
    output: { kind: "array", select: createSelect(listFields(key).map((name) => createFieldItem(name, name))) },
  });
  return createPlan({ kind: "read", rows });
}

/** The end of all rows between two keys; its values are both, which end too. */
export function createDeletePlan(table: MoveTable): DeletePlan {
  const where = createRange(table, 0);
  return createPlan({
    kind: "delete",
    model: table.model.name,
    target: { kind: "target", where, single: false, readable: always, allowed: always, expected: null, atMost: null },
    returning: null,
  });
}

/** Sets the deferred refs of the rows that `where` finds; their values are the first params. */
function createRefPlan(table: MoveTable, where: PredicateNode, single: boolean): UpdatePlan {
  return createPlan({
    kind: "update",
    bounds: [],
    model: table.model.name,
    target: { kind: "target", where, single, readable: always, allowed: always, expected: null, atMost: null },
    assignments: createAssignments(listDeferred(table)),
    links: [],
    references: [],
    check: always,
    returning: null,
  });
}

function listDeferred({ deferred }: MoveTable): readonly StoredColumn[] {
  return deferred.flatMap(({ columns }) => columns);
}

/** All between two keys, which the params from `start` hold. */
function createRange({ key }: MoveTable, start: number): PredicateNode {
  const [first, last] = [createParams(key, start), createParams(key, start + key.length)];
  return createAnd([createBound(key, first, "gt"), createBound(key, last, "lt")]);
}

function createHaving(having: readonly DeferredRef[]): PredicateNode {
  if (having.length === 0) return always;
  return createOr(
    having.flatMap(({ columns }) =>
      columns.map(({ field, part }) => createNot(createIsNull(createColumn(field, part)))),
    ),
  );
}

/** A key and all on one side of it: beyond it in the first part, or equal there and so on in the rest. */
function createBound(key: readonly StoredColumn[], params: readonly ParamNode[], side: "gt" | "lt"): PredicateNode {
  const [column, ...rest] = key;
  const [param, ...others] = params;
  if (rest.length === 0) return compare(column, side === "gt" ? "gte" : "lte", param);
  const equal = createAnd([compare(column, "eq", param), createBound(rest, others, side)]);
  return createOr([compare(column, side, param), equal]);
}

function compare(
  column: StoredColumn | undefined,
  operator: CompareOperator,
  param: ParamNode | undefined,
): PredicateNode {
  if (column === undefined || param === undefined) return never;
  return createCompare(createColumn(column.field, column.part), operator, param);
}

function createParams(columns: readonly StoredColumn[], first: number): readonly ParamNode[] {
  return columns.map(({ type }, index) => createParam(first + index, type));
}

function createAssignments(columns: readonly StoredColumn[]): CreatePlan["assignments"] {
  const params = createParams(columns, 0);
  return columns.flatMap(({ field, part }, index) => {
    const param = params[index];
    return param === undefined ? [] : [createAssignment(createColumn(field, part), param)];
  });
}
