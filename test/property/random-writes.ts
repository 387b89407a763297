/** Random writes, valid for the most part: what they may collide with is already there. */

import type { Actor } from "../../src/engine/actor.ts";
import { runDry } from "../../src/engine/dry-run.ts";
import type { Executor } from "../../src/engine/executor.ts";
import { FootingError } from "../../src/errors/footing-error.ts";
import type { DataQuery, WhereQuery } from "../../src/plan/query.ts";
import { isKept, isVersioned, keepsDeleted } from "../../src/schema/kept-fields.ts";
import { listPatches } from "../../src/schema/patches.ts";
import type {
  Field,
  JsonValue,
  ManyToManyField,
  ModelSchema,
  RefField,
  ScalarField,
} from "../../src/schema/schema-model.ts";
import type { Random } from "./random.ts";
import { nest } from "./random-nested.ts";
import { drawModel } from "./random-query.ts";
import { drawValue } from "./random-values.ts";
import { drawWhere, type WhereSource } from "./random-where.ts";

/** The keys that rows of each model have, as a ref to them would hold. */
export type Keys = ReadonlyMap<string, readonly JsonValue[]>;

/** A write that can run on any engine. */
export interface DrawnWrite {
  readonly label: string;
  readonly run: (executor: Executor, actor: Actor) => Promise<unknown>;
  /** True when several constraints may be broken by different rows, and any of them may be named. */
  readonly many: boolean;
  /** True when it is one step, judged as a whole. */
  readonly isOne: boolean;
}

/** What writes are drawn from. */
export interface WriteSource extends WhereSource {
  readonly keys: Keys;
}

/** One write. */
export function drawWrite(source: WriteSource): DrawnWrite {
  const { random, schema } = source;
  const model = drawModel(random, schema);
  const draw = random.pick([
    drawCreate,
    drawCreate,
    drawCreateMany,
    drawUpdate,
    drawUpdate,
    drawUpdateMany,
    drawDelete,
    drawDelete,
    drawDeleteMany,
    drawRestore,
    drawPreview,
    drawNestedCreate,
    drawNestedUpdate,
    drawNestedUpdate,
    drawUpsert,
    drawUpsertMany,
    drawUpdateEach,
    drawTransaction,
    drawAttempt,
  ]);
  return draw(source, model);
}

/** The data of a new row. */
export function drawNewRow(source: WriteSource, model: ModelSchema): DataQuery {
  const { random } = source;
  const entries = Object.values(model.fields).flatMap((field): [string, unknown][] => {
    if (!isWritable(field) || (field.hidden && !source.hidden)) return [];
    if (field.kind === "manyToMany") return random.chance(0.5) ? [[field.name, drawLinks(source, field.model)]] : [];
    if (field.optional && random.chance(0.3)) return random.chance(0.5) ? [] : [[field.name, null]];
    return [[field.name, drawFieldValue(source, field)]];
  });
  return Object.fromEntries(entries);
}

function drawCreate(source: WriteSource, model: ModelSchema): DrawnWrite {
  const query = { model: model.name, data: drawNewRow(source, model), select: selectAll(source, model) };
  return write("create", query, (executor, actor) => executor.create(query, actor));
}

function drawCreateMany(source: WriteSource, model: ModelSchema): DrawnWrite {
  const query = {
    model: model.name,
    data: source.random.times(source.random.int(0, 3), () => drawNewRow(source, model)),
  };
  return write("createMany", query, (executor, actor) => executor.createMany(query, actor));
}

function drawUpdate(source: WriteSource, model: ModelSchema): DrawnWrite {
  const query = {
    model: model.name,
    key: drawKey(source, model),
    data: drawChanges(source, model),
    ...drawExpected(source, model),
    select: selectAll(source, model),
  };
  return write("update", query, (executor, actor) => executor.update(query, actor));
}

