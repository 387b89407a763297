/** Which comparisons fit which type of value, the same for requests, rules and checks. */
import type { ScalarType } from "./schema-model.ts";

/** A comparison of the query language. */
export type Operator =
  | "eq"
  | "not"
  | "in"
  | "notIn"
  | "lt"
  | "lte"
  | "gt"
  | "gte"
  | "contains"
  | "startsWith"
  | "endsWith"
  | "isNull";

const NULLNESS: readonly Operator[] = ["isNull"];
const EQUALITY: readonly Operator[] = ["eq", "not", "in", "notIn", "isNull"];

/** The operators of what has an order. */
export const orderOperators: readonly Operator[] = [...EQUALITY, "lt", "lte", "gt", "gte"];

const TEXT: readonly Operator[] = [...orderOperators, "contains", "startsWith", "endsWith"];

/** The operators a value of the type takes. */
export function listOperators(type: ScalarType): readonly Operator[] {
  if (type.list || type.kind === "json" || type.kind === "bytes") return NULLNESS;
  if (type.kind === "bool" || type.kind === "enum") return EQUALITY;
  return type.kind === "text" ? TEXT : orderOperators;
}

/** Whether rows can be sorted and indexed by the type. */
export function isSortable(type: ScalarType): boolean {
  return !type.list && type.kind !== "json" && type.kind !== "bytes";
}
