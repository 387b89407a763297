/** The creating phase: one row or many, with what the create rule forces filled in. */
import { type Returning, resolveCreate, resolveUpdate, type WrittenPart } from "../passes/resolve-write.ts";
import { type CreatePlan, createPlan, type UpdatePlan } from "../plan/plan.ts";
import { always } from "../plan/predicate-node.ts";
import type { CreateManyQuery, CreateQuery, DataQuery } from "../plan/query.ts";
import { type Clock, createClock } from "../schema/fill-row.ts";
import type { ModelSchema } from "../schema/schema-model.ts";
import type { Values } from "../stores/contract/store.ts";
import type { Actor } from "./actor.ts";
import { atPath, atPathSync } from "./at-path.ts";
import { type GuardedRows, groupRows, guardFields } from "./guard-fields.ts";
import { bindPrepared, type Prepared } from "./prepared.ts";
import { findModel, type Run, renderParts, validateData } from "./run.ts";
import { ShapeKey } from "./shape-key.ts";
import {
  collectForced,
  collectLinks,
  createKeyFilter,
  findFiller,
  type ModelFiller,
  type WrittenValues,
} from "./write-input.ts";
import { writeRows } from "./write-rows.ts";

/** A model, on whose behalf it is written, and what its create rule forces into each row. */
interface CreateJob {
  readonly model: ModelSchema;
  readonly actor: Actor;
  readonly forced: DataQuery;
  /** The fields of `forced`. */
  readonly forcedNames: readonly string[];
  readonly filler: ModelFiller;
  readonly clock: Clock;
}

/** A created row that still wants its links. */
interface LinkedRow {
  readonly key: DataQuery;
  readonly links: WrittenValues;
  readonly guarded: readonly string[];
}

/** A row that was created. */
export interface CreatedRow {
  /** Null when the actor may not read it. */
  readonly json: string | null;
  readonly key: DataQuery;
}

/** Creates one row; errors as in `Executor`. */
export async function runCreate(run: Run, query: CreateQuery, actor: Actor): Promise<string | null> {
  const { prepared, values } = prepareRow(run, query, actor);
  const { json } = await run.session.execute(prepared.compiled.statement, values);
  return json;
}

/** The same with the key of the row. */
export async function runCreateKeyed(run: Run, query: CreateQuery, actor: Actor): Promise<CreatedRow> {
  const { prepared, values, row, model } = prepareRow(run, query, actor);
  const { json } = await run.session.execute(prepared.compiled.statement, values);
  return { json, key: createKeyFilter(model, findFiller(run.parts.fillers, model).parts, row) };
}

/**
 * Creates rows in the open transaction of `run`; errors as in `Executor`, led by the place of the row: `/3/title`.
 * Where the model has links, rows come first and their links after, so that rows of one call may link to each
 * other; the create rule judges a row when it has its links.
 */
export function runCreateMany(run: Run, query: CreateManyQuery, actor: Actor): Promise<number> {
  return insertRows(run, query, { actor, keys: null });
}

/** The same, answering the keys of the rows. */
export async function runCreateManyKeyed(
  run: Run,
  query: CreateManyQuery,
  actor: Actor,
): Promise<readonly DataQuery[]> {
  const keys: DataQuery[] = [];
  await insertRows(run, query, { actor, keys });
  return keys;
}

async function insertRows(
  run: Run,
  query: CreateManyQuery,
  { actor, keys }: { readonly actor: Actor; readonly keys: DataQuery[] | null },
): Promise<number> {
  const job = createJob(run, query.model, actor);
  const { parts, links } = job.filler;
  const linksFollow = links.length > 0;
  const linked: LinkedRow[] | null = linksFollow ? [] : null;
  let created = 0;
  for (const group of groupRows(run, job.model, { rows: query.data, actor })) {
    const prepared = prepareCreate(run, job, { parts, returning: null, linksFollow, guarded: group.guarded });
    const rows = fillRows(run, job, { query, group, prepared, linked, keys });
    created += await writeRows(run, { prepared, rows, start: group.start });
  }
  for (const [index, row] of (linked ?? []).entries()) await atPath(`/${index}`, () => runLinks(run, job, row));
  return created;
}

