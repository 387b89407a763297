/**
 * Resolves the JSON that a group leaves as: from an output that names everything itself, or from `groupBy` and the
 * functions, whose names are their own.
 */
import { createGroupObject, type GroupItem } from "../plan/aggregate-node.ts";
import { createConstantItem } from "../plan/constant-item.ts";
import type { GroupOutputEntry } from "../plan/query.ts";
import { measureFunctions } from "../schema/measures.ts";
import { describeValue } from "../util/describe-value.ts";
import { isPlainObject } from "../util/is-object.ts";
import type { AddedKey, GroupParts } from "./group-parts.ts";
import { queryError } from "./resolve-context.ts";
import type { Path } from "./value-source.ts";

/** Resolves an output. Throws FTG_QUERY. */
export function resolveGroupOutput(parts: GroupParts, output: unknown, path: Path): readonly GroupItem[] {
  if (!isPlainObject(output)) throw queryError(path, "an object", describeValue(output));
  const items = Object.entries(output).map(([as, entry]) => resolveEntry(parts, { as, entry, path: [...path, as] }));
  return Object.freeze(items);
}

/** Composes the output that `groupBy` and the functions stand for. Throws FTG_QUERY. */
export function composeGroupItems(
  parts: GroupParts,
  query: Readonly<Record<string, unknown>>,
  path: Path,
): readonly GroupItem[] {
  const items = [...composeKey(parts, query["groupBy"]), ...composeMeasures(parts, query, path)];
  if (items.length > 0) return Object.freeze(items);
  const expected = `${path.length === 0 ? "groupBy or " : ""}at least one of ${measureFunctions.join(", ")}`;
  throw queryError(path.length === 0 ? ["query"] : path, expected, path.length === 0 ? "neither" : "none");
}

function resolveEntry(
  parts: GroupParts,
  { as, entry, path }: { readonly as: string; readonly entry: unknown; readonly path: Path },
): GroupItem {
  if (!isPlainObject(entry)) throw queryError(path, "an object", describeValue(entry));
  // The form was looked at; names and values inside are checked where they are read.
  const given = entry as unknown as GroupOutputEntry;
  if ("constant" in given) return createConstantItem(as, given.constant);
  if ("key" in given) return createKeyItem(as, parts.addKey(given.key, [...path, "key"]));
  if ("object" in given)
    return createGroupObject(as, resolveGroupOutput(parts, given.object, [...path, "object"]), null);
  const name = measureFunctions.find((known) => known === given.measure);
  if (name === undefined) throw queryError(path, measureFunctions.join(", "), describeValue(given.measure));
  return Object.freeze({ kind: "measure", as, measure: parts.addMeasure(name, given.field, path).place });
}

/** A value, or for a reference of several parts an object of them. */
function createKeyItem(as: string, { places, parts }: AddedKey): GroupItem {
  const [first = 0] = places;
  if (parts === null) return Object.freeze({ kind: "key", as, key: first });
  const items = parts.map(({ field }, part): GroupItem => ({ kind: "key", as: field, key: places[part] ?? 0 }));
  return createGroupObject(as, items, first);
}

/** One level of the object that shows the keys. */
type Branch = Map<string, AddedKey | Branch>;

function composeKey(parts: GroupParts, groupBy: unknown): readonly GroupItem[] {
  if (groupBy === undefined) return [];
  if (!Array.isArray(groupBy)) throw queryError(["groupBy"], "a list of fields", describeValue(groupBy));
  const root: Branch = new Map();
  groupBy.forEach((entry: unknown, index) => {
    const path: Path = ["groupBy", index];
    const key = parts.addKey(entry, path);
    insertKey(root, key, path);
  });
  return root.size === 0 ? [] : [createBranch("key", root)];
}

function insertKey(root: Branch, key: AddedKey, path: Path): void {
  let branch = root;
  for (const name of key.names.slice(0, -1)) {
    const present = branch.get(name) ?? new Map();
    if (!(present instanceof Map)) throw clash(key, path);
    branch.set(name, present);
    branch = present;
  }
  const last = key.names.at(-1) ?? "";
  if (branch.has(last)) throw clash(key, path);
  branch.set(last, key);
}

function clash({ names }: AddedKey, path: Path) {
  return queryError(path, "each field once, and either a relation or fields behind it", names.join("."));
}

function createBranch(as: string, branch: Branch): GroupItem {
  const items = [...branch].map(([name, entry]) =>
    entry instanceof Map ? createBranch(name, entry) : createKeyItem(name, entry),
  );
  return createGroupObject(as, items, null);
}

function composeMeasures(
  parts: GroupParts,
  query: Readonly<Record<string, unknown>>,
  path: Path,
): readonly GroupItem[] {
  return measureFunctions.flatMap((name): readonly GroupItem[] => {
    const given = query[name];
    const place = [...path, name];
    if (given === undefined || given === false) return [];
    if (name !== "count") return [composeFields(parts, name, { fields: given, path: place })];
    if (given !== true) throw queryError(place, "true", describeValue(given));
    return [{ kind: "measure", as: name, measure: parts.addMeasure(name, undefined, place).place }];
  });
}

function composeFields(
  parts: GroupParts,
  name: Parameters<GroupParts["addMeasure"]>[0],
  { fields, path }: { readonly fields: unknown; readonly path: Path },
): GroupItem {
  if (!Array.isArray(fields) || fields.length === 0)
    throw queryError(path, "a list of fields", Array.isArray(fields) ? "an empty one" : describeValue(fields));
  if (new Set(fields).size < fields.length) throw queryError(path, "each field once", "one twice");
  const items = fields.map((field: unknown, index): GroupItem => {
    const { place } = parts.addMeasure(name, field, [...path, index]);
    return Object.freeze({ kind: "measure", as: String(field), measure: place });
  });
  return createGroupObject(name, items, null);
}