function drawUpdateMany(source: WriteSource, model: ModelSchema): DrawnWrite {
  const query = {
    model: model.name,
    ...drawTargets(source, model),
    data: drawChanges(source, model),
    ...drawBound(source),
  };
  return { ...write("updateMany", query, (executor, actor) => executor.updateMany(query, actor)), many: true };
}

function drawDelete(source: WriteSource, model: ModelSchema): DrawnWrite {
  const query = {
    model: model.name,
    key: drawKey(source, model),
    ...drawExpected(source, model),
    ...drawPermanently(source, model),
    select: selectAll(source, model),
  };
  return write("delete", query, (executor, actor) => executor.delete(query, actor));
}

function drawDeleteMany(source: WriteSource, model: ModelSchema): DrawnWrite {
  const query = {
    model: model.name,
    ...drawTargets(source, model),
    ...drawBound(source),
    ...drawPermanently(source, model),
  };
  return write("deleteMany", query, (executor, actor) => executor.deleteMany(query, actor));
}

/** Of a model that keeps no deleted rows it is refused. */
function drawRestore(source: WriteSource, model: ModelSchema): DrawnWrite {
  const query = { model: model.name, key: drawKey(source, model), select: selectAll(source, model) };
  return write("restore", query, (executor, actor) => executor.restore(query, actor));
}

/** Changes nothing, which is worth a look as well. */
function drawPreview(source: WriteSource, model: ModelSchema): DrawnWrite {
  const query = { model: model.name, key: drawKey(source, model), ...drawPermanently(source, model) };
  return write("previewDelete", query, (executor, actor) => executor.previewDelete(query, actor));
}

function drawPermanently({ random }: WriteSource, model: ModelSchema): { readonly permanently?: boolean } {
  return keepsDeleted(model) && random.chance(0.4) ? { permanently: true } : {};
}

function drawNestedCreate(source: WriteSource, model: ModelSchema): DrawnWrite {
  const data = nest(source, model, { use: "create", depth: 2 }, drawNewRow(source, model));
  const query = { model: model.name, data, select: selectAll(source, model) };
  return { ...write("create", query, (executor, actor) => executor.create(query, actor)), many: true, isOne: false };
}

function drawNestedUpdate(source: WriteSource, model: ModelSchema): DrawnWrite {
  const data = nest(source, model, { use: "update", depth: 2 }, drawChanges(source, model));
  const query = { model: model.name, key: drawKey(source, model), data, select: selectAll(source, model) };
  return { ...write("update", query, (executor, actor) => executor.update(query, actor)), many: true, isOne: false };
}

/** By the key, or by a unique field. */
function drawUpsert(source: WriteSource, model: ModelSchema): DrawnWrite {
  const { random } = source;
  const row = drawNewRow(source, model);
  const unique = random.pick([undefined, ...model.indexes.filter((index) => index.unique)]);
  const isGiven = unique?.fields.every((name) => row[name] !== undefined && row[name] !== null) === true;
  const key: WhereQuery = isGiven ? pick(row, unique?.fields ?? []) : drawKey(source, model);
  const create = Object.fromEntries(Object.entries(row).filter(([name]) => !(name in key)));
  const nested = random.chance(0.3);
  const query = {
    model: model.name,
    key,
    create: nested ? nest(source, model, { use: "create", depth: 1 }, create) : create,
    update: drawChanges(source, model),
    select: selectAll(source, model),
  };
  return { ...write("upsert", query, (executor, actor) => executor.upsert(query, actor)), many: nested, isOne: false };
}

function drawUpsertMany(source: WriteSource, model: ModelSchema): DrawnWrite {
  const { random } = source;
  const keys = model.key.map((part) => part.field);
  const data = random.times(random.int(0, 3), () => ({
    ...drawNewRow(source, model),
    ...pick(drawKey(source, model), keys),
  }));
  const names = Object.keys(data[0] ?? {}).filter((name) => !keys.includes(name));
  const query = { model: model.name, data, ...(random.chance(0.5) && { update: random.some(names, 3) }) };
  return {
    ...write("upsertMany", query, (executor, actor) => executor.upsertMany(query, actor)),
    many: true,
    isOne: false,
  };
}

