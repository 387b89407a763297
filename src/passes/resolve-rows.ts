/** Resolves which rows of a model are asked for, and the JSON they leave as. Decides nothing about access. */

import { createConstantItem } from "../plan/constant-item.ts";
import type { OrderNode } from "../plan/order-node.ts";
import type { ParamNode } from "../plan/param-node.ts";
import type { PredicateNode } from "../plan/predicate-node.ts";
import type {
  EdgeQuery,
  PageEntry,
  PageQuery,
  RelatedAggregateQuery,
  RelationQuery,
  RowsQuery,
  SelectEntry,
  SelectQuery,
} from "../plan/query.ts";
import {
  createAggregateItem,
  createFieldItem,
  createManyItem,
  createOneItem,
  createRows,
  createSeek,
  createSelect,
  type EdgeItem,
  type OutputNode,
  type PageItem,
  type RowsNode,
  type SeekNode,
  type SelectItem,
  type SelectNode,
} from "../plan/rows-node.ts";
import { isValueField, type ModelSchema, type ScalarType } from "../schema/schema-model.ts";
import { describeValue } from "../util/describe-value.ts";
import { isPlainObject } from "../util/is-object.ts";
import { queryError, type ResolveContext, refuseUnknown } from "./resolve-context.ts";
import { resolveAllRows } from "./resolve-groups.ts";
import { isByRelevance, type ResolvedOrder, resolveOrder } from "./resolve-order.ts";
import { type FilterInput, resolveFilter } from "./resolve-search.ts";
import type { Path } from "./value-source.ts";

/** Where a piece of the query stands. */
export interface Scope {
  readonly context: ResolveContext;
  readonly model: ModelSchema;
  readonly path: Path;
  /** Whether the list is sorted by relevance, and so has no cursors. */
  readonly isRanked?: boolean;
  /** Whether somebody estimates how many rows the list has in all, as the first value written. */
  readonly isEstimated?: boolean;
}

const countType: ScalarType = Object.freeze({ kind: "int", list: false });
const tagType: ScalarType = Object.freeze({ kind: "text", list: false });
/** What a list may be asked for, at the root of a query and inside a select. */
export const rowsKeys: ReadonlySet<string> = new Set([
  "select",
  "where",
  "search",
  "orderBy",
  "limit",
  "offset",
  "after",
  "before",
  "backwards",
  "page",
]);
const relationKeys = new Set([...rowsKeys, "field"]);
const toOneKeys = new Set(["field", "select", "where"]);

/** Resolves a list of rows. Throws FTG_QUERY, FTG_COST. */
export function resolveRows(scope: Scope, query: RowsQuery): RowsNode {
  const { context, model } = scope;
  refuseContradictions(scope, query);
  const { where, search } = resolveFilter(context, { model, query, path: scope.path });
  const order = resolveOrder(context, { model, orderBy: query.orderBy, search, path: [...scope.path, "orderBy"] });
  const nodes = order.map(({ node }) => node);
  const isRanked = isByRelevance(nodes);
  if (isRanked) refuseCursors(scope, query);
  const shape = renderCursorShape(model.name, nodes);
  return createRows({
    model: model.name,
    access: null,
    where,
    order: nodes,
    limit: addLimit(scope),
    offset:
      query.offset === undefined
        ? null
        : context.addParam({ from: "offset", path: [...scope.path, "offset"] }, countType),
    seek: resolveSeek(scope, query, { order, shape }),
    cursorTag: showsCursor(query.page) && !isRanked ? context.addParam({ from: "cursorTag", shape }, tagType) : null,
    output: resolveOutput({ ...scope, isRanked }, query),
  });
}

/** Resolves the one row (or none) that a `where` finds first, as an object or null. */
export function resolveSingle(scope: Scope, query: RowsQuery): RowsNode {
  const { context, model, path } = scope;
  const unfit = (["limit", "offset", "after", "before", "backwards", "page"] as const).find(
    (name) => query[name] !== undefined,
  );
  if (unfit !== undefined) throw queryError([...path, unfit], "nothing (one row is asked for)", "a value");
  const { where, search } = resolveFilter(context, { model, query, path });
  const order = resolveOrder(context, { model, orderBy: query.orderBy, search, path: [...path, "orderBy"] });
  return createRows({
    model: model.name,
    access: null,
    where,
    order: order.map(({ node }) => node),
    limit: null,
    offset: null,
    seek: null,
    cursorTag: null,
    output: Object.freeze({
      kind: "single",
      select: resolveSelect({ ...scope, path: [...path, "select"] }, query.select),
    }),
  });
}

