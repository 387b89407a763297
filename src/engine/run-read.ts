/** The reading phase: lists, pages, single rows and counts. */
import type { RowVisibility } from "../passes/live-rows.ts";
import { queryError, type ResolveContext, refuseUnknown } from "../passes/resolve-context.ts";
import { resolveRows, resolveSingle, rowsKeys } from "../passes/resolve-rows.ts";
import { resolveFilter } from "../passes/resolve-search.ts";
import { type CountPlan, createPlan, type ReadPlan } from "../plan/plan.ts";
import type { CountForm, CountQuery, PageQuery, ReadQuery } from "../plan/query.ts";
import type { Operation } from "../schema/schema-model.ts";
import type { ReadResult } from "../stores/contract/store.ts";
import { describeValue } from "../util/describe-value.ts";
import type { Actor } from "./actor.ts";
import { renderCursor } from "./cursor.ts";
import type { RawAnswer, Total } from "./executor.ts";
import { bindPrepared } from "./prepared.ts";
import { readVisibility } from "./read-visibility.ts";
import type { Run } from "./run.ts";
import { ShapeKey } from "./shape-key.ts";

const readKeys: ReadonlySet<string> = new Set(["model", "single", ...rowsKeys, "deleted", "count"]);
const countKeys: ReadonlySet<string> = new Set(["model", "where", "search", "deleted"]);

/** Runs one read; errors as in `Executor`. */
export async function runRead(run: Run, query: ReadQuery, actor: Actor): Promise<RawAnswer> {
  const estimates = run.parts.store.capabilities.estimates !== "none";
  const isEstimated = estimates && asksEstimate(query.page);
  const written = isEstimated ? [(await estimateRows(run, query, actor)).count] : [];
  const prepared = run.parts.planner.prepare<ReadPlan>({
    actor,
    model: query.model,
    operation: "read",
    visibility: readVisibility(run, query, actor),
    shape: new ShapeKey("rows").addQuery(query),
    resolve: (context) => resolveRead(context, query, estimates),
  });
  const { statement, tag } = prepared.compiled;
  const values = bindPrepared(prepared, query, written);
  const result = await run.session.execute(statement, values, run.abort);
  const { json, hasMore, edge } = result;
  const cursor = hasMore && edge !== null && tag !== "" ? renderCursor(tag, edge) : null;
  if (query.count === undefined) return { json, hasMore, cursor };
  return { json, hasMore, cursor, total: await findTotal(run, { query, actor, result }) };
}

/** How many rows the list has in all. Where its end is in sight, an estimate needs no second statement. */
async function findTotal(
  run: Run,
  { query, actor, result }: { readonly query: ReadQuery; readonly actor: Actor; readonly result: ReadResult },
): Promise<Total> {
  if (result.total !== undefined) return { count: result.total, isExact: true };
  const { hasMore, rows } = result;
  const { after, before, offset = 0, backwards } = query;
  const isFromStart = (after ?? before) === undefined && backwards !== true;
  if (isFromStart && !hasMore && (rows > 0 || offset === 0)) return { count: offset + rows, isExact: true };
  const { count, isExact } = await estimateRows(run, query, actor);
  const proven = rows === 0 ? 0 : offset + rows + (hasMore ? 1 : 0);
  return { count: isExact ? count : Math.max(count, proven), isExact };
}

/** How many rows the list of a query may have in all, wherever it starts and ends. */
async function estimateRows(run: Run, { model, where, search, deleted }: ReadQuery, actor: Actor): Promise<Total> {
  const query: CountQuery = {
    model,
    ...(where !== undefined && { where }),
    ...(search !== undefined && { search }),
    ...(deleted !== undefined && { deleted }),
  };
  const prepared = run.parts.planner.prepare<CountPlan>({
    actor,
    model,
    operation: "read",
    visibility: readVisibility(run, query, actor),
    shape: new ShapeKey(search === undefined ? "estimate" : "search estimate").addFilter(where),
    resolve: (context) => createPlan({ ...resolveCount(context, query), estimated: true }),
  });
  return run.session.execute(prepared.compiled.statement, bindPrepared(prepared, query), run.abort);
}

function asksEstimate(page: PageQuery | undefined): boolean {
  if (page === undefined) return false;
  return Object.values(page).some(
    (entry) => ("total" in entry && entry.total === "estimated") || ("object" in entry && asksEstimate(entry.object)),
  );
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

function resolveRead(context: ResolveContext, query: ReadQuery, estimates: boolean): ReadPlan {
  refuseUnknown(query, readKeys, ["query"]);
  const model = context.model(query.model);
  const scope = { context, model, path: [], isEstimated: estimates };
  const isCounted = readCountForm(query) !== null && (query.count === "exact" || !estimates);
  const rows = query.single === true ? resolveSingle(scope, query) : resolveRows(scope, query);
  return createPlan({ kind: "read", rows, ...(isCounted && { counted: true }) });
}

/** How all rows are to be counted, or null. Throws FTG_QUERY. */
function readCountForm({ count, single, page }: ReadQuery): CountForm | null {
  if (count === undefined) return null;
  if (count !== "exact" && count !== "estimated")
    throw queryError(["count"], '"exact" or "estimated"', describeValue(count));
  if (single === true || page !== undefined) throw queryError(["count"], "nothing beside single or page", `"${count}"`);
  return count;
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
