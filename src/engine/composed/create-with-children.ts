/**
 * Creates a row and rows that refer to it, asking for every statement before the first is answered: all keys are known
 * before. What takes more, or own code between the statements, it leaves to `write-nested.ts`.
 */
import type { CreateQuery, DataQuery } from "../../plan/query.ts";
import { MAX_RELATED } from "../../schema/related-json-schema.ts";
import { isValueField, type ModelSchema } from "../../schema/schema-model.ts";
import { isPlainObject } from "../../util/is-object.ts";
import type { Actor } from "../actor.ts";
import { atPath } from "../at-path.ts";
import type { Composition } from "./composition.ts";
import { assignKey, type RowKey, refValue, selectKey } from "./row-keys.ts";
import type { Hop, SplitData } from "./split-data.ts";
import { readRow } from "./write-nested.ts";

/** A row that is to be created, and what its data says of others. */
interface NewRow {
  readonly model: ModelSchema;
  readonly query: CreateQuery;
  readonly split: SplitData;
}

/** New rows of one model that refer to the row. */
interface Children {
  readonly model: ModelSchema;
  /** With their keys. */
  readonly rows: readonly DataQuery[];
  /** Where their data stands, and where that of a single one does. */
  readonly path: string;
  readonly pathOfOne: string;
}

/** A row with its children, as they will be created. */
export interface Family {
  readonly model: ModelSchema;
  readonly query: CreateQuery;
  /** With its key. */
  readonly data: DataQuery;
  readonly key: RowKey;
  readonly children: readonly Children[];
  /** Whether what the create answers is the row as it is at the end, whatever becomes of other rows. */
  readonly isAnswered: boolean;
}

/** The family, where the data is one row and, one level below, new rows that refer to it, with keys that are known; or null. */
export function planFamily(models: Readonly<Record<string, ModelSchema>>, row: NewRow, actor: Actor): Family | null {
  const { model, query, split } = row;
  const assigned = assignKey(model, split.own);
  if (assigned === null) return null;
  const owner = refValue(model, assigned.key);
  const children = split.hops.map((hop) => planChildren(models, hop, owner));
  const known = children.filter((each) => each !== null);
  if (known.length < children.length) return null;
  return { model, query, ...assigned, children: known, isAnswered: isAnswered(row, actor) };
}

/**
 * Whether new rows of the model are one statement: links come in statements of their own, and so may rows whose fields not
 * all may set.
 */
export function isOneStatement({ fields }: ModelSchema): boolean {
  return Object.values(fields).every(({ kind, access }) => kind !== "manyToMany" && access === undefined);
}

/** The statements that creating the family takes when nothing is to be read behind; null when something is. */
export function countStatements({ children, isAnswered }: Family): number | null {
  return isAnswered ? 1 + children.filter(({ rows }) => rows.length > 0).length : null;
}

/**
 * JSON text of the new row, or null when the actor may not read it. Statements follow those that fail, so that nothing may
 * remain of the transaction then.
 */
export async function createWithChildren(composition: Composition, family: Family): Promise<string | null> {
  const { executor, actor } = composition;
  const { model, query, data, key, children } = family;
  const select = family.isAnswered ? query.select : selectKey(model);
  const created = executor.create({ model: model.name, data, ...(select !== undefined && { select }) }, actor);
  const answers = [created, ...children.map((each) => createChildren(composition, each))];
  // The first failure in the order of the statements is the answer.
  for (const answer of await Promise.allSettled(answers)) if (answer.status === "rejected") throw answer.reason;
  return family.isAnswered ? created : readRow(composition, { model, key, select: query.select });
}

async function createChildren(
  { executor, actor }: Composition,
  { model, rows, path, pathOfOne }: Children,
): Promise<unknown> {
  const [data] = rows;
  if (data === undefined) return undefined;
  if (rows.length > 1) return atPath(path, () => executor.createMany({ model: model.name, data: rows }, actor));
  return atPath(pathOfOne, () => executor.create({ model: model.name, data, select: selectKey(model) }, actor));
}

function planChildren(
  models: Readonly<Record<string, ModelSchema>>,
  { field, verbs }: Hop,
  owner: unknown,
): Children | null {
  const model = models[field.model];
  const given = verbs.get("create");
  if (model === undefined || verbs.size > 1 || (field.kind !== "many" && field.kind !== "one")) return null;
  const items = field.kind === "many" ? given : [given];
  if (!isOneStatement(model) || !Array.isArray(items) || items.length > MAX_RELATED) return null;
  const rows = items.map((item) => (isLeaf(model, item, field.via) ? { ...item, [field.via]: owner } : null));
  const keyed = rows.map((row) => (row === null ? null : assignKey(model, row)));
  const known = keyed.filter((row) => row !== null);
  if (known.length < keyed.length) return null;
  const path = `/${field.name}/create`;
  const pathOfOne = field.kind === "many" ? `${path}/0` : path;
  return { model, rows: known.map(({ data }) => data), path, pathOfOne };
}

/** Whether the data says nothing of related rows, but for keys, and leaves the ref to the row alone. */
function isLeaf(model: ModelSchema, data: unknown, via: string): data is DataQuery {
  if (!isPlainObject(data) || data[via] !== undefined) return false;
  for (const name in data) {
    if (!isPlainObject(data[name])) continue;
    const field = Object.hasOwn(model.fields, name) ? model.fields[name] : undefined;
    if (field !== undefined && !isValueField(field)) return false;
  }
  return true;
}

function isAnswered({ model, query: { select } }: NewRow, actor: Actor): boolean {
  if (actor.kind !== "system" && model.access.read !== "everyone") return false;
  if (select === undefined)
    return Object.values(model.fields).every(({ kind, access }) => kind !== "computed" && access === undefined);
  return Object.entries(select).every(([name, asked]) => {
    const field = Object.hasOwn(model.fields, name) ? model.fields[name] : undefined;
    return asked === true && (field?.kind === "scalar" || field?.kind === "ref") && field.access === undefined;
  });
}
