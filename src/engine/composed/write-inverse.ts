/**
 * What a write says of the rows that refer to its row. It runs when that row is there: the others are created with
 * the ref set, or their refs are changed, each under the rule of their own model.
 */
import { FootingError } from "../../errors/footing-error.ts";
import type { DataQuery, WhereQuery } from "../../plan/query.ts";
import type { Verb } from "../../schema/related-verbs.ts";
import type { InverseField, ModelSchema, RefField } from "../../schema/schema-model.ts";
import { describeValue } from "../../util/describe-value.ts";
import { atPath, atPathSync } from "../at-path.ts";
import {
  type Composition,
  createInvalid,
  createRow,
  createRows,
  findRow,
  modelOf,
  readItems,
  readMembers,
  readObject,
  requireTrue,
} from "./composition.ts";
import { joinKey, type RowKey, readKey, refValue, whereKey, whereKeys } from "./row-keys.ts";

interface Inverse {
  readonly composition: Composition;
  readonly field: InverseField;
  /** The model whose rows refer here. */
  readonly child: ModelSchema;
  readonly ref: RefField;
  /** The value of the ref. */
  readonly owner: unknown;
}

/** Runs the verbs of a `many` or `one`. */
export async function writeInverse(
  composition: Composition,
  owner: { readonly model: ModelSchema; readonly key: RowKey },
  { field, verbs }: { readonly field: InverseField; readonly verbs: ReadonlyMap<Verb, unknown> },
): Promise<void> {
  const child = modelOf(composition, field.model);
  const ref = child.fields[field.via];
  if (ref?.kind !== "ref") throw new FootingError("FTG_INTERNAL", { detail: `${child.name}.${field.via} is no ref.` });
  const inverse: Inverse = { composition, field, child, ref, owner: refValue(owner.model, owner.key) };
  for (const [verb, given] of verbs) {
    const run = field.kind === "one" ? runOne : runMany;
    await atPath(`/${field.name}/${verb}`, () => run(inverse, verb, given));
  }
}

async function runMany(inverse: Inverse, verb: Verb, given: unknown): Promise<void> {
  const { child } = inverse;
  const items = readItems(given);
  switch (verb) {
    case "create":
      return void (await createRows(
        inverse.composition,
        child,
        items.map((item) => createData(inverse, item)),
      ));
    case "connect":
      return connect(inverse, readKeys(child, items));
    case "disconnect":
      return disconnect(inverse, readKeys(child, items));
    case "set":
      return replace(inverse, readKeys(child, items));
    case "delete":
      return deleteRelated(inverse, readKeys(child, items));
    case "connectOrCreate":
    case "update":
    case "upsert":
      for (const [index, item] of items.entries()) await atPath(`/${index}`, () => runItem(inverse, verb, item));
  }
}

async function runItem(inverse: Inverse, verb: "connectOrCreate" | "update" | "upsert", item: unknown): Promise<void> {
  switch (verb) {
    case "connectOrCreate":
      return connectOrCreate(inverse, item);
    case "update": {
      const { key: value, data } = readMembers(item, ["key", "data"]);
      const key = readKey(inverse.child, value);
      await requireRelated(inverse, key);
      return atPath("/data", () => change(inverse, key, data));
    }
    case "upsert": {
      const { key: value, create, update } = readMembers(item, ["key", "create", "update"]);
      const key = readKey(inverse.child, value);
      const found = await findRow(inverse.composition, inverse.child, { where: related(inverse, whereKey(key)) });
      if (found !== null) return atPath("/update", () => change(inverse, key, update));
      return atPath("/create", () => createRelated(inverse, withKey(inverse, key, create)));
    }
  }
}

async function runOne(inverse: Inverse, verb: Verb, given: unknown): Promise<void> {
  const { composition, child } = inverse;
  switch (verb) {
    case "create":
      return createRelated(inverse, given);
    case "connect":
      return connect(inverse, [readKey(child, given)]);
    case "connectOrCreate":
      return connectOrCreate(inverse, given);
    case "set":
      throw createInvalid(`${inverse.field.name} is one row; use connect.`);
    case "disconnect":
      requireTrue(given);
      return disconnect(inverse, [await requireOne(inverse)]);
    case "update":
      return change(inverse, await requireOne(inverse), given);
    case "upsert": {
      const { create, update } = readMembers(given, ["create", "update"]);
      const key = await findRow(composition, child, { where: related(inverse, {}) });
      if (key === null) return atPath("/create", () => createRelated(inverse, create));
      return atPath("/update", () => change(inverse, key, update));
    }
    case "delete":
      requireTrue(given);
      return deleteRelated(inverse, [await requireOne(inverse)]);
  }
}

/** The key of the row may hold the ref that this write sets. */
function withKey({ field }: Inverse, key: RowKey, create: unknown): DataQuery {
  const { [field.via]: _owner, ...others } = key;
  return joinKey(others, readObject(create));
}

