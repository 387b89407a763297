/** Reads which rows of a model that keeps deleted rows a query means. */
import type { RowVisibility } from "../passes/live-rows.ts";
import { queryError } from "../passes/resolve-context.ts";
import { keepsDeleted } from "../schema/kept-fields.ts";
import type { ModelSchema } from "../schema/schema-model.ts";
import { describeValue } from "../util/describe-value.ts";
import type { Actor } from "./actor.ts";
import { findModel, type Run } from "./run.ts";

/**
 * The rows that a read means by its `deleted`.
 * @throws FootingError FTG_QUERY for anything but "include" and "only" and for a model that keeps no deleted rows,
 * FTG_FORBIDDEN when the actor may delete no row of it.
 */
export function readVisibility(
  run: Run,
  query: { readonly model: string; readonly deleted?: unknown },
  actor: Actor,
): RowVisibility {
  const { model: name, deleted } = query;
  if (deleted === undefined) return "live";
  const model = findModel(run, name);
  demandKept(model, "deleted");
  if (deleted !== "include" && deleted !== "only")
    throw queryError(["deleted"], '"include" or "only"', describeValue(deleted));
  run.parts.planner.demand(name, "delete", actor);
  return deleted === "only" ? "deleted" : "all";
}

/** Whether a delete removes rows for good. Throws FTG_QUERY where nothing else is possible and it is said all the same. */
export function isPermanent(model: ModelSchema, permanently: unknown): boolean {
  if (permanently === undefined) return !keepsDeleted(model);
  demandKept(model, "permanently");
  if (typeof permanently !== "boolean") throw queryError(["permanently"], "true or false", describeValue(permanently));
  return permanently;
}

/** Refuses a word about deleted rows for a model that keeps none; throws FTG_QUERY. */
export function demandKept(model: ModelSchema, word: string): void {
  if (!keepsDeleted(model))
    throw queryError([word], "nothing", `a word about deleted rows, of which ${model.name} keeps none`);
}
