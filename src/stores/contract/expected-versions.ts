/** Reads the versions that a write expects out of its plan, for messages. It evaluates nothing. */
import type { PredicateNode } from "../../plan/predicate-node.ts";
import type { Values } from "./store.ts";

/** The versions that the `expected` of a target compares with: one, or those of a list. */
export function expectedVersions(expected: PredicateNode | null, values: Values): readonly unknown[] {
  if (expected?.kind === "compare") return [values[expected.value.index]];
  if (expected?.kind !== "in") return [];
  const list = values[expected.values.index];
  return Array.isArray(list) ? list : [];
}
