/**
 * The property the whole house stands on: for random schemas, rows, rules, principals, queries and writes,
 * every store answers byte for byte what the memory store answers, errors included.
 */
import { expect, test, vi } from "vitest";
import type { Actor } from "../../src/engine/actor.ts";
import type { Executor, ReadAnswer } from "../../src/engine/executor.ts";
import type { DeletedQuery, ReadQuery } from "../../src/plan/query.ts";
import { keepsDeleted } from "../../src/schema/kept-fields.ts";
import type { ModelSchema } from "../../src/schema/schema-model.ts";
import { LINE_END } from "../../src/stores/contract/line-end.ts";
import type { Store } from "../../src/stores/contract/store.ts";
import { createMemoryStore } from "../../src/stores/memory/store.ts";
import { measuredKinds, withStore } from "../conformance/stores.ts";
import { checkSeeds } from "./check-seeds.ts";
import { Random } from "./random.ts";
import { aggregate, drawAggregate, drawMeasuredRead } from "./random-aggregate.ts";
import { drawModel, drawRead, drawWalk } from "./random-query.ts";
import { drawWrite } from "./random-writes.ts";
import {
  attempt,
  createSource,
  describeCaller,
  describeWorld,
  drawActor,
  drawWorld,
  dump,
  fillWorld,
  keysOf,
  type Outcome,
  openEngine,
  type World,
} from "./world.ts";

// Seeds that once failed.
const regressions: readonly number[] = [771390040, 989014479];

for (const kind of measuredKinds) {
  test(`${kind.name} answers as the memory store does`, { timeout: 600_000 }, () =>
    checkSeeds((seed) => withStore(kind, (store) => standStill(() => agree(seed, store))), { regressions, runs: 80 }),
  );
}

/** Runs work while no time passes, so that deleted rows have the same time everywhere. */
async function standStill(work: () => Promise<void>): Promise<void> {
  vi.useFakeTimers({ toFake: ["Date"] });
  try {
    await work();
  } finally {
    vi.useRealTimers();
  }
}

/** The same world in the memory store and in another. */
interface Pair {
  readonly random: Random;
  readonly world: World;
  readonly memory: Executor;
  readonly other: Executor;
}

async function agree(seed: number, store: Store): Promise<void> {
  const random = new Random(seed);
  const world = drawWorld(random);
  const memory = await openEngine(world, createMemoryStore());
  const other = await openEngine(world, store);
  const pair = { random, world, memory, other };
  await fillWorld(random, world, [memory, other]);
  await agreeOnRows(pair, "filling");
  for (let count = 0; count < 10; count++) await agreeOnRead(pair);
  for (let count = 0; count < 2; count++) await agreeOnWalk(pair);
  for (let count = 0; count < 8; count++) await agreeOnWrite(pair);
  for (let count = 0; count < 8; count++) await agreeOnAggregate(pair);
  for (let count = 0; count < 6; count++) await agreeOnMeasures(pair);
}

async function agreeOnRead(pair: Pair): Promise<void> {
  const { actor, source } = await drawCaller(pair);
  const model = drawModel(pair.random, pair.world.schema);
  const deleted = drawDeleted(pair.random, model);
  const query = { ...drawRead(source, model), ...deleted };
  // With an offset, or for one row, both are a refusal.
  for (const asked of [query, { ...query, backwards: true }])
    await agreeOn(pair, { actor, label: `read ${JSON.stringify(asked)}`, run: (engine) => engine.read(asked, actor) });
  const count = { model: query.model, ...(query.where && { where: query.where }), ...deleted };
  await agreeOn(pair, { actor, label: `count ${JSON.stringify(count)}`, run: (engine) => engine.count(count, actor) });
}

async function agreeOnAggregate(pair: Pair): Promise<void> {
  const { actor, source } = await drawCaller(pair);
  const model = drawModel(pair.random, pair.world.schema);
  const query = { ...drawAggregate(source, model), ...drawDeleted(pair.random, model) };
  await agreeOn(pair, {
    actor,
    label: `aggregate ${JSON.stringify(query)}`,
    run: (engine) => aggregate(engine, query, actor),
  });
}

/** A list by what is calculated over related rows, and its pages. */
async function agreeOnMeasures(pair: Pair): Promise<void> {
  const { actor, source } = await drawCaller(pair);
  const list = drawMeasuredRead(source, drawModel(pair.random, pair.world.schema));
  const read = (query: ReadQuery) =>
    agreeOn(pair, { actor, label: `read ${JSON.stringify(query)}`, run: (engine) => engine.read(query, actor) });
  let outcome = await read(list);
  for (let page = 0; page < 5 && isRead(outcome) && outcome.answer.cursor !== null; page++) {
    const { cursor } = outcome.answer;
    await read({ ...list, before: cursor });
    outcome = await read({ ...list, after: cursor });
  }
  await read({ ...list, backwards: true });
}

