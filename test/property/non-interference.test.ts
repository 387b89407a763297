/**
 * What a principal may not see cannot be learned: with a hidden value changed, or a row that it cannot read,
 * not one byte of any answer to the principal changes, refusals included.
 */
import { expect, test, vi } from "vitest";
import { type Actor, createActor, systemActor } from "../../src/engine/actor.ts";
import type { Executor } from "../../src/engine/executor.ts";
import type { User } from "../../src/schema/rules.ts";
import type { Field, ModelSchema, Schema } from "../../src/schema/schema-model.ts";
import type { Store } from "../../src/stores/contract/store.ts";
import { measuredKinds, withStore } from "../conformance/stores.ts";
import { checkSeeds } from "./check-seeds.ts";
import { isShown, ruleHolds } from "./naive-oracle.ts";
import { Random } from "./random.ts";
import { aggregate, drawAggregate, drawMeasuredRead } from "./random-aggregate.ts";
import { drawModel, drawRead, drawWalk } from "./random-query.ts";
import { asksRowAlone, drawUser, namesIn } from "./random-rules.ts";
import { drawChange, drawWrite, Undo } from "./random-writes.ts";
import {
  attempt,
  createSource,
  describeCaller,
  describeWorld,
  drawWorld,
  dump,
  fillWorld,
  keysOf,
  type Outcome,
  openEngine,
  type World,
} from "./world.ts";

// Seeds that once failed.
const regressions: readonly number[] = [546211693, 1952786559];

for (const kind of measuredKinds) {
  test(`${kind.name}: what is hidden does not show`, { timeout: 600_000 }, () =>
    checkSeeds(
      (seed) =>
        withStore(kind, (left) => withStore(kind, (right) => standStill(() => hiddenDoesNotShow(seed, left, right)))),
      {
        regressions,
        runs: 80,
      },
    ),
  );
}

/** Runs work while no time passes, so that both engines keep the same times in the rows that they change. */
async function standStill(work: () => Promise<void>): Promise<void> {
  vi.useFakeTimers({ toFake: ["Date"] });
  try {
    await work();
  } finally {
    vi.useRealTimers();
  }
}

/** One world in two stores that differ in what the user must not see. */
interface Scene {
  readonly random: Random;
  readonly world: World;
  readonly user: User | null;
  /** Only reads follow, so relations may change too: a refused delete always tells that something refers to the row. */
  readonly readsOnly: boolean;
}

async function hiddenDoesNotShow(seed: number, left: Store, right: Store): Promise<void> {
  const random = new Random(seed);
  const world = drawWorld(random, { versions: false });
  const same = await openEngine(world, left);
  const changed = await openEngine(world, right);
  await fillWorld(random, world, [same, changed]);
  const scene = { random, world, user: drawUser(random, world.rules), readsOnly: random.chance(0.5) };
  const changes: string[] = [];
  for (let count = 0; count < 6; count++) changes.push(...(await changeSecret(scene, changed)));
  if (changes.length === 0) return;
  const source = createSource(random, world, keysOf(world, await dump(world, same)));
  const actor = createActor(scene.user);
  for (let count = 0; count < 30; count++) {
    const call = count < 20 ? drawCall(scene, source, actor) : drawAggregateCall(scene, source, actor);
    const expected = await attempt(() => call.run(same));
    const actual = await attempt(() => call.run(changed));
    if (JSON.stringify(actual) === JSON.stringify(expected)) continue;
    expect(
      actual,
      `${describeCaller(actor)} ${call.label}\nafter ${changes.join("\nand ")}\n${describeWorld(world)}`,
    ).toEqual(expected);
  }
}

function drawAggregateCall(
  { random, world }: Scene,
  source: ReturnType<typeof createSource>,
  actor: Actor,
): { readonly label: string; readonly run: (engine: Executor) => Promise<unknown> } {
  if (random.chance(0.3)) {
    const read = drawMeasuredRead(source, drawModel(random, world.schema));
    return { label: `read ${JSON.stringify(read)}`, run: (engine) => engine.read(read, actor) };
  }
  const query = drawAggregate(source, drawModel(random, world.schema));
  return { label: `aggregate ${JSON.stringify(query)}`, run: (engine) => aggregate(engine, query, actor) };
}

