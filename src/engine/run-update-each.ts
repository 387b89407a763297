/** The phase that changes many rows, each in its own way. Rows that change the same fields go to the store together. */
import { resolveUpdate } from "../passes/resolve-write.ts";
import type { UpdatePlan } from "../plan/plan.ts";
import type { UpdateEachQuery } from "../plan/query.ts";
import { createClock } from "../schema/fill-row.ts";
import type { Values } from "../stores/contract/store.ts";
import type { Actor } from "./actor.ts";
import { leadError } from "./at-path.ts";
import { guardFields } from "./guard-fields.ts";
import { bindPrepared, type Prepared } from "./prepared.ts";
import { findModel, type Run, renderParts, validateData } from "./run.ts";
import { ShapeKey, type Token } from "./shape-key.ts";
import { collectUpdate } from "./write-input.ts";
import { writeRows } from "./write-rows.ts";

/** Rows that follow each other and that one statement writes. */
interface EachGroup {
  /** What makes the statement. */
  readonly shape: readonly Token[];
  readonly prepared: Prepared<UpdatePlan>;
  /** The place of the first. */
  readonly start: number;
  readonly rows: Values[];
}

/** A row made ready; without a statement where the one before it has the same. */
type EachRow = Omit<EachGroup, "start" | "rows"> & { readonly values: Values };

/**
 * Changes the rows in the open transaction of `run`; their number. Errors are those of one update after the other, led by
 * the place of the row: `/3/title`.
 */
export async function runUpdateEach(run: Run, query: UpdateEachQuery, actor: Actor): Promise<number> {
  let group: EachGroup | null = null;
  for (const [index, row] of query.rows.entries()) {
    let next: EachRow;
    try {
      next = prepareRow(run, { ...row, model: query.model, actor }, group);
    } catch (error) {
      // Those before it come first, and may fail first.
      if (group !== null) await writeRows(run, group);
      throw leadError(`/${index}`, error);
    }
    if (group !== null && group.prepared !== next.prepared) {
      await writeRows(run, group);
      group = null;
    }
    const { values, ...shared } = next;
    group ??= { ...shared, start: index, rows: [] };
    group.rows.push(values);
  }
  if (group !== null) await writeRows(run, group);
  return query.rows.length;
}

type GivenRow = UpdateEachQuery["rows"][number] & { readonly model: string; readonly actor: Actor };

function prepareRow(run: Run, { key, data, model: name, actor }: GivenRow, before: EachGroup | null): EachRow {
  const model = findModel(run, name);
  if (before === null) run.parts.planner.demand(name, "update", actor);
  validateData(run, { model, operation: "update", data, actor });
  const guarded = guardFields(run, model, { data, actor });
  const { parts, values } = collectUpdate(model, data, run.clock ?? createClock());
  const shape = new ShapeKey("each").addQuery({ key, guarded }).addText(renderParts(parts));
  const prepared =
    before !== null && isSame(before.shape, shape.tokens)
      ? before.prepared
      : run.parts.planner.prepare<UpdatePlan>({
          actor,
          model: model.name,
          operation: "update",
          guarded,
          shape,
          resolve: (context) => resolveUpdate(context, model, { target: { key }, parts, returning: null }),
        });
  return { shape: shape.tokens, prepared, values: bindPrepared(prepared, { key }, values) };
}

function isSame(left: readonly Token[], right: readonly Token[]): boolean {
  return left.length === right.length && left.every((token, index) => token === right[index]);
}
