/** One random world: a schema, its rules, and engines on stores that all hold the same rows. */
import { type Actor, createActor, systemActor } from "../../src/engine/actor.ts";
import { createEngine } from "../../src/engine/engine.ts";
import type { Executor } from "../../src/engine/executor.ts";
import { FootingError } from "../../src/errors/footing-error.ts";
import type { SelectQuery } from "../../src/plan/query.ts";
import { createSchema, type DeclaredSchema } from "../../src/schema/create-schema.ts";
import { keepsDeleted } from "../../src/schema/kept-fields.ts";
import { model } from "../../src/schema/model.ts";
import type { RuleTable, User } from "../../src/schema/rules.ts";
import type { JsonValue, ModelSchema, ScalarType, Schema } from "../../src/schema/schema-model.ts";
import { isValueField } from "../../src/schema/schema-model.ts";
import type { Store } from "../../src/stores/contract/store.ts";
import { withSecret } from "../conformance/stores.ts";
import { keyOf, type NaiveData, type NaiveRow } from "./naive-oracle.ts";
import type { Random } from "./random.ts";
import { createRules, type DrawnRules, drawRules, drawUser } from "./random-rules.ts";
import { addVersions, type DrawnModel, drawModels } from "./random-schema.ts";
import { drawValue } from "./random-values.ts";
import type { WhereSource } from "./random-where.ts";
import { drawNewRow, type Keys, Undo } from "./random-writes.ts";

/** A schema with rules. */
export interface World {
  readonly schema: Schema;
  readonly ruleTable: RuleTable;
  /** The same rules as data. */
  readonly rules: DrawnRules;
}

/** What a call came to: its answer, or the error as a caller sees it. */
export type Outcome =
  | { readonly answer: unknown }
  | { readonly code: string; readonly detail: string; readonly fix: string; readonly problems: unknown };

const secret = Buffer.alloc(32, 7);

/** Draws a schema and its rules. Versions are left out on request: they show that something changed, and are meant to. */
export function drawWorld(random: Random, { versions = true }: { readonly versions?: boolean } = {}): World {
  const drawn = drawModels(random);
  const models = versions ? addVersions(random, drawn) : drawn;
  const rules = drawRules(random, declare(models, {}).schema);
  const { schema, rules: ruleTable } = declare(models, createRules(rules));
  return { schema, ruleTable, rules };
}

/** Opens a store for the world and makes an engine on it. Cursors are the same in all engines of a world. */
export async function openEngine(world: World, store: Store): Promise<Executor> {
  await store.open(world.schema, { createTables: true });
  return createEngine({
    schema: world.schema,
    rules: createRules(world.rules),
    store: withSecret(store, secret),
    limits: { maxNodes: 5000, maxCost: 1_000_000 },
  });
}

/** Draws rows and creates them, as the system, on every engine; what the first engine refuses the others must refuse too. */
export async function fillWorld(random: Random, world: World, engines: readonly Executor[]): Promise<void> {
  const models = Object.values(world.schema.models);
  const keys = new Map<string, JsonValue[]>(models.map((each) => [each.name, []]));
  for (const each of [...models, ...models, ...random.shuffle(models)]) {
    const source = { ...createSource(random, world, keys), hidden: true };
    for (const data of random.times(random.int(2, 4), () => drawNewRow(source, each))) {
      const query = { model: each.name, data, select: keySelect(each) };
      const outcomes = await Promise.all(engines.map((engine) => attempt(() => engine.create(query, systemActor))));
      const [first] = outcomes;
      if (first !== undefined && "answer" in first) keys.get(each.name)?.push(keyOf(each, parseRow(first.answer)));
    }
  }
}

/** Everything a store holds, as the system sees it; `withDeleted` also the deleted rows. */
export async function dump(world: World, engine: Executor, withDeleted = false): Promise<NaiveData> {
  const entries = Object.values(world.schema.models).map(async (each): Promise<[string, readonly NaiveRow[]]> => {
    const deleted = withDeleted && keepsDeleted(each) ? ({ deleted: "include" } as const) : {};
    const { json } = await engine.read(
      { model: each.name, select: dumpSelect(world.schema, each), limit: 100, ...deleted },
      systemActor,
    );
    const rows: readonly NaiveRow[] = JSON.parse(json);
    return [each.name, rows.map((row) => flattenLinks(world.schema, each, row))];
  });
  return Object.fromEntries(await Promise.all(entries));
}

