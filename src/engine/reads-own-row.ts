/** Tells of what a rule answered whether it is about the row itself alone. In doubt it is not. */
import type { ModelSchema } from "../schema/schema-model.ts";
import { isPlainObject } from "../util/is-object.ts";
import type { RuleOutcome } from "./evaluate-rule.ts";

/** Whether judging a row by the answer reads no other row. */
export function readsOwnRow(model: ModelSchema, answer: RuleOutcome["answer"]): boolean {
  if (typeof answer === "boolean") return true;
  return Object.entries(answer).every(([name, value]) => {
    if (name === "all" || name === "any") return Array.isArray(value) && value.every((item) => isOwn(model, item));
    if (name === "not") return isOwn(model, value);
    const field = Object.hasOwn(model.fields, name) ? model.fields[name] : undefined;
    // What stands in an operator may be a field of another row.
    if (field?.kind === "scalar") return !isPlainObject(value) || !Object.values(value).some(isPlainObject);
    return field?.kind === "ref" && !isPlainObject(value);
  });
}

function isOwn(model: ModelSchema, where: unknown): boolean {
  return isPlainObject(where) && readsOwnRow(model, where);
}