function refuseContradictions({ path }: Scope, query: RowsQuery): void {
  const cursor = query.after ?? query.before;
  if (query.after !== undefined && query.before !== undefined) throw queryError(path, "after or before", "both");
  if (query.offset !== undefined && cursor !== undefined) throw queryError(path, "an offset or a cursor", "both");
  if (query.backwards === true && (query.offset ?? cursor) !== undefined)
    throw queryError(path, "backwards or an offset or a cursor", "both");
  if (query.page !== undefined && query.select !== undefined) throw queryError(path, "select or page", "both");
}

/** The places of a list by relevance are no values, so no cursor can hold them. */
function refuseCursors({ path }: Scope, query: RowsQuery): void {
  const place = (["after", "before"] as const).find((name) => query[name] !== undefined);
  if (place !== undefined)
    throw queryError([...path, place], "an offset, or an orderBy (a list by relevance has no cursors)", "a cursor");
}

function resolveRowsFilter({ context, model, path }: Scope, query: FilterInput["query"]): PredicateNode {
  return resolveFilter(context, { model, query, path }).where;
}

function addLimit({ context, path }: Scope): ParamNode {
  const { defaultLimit, maxLimit } = context.limits;
  return context.addParam(
    { from: "limit", path: [...path, "limit"], fallback: defaultLimit, max: maxLimit },
    { ...countType, max: maxLimit },
  );
}

/** Resolves the output of one row; absent means every visible own field. Throws FTG_QUERY. */
export function resolveSelect(scope: Scope, select: SelectQuery | undefined): SelectNode {
  if (select === undefined) return createDefaultSelect(scope.model);
  if (!isPlainObject(select)) throw queryError(scope.path, "an object of fields", describeValue(select));
  const entries = Object.entries<SelectEntry | undefined>(select);
  return createSelect(entries.map(([as, entry]) => resolveItem(inside(scope, as), as, entry)));
}

/** What a cursor's tag signs: the model and the sort of its list. */
export function renderCursorShape(model: string, order: readonly OrderNode[]): string {
  return JSON.stringify([
    model,
    order.map(({ hops, value, descending, nulls }) => [
      hops.map((hop) => hop.relation),
      ...renderSorted(value),
      descending,
      ...(nulls === "largest" ? [nulls] : []),
    ]),
  ]);
}

function renderSorted(value: OrderNode["value"]): readonly unknown[] {
  if (value.kind === "column") return [value.field, value.part];
  if (value.kind === "relevance") return ["relevance"];
  const { relation, measure } = value;
  return [relation, measure.function, measure.column?.field ?? null];
}

function createDefaultSelect(model: ModelSchema): SelectNode {
  const own = Object.values(model.fields).filter(
    (field) => !field.hidden && (isValueField(field) || field.kind === "ref"),
  );
  return createSelect(own.map((field) => createFieldItem(field.name, field.name)));
}

function resolveItem(scope: Scope, as: string, entry: SelectEntry | undefined): SelectItem {
  scope.context.countNode();
  if (entry === true) return resolveNamed(scope, as, as);
  const given: unknown = entry;
  if (entry === undefined || !isPlainObject(given))
    throw queryError(scope.path, "true or an object", describeValue(entry));
  if ("constant" in entry) return createConstantItem(as, entry.constant);
  if ("value" in entry) return createFieldItem(as, ownField(scope, entry.value));
  if ("aggregate" in entry) return resolveRelatedGroups(scope, as, entry);
  return resolveRelation(scope, as, entry);
}

function resolveNamed(scope: Scope, as: string, name: string): SelectItem {
  const field = scope.context.field(scope.model, name);
  if (isValueField(field) || field.kind === "ref") return createFieldItem(as, name);
  return resolveRelation(scope, as, { field: name });
}

const aggregateKeys = new Set(["field", "where", "search", "aggregate"]);

function resolveRelatedGroups(scope: Scope, as: string, query: RelatedAggregateQuery): SelectItem {
  const { context, model, path } = scope;
  refuseUnknown(query, aggregateKeys, path);
  const field = context.field(model, query.field ?? as);
  if (field.kind !== "many" && field.kind !== "manyToMany")
    throw queryError(path, "a relation to many rows", `${model.name}.${field.name}, which is none`);
  const target = { ...scope, model: context.model(field.model) };
  const groups = resolveAllRows(target, { aggregate: query.aggregate, where: resolveRowsFilter(target, query) });
  return createAggregateItem(as, field.name, groups);
}