function prepareRow(
  run: Run,
  query: CreateQuery,
  actor: Actor,
): {
  readonly prepared: Prepared<CreatePlan>;
  readonly values: Values;
  readonly row: readonly unknown[];
  readonly model: ModelSchema;
} {
  const job = createJob(run, query.model, actor);
  const { row, links } = fillRow(run, job, query.data);
  const parts = [...job.filler.parts, ...links.parts];
  const guarded = guardFields(run, job.model, { data: run.sent?.[0] ?? query.data, actor });
  const prepared = prepareCreate(run, job, { parts, returning: query.select, guarded });
  return { prepared, values: bindPrepared(prepared, query, [...row, ...links.values]), row, model: job.model };
}

function createJob(run: Run, name: string, actor: Actor): CreateJob {
  const model = findModel(run, name);
  const outcome = run.parts.planner.demand(name, "create", actor);
  const forced = collectForced(model, outcome.answer);
  const filler = findFiller(run.parts.fillers, model);
  return { model, actor, forced, forcedNames: Object.keys(forced), filler, clock: run.clock ?? createClock() };
}

/** What a create gives and gets back, and whether its links are a later step that judges it. */
interface CreateShape {
  readonly parts: readonly WrittenPart[];
  readonly returning: Returning;
  /** The fields with a write rule that the caller sets. */
  readonly guarded: readonly string[];
  readonly linksFollow?: boolean;
}

function prepareCreate(
  run: Run,
  { model, actor }: CreateJob,
  { parts, returning, guarded, linksFollow = false }: CreateShape,
): Prepared<CreatePlan> {
  return run.parts.planner.prepare<CreatePlan>({
    actor,
    model: model.name,
    operation: "create",
    guarded,
    shape:
      returning === null
        ? new ShapeKey("many").addText(renderParts(parts))
        : new ShapeKey("one").addText(renderParts(parts)).addQuery({ select: returning }),
    resolve: (context) => {
      const plan = resolveCreate(context, model, { parts, returning });
      return linksFollow ? createPlan({ ...plan, check: always }) : plan;
    },
  });
}

function fillRow(
  run: Run,
  { model, actor, forced, forcedNames, filler, clock }: CreateJob,
  data: DataQuery,
): { row: readonly unknown[]; links: WrittenValues } {
  const absent = forcedNames.filter((name) => model.fields[name]?.hidden === false && data[name] === undefined);
  const given =
    absent.length === 0 ? data : { ...data, ...Object.fromEntries(absent.map((name) => [name, forced[name]])) };
  validateData(run, { model, operation: "create", data: given, actor });
  const row = filler.fill(forcedNames.length === 0 ? given : { ...forced, ...given }, clock);
  return { row, links: collectLinks(filler.links, given) };
}

/** Rows on their way to the store, and where to note what comes after them. */
interface RowStream {
  readonly query: CreateManyQuery;
  readonly group: GuardedRows;
  readonly prepared: Prepared<CreatePlan>;
  readonly linked: LinkedRow[] | null;
  readonly keys: DataQuery[] | null;
}

function* fillRows(run: Run, job: CreateJob, { query, group, prepared, linked, keys }: RowStream): Generator<Values> {
  let index = group.start;
  for (const data of group.rows) {
    const { row, links } = atPathSync(`/${index}`, () => fillRow(run, job, data));
    const key = linked === null && keys === null ? null : createKeyFilter(job.model, job.filler.parts, row);
    if (key !== null) {
      linked?.push({ key, links, guarded: group.guarded });
      keys?.push(key);
    }
    index += 1;
    yield bindPrepared(prepared, query, row);
  }
}

/** Gives a created row its links and judges it by the create rule. */
async function runLinks(run: Run, { model, actor }: CreateJob, { key, links, guarded }: LinkedRow): Promise<void> {
  const query = { model: model.name, key };
  const prepared = run.parts.planner.prepare<UpdatePlan>({
    actor,
    model: model.name,
    operation: "create",
    guarded,
    shape: new ShapeKey("links").addText(renderParts(links.parts)),
    resolve: (context) => {
      const plan = resolveUpdate(context, model, { target: { key }, parts: links.parts, returning: null });
      return createPlan({ ...plan, target: { ...plan.target, readable: always, allowed: always } });
    },
  });
  await run.session.execute(prepared.compiled.statement, bindPrepared(prepared, query, links.values));
}
