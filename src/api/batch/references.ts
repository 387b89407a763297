/**
 * References between operations: `{"$ref": "name.path"}` stands for a value of an earlier result, and
 * `{"$value": …}` for exactly what is in it, should that look like a reference. Knows paths and values only.
 */
import type { ReferenceTarget } from "../../engine/follow-steps.ts";

/** A reference where it stands. */
export interface FoundReference {
  /** JSON Pointer of the object that holds it. */
  readonly path: string;
  /** What `$ref` holds; not a text when the caller got it wrong. */
  readonly target: unknown;
}

/** The names operations may have. */
export const namePattern = "^[A-Za-z_][A-Za-z0-9_]{0,63}$";

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

/** The one member of an object that has no other. */
function readOnly(value: object): { readonly name: string; readonly value: unknown } | null {
  if (Array.isArray(value)) return null;
  const [first, ...others] = Object.entries(value);
  return first === undefined || others.length > 0 ? null : { name: first[0], value: first[1] };
}

function escapeStep(name: string): string {
  return name.replaceAll("~", "~0").replaceAll("/", "~1");
}
