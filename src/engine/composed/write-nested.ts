/** Composes a create or an update with what its data says of related rows. Each hop is a write of its own. */
import type { CreateQuery, DataQuery, SelectQuery, UpdateQuery } from "../../plan/query.ts";
import type { ModelSchema } from "../../schema/schema-model.ts";
import { type Composition, createRow } from "./composition.ts";
import { type RowKey, whereKey } from "./row-keys.ts";
import type { Hop, SplitData } from "./split-data.ts";
import { writeInverse } from "./write-inverse.ts";
import { writeLinks } from "./write-links.ts";
import { type Owner, writeRef } from "./write-ref.ts";

/** A write whose data was split. */
interface NestedWrite<Q> {
  readonly model: ModelSchema;
  readonly query: Q;
  readonly split: SplitData;
}

/** Creates the row with its related rows; JSON text of it, or null when the actor may not read it. */
export async function createNested(
  composition: Composition,
  { model, query, split }: NestedWrite<CreateQuery>,
): Promise<string | null> {
  const { data } = await runBefore(composition, { model, key: null }, split);
  const key = await createRow(composition, model, data);
  await runAfter(composition, { model, key }, split.hops);
  return readRow(composition, { model, key, select: query.select });
}

/** Changes the row and its related rows; JSON text of it afterwards, or null when the actor may not read it. */
export async function updateNested(
  composition: Composition,
  { model, query, split }: NestedWrite<UpdateQuery>,
): Promise<string | null> {
  const { key } = query;
  const { executor, actor } = composition;
  const { data, last } = await runBefore(composition, { model, key }, split);
  await executor.update({ ...query, data, select: {} }, actor);
  for (const step of last) await step();
  await runAfter(composition, { model, key }, split.hops);
  return readRow(composition, { model, key, select: query.select });
}

/** What must be there before the row itself is written, and the row's data with it. */
async function runBefore(
  composition: Composition,
  owner: Owner,
  { own, hops }: SplitData,
): Promise<{ readonly data: DataQuery; readonly last: readonly (() => Promise<unknown>)[] }> {
  const data: Record<string, unknown> = { ...own };
  const last: (() => Promise<unknown>)[] = [];
  for (const { field, verbs } of hops) {
    if (field.kind === "manyToMany") {
      data[field.name] = await writeLinks(composition, owner, { field, verbs });
    } else if (field.kind === "ref") {
      for (const [verb, given] of verbs) {
        const { value, after } = await writeRef(composition, owner, { field, verb, given });
        if (value !== undefined) data[field.name] = value;
        if (after !== null) last.push(after);
      }
    }
  }
  return { data, last };
}

async function runAfter(
  composition: Composition,
  owner: { readonly model: ModelSchema; readonly key: RowKey },
  hops: readonly Hop[],
): Promise<void> {
  for (const { field, verbs } of hops) {
    if (field.kind === "many" || field.kind === "one") await writeInverse(composition, owner, { field, verbs });
  }
}

/** The row as the actor sees it; null when it may not. */
export async function readRow(
  { executor, actor }: Composition,
  { model, key, select }: { model: ModelSchema; key: RowKey; select: SelectQuery | undefined },
): Promise<string | null> {
  const query = { model: model.name, single: true, where: whereKey(key), ...(select !== undefined && { select }) };
  const { json } = await executor.read(query, actor);
  return json === "null" ? null : json;
}
