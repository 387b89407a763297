/**
 * Resolves the order of groups: `count`, `-sum.population`, or a key by its place in the output,
 * `key.country.continent`. Adds all keys as the last sort keys, so every order is total.
 */
import { createGroupOrder, type GroupItem, type GroupOrderNode } from "../plan/aggregate-node.ts";
import { measureFunctions } from "../schema/measures.ts";
import { describeValue } from "../util/describe-value.ts";
import type { GroupParts } from "./group-parts.ts";
import { readSortKey } from "./read-sort-key.ts";
import { queryError } from "./resolve-context.ts";
import type { Path } from "./value-source.ts";

/** Sort keys as the caller gave them, with the output they may name and their place in the query. */
export interface GroupOrderInput {
  readonly items: readonly GroupItem[];
  readonly orderBy: unknown;
  readonly path: Path;
}

const up = { descending: false, nulls: "smallest" } as const;

/** Resolves sort keys. Throws FTG_QUERY. */
export function resolveGroupOrder(
  parts: GroupParts,
  { items, orderBy, path }: GroupOrderInput,
): readonly GroupOrderNode[] {
  if (orderBy !== undefined && !Array.isArray(orderBy))
    throw queryError(path, "a list of sort keys", describeValue(orderBy));
  const given = (orderBy ?? []).flatMap((text: unknown, index: number) =>
    resolveSortKey(parts, items, { text, path: [...path, index] }),
  );
  const sorted = new Set(given.filter(({ by }) => by === "key").map(({ index }) => index));
  const rest = parts.keys.flatMap((_, index) => (sorted.has(index) ? [] : [createGroupOrder("key", index, up)]));
  return Object.freeze([...given, ...rest]);
}

function resolveSortKey(
  parts: GroupParts,
  items: readonly GroupItem[],
  { text, path }: { readonly text: unknown; readonly path: Path },
): readonly GroupOrderNode[] {
  parts.context.countNode();
  const { names, ...way } = readSortKey(text, path);
  const [first = "", ...rest] = names.split(".");
  const name = measureFunctions.find((known) => known === first);
  if (name !== undefined && (name === "count") === (rest.length === 0)) {
    const field = name === "count" ? undefined : rest.join(".");
    return [createGroupOrder("measure", parts.addMeasure(name, field, path).place, way)];
  }
  const keys = findKeys(items, [first, ...rest]);
  if (keys.length > 0) return keys.map((index) => createGroupOrder("key", index, way));
  throw queryError(path, "count, a function with a field (sum.x), or a key of the output (key.x)", describeValue(text));
}

/** The keys at a place of the output. */
function findKeys(items: readonly GroupItem[], [name, ...rest]: readonly string[]): readonly number[] {
  const item = items.find(({ as }) => as === name);
  if (item?.kind === "key") return rest.length === 0 ? [item.key] : [];
  if (item?.kind !== "object") return [];
  if (rest.length > 0) return findKeys(item.items, rest);
  return item.nullWith === null ? [] : item.items.flatMap((inner) => (inner.kind === "key" ? [inner.key] : []));
}
