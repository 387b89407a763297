/**
 * Applies a JSON Merge Patch to a row. Fields are replaced by one update; only a patch that reaches into a
 * field's own object (json, a key of several parts) reads the row first, in the same transaction.
 */
import type { Actor } from "../../engine/actor.ts";
import type { Executor } from "../../engine/executor.ts";
import type { DataQuery, ExpectedVersion, SelectQuery } from "../../plan/query.ts";
import { quoteAssigned } from "../../schema/patches.ts";
import type { ModelSchema } from "../../schema/schema-model.ts";
import { isObject } from "../../util/is-object.ts";
import { mergePatch } from "../../util/merge-patch.ts";
import type { RowKey } from "./row-key.ts";

/** A patch of one row on somebody's behalf. */
export interface RowPatch {
  readonly model: ModelSchema;
  readonly key: RowKey;
  readonly patch: DataQuery;
  /** The versions it may be done to; absent: any. */
  readonly ifVersion?: ExpectedVersion;
  /** What to answer; absent: all own fields. */
  readonly select?: SelectQuery;
  readonly actor: Actor;
}

/** The row afterwards as JSON text; null when the actor may not read it any more. Errors as of an update. */
export async function runPatch(executor: Executor, row: RowPatch): Promise<string | null> {
  const { model, patch } = row;
  const nested = Object.keys(patch).filter((name) => isMerged(model, name) && isObject(patch[name]));
  if (nested.length === 0) return update(executor, row, patch);
  return executor.transaction((inside) => runMerge(inside, row, nested), { endsOnFailure: true });
}

async function runMerge(executor: Executor, row: RowPatch, nested: readonly string[]): Promise<string | null> {
  const { model, key, patch, actor } = row;
  const select = Object.fromEntries(nested.map((name) => [name, true as const]));
  const { json } = await executor.read({ model: model.name, single: true, select, where: key }, actor);
  const current: unknown = JSON.parse(json);
  const merged = isObject(current)
    ? nested.map((name) => [name, quoteAssigned(mergePatch(current[name], patch[name]))])
    : [];
  return update(executor, row, { ...patch, ...Object.fromEntries(merged) });
}

function update(
  executor: Executor,
  { model, patch: _patch, actor, ...query }: RowPatch,
  data: DataQuery,
): Promise<string | null> {
  return executor.update({ ...query, model: model.name, data }, actor);
}

/** Whether the values of a field are objects that a patch may change in part. */
function isMerged(model: ModelSchema, name: string): boolean {
  const field = Object.hasOwn(model.fields, name) ? model.fields[name] : undefined;
  if (field === undefined || field.hidden) return false;
  return field.kind === "ref"
    ? field.columns.length > 1
    : field.kind === "scalar" && field.type.kind === "json" && !field.type.list;
}
