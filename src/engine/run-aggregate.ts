/** The phase of aggregates: groups of rows and what is calculated over them. */
import { resolveAggregate } from "../passes/resolve-aggregate.ts";
import type { AggregatePlan } from "../plan/plan.ts";
import type { AggregateQuery } from "../plan/query.ts";
import type { Actor } from "./actor.ts";
import type { RawAnswer } from "./executor.ts";
import { bindPrepared } from "./prepared.ts";
import { readVisibility } from "./read-visibility.ts";
import type { Run } from "./run.ts";
import { ShapeKey } from "./shape-key.ts";

/** Runs one aggregate; errors as in `Executor`. Its answer has no cursor. */
export async function runAggregate(run: Run, query: AggregateQuery, actor: Actor): Promise<RawAnswer> {
  const prepared = run.parts.planner.prepare<AggregatePlan>({
    actor,
    model: query.model,
    operation: "read",
    visibility: readVisibility(run, query, actor),
    shape: new ShapeKey("aggregate").addQuery(query),
    resolve: (context) => resolveAggregate(context, query),
  });
  const { json, hasMore } = await run.session.execute(
    prepared.compiled.statement,
    bindPrepared(prepared, query),
    run.abort,
  );
  return { json, hasMore, cursor: null };
}
