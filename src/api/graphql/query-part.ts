/**
 * The parts that a query is made of: what no variable can change is made once and kept, the rest is made for
 * every request. Which is which, the parsers say.
 */
import type { VariableValues } from "./read-variables.ts";

/** A part of a query. */
export interface QueryPart<T> {
  /** Whether it is the same whatever the variables are. */
  readonly isFixed: boolean;
  /** Makes it for one request. Throws FootingError and GraphQLError, a fixed part every time as well. */
  readonly make: (variables: VariableValues) => T;
}

/** A part that is made by `make`: once, from the first request on, when it is fixed. */
export function createPart<T>(isFixed: boolean, make: (variables: VariableValues) => T): QueryPart<T> {
  if (!isFixed) return Object.freeze({ isFixed, make });
  let kept: { readonly value: T } | null = null;
  const makeOnce = (variables: VariableValues): T => {
    kept ??= { value: make(variables) };
    return kept.value;
  };
  return Object.freeze({ isFixed, make: makeOnce });
}

/** A part that is there already. */
export function fixPart<T>(value: T): QueryPart<T> {
  return Object.freeze({ isFixed: true, make: () => value });
}

/** A part that holds another. */
export function mapPart<T, R>(part: QueryPart<T>, map: (value: T) => R): QueryPart<R> {
  return createPart(part.isFixed, (variables) => map(part.make(variables)));
}

/** A frozen object of parts, in their order. */
export function joinParts<T>(
  parts: readonly (readonly [as: string, part: QueryPart<T>])[],
): QueryPart<Readonly<Record<string, T>>> {
  const isFixed = parts.every(([, part]) => part.isFixed);
  return createPart(isFixed, (variables) =>
    Object.freeze(Object.fromEntries(parts.map(([as, part]) => [as, part.make(variables)]))),
  );
}
