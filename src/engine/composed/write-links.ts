/**
 * What a write says of the rows of a manyToMany. Rows are created, changed and ended before the write; it then links
 * and unlinks them itself, under its own rule.
 */
import { FootingError } from "../../errors/footing-error.ts";
import type { DataQuery } from "../../plan/query.ts";
import type { Verb } from "../../schema/related-verbs.ts";
import type { ManyToManyField, ModelSchema } from "../../schema/schema-model.ts";
import { atPath } from "../at-path.ts";
import {
  type Composition,
  createRow,
  createRows,
  findRow,
  modelOf,
  readItems,
  readMembers,
  readObject,
} from "./composition.ts";
import { joinKey, type RowKey, readKey, refValue, selectKey, whereKey } from "./row-keys.ts";
import type { Owner } from "./write-ref.ts";

interface Links {
  readonly composition: Composition;
  readonly owner: Owner;
  readonly field: ManyToManyField;
  readonly target: ModelSchema;
  /** Keys of rows to link beside those that the caller named. */
  readonly added: unknown[];
}

/** Runs the verbs and answers what the write itself is to do with its links. */
export async function writeLinks(
  composition: Composition,
  owner: Owner,
  { field, verbs }: { readonly field: ManyToManyField; readonly verbs: ReadonlyMap<Verb, unknown> },
): Promise<DataQuery> {
  const links: Links = { composition, owner, field, target: modelOf(composition, field.model), added: [] };
  for (const [verb, given] of verbs) {
    await atPath(`/${field.name}/${verb}`, () => runVerb(links, verb, given));
  }
  const own = Object.fromEntries(
    (["set", "disconnect"] as const).filter((verb) => verbs.has(verb)).map((verb) => [verb, verbs.get(verb)]),
  );
  return { ...own, connect: links.added };
}

async function runVerb(links: Links, verb: Verb, given: unknown): Promise<void> {
  const items = readItems(given);
  switch (verb) {
    case "create":
      return addKeys(links, await createRows(links.composition, links.target, items.map(readObject)));
    case "connect":
      links.added.push(...items);
      return;
    case "set":
    case "disconnect":
      return;
    case "connectOrCreate":
    case "update":
    case "upsert":
    case "delete":
      for (const [index, item] of items.entries()) await atPath(`/${index}`, () => runItem(links, verb, item));
  }
}

async function runItem(
  links: Links,
  verb: "connectOrCreate" | "update" | "upsert" | "delete",
  item: unknown,
): Promise<void> {
  const { composition, target } = links;
  switch (verb) {
    case "connectOrCreate":
      return connectOrCreate(links, item);
    case "update": {
      const { key: value, data } = readMembers(item, ["key", "data"]);
      const key = await requireLinked(links, value);
      return atPath("/data", () => change(links, key, data));
    }
    case "upsert":
      return upsertLinked(links, item);
    case "delete": {
      const key = await requireLinked(links, item);
      await composition.executor.delete({ model: target.name, key, select: {} }, composition.actor);
    }
  }
}

async function connectOrCreate(links: Links, item: unknown): Promise<void> {
  const { key: value, create } = readMembers(item, ["key", "create"]);
  const key = readKey(links.target, value);
  const found = await findRow(links.composition, links.target, { where: whereKey(key) });
  addKeys(links, found === null ? await createWith(links, key, create) : [key]);
}

async function upsertLinked(links: Links, item: unknown): Promise<void> {
  const { key: value, create, update } = readMembers(item, ["key", "create", "update"]);
  const key = readKey(links.target, value);
  if (await isLinked(links, key)) return atPath("/update", () => change(links, key, update));
  addKeys(links, await createWith(links, key, create));
}

function createWith({ composition, target }: Links, key: RowKey, data: unknown): Promise<readonly RowKey[]> {
  return atPath("/create", async () => [await createRow(composition, target, joinKey(key, readObject(data)))]);
}

/** Changes a row that is known to be linked. */
async function change({ composition, target }: Links, key: RowKey, data: unknown): Promise<void> {
  const { executor, actor } = composition;
  await executor.update({ model: target.name, key, data: readObject(data), select: {} }, actor);
}

async function requireLinked(links: Links, value: unknown): Promise<RowKey> {
  const key = readKey(links.target, value);
  if (await isLinked(links, key)) return key;
  const { owner, field, target } = links;
  throw new FootingError("FTG_NOT_FOUND", {
    detail: `No ${target.name} with the key ${JSON.stringify(value)} is among ${field.name} of the ${owner.model.name}.`,
  });
}

/** Whether the writer sees the row among the linked ones. */
async function isLinked({ composition, owner, field, target }: Links, key: RowKey): Promise<boolean> {
  if (owner.key === null) return false;
  const related = { where: whereKey(key), select: selectKey(target), limit: 1 };
  const row = await findRow(composition, owner.model, {
    where: whereKey(owner.key),
    select: { [field.name]: related },
  });
  const found = row?.[field.name];
  return Array.isArray(found) && found.length > 0;
}

function addKeys({ added, target }: Links, keys: readonly RowKey[]): void {
  added.push(...keys.map((key) => refValue(target, key)));
}
