/** The reading phase: lists, pages, single rows and counts. */
import type { RowVisibility } from "../passes/live-rows.ts";
import { type ResolveContext, refuseUnknown } from "../passes/resolve-context.ts";
import { resolveRows, resolveSingle, rowsKeys } from "../passes/resolve-rows.ts";
import { resolveFilter } from "../passes/resolve-search.ts";
import { type CountPlan, createPlan, type ReadPlan } from "../plan/plan.ts";
import type { CountQuery, ReadQuery } from "../plan/query.ts";
import type { Operation } from "../schema/schema-model.ts";
import type { Actor } from "./actor.ts";
import { renderCursor } from "./cursor.ts";
import type { RawAnswer } from "./executor.ts";
import { bindPrepared } from "./prepared.ts";
import { readVisibility } from "./read-visibility.ts";
import type { Run } from "./run.ts";
import { ShapeKey } from "./shape-key.ts";

const readKeys: ReadonlySet<string> = new Set(["model", "single", ...rowsKeys, "deleted"]);
const countKeys: ReadonlySet<string> = new Set(["model", "where", "search", "deleted"]);

/** Runs one read; errors as in `Executor`. */
export async function runRead(run: Run, query: ReadQuery, actor: Actor): Promise<RawAnswer> {
  const prepared = run.parts.planner.prepare<ReadPlan>({
    actor,
    model: query.model,
    operation: "read",
    visibility: readVisibility(run, query, actor),
    shape: new ShapeKey("rows").addQuery(query),
    resolve: (context) => resolveRead(context, query),
  });
  const { statement, tag } = prepared.compiled;
  const { json, hasMore, edge } = await run.session.execute(statement, bindPrepared(prepared, query), run.abort);
  return { json, hasMore, cursor: hasMore && edge !== null && tag !== "" ? renderCursor(tag, edge) : null };
}

/** Runs one count; errors as in `Executor`. */
export async function runCount(run: Run, query: CountQuery, actor: Actor): Promise<number> {
  return countRows(run, query, { actor, operation: "read", visibility: readVisibility(run, query, actor) });
}

/** Counts the rows of that visibility which match and the actor may read, on the way to an operation; errors as in `Executor`. */
export async function countRows(
  run: Run,
  query: CountQuery,
  {
    actor,
    operation,
    visibility,
  }: { readonly actor: Actor; readonly operation: Operation; readonly visibility: RowVisibility },
): Promise<number> {
  const prepared = run.parts.planner.prepare<CountPlan>({
    actor,
    model: query.model,
    operation,
    visibility,
    shape: new ShapeKey(query.search === undefined ? "count" : "search count").addFilter(query.where),
    resolve: (context) => resolveCount(context, query),
  });
  const result = await run.session.execute(prepared.compiled.statement, bindPrepared(prepared, query));
  return result.count;
}

function resolveRead(context: ResolveContext, query: ReadQuery): ReadPlan {
  refuseUnknown(query, readKeys, ["query"]);
  const model = context.model(query.model);
  const scope = { context, model, path: [] };
  const rows = query.single === true ? resolveSingle(scope, query) : resolveRows(scope, query);
  return createPlan({ kind: "read", rows });
}

function resolveCount(context: ResolveContext, query: CountQuery): CountPlan {
  refuseUnknown(query, countKeys, ["query"]);
  const model = context.model(query.model);
  return createPlan({
    kind: "count",
    model: model.name,
    access: null,
    where: resolveFilter(context, { model, query, path: [] }).where,
  });
}
