/** Picks from the arguments of a root field what concerns one row. */
import type { DeletedQuery } from "../../plan/query.ts";
import type { ModelSchema } from "../../schema/schema-model.ts";
import type { Arguments } from "./parse-arguments.ts";

/** The key of the row. */
export function pickKey(model: ModelSchema, args: Arguments): Arguments {
  return Object.fromEntries(model.key.map((part) => [part.field, args[part.field]]));
}

/** The row that is to end, and whether for good; an argument that is null counts as absent. */
export function pickEnd(
  model: ModelSchema,
  args: Arguments,
): { readonly key: Arguments; readonly permanently?: boolean } {
  const { permanently } = args;
  return { key: pickKey(model, args), ...(typeof permanently === "boolean" && { permanently }) };
}

/** Whether a deleted row is meant too; an argument that is null counts as absent. */
export function pickDeleted({ deleted }: Arguments): { readonly deleted?: DeletedQuery } {
  return deleted === "include" || deleted === "only" ? { deleted } : {};
}