/** The keys of all rows. */
export function keysOf(world: World, data: NaiveData): Keys {
  return new Map(
    Object.values(world.schema.models).map((each) => [
      each.name,
      (data[each.name] ?? []).map((row) => keyOf(each, row)),
    ]),
  );
}

/** What queries of a principal are drawn from. */
export function createSource(random: Random, world: World, keys: Keys): WhereSource & { readonly keys: Keys } {
  const value = (type: ScalarType) => drawValue(random, type);
  const key = (name: string) => {
    const known = keys.get(name) ?? [];
    const parts = world.schema.models[name]?.key ?? [];
    return parts.length > 1 || known.length === 0 ? null : random.pick(known);
  };
  return { random, schema: world.schema, hidden: false, value, key, keys };
}

/** The system now and then, otherwise a principal. */
export function drawActor(random: Random, world: World): { readonly actor: Actor; readonly user: User | null } {
  const user = drawUser(random, world.rules);
  return { user, actor: random.chance(0.15) ? systemActor : createActor(user) };
}

/** Runs a call; errors that a caller may see are outcomes, all others are bugs and rise. */
export async function attempt(run: () => Promise<unknown>): Promise<Outcome> {
  try {
    return { answer: await run() };
  } catch (error) {
    if (error instanceof Undo) return { answer: "undone" };
    if (!(error instanceof FootingError) || error.code === "FTG_INTERNAL") throw error;
    return { code: error.code, detail: error.message, fix: error.fix, problems: error.problems };
  }
}

/** Who asks, for a failure's message. */
export function describeCaller(actor: Actor): string {
  return actor.kind === "system" ? "system" : `principal ${JSON.stringify(actor.user)}`;
}

/** The schema and rules, for a failure's message. */
export function describeWorld({ schema, rules }: World): string {
  const models = Object.values(schema.models).map(({ name, key, fields, indexes, checks }) => {
    const lines = Object.values(fields).map((field) => `  ${JSON.stringify(field)}`);
    const own = rules.templates[name];
    return [
      `${name} key ${key.map((part) => part.field).join(", ")} rules ${JSON.stringify({ ...own, fields: rules.fields[name] })}`,
      ...lines,
      `  ${JSON.stringify({ indexes, checks })}`,
    ].join("\n");
  });
  return models.join("\n");
}

function declare(
  models: Readonly<Record<string, DrawnModel>>,
  access: Readonly<Record<string, object>>,
): DeclaredSchema {
  const declared = Object.entries(models).map(([name, drawn]) => [
    name,
    model(drawn.fields, { ...drawn.options, access: access[name] ?? {} }),
  ]);
  return createSchema(Object.fromEntries(declared));
}

function keySelect(each: ModelSchema): SelectQuery {
  return Object.fromEntries(each.key.map((part) => [part.field, true as const]));
}

function dumpSelect(schema: Schema, each: ModelSchema): SelectQuery {
  const entries = Object.values(each.fields).flatMap((field): [string, SelectQuery[string]][] => {
    if (isValueField(field) || field.kind === "ref") return [[field.name, true]];
    const target = schema.models[field.model];
    return field.kind === "manyToMany" && target !== undefined
      ? [[field.name, { select: keySelect(target), limit: 100 }]]
      : [];
  });
  return Object.fromEntries(entries);
}

function flattenLinks(schema: Schema, each: ModelSchema, row: NaiveRow): NaiveRow {
  const entries = Object.entries(row).map(([name, value]) => {
    const field = each.fields[name];
    const target = field?.kind === "manyToMany" ? schema.models[field.model] : undefined;
    if (target === undefined || !Array.isArray(value)) return [name, value];
    return [name, value.map((item: NaiveRow) => keyOf(target, item))];
  });
  return Object.fromEntries(entries);
}

function parseRow(json: unknown): NaiveRow {
  if (typeof json !== "string") throw new Error("the system may read what it creates");
  return JSON.parse(json);
}
