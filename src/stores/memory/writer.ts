/**
 * Creates, changes and ends rows in the order that `contract/violations.ts` fixes. Each function changes
 * `context.data` as it goes: the caller hands in a copy and throws it away on an error.
 */
import type { CreatePlan, DeletePlan, ReturningNode, TargetNode, UpdatePlan } from "../../plan/plan.ts";
import type { AssignmentNode, BoundNode } from "../../plan/write-nodes.ts";
import { compareValues } from "../../schema/compare-values.ts";
import type { JsonValue } from "../../schema/schema-model.ts";
import { expectedVersions } from "../contract/expected-versions.ts";
import { isPatch, patchValue } from "../contract/patch-value.ts";
import type { WriteResult } from "../contract/store.ts";
import { targetKey } from "../contract/target-key.ts";
import { boundViolation, forbidden, notFound, tooManyRows, versionMismatch } from "../contract/violations.ts";
import { calculate } from "./calculate.ts";
import { endRows } from "./cascade.ts";
import { judgeForeignKeys, judgeReferences, judgeReferrers, judgeRow } from "./constraints.ts";
import { type Context, enterModel, modelRows, type Row, type Scope, storedColumn } from "./database.ts";
import { decided, holds, paramValue } from "./evaluator.ts";
import { writeLinks } from "./links.ts";
import { renderRow } from "./renderer.ts";

/** Runs a create. */
export function createRow(context: Context, plan: CreatePlan): WriteResult {
  const scope = enterModel(context, plan.model);
  judgeReferences(scope, plan.references);
  const row: Row = Object.freeze(assignedValues(scope, plan.assignments));
  const others = modelRows(scope);
  judgeRow(scope.model, row, others);
  storeRows(scope, [...others, row]);
  finishWrite(scope, plan, [row]);
  return { affected: 1, json: renderReturned(scope, plan.returning, row) };
}

/** Runs an update. */
export function updateRows(context: Context, plan: UpdatePlan): WriteResult {
  const scope = enterModel(context, plan.model);
  const targets = findTargets(scope, plan);
  if (targets.length === 0) return { affected: 0, json: null };
  judgeReferences(scope, plan.references);
  const changes = assignedValues(scope, plan.assignments);
  const changed = targets
    .map((old) => ({ old, calculated: calculatedValues(scope, plan, old) }))
    .map(({ old, calculated }) => changeRow(scope, old, { ...changes, ...calculated }));
  finishWrite(scope, plan, changed);
  return { affected: changed.length, json: renderOnly(scope, plan, changed) };
}

/** Runs a delete. */
export function deleteRows(context: Context, plan: DeletePlan): WriteResult {
  const scope = enterModel(context, plan.model);
  const targets = findTargets(scope, plan);
  const json = renderOnly(scope, plan, targets);
  const cascaded = endRows(scope, targets);
  judgeReferrers(scope, targets, { single: plan.target.single, cascaded });
  judgeNumber(scope, plan, targets.length);
  return { affected: targets.length, json };
}

/** The rows a write by key or filter reaches. */
function findTargets(scope: Scope, { kind, target }: UpdatePlan | DeletePlan): readonly Row[] {
  const { model } = scope;
  const readable = decided(target.readable);
  const visible = modelRows(scope).filter((row) => holds(scope, readable, row) && holds(scope, target.where, row));
  if (target.single && visible.length === 0) throw notFound(model, targetKey(model, target.where, scope.values));
  const allowed = visible.filter((row) => holds(scope, decided(target.allowed), row));
  if (target.single && allowed.length === 0) throw forbidden(model, kind);
  judgeVersion(scope, target, allowed);
  return allowed;
}

function judgeVersion(scope: Scope, { expected }: TargetNode, [row]: readonly Row[]): void {
  if (row === undefined || (expected?.kind !== "compare" && expected?.kind !== "in")) return;
  if (expected.column.kind !== "column") return;
  if (holds(scope, expected, row)) return;
  const { column } = storedColumn(scope.model, expected.column);
  const current = Number(row[column]);
  throw versionMismatch(scope.model, { expected: expectedVersions(expected, scope.values), current });
}

