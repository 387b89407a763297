/** The deleting phase: one row by key, or all that match and may be ended. */
import { type Returning, resolveDelete, type WriteTarget } from "../passes/resolve-write.ts";
import type { DeletePlan } from "../plan/plan.ts";
import type { DeleteManyQuery, DeleteQuery } from "../plan/query.ts";
import { keepsDeleted } from "../schema/kept-fields.ts";
import type { WriteResult } from "../stores/contract/store.ts";
import type { Actor } from "./actor.ts";
import { bindPrepared } from "./prepared.ts";
import { isPermanent } from "./read-visibility.ts";
import { findModel, type Run, refuseUnbounded } from "./run.ts";
import { runSoftDelete, runSoftDeleteMany } from "./run-soft-delete.ts";
import { ShapeKey } from "./shape-key.ts";

/** Ends one row; errors as in `Executor`. */
export async function runDelete(run: Run, query: DeleteQuery, actor: Actor): Promise<string | null> {
  if (!isPermanent(findModel(run, query.model), query.permanently)) return runSoftDelete(run, query, actor);
  const { key, ifVersion, select } = query;
  const shape = new ShapeKey("one").addQuery({ key, ifVersion, select });
  const result = await runWrite(run, query, { actor, shape, target: { key, ifVersion }, returning: select });
  return result.json;
}

/** Ends all rows that match; errors as in `Executor`. */
export async function runDeleteMany(run: Run, query: DeleteManyQuery, actor: Actor): Promise<number> {
  refuseUnbounded(query);
  if (!isPermanent(findModel(run, query.model), query.permanently)) return runSoftDeleteMany(run, query, actor);
  const { where, atMost } = query;
  const shape = new ShapeKey("many").addFilter(where).addQuery({ atMost });
  const result = await runWrite(run, query, { actor, shape, target: { where, atMost }, returning: null });
  return result.affected;
}

async function runWrite(
  run: Run,
  query: DeleteQuery | DeleteManyQuery,
  job: { actor: Actor; shape: ShapeKey; target: WriteTarget; returning: Returning },
): Promise<WriteResult> {
  const model = findModel(run, query.model);
  const prepared = run.parts.planner.prepare<DeletePlan>({
    actor: job.actor,
    model: model.name,
    operation: "delete",
    // What is deleted already can still be removed.
    visibility: keepsDeleted(model) ? "all" : "live",
    shape: job.shape,
    resolve: (context) => resolveDelete(context, model, { target: job.target, returning: job.returning }),
  });
  return run.session.execute(prepared.compiled.statement, bindPrepared(prepared, query));
}
