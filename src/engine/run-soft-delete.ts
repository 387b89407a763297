/**
 * The phase of rows that stay when they are deleted: they are marked with the time, and restored by taking the mark off.
 * Both are updates under the delete rule.
 */
import { FootingError } from "../errors/footing-error.ts";
import type { RowVisibility } from "../passes/live-rows.ts";
import { type Returning, resolveUpdate, type WriteTarget, type WrittenPart } from "../passes/resolve-write.ts";
import type { UpdatePlan } from "../plan/plan.ts";
import type { DeleteManyQuery, DeleteQuery, RestoreQuery } from "../plan/query.ts";
import { createClock } from "../schema/fill-row.ts";
import { DELETED_FIELD } from "../schema/kept-fields.ts";
import type { ScalarType } from "../schema/schema-model.ts";
import type { WriteResult } from "../stores/contract/store.ts";
import { forbidden } from "../stores/contract/violations.ts";
import type { Actor } from "./actor.ts";
import { bindPrepared } from "./prepared.ts";
import { demandKept } from "./read-visibility.ts";
import { findModel, type Run, renderParts } from "./run.ts";
import { ShapeKey } from "./shape-key.ts";
import { collectUpdate } from "./write-input.ts";

const TIME: ScalarType = Object.freeze({ kind: "datetime", list: false });
const MARK: WrittenPart = Object.freeze({ kind: "column", field: DELETED_FIELD, part: 0, type: TIME });

/** Marks one row as deleted; errors as in `Executor`. */
export async function runSoftDelete(run: Run, query: DeleteQuery, actor: Actor): Promise<string | null> {
  return (await markRows(run, query, { actor, visibility: "live", ...aimAtKey(query) })).json;
}

/** Marks all rows that match as deleted; errors as in `Executor`. */
export async function runSoftDeleteMany(run: Run, query: DeleteManyQuery, actor: Actor): Promise<number> {
  const { where, atMost } = query;
  const shape = new ShapeKey("mark many").addFilter(where).addQuery({ atMost });
  const mark = { actor, visibility: "live", shape, target: { where, atMost }, returning: null } as const;
  return (await markRows(run, query, mark)).affected;
}

/** Takes the mark off one row; errors as in `Executor`. */
export async function runRestore(run: Run, query: RestoreQuery, actor: Actor): Promise<string | null> {
  demandKept(findModel(run, query.model), "restore");
  return (await markRows(run, query, { actor, visibility: "deleted", ...aimAtKey(query) })).json;
}

/** How rows are marked: `live` ones become deleted, `deleted` ones live. */
interface Mark {
  readonly actor: Actor;
  readonly visibility: Extract<RowVisibility, "live" | "deleted">;
  readonly shape: ShapeKey;
  readonly target: WriteTarget;
  readonly returning: Returning;
}

function aimAtKey({
  key,
  ifVersion,
  select,
}: DeleteQuery | RestoreQuery): Pick<Mark, "shape" | "target" | "returning"> {
  const shape = new ShapeKey("mark one").addQuery({ key, ifVersion, select });
  return { shape, target: { key, ifVersion }, returning: select };
}

async function markRows(
  run: Run,
  query: DeleteQuery | DeleteManyQuery | RestoreQuery,
  { actor, visibility, shape, target, returning }: Mark,
): Promise<WriteResult> {
  const model = findModel(run, query.model);
  const clock = run.clock ?? createClock();
  const kept = collectUpdate(model, {}, clock);
  const parts = [...kept.parts, MARK];
  const prepared = run.parts.planner.prepare<UpdatePlan>({
    actor,
    model: model.name,
    operation: "delete",
    visibility,
    shape: shape.addText(renderParts(parts)),
    resolve: (context) => resolveUpdate(context, model, { target, parts, returning }),
  });
  const values = bindPrepared(prepared, query, [...kept.values, visibility === "live" ? clock() : null]);
  try {
    return await run.session.execute(prepared.compiled.statement, values);
  } catch (error) {
    // To the store it is an update.
    throw error instanceof FootingError && error.code === "FTG_FORBIDDEN" ? forbidden(model, "delete") : error;
  }
}