/** Follows a list to its end, looking back from every page, and back from its end. The pages together are the list. */
async function agreeOnWalk(pair: Pair): Promise<void> {
  const { actor, source } = await drawCaller(pair);
  const list = drawWalk(source, drawModel(pair.random, pair.world.schema));
  const read = (query: ReadQuery) =>
    agreeOn(pair, { actor, label: `read ${JSON.stringify(query)}`, run: (engine) => engine.read(query, actor) });
  const pages: string[] = [];
  let cursor: string | null | undefined;
  for (let page = 0; page < 30 && cursor !== null; page++) {
    const outcome = await read(cursor === undefined ? list : { ...list, after: cursor });
    if (!isRead(outcome)) return;
    pages.push(outcome.answer.json);
    cursor = outcome.answer.cursor;
    if (cursor !== null) await read({ ...list, before: cursor });
  }
  const whole = await read({ ...list, limit: 100 });
  expect(isRead(whole) && whole.answer.json, `all pages of ${JSON.stringify(list)}`).toBe(joinPages(pages));
  const back: string[] = [];
  for (let place: object | null = { backwards: true }; place !== null && back.length < 30; ) {
    const outcome = await read({ ...list, ...place });
    if (!isRead(outcome)) return;
    back.unshift(outcome.answer.json);
    place = outcome.answer.cursor === null ? null : { before: outcome.answer.cursor };
  }
  expect(joinPages(back), `all pages backwards of ${JSON.stringify(list)}`).toBe(joinPages(pages));
}

async function agreeOnWrite(pair: Pair): Promise<void> {
  const { actor, source } = await drawCaller(pair);
  const write = drawWrite(source);
  await agreeOn(pair, {
    actor,
    label: write.label,
    run: (engine) => write.run(engine, actor),
    fits: write.many ? isSameKind : isSame,
  });
  await agreeOnRows(pair, `${describeCaller(actor)} ${write.label}`);
}

/** Of a model that keeps deleted rows, sometimes those too. */
function drawDeleted(random: Random, model: ModelSchema): { readonly deleted?: DeletedQuery } {
  return keepsDeleted(model) && random.chance(0.3) ? { deleted: random.pick(["include", "only"]) } : {};
}

interface Call {
  readonly actor: Actor;
  readonly label: string;
  readonly run: (engine: Executor) => Promise<unknown>;
  readonly fits?: (actual: Outcome, expected: Outcome) => boolean;
}

/** Runs a call on both engines and answers what it came to. */
async function agreeOn({ world, memory, other }: Pair, { actor, label, run, fits = isSame }: Call): Promise<Outcome> {
  const expected = await attempt(() => run(memory));
  const actual = await attempt(() => run(other));
  if (!fits(actual, expected))
    expect(actual, `${describeCaller(actor)} ${label}\n${describeWorld(world)}`).toEqual(expected);
  return expected;
}

async function agreeOnRows({ world, memory, other }: Pair, label: string): Promise<void> {
  const expected = await dump(world, memory, true);
  const actual = await dump(world, other, true);
  if (!isSame(actual, expected)) expect(actual, `rows after ${label}\n${describeWorld(world)}`).toEqual(expected);
}

/** A caller and what it may draw queries from; only the system names hidden fields. */
async function drawCaller({
  random,
  world,
  memory,
}: Pair): Promise<{ actor: Actor; source: ReturnType<typeof createSource> }> {
  const { actor } = drawActor(random, world);
  const source = createSource(random, world, keysOf(world, await dump(world, memory, true)));
  return { actor, source: { ...source, hidden: actor.kind === "system" } };
}

/** Equal to the byte, order of properties included. */
function isSame(actual: unknown, expected: unknown): boolean {
  return JSON.stringify(actual) === JSON.stringify(expected);
}

/** Of several constraints that different rows of one statement break, a store may name any. */
function isSameKind(actual: Outcome, expected: Outcome): boolean {
  const isViolation = (outcome: Outcome) => "code" in outcome && ["FTG_CONFLICT", "FTG_CHECK"].includes(outcome.code);
  return isSame(actual, expected) || (isViolation(actual) && isViolation(expected));
}

function isRead(outcome: Outcome): outcome is { readonly answer: ReadAnswer } {
  return "answer" in outcome;
}

function joinPages(pages: readonly string[]): string {
  return `[${pages
    .filter((page) => page !== "[]")
    .map((page) => page.slice(1, -1))
    .join(LINE_END)}]`;
}
