/** The updating phase: one row by key, or all that match and may be changed. */
import type { Returning } from "../passes/resolve-write.ts";
import { resolveUpdate, type WriteTarget } from "../passes/resolve-write.ts";
import type { UpdatePlan } from "../plan/plan.ts";
import type { UpdateManyQuery, UpdateQuery } from "../plan/query.ts";
import { createClock } from "../schema/fill-row.ts";
import type { WriteResult } from "../stores/contract/store.ts";
import type { Actor } from "./actor.ts";
import { guardFields } from "./guard-fields.ts";
import { bindPrepared } from "./prepared.ts";
import { findModel, type Run, refuseUnbounded, renderParts, validateData } from "./run.ts";
import { ShapeKey } from "./shape-key.ts";
import { collectUpdate } from "./write-input.ts";

/** Changes one row; errors as in `Executor`. */
export async function runUpdate(run: Run, query: UpdateQuery, actor: Actor): Promise<string | null> {
  const { key, ifVersion, select } = query;
  const shape = new ShapeKey("one").addQuery({ key, ifVersion, select });
  const result = await runWrite(run, query, { actor, shape, target: { key, ifVersion }, returning: select });
  return result.json;
}

/** Changes all rows that match; errors as in `Executor`. */
export async function runUpdateMany(run: Run, query: UpdateManyQuery, actor: Actor): Promise<number> {
  refuseUnbounded(query);
  const { where, atMost } = query;
  const shape = new ShapeKey("many").addFilter(where).addQuery({ atMost });
  const result = await runWrite(run, query, { actor, shape, target: { where, atMost }, returning: null });
  return result.affected;
}

interface UpdateJob {
  readonly actor: Actor;
  readonly shape: ShapeKey;
  readonly target: WriteTarget;
  readonly returning: Returning;
}

async function runWrite(
  run: Run,
  query: UpdateQuery | UpdateManyQuery,
  { actor, shape, target, returning }: UpdateJob,
): Promise<WriteResult> {
  const model = findModel(run, query.model);
  run.parts.planner.demand(model.name, "update", actor);
  validateData(run, { model, operation: "update", data: query.data, actor });
  const guarded = guardFields(run, model, { data: run.sent?.[0] ?? query.data, actor });
  const { parts, values } = collectUpdate(model, query.data, run.clock ?? createClock());
  const prepared = run.parts.planner.prepare<UpdatePlan>({
    actor,
    model: model.name,
    operation: "update",
    guarded,
    shape: shape.addText(renderParts(parts)),
    resolve: (context) => resolveUpdate(context, model, { target, parts, returning }),
  });
  return run.session.execute(prepared.compiled.statement, bindPrepared(prepared, query, values));
}
