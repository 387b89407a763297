/**
 * Follows a reference into the result of an earlier operation of the same request: the one meaning of such references,
 * whatever a front end writes them as. Knows paths and values only.
 */
import { FootingError } from "../errors/footing-error.ts";
import { describeValue } from "../util/describe-value.ts";
import { isObject } from "../util/is-object.ts";
import { findNearest } from "../util/nearest.ts";

/** What a reference to an earlier result says. */
export interface ReferenceTarget {
  /** What the earlier operation is called. */
  readonly name: string;
  /** Members and list places to go through, from the data of its result. */
  readonly steps: readonly string[];
}

const placePattern = /^[0-9]{1,9}$/;

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
