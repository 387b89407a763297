/** The reading phase: lists, pages, single rows and counts. */
import type { ResolveContext } from "../passes/resolve-context.ts";
import {
  createQueryReader,
  refuseUnknown,
  renderCursorShape,
  resolveRows,
  resolveSingle,
} from "../passes/resolve-rows.ts";
import { resolveWhere } from "../passes/resolve-where.ts";
import { type CountPlan, createPlan, type ReadPlan } from "../plan/plan.ts";
import type { CountQuery, ReadQuery } from "../plan/query.ts";
import type { RowsNode } from "../plan/rows-node.ts";
import type { ReadResult } from "../stores/contract/store.ts";
import type { Actor } from "./actor.ts";
import { renderCursor } from "./cursor.ts";
import type { RawAnswer } from "./executor.ts";
import type { Run } from "./run.ts";
import { renderFilterShape, renderShape } from "./shape-key.ts";

const readKeys: ReadonlySet<string> = new Set([
  "model",
  "single",
  "select",
  "where",
  "orderBy",
  "limit",
  "offset",
  "after",
  "before",
  "page",
]);
const countKeys: ReadonlySet<string> = new Set(["model", "where"]);

/** Runs one read; errors as in `Executor`. */
export async function runRead(run: Run, query: ReadQuery, actor: Actor): Promise<RawAnswer> {
  const prepared = run.parts.planner.prepare<ReadPlan>({
    actor,
    model: query.model,
    operation: "read",
    shape: renderShape(query),
    resolve: (context) => resolveRead(context, query),
  });
  const result = await run.session.execute(prepared.statement, prepared.bind(query));
  return { json: result.json, hasMore: result.hasMore, cursor: renderEdge(run, prepared.statement.plan.rows, result) };
}

/** Runs one count; errors as in `Executor`. */
export async function runCount(run: Run, query: CountQuery, actor: Actor): Promise<number> {
  const prepared = run.parts.planner.prepare<CountPlan>({
    actor,
    model: query.model,
    operation: "read",
    shape: `count ${renderFilterShape(query.where)}`,
    resolve: (context) => resolveCount(context, query),
  });
  const result = await run.session.execute(prepared.statement, prepared.bind(query));
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
    where: resolveWhere(createQueryReader(context), { model, where: query.where, path: ["where"] }),
  });
}

function renderEdge(run: Run, rows: RowsNode, result: ReadResult): string | null {
  if (!result.hasMore || result.edge === null) return null;
  return renderCursor(run.parts.planner.tagOf(renderCursorShape(rows.model, rows.order)), result.edge);
}
