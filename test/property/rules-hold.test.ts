/**
 * For random schemas, rules, principals and filters: a principal reads exactly the rows and fields that a naive
 * reading of the rules over all rows gives, and writes exactly what the rules of writing allow.
 */
import { expect, test } from "vitest";
import { createActor } from "../../src/engine/actor.ts";
import type { Executor } from "../../src/engine/executor.ts";
import { isKept, keepsDeleted } from "../../src/schema/kept-fields.ts";
import { isSortable } from "../../src/schema/operators.ts";
import type { User } from "../../src/schema/rules.ts";
import type { ModelSchema, Operation } from "../../src/schema/schema-model.ts";
import { createMemoryStore } from "../../src/stores/memory/store.ts";
import { renderLines } from "../conformance/render-lines.ts";
import { checkSeeds } from "./check-seeds.ts";
import {
  fieldRuleHolds,
  keyOf,
  type NaiveData,
  type NaiveRow,
  order,
  readableRows,
  ruleHolds,
  stripRow,
  type Viewer,
} from "./naive-oracle.ts";
import { Random } from "./random.ts";
import { drawModel } from "./random-query.ts";
import { answerRule, asksRowAlone, drawUser } from "./random-rules.ts";
import { drawWhere } from "./random-where.ts";
import { drawWrite } from "./random-writes.ts";
import {
  attempt,
  createSource,
  describeWorld,
  drawWorld,
  dump,
  fillWorld,
  keysOf,
  openEngine,
  type World,
} from "./world.ts";

// Seeds that once failed.
const regressions: readonly number[] = [];

test("a principal reads and ends what the rules say", { timeout: 600_000 }, () =>
  checkSeeds(rulesHold, { regressions, runs: 150 }),
);

/** A filled world as one principal sees it. */
interface Scene {
  readonly random: Random;
  readonly world: World;
  readonly engine: Executor;
  readonly viewer: Viewer;
  readonly user: User | null;
}

async function rulesHold(seed: number): Promise<void> {
  const random = new Random(seed);
  const world = drawWorld(random);
  const engine = await openEngine(world, createMemoryStore());
  await fillWorld(random, world, [engine]);
  for (let count = 0; count < 4; count++) {
    const data = await dump(world, engine);
    const user = drawUser(random, world.rules);
    const scene = { random, world, engine, user, viewer: { schema: world.schema, rules: world.rules, data, user } };
    for (const model of Object.values(world.schema.models)) await readsAreRight(scene, model);
    await deleteIsRight(scene, drawModel(random, world.schema));
    for (let write = 0; write < 6; write++) await writeIsRight(scene);
  }
}

/** Rows that a write made, changed and ended, and what they were and are. */
interface Difference {
  readonly model: ModelSchema;
  readonly old: NaiveRow | null;
  readonly now: NaiveRow | null;
}

/** Whatever a write changed, a rule allowed; what was refused changed nothing. */
async function writeIsRight({ random, world, engine, user, viewer: { schema, rules } }: Scene): Promise<void> {
  const data = await dump(world, engine);
  const write = drawWrite(createSource(random, world, keysOf(world, data)));
  const outcome = await attempt(() => write.run(engine, createActor(user)));
  const after = await dump(world, engine);
  const label = `${write.label} ${JSON.stringify({ user, outcome })}\n${describeWorld(world)}`;
  if (!("answer" in outcome)) return expect(after, label).toEqual(data);
  // A write of several steps judges each by what the one before it left behind.
  const viewers = { before: { schema, rules, data, user }, now: { schema, rules, data: after, user } };
  for (const difference of listDifferences(world, data, after).filter((each) => !isConsequence(each)))
    expect(findOverreach(viewers, difference, write.isOne), label).toBeNull();
}

/** Whether a change may follow from the end of another row, as the refs of the model say, whatever its own rules. */
function isConsequence({ model, old, now }: Difference): boolean {
  if (keepsDeleted(model)) return true;
  const refs = Object.values(model.fields).filter((field) => field.kind === "ref");
  if (old !== null && now === null) return refs.some(({ onDelete }) => onDelete === "cascade");
  return refs.some(({ name, onDelete }) => onDelete === "setNull" && old?.[name] != null && now?.[name] === null);
}

function listDifferences(world: World, data: NaiveData, after: NaiveData): readonly Difference[] {
  return Object.values(world.schema.models).flatMap((model) => {
    const index = (rows: readonly NaiveRow[] = []) =>
      new Map(rows.map((row) => [JSON.stringify(keyOf(model, row)), row]));
    const [old, now] = [index(data[model.name]), index(after[model.name])];
    return [...new Set([...old.keys(), ...now.keys()])].flatMap((key): Difference[] => {
      const difference = { model, old: old.get(key) ?? null, now: now.get(key) ?? null };
      return listChanged(difference).length === 0 ? [] : [difference];
    });
  });
}

/** The own fields of a row that changed. Links are seen from both sides, and end with the rows that they lead to. */
function listChanged({ model, old, now }: Difference): readonly string[] {
  return Object.values(model.fields)
    .filter((field) => (field.kind === "scalar" && !isKept(field)) || field.kind === "ref")
    .map(({ name }) => name)
    .filter((name) => JSON.stringify(old?.[name]) !== JSON.stringify(now?.[name]));
}

