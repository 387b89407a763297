/** Tells apart fields whose values everyone sees in the rows that they see, and those that a rule guards. */
import type { Field } from "./schema-model.ts";

/** Whether no caller finds null where the row has a value. */
export function showsToAll({ hidden, access }: Field): boolean {
  return !hidden && (access === undefined || access.read === "everyone");
}
