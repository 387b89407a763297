/** What a write says of the row that its ref refers to. It runs before the write and answers the ref's value. */
import { FootingError } from "../../errors/footing-error.ts";
import type { Verb } from "../../schema/related-verbs.ts";
import type { ModelSchema, RefField } from "../../schema/schema-model.ts";
import { atPath } from "../at-path.ts";
import {
  type Composition,
  createInvalid,
  createRow,
  findRow,
  modelOf,
  readMembers,
  readObject,
  requireTrue,
} from "./composition.ts";
import { joinKey, type RowKey, readKey, refValue, whereKey } from "./row-keys.ts";

/** The row that is written, as far as it is known yet. */
export interface Owner {
  readonly model: ModelSchema;
  /** Null for a row that is not there yet. */
  readonly key: RowKey | null;
}

/** A change of the ref, and what is to be done when the row no longer holds it. */
export interface RefChange {
  /** The new value of the ref; undefined leaves it alone. */
  readonly value: unknown;
  readonly after: (() => Promise<unknown>) | null;
}

/** Runs the one verb of a ref. */
export async function writeRef(
  composition: Composition,
  owner: Owner,
  { field, verb, given }: { readonly field: RefField; readonly verb: Verb; readonly given: unknown },
): Promise<RefChange> {
  const ref: Ref = { composition, owner, field, target: modelOf(composition, field.model) };
  const change = (value: unknown): RefChange => ({ value, after: null });
  return atPath(`/${field.name}/${verb}`, async () => {
    switch (verb) {
      case "create":
        return change(await createTarget(ref, given));
      case "connect":
        return change(refValue(ref.target, readKey(ref.target, given)));
      case "connectOrCreate":
        return change(await connectOrCreate(ref, given));
      case "disconnect":
        requireTrue(given);
        return change(release(ref));
      case "update":
        await updateTarget(ref, given);
        return change(undefined);
      case "upsert":
        return change(await upsertTarget(ref, given));
      case "delete":
        requireTrue(given);
        return deleteTarget(ref);
      case "set":
        throw createInvalid("a ref has one row; use connect.");
    }
  });
}

interface Ref {
  readonly composition: Composition;
  readonly owner: Owner;
  readonly field: RefField;
  readonly target: ModelSchema;
}

async function createTarget({ composition, target }: Ref, data: unknown): Promise<unknown> {
  return refValue(target, await createRow(composition, target, readObject(data)));
}

async function connectOrCreate(ref: Ref, given: unknown): Promise<unknown> {
  const { key: value, create } = readMembers(given, ["key", "create"]);
  const key = await atPath("/key", async () => readKey(ref.target, value));
  const found = await findRow(ref.composition, ref.target, { where: whereKey(key) });
  if (found !== null) return refValue(ref.target, key);
  return atPath("/create", () => createTarget(ref, joinKey(key, readObject(create))));
}

function release({ field, owner }: Ref): null {
  if (field.optional) return null;
  throw createInvalid(`${owner.model.name}.${field.name} is required and cannot be empty.`, "Connect another row.");
}

async function updateTarget(ref: Ref, data: unknown): Promise<void> {
  const { executor, actor } = ref.composition;
  const key = await findTarget(ref);
  if (key === null) throw createMissing(ref);
  await executor.update({ model: ref.target.name, key, data: readObject(data), select: {} }, actor);
}

async function upsertTarget(ref: Ref, given: unknown): Promise<unknown> {
  const { create, update } = readMembers(given, ["create", "update"]);
  if ((await findTarget(ref)) === null) return atPath("/create", () => createTarget(ref, create));
  await atPath("/update", () => updateTarget(ref, update));
  return undefined;
}

async function deleteTarget(ref: Ref): Promise<RefChange> {
  const { executor, actor } = ref.composition;
  const key = await findTarget(ref);
  if (key === null) throw createMissing(ref);
  return { value: release(ref), after: () => executor.delete({ model: ref.target.name, key, select: {} }, actor) };
}

/** The key of the row that the ref refers to now, if its writer may see both. */
async function findTarget({ composition, owner, field, target }: Ref): Promise<RowKey | null> {
  if (owner.key === null) return null;
  const row = await findRow(composition, owner.model, {
    where: whereKey(owner.key),
    select: { [field.name]: true },
  });
  const value = row?.[field.name];
  if (value === null || value === undefined) return null;
  const key = readKey(target, value);
  return (await findRow(composition, target, { where: whereKey(key) })) === null ? null : key;
}

function createMissing({ owner, field }: Ref): FootingError {
  return new FootingError("FTG_NOT_FOUND", { detail: `The ${owner.model.name} has no ${field.name}.` });
}