/** What no rule allowed of a change; null when all of it was. `isOne`: the write is one step, so that rules of rows can be judged by hand. */
function findOverreach(
  { before, now: later }: { readonly before: Viewer; readonly now: Viewer },
  difference: Difference,
  isOne: boolean,
): string | null {
  const { model, old, now } = difference;
  const holds = (operation: Operation, viewer: Viewer, row: NaiveRow): boolean => {
    const template = before.rules.templates[model.name]?.[operation] ?? false;
    if (answerRule(template, before.user) === false) return false;
    return !isOne || !asksRowAlone(model, template) || ruleHolds(viewer, model, operation, row);
  };
  if (old === null) return now === null || holds("create", later, now) ? null : "created";
  if (!holds("read", before, old)) return "touched unseen";
  if (now === null) return holds("delete", before, old) ? null : "deleted";
  if (!holds("update", before, old) || !holds("update", later, now)) return "updated";
  const unset = listChanged(difference).find((field) => {
    const template = before.rules.fields[model.name]?.[field]?.write ?? true;
    if (answerRule(template, before.user) === false) return true;
    const isJudged = isOne && asksRowAlone(model, template);
    return isJudged && !fieldRuleHolds(before, model, { field, use: "write" }, old);
  });
  return unset === undefined ? null : `set ${unset}`;
}

async function readsAreRight({ random, world, engine, viewer, user }: Scene, model: ModelSchema): Promise<void> {
  const source = createSource(random, world, keysOf(world, viewer.data));
  for (const where of [{}, drawWhere(source, model, 2), drawWhere(source, model, 2)]) {
    const outcome = await attempt(() => engine.read({ model: model.name, where, limit: 100 }, createActor(user)));
    const label = `${model.name} ${JSON.stringify({ where, user })}\n${describeWorld(world)}`;
    if (answerRule(world.rules.templates[model.name]?.read ?? false, user) === false) {
      expect(outcome, label).toMatchObject({ code: "FTG_FORBIDDEN" });
      continue;
    }
    const rows = sortByKey(model, readableRows(viewer, model, where)).map((row) => stripRow(viewer, model, row));
    expect(outcome, label).toEqual({ answer: { json: renderLines(rows), hasMore: false, cursor: null } });
    await groupsAreRight({ random, world, engine, viewer, user }, model, where);
  }
}

/** Groups by a field hold each readable row once, and the count of all groups is that of the readable rows. */
async function groupsAreRight(
  { engine, viewer, user, world }: Scene,
  model: ModelSchema,
  where: object,
): Promise<void> {
  const actor = createActor(user);
  const rows = readableRows(viewer, model, where);
  for (const field of Object.values(model.fields)) {
    if (field.hidden || field.kind === "many" || field.kind === "manyToMany" || field.kind === "one") continue;
    if (field.kind === "scalar" && !isSortable(field.type)) continue;
    const query = { model: model.name, where: { ...where }, groupBy: [field.name], count: true, limit: 100 };
    const answer = await engine.aggregate(query, actor);
    const counts = new Map<string, number>();
    for (const row of rows) {
      const key = JSON.stringify(stripRow(viewer, model, row)[field.name] ?? null);
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    const groups: readonly { key: NaiveRow; count: number }[] = JSON.parse(answer.json.toString());
    const found = new Map(groups.map(({ key, count }) => [JSON.stringify(key[field.name]), count]));
    expect(found, `${JSON.stringify({ query, user })}\n${describeWorld(world)}`).toEqual(counts);
  }
}

/** A delete by key: not found, forbidden, in use, or done. */
async function deleteIsRight({ random, world, engine, viewer, user }: Scene, model: ModelSchema): Promise<void> {
  const row = random.pick([undefined, ...(viewer.data[model.name] ?? [])]);
  if (row === undefined) return;
  const key = Object.fromEntries(model.key.map((part) => [part.field, row[part.field]]));
  const outcome = await attempt(() => engine.delete({ model: model.name, key }, createActor(user)));
  const label = `delete ${model.name} ${JSON.stringify({ key, user })}\n${describeWorld(world)}`;
  if (answerRule(world.rules.templates[model.name]?.delete ?? false, user) === false) {
    expect(outcome, label).toMatchObject({ code: "FTG_FORBIDDEN" });
  } else if (!ruleHolds(viewer, model, "read", row)) expect(outcome, label).toMatchObject({ code: "FTG_NOT_FOUND" });
  else if (!ruleHolds(viewer, model, "delete", row)) expect(outcome, label).toMatchObject({ code: "FTG_FORBIDDEN" });
  // What becomes of the rows that refer to it, and of those that are kept, is told by tests of their own.
  else if (!endsAlone(world, model)) return;
  else if (isReferred(viewer, model, row)) expect(outcome, label).toMatchObject({ code: "FTG_REFERENCE" });
  else expect(outcome, label).toEqual({ answer: JSON.stringify(stripRow(viewer, model, row)) });
}

/** Whether a deleted row of the model is gone, and takes or changes no other. */
function endsAlone({ schema }: World, model: ModelSchema): boolean {
  const models = Object.values(schema.models);
  const refs = models.flatMap(({ fields }) => Object.values(fields)).filter((field) => field.kind === "ref");
  return !models.some(keepsDeleted) && refs.every((ref) => ref.model !== model.name || ref.onDelete === "restrict");
}

/** Whether a row other than itself refers to the row. */
function isReferred(viewer: Viewer, model: ModelSchema, row: NaiveRow): boolean {
  const key = JSON.stringify(keyOf(model, row));
  return Object.values(viewer.schema.models).some((other) =>
    Object.values(other.fields).some(
      (field) =>
        field.kind === "ref" &&
        field.model === model.name &&
        (viewer.data[other.name] ?? []).some((each) => each !== row && JSON.stringify(each[field.name]) === key),
    ),
  );
}

function sortByKey(model: ModelSchema, rows: readonly NaiveRow[]): readonly NaiveRow[] {
  const compare = (left: NaiveRow, right: NaiveRow) =>
    model.key
      .map((part) => order(part.type, left[part.field], right[part.field]))
      .find((difference) => difference !== 0) ?? 0;
  return rows.toSorted(compare);
}