function drawCall(
  { random, world, readsOnly }: Scene,
  source: ReturnType<typeof createSource>,
  actor: Actor,
): { readonly label: string; readonly run: (engine: Executor) => Promise<unknown> } {
  if (!readsOnly && random.chance(0.5)) {
    const write = drawWrite(source);
    return { label: write.label, run: (engine) => runUndone(engine, (inner) => write.run(inner, actor)) };
  }
  const draw = random.chance(0.3) ? drawWalk : drawRead;
  const query = draw(source, drawModel(random, world.schema));
  if (random.chance(0.8)) return { label: `read ${JSON.stringify(query)}`, run: (engine) => engine.read(query, actor) };
  const count = { model: query.model, ...(query.where && { where: query.where }) };
  return { label: `count ${JSON.stringify(count)}`, run: (engine) => engine.count(count, actor) };
}

/** What a call came to, undone afterwards: a write that stays may well make a row readable that was not. */
async function runUndone(engine: Executor, run: (inner: Executor) => Promise<unknown>): Promise<Outcome | null> {
  let outcome: Outcome | null = null;
  await attempt(() =>
    engine.transaction(async (inner) => {
      outcome = await attempt(() => run(inner));
      throw new Undo();
    }),
  );
  return outcome;
}

/** Changes, as the system, one value that the user must not learn about, and says which. */
async function changeSecret(scene: Scene, engine: Executor): Promise<readonly string[]> {
  const { random, world, user } = scene;
  const model = drawModel(random, world.schema);
  const data = await dump(world, engine);
  const row = random.pick([undefined, ...(data[model.name] ?? [])]);
  if (row === undefined) return [];
  const viewer = { schema: world.schema, rules: world.rules, data, user };
  const readable = ruleHolds(viewer, model, "read", row);
  const secrets = Object.values(model.fields).filter(
    (field) =>
      isSecret(scene, model, field) &&
      (field.hidden ||
        (!readable && staysUnreadable(scene, model)) ||
        (!isShown(viewer, model, field.name, row) && staysMasked(scene, model, field))),
  );
  if (secrets.length === 0) return [];
  const field = random.pick(secrets);
  const source = { ...createSource(random, world, keysOf(world, data)), hidden: true };
  const key = Object.fromEntries(model.key.map((part) => [part.field, row[part.field]]));
  const query = { model: model.name, key, data: { [field.name]: drawChange(source, field) } };
  const outcome = await attempt(() => engine.update(query, systemActor));
  return "answer" in outcome
    ? [`${readable ? "of a readable row" : "of an unreadable row"} ${JSON.stringify(query)}`]
    : [];
}

/**
 * Whether nothing else depends on a field: no rule names it or its other side (a rule may show what it depends
 * on), no check does, and it is not unique (a refused duplicate always tells that there is one).
 */
function isSecret({ world, readsOnly }: Scene, model: ModelSchema, field: Field): boolean {
  if (field.kind === "many" || field.kind === "one" || field.kind === "computed") return false;
  if (field.kind !== "scalar" && !readsOnly) return false;
  const unique = model.indexes.filter((index) => index.unique).flatMap((index) => index.fields);
  const bound = [
    ...model.key.map((part) => part.field),
    ...unique,
    ...namesIn(model.checks),
    ...namesIn(world.rules.templates),
    ...Object.values(world.rules.fields).flatMap((fields) => Object.values(fields).flatMap(namesIn)),
  ];
  const computed = Object.values(model.fields).filter(
    (other) => other.kind === "computed" && other.sources.includes(field.name),
  );
  const names = [field.name, ...computed.map(({ name }) => name), ...otherSides(world.schema, model, field)];
  return !names.some((name) => bound.includes(name));
}

/**
 * Whether no call can make an unreadable row of a model readable. A write to another row can, when the rule looks
 * there, and its answer may then rightly show the row; what the rule asks of the row itself, only its writer changes.
 */
function staysUnreadable({ world, readsOnly }: Scene, model: ModelSchema): boolean {
  const template = world.rules.templates[model.name]?.read ?? false;
  return readsOnly || asksRowAlone(model, template);
}

/** Whether no write can make the value show: its rule asks nothing of the row. */
function staysMasked({ world, readsOnly }: Scene, model: ModelSchema, field: Field): boolean {
  const template = world.rules.fields[model.name]?.[field.name]?.read ?? true;
  return readsOnly || typeof template === "boolean" || "has" in template;
}

/** The names of the fields that show a relation from the other side. */
function otherSides(schema: Schema, model: ModelSchema, field: Field): readonly string[] {
  return Object.values(schema.models)
    .flatMap((other) => Object.values(other.fields))
    .filter((other) => {
      if (other.kind === "manyToMany") return field.kind === "manyToMany" && other.table === field.table;
      return (other.kind === "many" || other.kind === "one") && other.model === model.name && other.via === field.name;
    })
    .map((other) => other.name);
}
