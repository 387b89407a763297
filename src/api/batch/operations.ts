/**
 * The operations a batch may hold, as data: the members each takes and how it runs. The parser reads by this table
 * and the API document is written from it.
 */
import type { Actor } from "../../engine/actor.ts";
import type { Executor, Total } from "../../engine/executor.ts";
import { FootingError } from "../../errors/footing-error.ts";
import type { DataQuery } from "../../plan/query.ts";
import type { ModelSchema, Operation } from "../../schema/schema-model.ts";
import { isObject } from "../../util/is-object.ts";
import type { MemberKind } from "./members.ts";
import { parseKey } from "./parse-key.ts";

/** What an operation answered. */
export interface Outcome {
  /** JSON text of its data, or the bytes of it. */
  readonly json: string | Buffer;
  /** Of a list: whether it goes on, and the cursor to go on with. */
  readonly page?: { readonly hasMore: boolean; readonly next: string | null; readonly total?: Total };
}

/** An operation ready to run: references are replaced and each member is of its kind. */
export interface OperationCall {
  readonly actor: Actor;
  readonly model: ModelSchema;
  readonly members: Readonly<Record<string, unknown>>;
  /** Rows that a bulk write may reach. */
  readonly maxAffected: number;
}

/** One kind of operation. */
export interface BatchOperation {
  /** The rule that decides who may do it. */
  readonly rule: Operation;
  /** True for what changes nothing although the rule of a write decides. */
  readonly isHarmless?: boolean;
  /** The members it takes beside `op`, `model` and `as`, by name. */
  readonly members: Readonly<Record<string, MemberKind>>;
  readonly required: readonly string[];
  readonly run: (executor: Executor, call: OperationCall) => Promise<Outcome>;
}

const first = { select: "select", where: "where", search: "search", orderBy: "orderBy", deleted: "deleted" } as const;
const slice = { limit: "limit", offset: "offset" } as const;
const find = { ...first, ...slice, after: "cursor", before: "cursor", count: "countForm" } as const;
const measures = {
  count: "flag",
  countDistinct: "names",
  sum: "names",
  avg: "names",
  min: "names",
  max: "names",
} as const;
const aggregate = {
  where: "where",
  search: "search",
  deleted: "deleted",
  groupBy: "groups",
  ...measures,
  having: "having",
  orderBy: "orderBy",
  ...slice,
} as const;
const bulk = { where: "bulkWhere", all: "all", atMost: "count" } as const;
const keyed = { key: "key", select: "select" } as const;
const versioned = { ...keyed, ifVersion: "version" } as const;
const ended = { permanently: "flag" } as const;
const upserted = { key: "unique", create: "data", update: "data", select: "select" } as const;

/** Whether an operation changes something. */
export function isWriting({ rule, isHarmless }: BatchOperation): boolean {
  return rule !== "read" && isHarmless !== true;
}

/** All operations, by the name that `op` gives. */
export const operations: Readonly<Record<string, BatchOperation>> = {
  find: { rule: "read", members: find, required: [], run: runFind },
  first: { rule: "read", members: first, required: [], run: runFirst },
  get: { rule: "read", members: { ...keyed, deleted: "deleted" }, required: ["key"], run: runGet },
  count: {
    rule: "read",
    members: { where: "where", search: "search", deleted: "deleted" },
    required: [],
    run: runCount,
  },
  aggregate: { rule: "read", members: aggregate, required: [], run: runAggregate },
  create: { rule: "create", members: { data: "data", select: "select" }, required: ["data"], run: runCreate },
  createMany: { rule: "create", members: { data: "rows" }, required: ["data"], run: runCreateMany },
  update: { rule: "update", members: { ...versioned, data: "data" }, required: ["key", "data"], run: runUpdate },
  updateMany: { rule: "update", members: { ...bulk, data: "data" }, required: ["data"], run: runUpdateMany },
  updateEach: { rule: "update", members: { rows: "changes" }, required: ["rows"], run: runUpdateEach },
  upsert: { rule: "create", members: upserted, required: ["key", "create", "update"], run: runUpsert },
  upsertMany: { rule: "create", members: { data: "rows", update: "names" }, required: ["data"], run: runUpsertMany },
  delete: { rule: "delete", members: { ...versioned, ...ended }, required: ["key"], run: runDelete },
  deleteMany: { rule: "delete", members: { ...bulk, ...ended }, required: [], run: runDeleteMany },
  restore: { rule: "delete", members: versioned, required: ["key"], run: runRestore },
  previewDelete: {
    isHarmless: true,
    rule: "delete",
    members: { key: "key", ...ended },
    required: ["key"],
    run: runPreviewDelete,
  },
};

async function runFind(executor: Executor, { model, members, actor }: OperationCall): Promise<Outcome> {
  const { json, hasMore, cursor, total } = await executor.readRaw({ ...members, model: model.name }, actor);
  return { json, page: { hasMore, next: cursor, ...(total !== undefined && { total }) } };
}