function drawUpdateEach(source: WriteSource, model: ModelSchema): DrawnWrite {
  const { random } = source;
  // Rows that change the same fields are written together, those of several fields one after the other.
  const shared = random.chance(0.6) ? chooseFields(source, model) : null;
  const rows = random.times(random.int(0, shared === null ? 3 : 5), () => ({
    key: drawKey(source, model),
    data: shared === null ? drawChanges(source, model) : changeFields(source, shared),
  }));
  const query = { model: model.name, rows };
  return { ...write("updateEach", query, (executor, actor) => executor.updateEach(query, actor)), isOne: false };
}

/** Two writes that stand or fall together; sometimes they fall although both went well. */
function drawTransaction(source: WriteSource): DrawnWrite {
  const first = drawWrite(source);
  const second = drawWrite(source);
  const undone = source.random.chance(0.3);
  return {
    label: `transaction(${first.label}; ${second.label}${undone ? "; undone" : ""})`,
    many: first.many || second.many,
    isOne: false,
    run: (executor, actor) =>
      executor.transaction(async (inner) => {
        const answers = [await first.run(inner, actor), await second.run(inner, actor)];
        if (undone) throw new Undo();
        return answers;
      }),
  };
}

/** A write whose second part is undone, and whose third is done all the same. */
function drawAttempt(source: WriteSource): DrawnWrite {
  const [first, second, third] = [drawWrite(source), drawWrite(source), drawWrite(source)];
  return {
    label: `transaction(${first.label}; undone ${second.label}; ${third.label})`,
    many: first.many || second.many || third.many,
    isOne: false,
    run: (executor, actor) =>
      executor.transaction(async (inner) => {
        const before = await first.run(inner, actor);
        const tried = await runDry(inner, (part) => second.run(part, actor)).catch(describeFailure);
        return [before, tried, await third.run(inner, actor)];
      }),
  };
}

function describeFailure(error: unknown): string {
  if (error instanceof Undo) return "undone";
  if (error instanceof FootingError) return `${error.code}: ${error.message}`;
  throw error;
}

/** Rows are updated a few times at most, so that some of these versions are there. */
function drawExpected(
  { random }: WriteSource,
  model: ModelSchema,
): { readonly ifVersion?: number | readonly number[] } {
  if (random.chance(isVersioned(model) ? 0.6 : 0.98)) return {};
  const version = () => random.int(1, 3);
  return { ifVersion: random.chance(0.7) ? version() : random.times(random.int(0, 3), version) };
}

function drawBound({ random }: WriteSource): { readonly atMost?: number } {
  return random.chance(0.4) ? { atMost: random.int(1, 4) } : {};
}

/** What a transaction is undone with on purpose. */
export class Undo extends Error {}

function write(name: string, query: object, run: DrawnWrite["run"]): DrawnWrite {
  return { label: `${name} ${JSON.stringify(query)}`, run, many: false, isOne: true };
}

/** New values of some fields, or what to calculate of the old ones. */
export function drawChanges(source: WriteSource, model: ModelSchema): DataQuery {
  return changeFields(source, chooseFields(source, model));
}

function chooseFields(source: WriteSource, model: ModelSchema): readonly Field[] {
  const keys = new Set(model.key.map((part) => part.field));
  const fields = Object.values(model.fields).filter(
    (field) => !keys.has(field.name) && isWritable(field) && (source.hidden || !field.hidden),
  );
  return source.random.shuffle(fields).slice(0, source.random.int(source.random.chance(0.05) ? 0 : 1, 3));
}

function changeFields(source: WriteSource, chosen: readonly Field[]): DataQuery {
  return Object.fromEntries(
    chosen.map((field) => [field.name, drawCalculation(source, field) ?? drawChange(source, field)]),
  );
}

