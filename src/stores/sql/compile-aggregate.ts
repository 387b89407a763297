/**
 * Compiles groups of rows: one query groups and calculates, one around it picks and sorts the groups, and the outermost
 * makes their JSON. It runs nothing.
 */
import { FootingError } from "../../errors/footing-error.ts";
import type { GroupConditionNode, GroupItem, GroupsNode } from "../../plan/aggregate-node.ts";
import { createOrder } from "../../plan/order-node.ts";
import type { AggregateItem } from "../../plan/rows-node.ts";
import { LINE_END } from "../contract/line-end.ts";
import type { Compilation } from "./compilation.ts";
import { compileBucket, compileBucketStart } from "./compile-bucket.ts";
import { type CompiledMeasure, compileMeasure } from "./compile-measure.ts";
import { compileOrder, type OrderTerm, writeOrder } from "./compile-order.ts";
import { compileConditions, decided, joinWhere } from "./compile-predicate.ts";
import { createTableScope, nameTable, type RowScope, relateRows } from "./row-scope.ts";

/** A value of a group, with the name under which it comes out. */
interface GroupColumn extends CompiledMeasure {
  readonly name: string;
}

/** The query of the groups, with what comes out of it. */
interface GroupQuery {
  readonly keys: readonly GroupColumn[];
  readonly measures: readonly GroupColumn[];
  readonly text: string;
}

/** The JSON object of what is calculated over all rows behind a relation of the row `near`. */
export function compileAllRows(c: Compilation, { relation, groups }: AggregateItem, near: RowScope): string {
  const { far, from, conditions } = relateRows(c, near, relation);
  const all = [...conditions, ...compileConditions(c, [decided(groups.access), groups.where], far)];
  const values = groups.measures.map((measure) => compileMeasure(c, measure, far));
  const write = (index: number): string => {
    const { expression, type, nullable } = itemAt(values, index);
    return c.dialect.toJson(expression, type, nullable);
  };
  return `(SELECT ${writeItems(c, groups.items, { key: write, measure: write })} FROM ${from}${joinWhere(all)})`;
}

const inner = "g";
const outer = "p";
const rank = "n";

/** The statement of an aggregate: one row of the groups' JSON array and their number, one more than the limit if there are more. */
export function compileAggregate(c: Compilation, node: GroupsNode): string {
  const query = compileGroups(c, node);
  const items = writeItems(c, node.items, createWriter(c, query));
  const order = isRanked(c) ? place(outer, rank) : writeOrder(c, listTerms(node, query, outer));
  const json = c.dialect.jsonArray(c.dialect.joinRows(items, LINE_END, order));
  return `SELECT ${c.dialect.answer(json)}, count(*) FROM (${pickGroups(c, node, query)}) AS ${outer}`;
}

function compileGroups(c: Compilation, node: GroupsNode): GroupQuery {
  const model = c.model(node.model);
  const alias = c.alias("t");
  const scope = createTableScope(c, model, alias);
  const order = node.keys.map(({ hops, column }) => createOrder(hops, column, false));
  const { joins, terms } = compileOrder(c, order, { scope, backwards: false, isWhole: true });
  const keys = node.keys.map(({ bucket }, index) => createKey(c, bucket, { term: terms[index], index }));
  const measures = node.measures.map((measure, index) => ({ ...compileMeasure(c, measure, scope), name: `m${index}` }));
  const columns = [...keys, ...measures].map(({ expression, name }) => `${expression} AS ${name}`);
  // A group of which nothing is shown is a group all the same.
  if (columns.length === 0) columns.push("count(*)");
  const from = [nameTable(c, model.table, alias), ...joins].join(" ");
  const conditions = compileConditions(c, [decided(node.access), node.where], scope);
  const groupBy = keys.length === 0 ? "" : ` GROUP BY ${keys.map((_, index) => index + 1).join(", ")}`;
  const text = `SELECT ${columns.join(", ")} FROM ${from}${joinWhere(conditions)}${groupBy}`;
  return { keys, measures, text: isCutEarly(c, node) ? `${text}${writeEarlyCut(c, node, { keys, measures })}` : text };
}

function createKey(
  c: Compilation,
  bucket: GroupsNode["keys"][number]["bucket"],
  { term, index }: { readonly term: OrderTerm | undefined; readonly index: number },
): GroupColumn {
  if (term === undefined) throw new FootingError("FTG_INTERNAL", { detail: `A group has no key ${index}.` });
  const { expression, type, nullable } = term;
  return {
    expression: bucket === null ? expression : compileBucket(c, bucket, { expression, type }),
    name: `k${index}`,
    type,
    nullable,
  };
}

/**
 * Whether the query that groups shows the first groups alone. Sorted by their keys and all shown, they are known before the
 * last rows are read. An engine with gaps that is asked for nothing but groups reads all rows by an index that groups them,
 * however few the conditions leave: sorted by what is calculated, it looks for those few.
 */
function isCutEarly(c: Compilation, { having, order, limit }: GroupsNode): boolean {
  if (limit === null || order.length === 0) return false;
  return order.every(({ by }) => by === "key") ? having.length === 0 : isRanked(c);
}

/** In the values' own words: a name might be that of a column. */
function writeEarlyCut(c: Compilation, node: GroupsNode, { keys, measures }: Omit<GroupQuery, "text">): string {
  const terms = node.order.map(({ by, index, descending, nulls }) => ({
    ...itemAt(by === "key" ? keys : measures, index),
    descending,
    nulls,
  }));
  const having = node.having.map((condition) => compileCondition(c, condition, itemAt(measures, condition.measure)));
  const kept = having.length === 0 ? "" : ` HAVING ${having.join(" AND ")}`;
  return `${kept} ORDER BY ${writeOrder(c, terms)}${writeCut(c, node)}`;
}

