/**
 * Creates, changes and ends rows in the order that `contract/violations.ts` fixes. Each function changes
 * `context.data` as it goes: the caller hands in a copy and throws it away on an error.
 */
import type { CreatePlan, DeletePlan, ReturningNode, TargetNode, UpdatePlan } from "../../plan/plan.ts";
import type { AssignmentNode } from "../../plan/write-nodes.ts";
import type { JsonValue, ModelSchema, Operation } from "../../schema/schema-model.ts";
import type { WriteResult } from "../contract/store.ts";
import { targetKey } from "../contract/target-key.ts";
import { forbidden, notFound } from "../contract/violations.ts";
import { judgeForeignKeys, judgeReferences, judgeReferrers, judgeRow } from "./constraints.ts";
import { type Context, modelRows, type Row, storedColumn, tableRows } from "./database.ts";
import { decided, holds, paramValue } from "./evaluator.ts";
import { dropLinks, replaceLinks } from "./links.ts";
import { renderRow } from "./renderer.ts";

/** Runs a create. */
export function createRow(context: Context, plan: CreatePlan): WriteResult {
  const { model, rows } = modelRows(context, plan.model);
  judgeReferences(context, model, plan.references);
  const row: Row = Object.freeze(assigned(context, model, plan.assignments));
  judgeRow(model, row, rows);
  context.data.set(model.table, Object.freeze([...rows, row]));
  finishWrite(context, model, plan, [row]);
  judgeRule(context, model, plan, [row]);
  return { affected: 1, json: returned(context, model, plan.returning, row) };
}

/** Runs an update. */
export function updateRows(context: Context, plan: UpdatePlan): WriteResult {
  const { model, rows } = modelRows(context, plan.model);
  const targets = new Set(findTargets(context, model, plan));
  if (targets.size === 0) return { affected: 0, json: null };
  judgeReferences(context, model, plan.references);
  const changes = Object.freeze(assigned(context, model, plan.assignments));
  const changed: Row[] = [];
  for (const old of rows) {
    if (!targets.has(old)) continue;
    const row = Object.freeze({ ...old, ...changes });
    const now = tableRows(context.data, model.table);
    judgeRow(
      model,
      row,
      now.filter((other) => other !== old),
    );
    context.data.set(model.table, Object.freeze(now.map((other) => (other === old ? row : other))));
    changed.push(row);
  }
  finishWrite(context, model, plan, changed);
  judgeRule(context, model, plan, changed);
  const [only] = changed;
  const json = plan.target.single && only !== undefined ? returned(context, model, plan.returning, only) : null;
  return { affected: changed.length, json };
}

/** Runs a delete. */
export function deleteRows(context: Context, plan: DeletePlan): WriteResult {
  const { model, rows } = modelRows(context, plan.model);
  const targets = findTargets(context, model, plan);
  const [only] = targets;
  const json = plan.target.single && only !== undefined ? returned(context, model, plan.returning, only) : null;
  context.data.set(model.table, Object.freeze(rows.filter((row) => !targets.includes(row))));
  for (const row of targets) dropLinks(context, model, row);
  judgeReferrers(context, model, { ended: targets, single: plan.target.single });
  return { affected: targets.length, json };
}

/** The rows a write by key or filter reaches. */
function findTargets(context: Context, model: ModelSchema, plan: UpdatePlan | DeletePlan): readonly Row[] {
  const { target } = plan;
  const visible = visibleTargets(context, model, target);
  if (target.single && visible.length === 0) throw notFound(model, targetKey(model, target.where, context.values));
  const allowed = visible.filter((row) => holds(context, model, decided(target.allowed), row));
  if (target.single && allowed.length === 0) throw forbidden(model, operationOf(plan));
  return allowed;
}

function visibleTargets(context: Context, model: ModelSchema, target: TargetNode): readonly Row[] {
  return tableRows(context.data, model.table).filter(
    (row) => holds(context, model, decided(target.readable), row) && holds(context, model, target.where, row),
  );
}

/** The columns a write sets. Values are copied, so that a caller's later change of a list or object is not a write. */
function assigned(
  context: Context,
  model: ModelSchema,
  assignments: readonly AssignmentNode[],
): Record<string, JsonValue> {
  return Object.fromEntries(
    assignments.map((node) => [
      storedColumn(model, node.column).column,
      structuredClone(paramValue(context, node.value.index)),
    ]),
  );
}

/** What is judged after the whole statement: foreign keys, then links. */
function finishWrite(context: Context, model: ModelSchema, plan: CreatePlan | UpdatePlan, rows: readonly Row[]): void {
  judgeForeignKeys(context, model, rows);
  for (const link of plan.links) {
    for (const row of rows) replaceLinks(context, model, link, row);
  }
}

/** The rule of the operation must hold of every written row. */
function judgeRule(context: Context, model: ModelSchema, plan: CreatePlan | UpdatePlan, rows: readonly Row[]): void {
  const rule = decided(plan.check);
  if (!rows.every((row) => holds(context, model, rule, row))) throw forbidden(model, operationOf(plan));
}

function operationOf(plan: CreatePlan | UpdatePlan | DeletePlan): Operation {
  return plan.kind;
}

function returned(context: Context, model: ModelSchema, returning: ReturningNode | null, row: Row): string | null {
  if (returning === null || !holds(context, model, decided(returning.access), row)) return null;
  return renderRow(context, model, returning.select, row);
}