/** Null for a field that is no number, and mostly for one that is. */
function drawCalculation({ random }: WriteSource, field: Field): unknown {
  if (field.kind !== "scalar" || field.type.list || random.chance(0.6)) return null;
  const { kind } = field.type;
  if (kind !== "int" && kind !== "bigint" && kind !== "float" && kind !== "decimal") return null;
  const number = random.pick([0, 1, 2, 3, 1000]);
  return {
    [random.pick(["increment", "decrement", "multiply"])]: kind === "int" || kind === "float" ? number : String(number),
  };
}

function pick(row: Readonly<Record<string, unknown>>, names: readonly string[]): WhereQuery {
  // What is picked are values of a row.
  return Object.fromEntries(
    names.filter((name) => row[name] !== undefined).map((name) => [name, row[name]]),
  ) as WhereQuery;
}

/** A new value of a field. */
export function drawChange(source: WriteSource, field: Field): unknown {
  if (field.kind === "manyToMany") return drawLinks(source, field.model);
  if (field.kind !== "scalar" && field.kind !== "ref") throw new Error(`${field.name} cannot be written`);
  const verbs = field.kind === "scalar" ? listPatches(field.type) : [];
  if (field.kind === "scalar" && verbs.length > 0 && source.random.chance(0.4)) {
    const verb = source.random.pick(verbs);
    return { [verb]: verb === "merge" ? drawMerge(source.random) : drawValue(source.random, field.type) };
  }
  return field.optional && source.random.chance(0.3) ? null : drawFieldValue(source, field);
}

/** Reaches into the samples of json, and makes more of the kind. */
function drawMerge(random: Random): unknown {
  return random.pick([{ b: null }, { a: { x: [null] }, "1": 2 }, {}, { "": { deep: { a: null, "0": "é" } } }]);
}

function drawFieldValue(source: WriteSource, field: Field): unknown {
  if (field.kind === "scalar") return drawValue(source.random, field.type);
  if (field.kind !== "ref") throw new Error(`${field.name} cannot be written`);
  return drawExistingKey(source, field.model) ?? drawAnyKey(source, field.model);
}

function isWritable(field: Field): field is ScalarField | RefField | ManyToManyField {
  return (field.kind === "scalar" && !isKept(field)) || field.kind === "ref" || field.kind === "manyToMany";
}

function drawLinks(source: WriteSource, model: string): unknown[] {
  const known = source.keys.get(model) ?? [];
  const keys: unknown[] = source.random.some(known, 4);
  return source.random.chance(0.15) ? [...keys, drawAnyKey(source, model), ...keys.slice(0, 1)] : keys;
}

/** Mostly the key of a row; sometimes of none. */
export function drawExistingKey({ random, keys }: WriteSource, model: string): JsonValue | null {
  const known = keys.get(model) ?? [];
  return known.length === 0 || random.chance(0.07) ? null : random.pick(known);
}

/** A key of the right form, mostly of no row. */
export function drawAnyKey(source: WriteSource, name: string): JsonValue {
  const parts = source.schema.models[name]?.key ?? [];
  const values = parts.map((part) => [part.field, drawValue(source.random, part.type)] as const);
  const [first] = values;
  return values.length === 1 && first !== undefined ? first[1] : Object.fromEntries(values);
}

function drawKey(source: WriteSource, model: ModelSchema): WhereQuery {
  const key = drawExistingKey(source, model.name) ?? drawAnyKey(source, model.name);
  const [part, ...others] = model.key;
  // A key of several parts is an object of them already.
  return part !== undefined && others.length === 0 ? { [part.field]: key } : (key as WhereQuery);
}

function drawTargets(source: WriteSource, model: ModelSchema): { readonly where?: WhereQuery; readonly all?: boolean } {
  return source.random.chance(0.2) ? { all: true } : { where: drawWhere(source, model, 2) };
}

function selectAll({ random, hidden }: WriteSource, model: ModelSchema): Readonly<Record<string, true>> {
  const fields = Object.values(model.fields).filter((field) => hidden || !field.hidden);
  return Object.fromEntries(random.shuffle(fields).map((field) => [field.name, true as const]));
}