/** The groups that meet the conditions, in order, cut to one more than the limit. */
function pickGroups(c: Compilation, node: GroupsNode, query: GroupQuery): string {
  const keys = query.keys.map(({ name }, index) => {
    const bucket = node.keys[index]?.bucket ?? null;
    return `${bucket === null ? place(inner, name) : compileBucketStart(c, bucket, place(inner, name))} AS ${name}`;
  });
  const measures = query.measures.map(({ name }) => `${place(inner, name)} AS ${name}`);
  const isCut = isCutEarly(c, node);
  const having = isCut ? [] : node.having.map((condition) => compilePlacedCondition(c, condition, query));
  const terms = listTerms(node, query, inner);
  // Nothing to sort by: a window takes no place among the columns, and a query no null.
  const order = terms.length === 0 ? (isRanked(c) ? "NULL" : "1") : writeOrder(c, terms);
  const number = isRanked(c) ? [`row_number() OVER (ORDER BY ${order}) AS ${rank}`] : [];
  const columns = [...keys, ...measures, ...number].join(", ") || "1";
  const source = `FROM (${query.text}) AS ${inner}${joinWhere(having)}`;
  const cut = isCut ? "" : writeCut(c, node);
  return `SELECT ${columns} ${source} ORDER BY ${isRanked(c) ? rank : order}${cut}`;
}

/** Whether groups carry the number of their place: not every engine sorts nulls alike where it joins rows. */
function isRanked({ dialect }: Compilation): boolean {
  return dialect.gaps !== undefined;
}

/** Never a bare place behind LIMIT, unless the engine takes nothing else. */
function writeCut(c: Compilation, { limit, offset }: GroupsNode): string {
  if (limit === null) return "";
  const hasGaps = c.dialect.gaps !== undefined;
  const most = hasGaps ? c.bind(limit, "plusOne") : `${c.bind(limit)} + 1`;
  if (offset === null) return ` LIMIT ${most}`;
  return ` LIMIT ${most} OFFSET ${hasGaps ? c.bind(offset) : `${c.bind(offset)} + 0`}`;
}

function compilePlacedCondition(c: Compilation, node: GroupConditionNode, { measures }: GroupQuery): string {
  const { name, type } = itemAt(measures, node.measure);
  return compileCondition(c, node, { expression: place(inner, name), type });
}

function compileCondition(
  c: Compilation,
  node: GroupConditionNode,
  measure: Pick<CompiledMeasure, "expression" | "type">,
): string {
  const condition = compileTest(c, node, measure);
  return node.negated ? `(${condition}) IS NOT TRUE` : condition;
}

const signs = { lt: "<", lte: "<=", gt: ">", gte: ">=" } as const;

function compileTest(
  c: Compilation,
  { operator, value }: GroupConditionNode,
  { expression, type }: Pick<CompiledMeasure, "expression" | "type">,
): string {
  if (operator === "isNull" || value === null) return `${expression} IS NULL`;
  if (operator === "in") return c.dialect.isMember(expression, c.bind(value, "members"), type);
  if (operator === "eq") return `${expression} = ${c.bind(value)}`;
  return `${c.dialect.sortable(expression, type)} ${signs[operator]} ${c.bind(value, "sortable")}`;
}

function listTerms({ order }: GroupsNode, query: GroupQuery, alias: string): readonly OrderTerm[] {
  return order.map(({ by, index, descending, nulls }) => {
    const { name, type, nullable } = itemAt(by === "key" ? query.keys : query.measures, index);
    return { expression: place(alias, name), type, nullable, descending, nulls };
  });
}

/** How the JSON of a key and of a measure is written. */
interface ValueWriter {
  readonly key: (index: number) => string;
  readonly measure: (index: number) => string;
}

function writeItems(c: Compilation, items: readonly GroupItem[], writer: ValueWriter): string {
  return c.dialect.jsonObject(items.map((item) => ({ as: item.as, json: writeItem(c, item, writer) })));
}

function writeItem(c: Compilation, item: GroupItem, writer: ValueWriter): string {
  switch (item.kind) {
    case "constant":
      return c.dialect.jsonConstant(JSON.stringify(item.value));
    case "key":
      return writer.key(item.key);
    case "measure":
      return writer.measure(item.measure);
    case "object": {
      const json = writeItems(c, item.items, writer);
      if (item.nullWith === null) return json;
      const isNull = `${place(outer, `k${item.nullWith}`)} IS NULL`;
      return `CASE WHEN ${isNull} THEN ${c.dialect.jsonConstant("null")} ELSE ${json} END`;
    }
  }
}

function createWriter(c: Compilation, { keys, measures }: GroupQuery): ValueWriter {
  const write = ({ name, type, nullable }: GroupColumn) => c.dialect.toJson(place(outer, name), type, nullable);
  return { key: (index) => write(itemAt(keys, index)), measure: (index) => write(itemAt(measures, index)) };
}

function itemAt<T>(items: readonly T[], index: number): T {
  const item = items[index];
  if (item === undefined) throw new FootingError("FTG_INTERNAL", { detail: `A group has no value ${index}.` });
  return item;
}

function place(alias: string, name: string): string {
  return `${alias}.${name}`;
}
