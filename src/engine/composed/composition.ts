/** What the parts of one composed write share: the open transaction, on whose behalf, and small steps they all take. */
import { FootingError } from "../../errors/footing-error.ts";
import type { DataQuery, WhereQuery } from "../../plan/query.ts";
import { MAX_RELATED } from "../../schema/related-json-schema.ts";
import type { ModelSchema, Schema } from "../../schema/schema-model.ts";
import { describeValue } from "../../util/describe-value.ts";
import { isPlainObject } from "../../util/is-object.ts";
import type { Actor } from "../actor.ts";
import { atPath } from "../at-path.ts";
import type { Executor } from "../executor.ts";
import { assignKey, type RowKey, selectKey } from "./row-keys.ts";
import { splitData } from "./split-data.ts";

/** An open transaction that composed writes run in. */
export interface Composition {
  /** Takes composed writes as well. */
  readonly executor: Executor;
  readonly schema: Schema;
  readonly actor: Actor;
  /** Rows that one read answers at most. */
  readonly maxLimit: number;
}

/** The model of that name, which a declared relation names. */
export function modelOf({ schema }: Composition, name: string): ModelSchema {
  const model = schema.models[name];
  if (model === undefined) throw new FootingError("FTG_INTERNAL", { detail: `The schema has no model ${name}.` });
  return model;
}

/** Creates a row and answers its key. */
export async function createRow(
  { executor, actor }: Composition,
  model: ModelSchema,
  data: DataQuery,
): Promise<RowKey> {
  const assigned = assignKey(model, data);
  const query = { model: model.name, data: assigned?.data ?? data, select: selectKey(model) };
  const json = await executor.create(query, actor);
  if (assigned !== null) return assigned.key;
  if (json !== null) return readObject(JSON.parse(json));
  throw new FootingError("FTG_FORBIDDEN", {
    detail: `You may not read the new ${model.name}, so nothing else can be tied to it.`,
  });
}

/** Creates rows and answers their keys: in one statement where all keys are known before and no row brings others. */
export async function createRows(
  composition: Composition,
  model: ModelSchema,
  rows: readonly DataQuery[],
): Promise<readonly RowKey[]> {
  const assigned = rows.map((data) => assignKey(model, data));
  const known = assigned.filter((row) => row !== null);
  const use = { use: "create", system: composition.actor.kind === "system" } as const;
  if (known.length < rows.length || rows.length < 2 || rows.some((data) => splitData(model, data, use) !== null)) {
    const keys: RowKey[] = [];
    for (const [index, data] of rows.entries())
      keys.push(await atPath(`/${index}`, () => createRow(composition, model, data)));
    return keys;
  }
  await composition.executor.createMany({ model: model.name, data: known.map(({ data }) => data) }, composition.actor);
  return known.map(({ key }) => key);
}

/** The first row that meets the filter, as an object of the selected fields; null when there is none to see. */
export async function findRow(
  { executor, actor }: Composition,
  model: ModelSchema,
  { where, select = selectKey(model) }: { readonly where: WhereQuery; readonly select?: DataQuery },
): Promise<DataQuery | null> {
  // A selection is an object like any other.
  const query = { model: model.name, single: true, where, select: select as ReturnType<typeof selectKey> };
  const row: unknown = JSON.parse((await executor.read(query, actor)).json);
  return row === null ? null : readObject(row);
}

/** The object that was given. Throws FTG_INVALID for anything else. */
export function readObject(value: unknown): DataQuery {
  if (isPlainObject(value)) return value;
  throw createInvalid(`expected an object, got ${describeValue(value)}.`);
}

/** An object with exactly the given members. Throws FTG_INVALID. */
export function readMembers(value: unknown, names: readonly string[]): DataQuery {
  const object = readObject(value);
  const missing = names.find((name) => object[name] === undefined);
  if (missing !== undefined) throw createInvalid(`expected ${names.join(", ")}, got no ${missing}.`);
  const extra = Object.keys(object).find((name) => !names.includes(name));
  if (extra !== undefined) throw createInvalid(`expected only ${names.join(", ")}, got ${JSON.stringify(extra)}.`);
  return object;
}

/** The list that was given. Throws FTG_INVALID for anything else, FTG_COST for too many items. */
export function readItems(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw createInvalid(`expected a list, got ${describeValue(value)}.`);
  if (value.length <= MAX_RELATED) return value;
  throw new FootingError("FTG_COST", { detail: `expected at most ${MAX_RELATED} items, got ${value.length}.` });
}

/** Refuses anything but `true`. Throws FTG_INVALID. */
export function requireTrue(value: unknown): void {
  if (value !== true) throw createInvalid(`expected true, got ${describeValue(value)}.`);
}

/** An FTG_INVALID about the value at hand. */
export function createInvalid(detail: string, fix?: string): FootingError {
  return new FootingError("FTG_INVALID", {
    detail,
    problems: [{ path: "", detail }],
    ...(fix !== undefined && { fix }),
  });
}
