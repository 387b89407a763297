/**
 * A place in a `where` that is being resolved, and what is the same at every place: where values come from, and what a
 * missing one means. It knows no operator.
 */
import type { ParamNode, ParamType } from "../plan/param-node.ts";
import { always, never, type PredicateNode } from "../plan/predicate-node.ts";
import type { ModelSchema, ScalarType } from "../schema/schema-model.ts";
import { queryError, type ResolveContext } from "./resolve-context.ts";
import type { Path, ValueSource } from "./value-source.ts";

/** How a `where` is read. */
export interface WhereReader {
  readonly context: ResolveContext;
  /** Makes the source of the value at a path. */
  readonly source: (path: Path, type: ParamType) => ValueSource;
  /**
   * True inside access rules: null and undefined come from the principal and match nothing, whichever way
   * they are negated. Otherwise null asks for null and undefined is an error.
   */
  readonly failClosed: boolean;
}

/** A place in a `where`: what stands there, on which model, and whether an odd number of `not` stands above. */
export interface Place {
  readonly value: unknown;
  readonly model: ModelSchema;
  readonly path: Path;
  readonly negated: boolean;
}

/** The place of a member. */
export function step(place: Place, name: string | number, value: unknown): Place {
  return { ...place, value, path: [...place.path, name] };
}

/** The same place under one more `not`. */
export function negate(place: Place): Place {
  return { ...place, negated: !place.negated };
}

/** Makes the value at a path a param. */
export function addValue(reader: WhereReader, path: Path, type: ScalarType): ParamNode {
  const bare = withoutLimits(type);
  return reader.context.addParam(reader.source(path, bare), bare);
}

/** The type of what is compared: lengths, ranges and patterns bind what is stored, not what is asked for. */
export function withoutLimits({ kind, list, values, precision, scale }: ScalarType): ScalarType {
  return Object.freeze({
    kind,
    list,
    ...(values && { values }),
    ...(precision !== undefined && { precision }),
    ...(scale !== undefined && { scale }),
  });
}

/** Undefined anywhere, and null inside a rule, has no meaning of its own: an error, or in a rule no match at all. */
export function resolveMissing(reader: WhereReader, place: Place): PredicateNode | null {
  if (reader.failClosed && isMissing(place.value)) return noMatch(place);
  if (place.value === undefined)
    throw queryError(place.path, "a value (leave the key out when it is not meant)", "undefined");
  return null;
}

/** What makes the whole rule false at this place, seen through the negations above it. */
export function noMatch(place: Place): PredicateNode {
  return place.negated ? always : never;
}

/** Whether there is no value, or one that is missing in a list of them. */
export function isMissing(value: unknown): boolean {
  return (
    value === null ||
    value === undefined ||
    (Array.isArray(value) && value.some((item) => item === null || item === undefined))
  );
}