async function createRelated(inverse: Inverse, data: unknown): Promise<void> {
  await createRow(inverse.composition, inverse.child, createData(inverse, data));
}

function createData({ field, owner }: Inverse, item: unknown): DataQuery {
  const data = readObject(item);
  if (data[field.via] === undefined) return { ...data, [field.via]: owner };
  throw createInvalid(`${field.via} is set by the row it refers to, got ${describeValue(data[field.via])}.`);
}

async function connectOrCreate(inverse: Inverse, given: unknown): Promise<void> {
  const { key: value, create } = readMembers(given, ["key", "create"]);
  const key = readKey(inverse.child, value);
  const found = await findRow(inverse.composition, inverse.child, { where: whereKey(key) });
  if (found !== null) return connect(inverse, [key]);
  return atPath("/create", () => createRelated(inverse, withKey(inverse, key, create)));
}

/** In one statement, as long as every row is there and may be changed; otherwise one by one, to say which is not. */
async function connect(inverse: Inverse, keys: readonly RowKey[]): Promise<void> {
  const { composition, child, field, owner } = inverse;
  const { executor, actor } = composition;
  if (keys.length === 0) return;
  const data = { [field.via]: owner };
  const changed = await executor.updateMany({ model: child.name, where: whereKeys(child, keys), data }, actor);
  if (changed === keys.length) return;
  for (const key of keys) await executor.update({ model: child.name, key, data, select: {} }, actor);
}

async function disconnect(inverse: Inverse, keys: readonly RowKey[]): Promise<void> {
  const { composition, child, field } = inverse;
  const { executor, actor } = composition;
  requireOptional(inverse);
  if (keys.length === 0) return;
  const data = { [field.via]: null };
  const where = related(inverse, whereKeys(child, keys));
  const changed = await executor.updateMany({ model: child.name, where, data }, actor);
  if (changed === keys.length) return;
  for (const key of keys) {
    // What was changed just now is related no more, but may be changed again.
    const isFree =
      (await findRow(composition, child, { where: { all: [whereKey(key), { [field.via]: null }] } })) !== null;
    if (!isFree) await requireRelated(inverse, key);
    await executor.update({ model: child.name, key, data, select: {} }, actor);
  }
}

/** Makes the given rows the only ones that refer here. */
async function replace(inverse: Inverse, keys: readonly RowKey[]): Promise<void> {
  const { composition, child, field } = inverse;
  const { executor, actor } = composition;
  await connect(inverse, keys);
  const where = related(inverse, { not: whereKeys(child, keys) });
  const others = await executor.count({ model: child.name, where }, actor);
  if (others === 0) return;
  requireOptional(inverse);
  const changed = await executor.updateMany({ model: child.name, where, data: { [field.via]: null } }, actor);
  if (changed === others) return;
  throw new FootingError("FTG_FORBIDDEN", {
    detail: `You may not change ${others - changed} of the ${others} ${child.name} rows that would be left out.`,
  });
}

/** Changes a row that is known to refer here. */
async function change(inverse: Inverse, key: RowKey, data: unknown): Promise<void> {
  const { executor, actor } = inverse.composition;
  await executor.update({ model: inverse.child.name, key, data: readObject(data), select: {} }, actor);
}

async function deleteRelated(inverse: Inverse, keys: readonly RowKey[]): Promise<void> {
  const { executor, actor } = inverse.composition;
  for (const key of keys) {
    await requireRelated(inverse, key);
    await executor.delete({ model: inverse.child.name, key, select: {} }, actor);
  }
}

async function requireRelated(inverse: Inverse, key: RowKey): Promise<void> {
  const { composition, child, field } = inverse;
  const found = await findRow(composition, child, { where: related(inverse, whereKey(key)) });
  if (found !== null) return;
  throw new FootingError("FTG_NOT_FOUND", {
    detail: `No ${child.name} with the key ${JSON.stringify(refValue(child, key))} is among ${field.name}.`,
  });
}

async function requireOne(inverse: Inverse): Promise<RowKey> {
  const { composition, child, field } = inverse;
  const key = await findRow(composition, child, { where: related(inverse, {}) });
  if (key !== null) return key;
  throw new FootingError("FTG_NOT_FOUND", { detail: `There is no ${field.name}.` });
}

function requireOptional({ child, ref }: Inverse): void {
  if (ref.optional) return;
  throw createInvalid(
    `${child.name}.${ref.name} is required, so no ${child.name} can be without one.`,
    "Connect the rows elsewhere, or delete them.",
  );
}

function related({ field, owner }: Inverse, where: WhereQuery): WhereQuery {
  return { all: [{ [field.via]: { eq: owner } }, where] };
}

function readKeys(model: ModelSchema, items: readonly unknown[]): readonly RowKey[] {
  const keys = items.map((item, index) => atPathSync(`/${index}`, () => readKey(model, item)));
  return [...new Map(keys.map((key) => [JSON.stringify(key), key])).values()];
}