function ownField(scope: Scope, name: string): string {
  const field = scope.context.field(scope.model, name);
  if (isValueField(field) || field.kind === "ref") return name;
  throw queryError(scope.path, "a field with a value of its own", `the relation ${scope.model.name}.${name}`);
}

function resolveRelation(scope: Scope, as: string, query: RelationQuery): SelectItem {
  const field = scope.context.field(scope.model, query.field ?? as);
  if (isValueField(field))
    throw queryError(scope.path, "true", `an object, but ${scope.model.name}.${field.name} is no relation`);
  const target = { ...scope, model: scope.context.model(field.model), isEstimated: false };
  const toOne = field.kind === "ref" || field.kind === "one";
  refuseUnknown(query, toOne ? toOneKeys : relationKeys, scope.path);
  if (!toOne) return createManyItem(as, field.name, resolveRows(target, query));
  const select = resolveSelect(inside(target, "select"), query.select);
  return createOneItem({ as, relation: field.name, access: null, where: resolveRowsFilter(target, query), select });
}

function resolveSeek(
  { context, path }: Scope,
  query: RowsQuery,
  { order, shape }: { order: readonly ResolvedOrder[]; shape: string },
): SeekNode | null {
  if (query.backwards === true) return createSeek("before", []);
  const direction = query.after !== undefined ? "after" : "before";
  if (query[direction] === undefined) return null;
  const place = { from: "cursor", path: [...path, direction], shape, length: order.length } as const;
  const values = order.map(({ type }, position) => context.addParam({ ...place, position, type }, type));
  return createSeek(direction, values);
}

function resolveOutput(scope: Scope, query: RowsQuery): OutputNode {
  if (query.page === undefined)
    return Object.freeze({ kind: "array", select: resolveSelect(inside(scope, "select"), query.select) });
  return Object.freeze({ kind: "page", items: Object.freeze(resolvePage(inside(scope, "page"), query.page)) });
}

function resolvePage(scope: Scope, page: PageQuery): PageItem[] {
  return Object.entries(page).map(([as, entry]) => Object.freeze(resolvePageEntry(inside(scope, as), as, entry)));
}

function resolvePageEntry(scope: Scope, as: string, entry: PageEntry): PageItem {
  scope.context.countNode();
  if ("rows" in entry) return { kind: "rows", as, select: resolveSelect(inside(scope, "rows"), entry.rows) };
  if ("edges" in entry)
    return { kind: "edges", as, items: Object.freeze(resolveEdges(inside(scope, "edges"), entry.edges)) };
  if ("info" in entry)
    return scope.isRanked === true && showsCursor({ entry })
      ? createConstantItem(as, null)
      : { kind: "info", as, info: entry.info };
  if ("total" in entry) return resolveTotal(scope, as, entry.total);
  if ("object" in entry)
    return { kind: "object", as, items: Object.freeze(resolvePage(inside(scope, "object"), entry.object)) };
  return createConstantItem(as, entry.constant);
}

/** What cannot be estimated is counted. */
function resolveTotal({ context, isEstimated, path }: Scope, as: string, total: unknown): PageItem {
  if (total !== true && total !== "estimated")
    throw queryError([...path, "total"], 'true or "estimated"', describeValue(total));
  if (total === true || isEstimated !== true) return { kind: "total", as };
  return { kind: "total", as, estimate: context.addParam({ from: "input", index: 0 }, countType) };
}

function resolveEdges(scope: Scope, edges: EdgeQuery): EdgeItem[] {
  return Object.entries(edges).map(([as, entry]): EdgeItem => {
    if ("row" in entry)
      return Object.freeze({ kind: "row", as, select: resolveSelect(inside(inside(scope, as), "row"), entry.row) });
    if (!("info" in entry)) return createConstantItem(as, entry.constant);
    if (scope.isRanked !== true) return Object.freeze({ kind: "cursor", as });
    throw queryError([...scope.path, as], "an orderBy beside it (a list by relevance has no cursors)", "none");
  });
}

function inside(scope: Scope, name: string): Scope {
  return { ...scope, path: [...scope.path, name] };
}

function showsCursor(page: PageQuery | undefined): boolean {
  return page !== undefined && Object.values(page).some(entryShowsCursor);
}

function entryShowsCursor(entry: PageEntry): boolean {
  if ("info" in entry) return entry.info === "startCursor" || entry.info === "endCursor";
  if ("edges" in entry) return Object.values(entry.edges).some((item) => "info" in item);
  return "object" in entry && showsCursor(entry.object);
}
