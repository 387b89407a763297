/** Groups rows and calculates over each group: plain loops and exact numbers, the semantics of aggregates. */
import type {
  GroupConditionNode,
  GroupItem,
  GroupKeyNode,
  GroupOrderNode,
  GroupsNode,
} from "../../plan/aggregate-node.ts";
import type { AggregatePlan } from "../../plan/plan.ts";
import type { JsonValue, ScalarType } from "../../schema/schema-model.ts";
import { LINE_END } from "../contract/line-end.ts";
import type { ReadResult } from "../contract/store.ts";
import { startBucket } from "./bucket.ts";
import { compares } from "./compares.ts";
import {
  type Context,
  columnType,
  enterModel,
  enterRelation,
  modelRows,
  type Row,
  type Scope,
  type ScopedRows,
} from "./database.ts";
import { decided, holds, listValue, maskedValue, paramValue, readableRelated } from "./evaluator.ts";
import { compareSorted } from "./list.ts";
import { calculate, typeOfMeasure } from "./measure.ts";

/** A group with what was calculated. */
interface Group {
  readonly keys: readonly JsonValue[];
  readonly measures: readonly JsonValue[];
}

/** Runs an aggregate. */
export function aggregateRows(context: Context, { groups: node }: AggregatePlan): ReadResult {
  const scope = enterModel(context, node.model);
  const groups = listGroups({ scope, rows: modelRows(scope) }, node);
  const offset = node.offset === null ? 0 : Number(paramValue(scope, node.offset.index));
  const limit = node.limit === null ? groups.length : Number(paramValue(scope, node.limit.index));
  const rest = groups.slice(offset);
  const json = rest.slice(0, limit).map((group) => renderItems(group, node.items));
  return { json: `[${json.join(LINE_END)}]`, hasMore: rest.length > limit, edge: null, rows: json.length };
}

/** The JSON object of the one group that rows behind a relation are. */
export function renderAllRows(candidates: ScopedRows, node: GroupsNode): string {
  const [group] = listGroups(candidates, node);
  if (group === undefined) throw new Error("rows without a key are always one group");
  return renderItems(group, node.items);
}

/** The groups that meet the conditions, in order. */
function listGroups(candidates: ScopedRows, node: GroupsNode): readonly Group[] {
  const { scope } = candidates;
  const rows = candidates.rows.filter(
    (row) => holds(scope, decided(node.access), row) && holds(scope, node.where, row),
  );
  const groups = divideRows(scope, node, rows)
    .map(({ keys, rows: members }) => ({
      keys,
      measures: node.measures.map((measure) => calculate(scope, measure, members)),
    }))
    .filter((group) => node.having.every((condition) => meets(scope, node, { group, condition })));
  return groups.sort(createComparer(scope, node));
}

function divideRows(
  scope: Scope,
  { keys }: GroupsNode,
  rows: readonly Row[],
): readonly { readonly keys: readonly JsonValue[]; readonly rows: readonly Row[] }[] {
  // Without keys there is one group, of whatever there is.
  if (keys.length === 0) return [{ keys: [], rows }];
  const groups = new Map<string, { keys: readonly JsonValue[]; rows: Row[] }>();
  for (const row of rows) {
    const values = keys.map((key) => keyValue(scope, key, row));
    const name = JSON.stringify(values);
    const group = groups.get(name) ?? { keys: values, rows: [] };
    group.rows.push(row);
    groups.set(name, group);
  }
  return [...groups.values()];
}

/** Null when a hop leads nowhere or to a row that its rule hides. */
function keyValue(scope: Scope, { hops, column, bucket }: GroupKeyNode, row: Row): JsonValue {
  let here = { scope, row };
  for (const hop of hops) {
    const [next] = readableRelated(here.scope, hop, here.row);
    if (next === undefined) return null;
    here = next;
  }
  const value = maskedValue(here.scope, column, here.row);
  return bucket === null || value === null ? value : startBucket(bucket, String(value));
}

function keyType(scope: Scope, { hops, column }: GroupKeyNode): ScalarType {
  const last = hops.reduce((here, hop) => enterRelation(here, hop.relation), scope);
  return columnType(last.model, column);
}

function meets(
  scope: Scope,
  node: GroupsNode,
  { group, condition }: { readonly group: Group; readonly condition: GroupConditionNode },
): boolean {
  const measure = node.measures[condition.measure];
  const left = group.measures[condition.measure] ?? null;
  if (measure === undefined) throw new Error(`the plan names the unknown measure ${condition.measure}`);
  return testValue(scope, condition, { type: typeOfMeasure(scope.model, measure), left }) !== condition.negated;
}

function testValue(
  scope: Scope,
  { operator, value }: GroupConditionNode,
  { type, left }: { readonly type: ScalarType; readonly left: JsonValue },
): boolean {
  if (operator === "isNull") return left === null;
  const index = value?.index ?? -1;
  if (operator === "in") return left !== null && listValue(scope, index).includes(left);
  return compares(type, { operator, left, right: paramValue(scope, index) });
}

function createComparer(scope: Scope, node: GroupsNode): (left: Group, right: Group) => number {
  const sorts = node.order.map((order) => ({ order, type: orderType(scope, node, order) }));
  return (left, right) => {
    for (const { order, type } of sorts) {
      const [a, b] = [orderValue(left, order), orderValue(right, order)];
      const difference = compareSorted({ type, nulls: order.nulls }, a, b);
      if (difference !== 0) return order.descending ? -difference : difference;
    }
    return 0;
  };
}

function orderType(scope: Scope, { keys, measures }: GroupsNode, { by, index }: GroupOrderNode): ScalarType {
  const key = keys[index];
  const measure = measures[index];
  if (by === "key" && key !== undefined) return keyType(scope, key);
  if (by === "measure" && measure !== undefined) return typeOfMeasure(scope.model, measure);
  throw new Error(`the plan names the unknown ${by} ${index}`);
}

function orderValue({ keys, measures }: Group, { by, index }: GroupOrderNode): JsonValue {
  return (by === "key" ? keys : measures)[index] ?? null;
}

function renderItems(group: Group, items: readonly GroupItem[]): string {
  return `{${items.map((item) => `${JSON.stringify(item.as)}:${renderItem(group, item)}`).join(",")}}`;
}

function renderItem(group: Group, item: GroupItem): string {
  switch (item.kind) {
    case "constant":
      return JSON.stringify(item.value);
    case "key":
      return JSON.stringify(group.keys[item.key] ?? null);
    case "measure":
      return JSON.stringify(group.measures[item.measure] ?? null);
    case "object":
      return item.nullWith !== null && group.keys[item.nullWith] === null ? "null" : renderItems(group, item.items);
  }
}
