/**
 * Resolves sort keys: `-population`, `region.name:nullsLast`. Adds the key of the model as the last tie-break, so every
 * order is total and a cursor names exactly one place.
 */
import { createColumn } from "../plan/column-node.ts";
import { createRelatedMeasure, type RelatedMeasureNode } from "../plan/measure-node.ts";
import { createHop, createOrder, type OrderNode, rankNulls } from "../plan/order-node.ts";
import type { HopNode } from "../plan/predicate-node.ts";
import { createRelevance, type SearchNode } from "../plan/search-node.ts";
import { measureFunctions } from "../schema/measures.ts";
import { isSortable } from "../schema/operators.ts";
import { type Field, isValueField, type ModelSchema, type ScalarType } from "../schema/schema-model.ts";
import { describeValue } from "../util/describe-value.ts";
import { readSortKey } from "./read-sort-key.ts";
import { queryError, type ResolveContext } from "./resolve-context.ts";
import { resolveMeasure } from "./resolve-measure.ts";
import type { Path } from "./value-source.ts";

/** A sort key with the type of its values. */
export interface ResolvedOrder {
  readonly node: OrderNode;
  readonly type: ScalarType;
}

/** Sort keys as the caller gave them, with the model they sort and their place in the query. */
export interface OrderInput {
  readonly model: ModelSchema;
  readonly orderBy: unknown;
  /** The search of the list. */
  readonly search: SearchNode | null;
  readonly path: Path;
}

/** Resolves the sort keys of a list; absent means by relevance of a search, otherwise by key. Throws FTG_QUERY. */
export function resolveOrder(
  context: ResolveContext,
  { model, orderBy, search, path }: OrderInput,
): readonly ResolvedOrder[] {
  if (orderBy === undefined && search !== null) return [createRelevanceOrder(search), ...createTieBreak(model, [])];
  if (orderBy !== undefined && !Array.isArray(orderBy))
    throw queryError(path, "a list of sort keys", describeValue(orderBy));
  const given = (orderBy ?? []).flatMap((text: unknown, index: number) =>
    resolveSortKey(context, model, { text, path: [...path, index] }),
  );
  return [...given, ...createTieBreak(model, given)];
}

/** The type of a relevance; its values never leave. */
const relevanceType: ScalarType = Object.freeze({ kind: "float", list: false });

function createRelevanceOrder(search: SearchNode): ResolvedOrder {
  return { node: createOrder([], createRelevance(search), true), type: relevanceType };
}

/** Whether a list is sorted by relevance: its places are no values, so it has no cursors. */
export function isByRelevance(order: readonly OrderNode[]): boolean {
  return order[0]?.value.kind === "relevance";
}

/** The key parts that do not sort yet, in the direction of the last sort key. */
function createTieBreak(model: ModelSchema, given: readonly ResolvedOrder[]): readonly ResolvedOrder[] {
  const descending = given.at(-1)?.node.descending ?? false;
  const sorted = new Set(
    given.flatMap(({ node: { hops, value } }) => (hops.length === 0 && value.kind === "column" ? [value.field] : [])),
  );
  return model.key
    .filter((part) => !sorted.has(part.field))
    .map((part) => ({ node: createOrder([], createColumn(part.field), descending), type: part.type }));
}

function resolveSortKey(
  context: ResolveContext,
  model: ModelSchema,
  { text, path }: { text: unknown; path: Path },
): ResolvedOrder[] {
  context.countNode();
  const { names, descending, nulls } = readSortKey(text, path);
  const order = (hops: readonly HopNode[], value: OrderNode["value"]) => {
    const node = createOrder(hops, value, descending);
    return nulls === "smallest" ? node : rankNulls(node, nulls);
  };
  const related = resolveRelated(context, model, { text: names, path });
  if (related !== null) return [{ node: order(related.hops, related.value), type: related.type }];
  const reached = resolveFieldPath(context, model, { text: names, path });
  return listSortColumns(reached.field, reached.model, path).map(({ part, type }) => ({
    node: order(reached.hops, createColumn(reached.field.name, part)),
    type,
  }));
}

/** Resolves `cities.count`, `country.cities.sum.population`; null for a path that leads through no relation to many. */
function resolveRelated(
  context: ResolveContext,
  model: ModelSchema,
  { text, path }: { readonly text: string; readonly path: Path },
): { readonly hops: readonly HopNode[]; readonly value: RelatedMeasureNode; readonly type: ScalarType } | null {
  const names = text.split(".");
  let current = model;
  for (const [index, name] of names.entries()) {
    const field = context.field(current, name);
    if (isValueField(field)) return null;
    current = context.model(field.model);
    if (field.kind === "ref" || field.kind === "one") continue;
    const [given, ...rest] = names.slice(index + 1);
    const found = measureFunctions.find((known) => known === given);
    if (found === undefined) return null;
    const argument = rest.length === 0 ? undefined : rest.join(".");
    if (found === "count" && argument !== undefined) return null;
    const { node, type } = resolveMeasure(context, current, { name: found, field: argument, path });
    return { hops: names.slice(0, index).map((hop) => createHop(hop)), value: createRelatedMeasure(name, node), type };
  }
  return null;
}

/** A field at the end of hops. */
export interface ReachedField {
  readonly hops: readonly HopNode[];
  readonly model: ModelSchema;
  readonly field: Field;
}

/** Resolves `country.continent`: a field, or one behind to-one relations. Throws FTG_QUERY. */
export function resolveFieldPath(
  context: ResolveContext,
  model: ModelSchema,
  { text, path }: { readonly text: string; readonly path: Path },
): ReachedField {
  const names = text.split(".");
  const last = names.pop() ?? "";
  let current = model;
  const hops = names.map((name) => {
    current = hopTarget(context, { model: current, name, path });
    return createHop(name);
  });
  return { hops, model: current, field: context.field(current, last) };
}

function hopTarget(
  context: ResolveContext,
  { model, name, path }: { model: ModelSchema; name: string; path: Path },
): ModelSchema {
  const field = context.field(model, name);
  if (field.kind === "ref" || field.kind === "one") return context.model(field.model);
  throw queryError(path, "a path through relations to one row", `${model.name}.${name}, which is no such relation`);
}

function listSortColumns(field: Field, model: ModelSchema, path: Path): { part: number; type: ScalarType }[] {
  if (isValueField(field) && isSortable(field.type)) return [{ part: 0, type: field.type }];
  if (field.kind === "ref") return field.columns.map(({ type }, part) => ({ part, type }));
  throw queryError(path, "a field with an order", `${model.name}.${field.name}, which has none`);
}
