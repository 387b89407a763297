/** Finds a place inside a JSON value. Knows no field and no store. */
import { isObject } from "./is-object.ts";

/** A member's name, or the place in an array from 0. */
export type JsonStep = string | number;

/** What stands at a path; undefined when there is nothing. A name is no place in an array, and a number no member. */
export function readJsonPlace(value: unknown, path: readonly JsonStep[]): unknown {
  let here = value;
  for (const step of path) {
    if (typeof step === "number") here = Array.isArray(here) ? here[step] : undefined;
    else here = isObject(here) && Object.hasOwn(here, step) ? here[step] : undefined;
    if (here === undefined) return undefined;
  }
  return here;
}
