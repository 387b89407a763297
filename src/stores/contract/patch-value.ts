/** Patches the value of a row, in a store that has read it and keeps others from changing it meanwhile. */
import type { PatchOperator } from "../../plan/write-nodes.ts";
import { applyPatch } from "../../schema/patches.ts";
import type { JsonValue, ModelSchema } from "../../schema/schema-model.ts";
import { lengthViolation } from "./violations.ts";

/** A value of a row, and what is to be made of it. */
export interface PatchedValue {
  readonly field: string;
  readonly operator: PatchOperator;
  readonly current: JsonValue;
  readonly given: JsonValue;
}

/** The patched value. Throws FTG_INVALID when it is longer than its field allows. */
export function patchValue(model: ModelSchema, { field: name, operator, current, given }: PatchedValue): JsonValue {
  const patched = applyPatch(operator, current, given);
  const field = model.fields[name];
  const max = field?.kind === "scalar" ? field.type.maxItems : undefined;
  if (operator === "append" && max !== undefined && Array.isArray(patched) && patched.length > max)
    throw lengthViolation(model, name, max);
  return patched;
}

/** Whether an assignment patches a value. */
export function isPatch(operator: string): operator is PatchOperator {
  return operator === "append" || operator === "remove" || operator === "merge";
}