function judgeNumber(scope: Scope, { kind, target: { atMost } }: UpdatePlan | DeletePlan, affected: number): void {
  const most = atMost === null ? Number.POSITIVE_INFINITY : Number(paramValue(scope, atMost.index));
  if (affected > most) throw tooManyRows({ model: scope.model, operation: kind }, most, affected);
}

function changeRow(scope: Scope, old: Row, changes: Row): Row {
  const row = Object.freeze({ ...old, ...changes });
  const rows = modelRows(scope);
  judgeRow(
    scope.model,
    row,
    rows.filter((other) => other !== old),
  );
  storeRows(
    scope,
    rows.map((other) => (other === old ? row : other)),
  );
  return row;
}

/** The columns a write sets. Values are copied, so that a caller's later change of a list or object is not a write. */
function assignedValues(scope: Scope, assignments: readonly AssignmentNode[]): Record<string, JsonValue> {
  const entries = assignments.map(({ column, value }) => [
    storedColumn(scope.model, column).column,
    structuredClone(paramValue(scope, value.index)),
  ]);
  return Object.fromEntries(entries);
}

/** The columns that come of their own old values. */
function calculatedValues(scope: Scope, { assignments }: UpdatePlan, old: Row): Record<string, JsonValue> {
  const calculated = assignments.filter(({ operator }) => operator !== "set");
  return Object.fromEntries(
    calculated.map(({ column, operator, value }) => {
      const { column: name, type } = storedColumn(scope.model, column);
      const [left, right] = [old[name] ?? null, paramValue(scope, value.index)];
      const patched = { field: column.field, current: left, given: right };
      return isPatch(operator)
        ? [name, structuredClone(patchValue(scope.model, { ...patched, operator }))]
        : [name, calculate(type, { operator, left, right })];
    }),
  );
}

function judgeBounds(scope: Scope, bounds: readonly BoundNode[], rows: readonly Row[]): void {
  for (const { column, min, max } of bounds) {
    const { column: name, type } = storedColumn(scope.model, column);
    const range = [paramValue(scope, min.index), paramValue(scope, max.index)] as const;
    const isWithin = (value: JsonValue) =>
      value === null || (compareValues(type, value, range[0]) >= 0 && compareValues(type, value, range[1]) <= 0);
    if (!rows.every((row) => isWithin(row[name] ?? null))) throw boundViolation(scope.model, column.field, range);
  }
}

function storeRows({ data, model }: Scope, rows: readonly Row[]): void {
  data.set(model.table, Object.freeze(rows));
}

/** What is judged after the whole statement: foreign keys, then links, then the rule of the operation. */
function finishWrite(scope: Scope, plan: CreatePlan | UpdatePlan, rows: readonly Row[]): void {
  judgeForeignKeys(scope, rows);
  if (plan.kind === "update") {
    judgeNumber(scope, plan, rows.length);
    judgeBounds(scope, plan.bounds, rows);
  }
  for (const link of plan.links) {
    for (const row of rows) writeLinks(scope, link, row);
  }
  const rule = decided(plan.check);
  if (!rows.every((row) => holds(scope, rule, row))) throw forbidden(scope.model, plan.kind);
}

/** What a write by key answers; a write of many rows answers their number only. */
function renderOnly(scope: Scope, { target, returning }: UpdatePlan | DeletePlan, rows: readonly Row[]): string | null {
  const [only] = rows;
  return target.single && only !== undefined ? renderReturned(scope, returning, only) : null;
}

function renderReturned(scope: Scope, returning: ReturningNode | null, row: Row): string | null {
  if (returning === null || !holds(scope, decided(returning.access), row)) return null;
  return renderRow(scope, returning.select, row);
}