async function runFirst(executor: Executor, { model, members, actor }: OperationCall): Promise<Outcome> {
  const { json } = await executor.readRaw({ ...members, model: model.name, single: true }, actor);
  return { json };
}

function runGet(executor: Executor, { members: { key, ...members }, ...call }: OperationCall): Promise<Outcome> {
  return runFirst(executor, { ...call, members: { ...members, where: parseKey(call.model, key) } });
}

async function runCount(executor: Executor, { model, members, actor }: OperationCall): Promise<Outcome> {
  return renderValue(await executor.count({ ...members, model: model.name }, actor));
}

async function runAggregate(executor: Executor, { model, members, actor }: OperationCall): Promise<Outcome> {
  const { json, hasMore } = await executor.aggregate({ ...members, model: model.name }, actor);
  return { json, page: { hasMore, next: null } };
}

async function runCreate(executor: Executor, { model, members, actor }: OperationCall): Promise<Outcome> {
  const data = readObject(members["data"]);
  return renderRow(await executor.create({ ...members, model: model.name, data }, actor));
}

async function runCreateMany(executor: Executor, { model, members, actor }: OperationCall): Promise<Outcome> {
  return renderValue(await executor.createMany({ model: model.name, data: readRows(members["data"]) }, actor));
}

async function runUpdate(executor: Executor, { model, members, actor }: OperationCall): Promise<Outcome> {
  const [key, data] = [parseKey(model, members["key"]), readObject(members["data"])];
  return renderRow(await executor.update({ ...members, model: model.name, key, data }, actor));
}

async function runUpdateMany(executor: Executor, call: OperationCall): Promise<Outcome> {
  const { model, members, actor } = call;
  const data = readObject(members["data"]);
  const query = { ...members, model: model.name, data, atMost: readAtMost(call) };
  return renderValue(await executor.updateMany(query, actor));
}

async function runUpdateEach(executor: Executor, { model, members, actor }: OperationCall): Promise<Outcome> {
  const rows = readRows(members["rows"]).map(({ key, data }) => ({
    key: parseKey(model, key),
    data: readObject(data),
  }));
  return renderValue(await executor.updateEach({ model: model.name, rows }, actor));
}

async function runUpsert(executor: Executor, { model, members, actor }: OperationCall): Promise<Outcome> {
  // An object may name a unique field in place of the key; which is which is the engine's to find out.
  const key = isObject(members["key"]) ? members["key"] : parseKey(model, members["key"]);
  const [create, update] = [readObject(members["create"]), readObject(members["update"])];
  return renderRow(await executor.upsert({ ...members, model: model.name, key, create, update }, actor));
}

async function runUpsertMany(executor: Executor, { model, members, actor }: OperationCall): Promise<Outcome> {
  const data = readRows(members["data"]);
  return renderValue(await executor.upsertMany({ ...members, model: model.name, data }, actor));
}

async function runDelete(executor: Executor, { model, members, actor }: OperationCall): Promise<Outcome> {
  const key = parseKey(model, members["key"]);
  return renderRow(await executor.delete({ ...members, model: model.name, key }, actor));
}

async function runDeleteMany(executor: Executor, call: OperationCall): Promise<Outcome> {
  const { model, members, actor } = call;
  return renderValue(await executor.deleteMany({ ...members, model: model.name, atMost: readAtMost(call) }, actor));
}

/** How many rows a bulk write may reach. Throws FTG_QUERY for more than anybody may. */
function readAtMost({ members: { atMost }, maxAffected }: OperationCall): number {
  if (typeof atMost !== "number") return maxAffected;
  if (atMost <= maxAffected) return atMost;
  throw new FootingError("FTG_QUERY", {
    detail: `atMost: expected a whole number from 1 to ${maxAffected}, got ${atMost}.`,
    fix: `Give a whole number from 1 to ${maxAffected}, or leave it out: then it is ${maxAffected}.`,
  });
}

async function runRestore(executor: Executor, { model, members, actor }: OperationCall): Promise<Outcome> {
  const key = parseKey(model, members["key"]);
  return renderRow(await executor.restore({ ...members, model: model.name, key }, actor));
}

async function runPreviewDelete(executor: Executor, { model, members, actor }: OperationCall): Promise<Outcome> {
  const key = parseKey(model, members["key"]);
  return renderValue(await executor.previewDelete({ ...members, model: model.name, key }, actor));
}

/** A member that was checked to be an object. */
function readObject(value: unknown): DataQuery {
  if (isObject(value)) return value;
  throw new TypeError("The member was not checked.");
}

/** A member that was checked to be a list of objects. */
function readRows(value: unknown): readonly DataQuery[] {
  return Array.isArray(value) ? value.map(readObject) : [];
}

function renderValue(value: number | object): Outcome {
  return { json: JSON.stringify(value) };
}

/** A row that its writer may not read is null. */
function renderRow(json: string | null): Outcome {
  return { json: json ?? "null" };
}
