/** A numbered place for a value. Values never live in a plan, so the plan's text is the shape of the request. */
import type { ScalarType } from "../schema/schema-model.ts";

/** Several keys at once: each value is an array of key parts, e.g. `[["es"], ["qu"]]`. */
export interface KeysType {
  readonly kind: "keys";
  readonly parts: readonly ScalarType[];
}

/** What may be bound: one value, a list of them (`list: true`), or several keys. */
export type ParamType = ScalarType | KeysType;

/** The place of one value. */
export interface ParamNode {
  readonly kind: "param";
  /** Position in the array of values, from 0. */
  readonly index: number;
  readonly type: ParamType;
}

/** Makes a {@link ParamNode}. */
export function createParam(index: number, type: ParamType): ParamNode {
  return Object.freeze({ kind: "param", index, type });
}
