/** Which comparisons fit which type of value, the same for requests, rules and checks. */
import type { ScalarType } from "./schema-model.ts";

/** A comparison that a check knows as well. */
export type CheckOperator =
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

/** A comparison of texts without regard to case. */
export type CaselessOperator = "ieq" | "icontains" | "istartsWith" | "iendsWith";

/** A question about the items of a list. */
export type ListOperator = "has" | "hasAny" | "hasEvery" | "isEmpty";

/** A comparison of the query language. */
export type Operator = CheckOperator | CaselessOperator | ListOperator;

const NULLNESS: readonly CheckOperator[] = ["isNull"];
const EQUALITY: readonly CheckOperator[] = ["eq", "not", "in", "notIn", "isNull"];
const ORDER: readonly CheckOperator[] = [...EQUALITY, "lt", "lte", "gt", "gte"];
const TEXT: readonly CheckOperator[] = [...ORDER, "contains", "startsWith", "endsWith"];

/** The operators of what has an order. */
export const orderOperators: readonly CheckOperator[] = ORDER;

/** The operators that look at text without regard to case. */
const caselessOperators: readonly CaselessOperator[] = ["ieq", "icontains", "istartsWith", "iendsWith"];

/** The operators that may compare with another field of the same row, or of a row that it refers to. */
export const fieldOperators: readonly CheckOperator[] = ["eq", "not", "lt", "lte", "gt", "gte"];

/** The operators on what stands at a path inside json, beside `exists`. */
export const jsonOperators: readonly (CheckOperator | CaselessOperator)[] = [...TEXT, ...caselessOperators];

/** The operators a value of the type takes; on what is inside json see {@link jsonOperators}. */
export function listOperators(type: ScalarType): readonly Operator[] {
  if (type.list)
    return type.kind === "json" ? ["isEmpty", "isNull"] : ["has", "hasAny", "hasEvery", "isEmpty", "isNull"];
  return type.kind === "text" ? [...TEXT, ...caselessOperators] : listCheckOperators(type);
}

/** Those of them that a check may use: a constraint of a database holds neither a query nor a function of ours. */
export function listCheckOperators(type: ScalarType): readonly CheckOperator[] {
  if (type.list || type.kind === "json" || type.kind === "bytes") return NULLNESS;
  if (type.kind === "bool" || type.kind === "enum") return EQUALITY;
  return type.kind === "text" ? TEXT : ORDER;
}

/** Whether rows can be sorted and indexed by the type. */
export function isSortable(type: ScalarType): boolean {
  return !type.list && type.kind !== "json" && type.kind !== "bytes";
}
