/**
 * References between operations: `{"$ref": "name.path"}` stands for a value of an earlier result, and
 * `{"$value": …}` for exactly what is in it, should that look like a reference. Knows paths and values only.
 */
import { FootingError } from "../../errors/footing-error.ts";
import { describeValue } from "../../util/describe-value.ts";
import { isObject } from "../../util/is-object.ts";
import { findNearest } from "../../util/nearest.ts";

/** A reference where it stands. */
export interface FoundReference {
  /** JSON Pointer of the object that holds it. */
  readonly path: string;
  /** What `$ref` holds; not a text when the caller got it wrong. */
  readonly target: unknown;
}

/** What a reference says. */
export interface ReferenceTarget {
  /** The `as` of the operation. */
  readonly name: string;
  /** Members and list places to go through, from the data of its result. */
  readonly steps: readonly string[];
}

/** The names operations may have. */
export const namePattern = "^[A-Za-z_][A-Za-z0-9_]{0,63}$";

const placePattern = /^[0-9]{1,9}$/;
const targetPattern = /^([A-Za-z_][A-Za-z0-9_]{0,63})((?:\.[A-Za-z0-9_]+)*)$/;

/** All references in a value, in order. */
export function findReferences(value: unknown, path: string): readonly FoundReference[] {
  if (typeof value !== "object" || value === null) return [];
  const only = readOnly(value);
  if (only?.name === "$ref") return [{ path, target: only.value }];
  if (only?.name === "$value") return [];
  return Object.entries(value).flatMap(([name, part]) => findReferences(part, `${path}/${escapeStep(name)}`));
}

/** Reads `name.path`; null for anything else. */
export function parseTarget(target: unknown): ReferenceTarget | null {
  const match = typeof target === "string" ? targetPattern.exec(target) : null;
  if (match === null) return null;
  const [, name = "", rest = ""] = match;
  return { name, steps: rest.split(".").slice(1) };
}

/** The value with each reference in it replaced by what `read` says it stands for. */
export function replaceReferences(value: unknown, read: (target: string) => unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  const only = readOnly(value);
  if (only?.name === "$ref") return read(String(only.value));
  if (only?.name === "$value") return only.value;
  if (Array.isArray(value)) return value.map((item) => replaceReferences(item, read));
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, replaceReferences(part, read)]));
}

/**
 * What a path leads to in the data of a result.
 *
 * @throws FootingError FTG_QUERY for a member that is not there, FTG_REFERENCE for one of a row that is not there.
 */
export function followSteps(data: unknown, { name, steps }: ReferenceTarget): unknown {
  let value = data;
  let place = name;
  for (const step of steps) {
    if (value === null) throw missing(`${place} is null, so it has no ${step}.`);
    if (Array.isArray(value) && placePattern.test(step)) value = readPlace(value, place, Number(step));
    else if (isObject(value) && Object.hasOwn(value, step)) value = value[step];
    else throw unknownMember(place, step, value);
    place = `${place}.${step}`;
  }
  return value;
}

function readPlace(list: readonly unknown[], place: string, index: number): unknown {
  if (index < list.length) return list[index];
  throw missing(`${place} has ${list.length} items, so there is none at ${index}.`);
}

/** The error for a result that is not there. */
export function missing(detail: string): FootingError {
  return new FootingError("FTG_REFERENCE", { detail, fix: "Make sure that the earlier operation answers the row." });
}

function unknownMember(place: string, step: string, value: unknown): FootingError {
  const names = isObject(value) ? Object.keys(value) : [];
  const nearest = findNearest(step, names);
  return new FootingError("FTG_QUERY", {
    detail: `${place} has no ${step}; it is ${describeValue(value)}.`,
    ...(nearest !== undefined && { fix: `Did you mean ${nearest}?` }),
  });
}

/** The one member of an object that has no other. */
function readOnly(value: object): { readonly name: string; readonly value: unknown } | null {
  if (Array.isArray(value)) return null;
  const [first, ...others] = Object.entries(value);
  return first === undefined || others.length > 0 ? null : { name: first[0], value: first[1] };
}

function escapeStep(name: string): string {
  return name.replaceAll("~", "~0").replaceAll("/", "~1");
}
