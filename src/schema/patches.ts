/**
 * What an update may change inside a value instead of setting it: `{ append: […] }` and `{ remove: […] }` of a list,
 * `{ merge: {…} }` (RFC 7396) of json. Reads it, and says what becomes of a value.
 */
import { FootingError } from "../errors/footing-error.ts";
import { describeValue } from "../util/describe-value.ts";
import { isPlainObject } from "../util/is-object.ts";
import { mergePatch } from "../util/merge-patch.ts";
import { normalizeValue } from "./normalize-value.ts";
import type { Field, JsonValue, ScalarField, ScalarType } from "./schema-model.ts";

/** The change of a value in part. */
export type PatchVerb = "append" | "remove" | "merge";

/** A patch in canonical form. */
export interface Patch {
  readonly operator: PatchVerb;
  readonly value: JsonValue;
}

/** The verbs for values of the type. */
export function listPatches({ kind, list }: ScalarType): readonly PatchVerb[] {
  if (list) return kind === "json" ? ["append"] : ["append", "remove"];
  return kind === "json" ? ["merge"] : [];
}

/** What the value of a field says to patch; null when it says nothing of the kind. Throws FTG_INVALID. */
export function findPatch(field: Field, value: unknown): Patch | null {
  if (field.kind !== "scalar" || !isPlainObject(value)) return null;
  if (field.type.list) return readListPatch(field, value);
  return isMerge(field.type, value)
    ? { operator: "merge", value: normalizeGiven(field.type, value["merge"], `/${field.name}/merge`) }
    : null;
}

/** Json that is set: what looks like a patch stands under `set`. */
export function readAssigned({ kind, list }: ScalarType, value: unknown): unknown {
  const isQuoted = kind === "json" && !list && isPlainObject(value) && hasOnly(value, "set") && isVerb(value["set"]);
  return isQuoted ? value["set"] : value;
}

/** Json as the data of an update sets it, whatever it looks like. */
export function quoteAssigned(value: unknown): unknown {
  return isVerb(value) ? { set: value } : value;
}

/** What a patch makes of a value; null counts as an empty list or object, but nothing is removed from it. */
export function applyPatch(operator: PatchVerb, current: JsonValue, given: JsonValue): JsonValue {
  // Merging JSON gives JSON.
  if (operator === "merge") return mergePatch(current, given) as JsonValue;
  const items: readonly JsonValue[] = Array.isArray(given) ? given : [];
  const list: readonly JsonValue[] = Array.isArray(current) ? current : [];
  if (operator === "append") return [...list, ...items];
  return current === null ? null : list.filter((item) => !items.includes(item));
}

function readListPatch({ name, type }: ScalarField, given: Readonly<Record<string, unknown>>): Patch {
  const known = listPatches(type);
  const [first, ...others] = Object.keys(given);
  const operator = known.find((verb) => verb === first);
  if (operator === undefined || others.length > 0)
    throw createInvalid(`/${name}`, `expected a list or one of ${known.join(", ")}, got ${describeKeys(given)}.`);
  return { operator, value: normalizeGiven(type, given[operator], `/${name}/${operator}`) };
}

/** The canonical form of what a patch is given, which is data like any other. */
function normalizeGiven(type: ScalarType, value: unknown, path: string): JsonValue {
  try {
    return normalizeValue(type, value, path);
  } catch (error) {
    if (!(error instanceof FootingError)) throw error;
    throw new FootingError("FTG_INVALID", { detail: error.message, problems: [{ path, detail: error.message }] });
  }
}

function isMerge({ kind }: ScalarType, value: Readonly<Record<string, unknown>>): boolean {
  return kind === "json" && hasOnly(value, "merge") && isPlainObject(value["merge"]);
}

/** Whether json would be taken for a patch, or for json that is quoted already. */
function isVerb(value: unknown): boolean {
  if (!isPlainObject(value)) return false;
  return (hasOnly(value, "merge") && isPlainObject(value["merge"])) || (hasOnly(value, "set") && isVerb(value["set"]));
}

function hasOnly(value: Readonly<Record<string, unknown>>, name: string): boolean {
  const names = Object.keys(value);
  return names.length === 1 && names[0] === name;
}

function describeKeys(given: Readonly<Record<string, unknown>>): string {
  const names = Object.keys(given);
  return names.length === 0 ? describeValue(given) : names.join(" and ");
}

function createInvalid(path: string, detail: string): FootingError {
  return new FootingError("FTG_INVALID", { detail: `${path}: ${detail}`, problems: [{ path, detail }] });
}
