/** Random schemas: two to four models with every kind of field and relation. */
import { FootingError } from "../../src/errors/footing-error.ts";
import { createSchema } from "../../src/schema/create-schema.ts";
import type { FieldBuilder, FieldBuilders } from "../../src/schema/declarations.ts";
import { model } from "../../src/schema/model.ts";
import { type ItemTypes, t } from "../../src/schema/t.ts";
import { commonScale } from "../conformance/stores.ts";
import type { Random } from "./random.ts";
import { drawComputed } from "./random-computed.ts";

/** A model as `model()` takes it. */
export interface DrawnModel {
  readonly fields: FieldBuilders;
  readonly options: Readonly<Record<string, unknown>>;
}

/** The declarations of a random schema. */
export function drawModels(random: Random): Readonly<Record<string, DrawnModel>> {
  const names = ["Apple", "Berry", "CherryTree", "Date"].slice(0, random.int(2, 4));
  const drafts = names.map((name): Draft => ({ name, fields: {}, options: {} }));
  for (const draft of drafts) addScalars(random, draft);
  for (const draft of drafts) addKey(random, draft, drafts);
  for (const draft of drafts) addRelations(random, draft, drafts);
  for (const draft of drafts) addConstraints(random, draft);
  for (const draft of drafts) draft.options["computed"] = drawComputed(random, draft.fields);
  for (const draft of drafts) if (random.chance(0.25)) draft.options["softDelete"] = true;
  drawOnDelete(random, drafts);
  return Object.fromEntries(drafts.map(({ name, fields, options }) => [name, { fields, options }]));
}

/** The same, some of the models with versions. */
export function addVersions(
  random: Random,
  models: Readonly<Record<string, DrawnModel>>,
): Readonly<Record<string, DrawnModel>> {
  return Object.fromEntries(
    Object.entries(models).map(([name, { fields, options }]) => [
      name,
      { fields, options: random.chance(0.4) ? { ...options, version: true } : options },
    ]),
  );
}

interface Draft {
  readonly name: string;
  readonly fields: Record<string, FieldBuilder>;
  readonly options: Record<string, unknown>;
}

/** The modifiers every scalar builder has; the typed builders differ by kind. */
interface Modifiable extends FieldBuilder {
  optional(): Modifiable;
  unique(): Modifiable;
  hidden(): Modifiable;
}

// Names that would break what does not quote, and that meet properties of objects.
const fieldNames = [
  "order",
  "group",
  "value",
  "limitOf",
  "json",
  "rowid",
  "a1",
  "tableName",
  "excluded",
  "source",
  "target",
];

function addScalars(random: Random, draft: Draft): void {
  for (const name of random.shuffle(fieldNames).slice(0, random.int(2, 5))) {
    draft.fields[name] = modified(random, drawKind(random));
  }
}

function drawKind(random: Random): Modifiable {
  const [item, list] = random.pick([
    withList(t.text()),
    withList(t.text()),
    withList(t.int()),
    withList(t.bigint()),
    withList(t.float()),
    withList(t.decimal(5, 2)),
    withList(t.decimal(38, random.pick([0, 10, commonScale]))),
    withList(t.bool()),
    withList(t.date()),
    withList(t.datetime()),
    withList(t.uuid()),
    withList(t.bytes()),
    withList(t.json()),
    withList(t.enum("low", "high", "Mid")),
  ]);
  return random.chance(0.12) ? list : item;
}

function withList<T extends ItemTypes>(item: FieldBuilder<T> & Modifiable): readonly [Modifiable, Modifiable] {
  return [item, t.list(item)];
}

function modified(random: Random, field: Modifiable): Modifiable {
  const { scalar, kind } = { scalar: "", ...field.declaration };
  const comparable = kind === "ref" || !["list", "json", "bytes", "bool", "enum"].includes(scalar);
  const optional = random.chance(0.5) ? field.optional() : field;
  const unique = comparable && random.chance(0.15) ? optional.unique() : optional;
  // A principal who may create must be able to: what it may not name is optional.
  return random.chance(0.2) ? unique.optional().hidden() : unique;
}

/** Default, one text or int, or two parts, one of which may be a ref to a model with a simple key. */
function addKey(random: Random, draft: Draft, drafts: readonly Draft[]): void {
  const form = random.int(0, 4);
  if (form === 0) return;
  if (form === 1) draft.fields["code"] = t.text();
  if (form === 2) draft.fields["code"] = t.int();
  if (form > 2) {
    const simple = drafts.filter((other) => other !== draft && other.options["key"] === "code");
    draft.fields["code"] = random.pick([t.text(), t.bigint(), t.date()]);
    draft.fields["part"] = simple.length > 0 && form === 4 ? t.ref(random.pick(simple).name) : t.int();
  }
  draft.options["key"] = form > 2 ? random.shuffle(["code", "part"]) : "code";
}

function addRelations(random: Random, draft: Draft, drafts: readonly Draft[]): void {
  for (const index of random.times(random.int(0, 2), (number) => number)) {
    const other = random.pick(drafts);
    const earlier = drafts.indexOf(other) < drafts.indexOf(draft);
    addRef(random, { draft, other, name: `ref${index}`, required: earlier && random.chance(0.4) });
  }
  if (random.chance(0.4)) addLinks(random, draft, random.pick(drafts));
}

interface RefPlan {
  readonly draft: Draft;
  readonly other: Draft;
  readonly name: string;
  readonly required: boolean;
}

function addRef(random: Random, { draft, other, name, required }: RefPlan): void {
  const base: Modifiable = t.ref(other.name);
  const optional = required ? base : base.optional();
  const unique = random.chance(0.25);
  const field = unique ? optional.unique() : optional;
  const hidden = random.chance(0.1);
  draft.fields[name] = hidden ? field.optional().hidden() : field;
  if (hidden || random.chance(0.3)) return;
  const back = `${name}Of${draft.name}`;
  other.fields[back] = unique ? t.one(draft.name, name) : t.many(draft.name, name);
}

/** What some refs do when rows go; those that would keep rows which go together are made to go along. */
function drawOnDelete(random: Random, drafts: readonly Draft[]): void {
  if (random.chance(0.4)) return;
  for (const draft of drafts) {
    for (const [name, field] of Object.entries(draft.fields)) {
      if (!isRef(field) || random.chance(0.3)) continue;
      const empties = field.declaration.optional && random.chance(0.5);
      draft.fields[name] = empties ? field.onDelete("setNull") : field.onDelete("cascade");
    }
  }
  for (let clashes = findClashes(drafts); clashes.length > 0; clashes = findClashes(drafts)) {
    for (const path of clashes) {
      const [model, name = ""] = path.split(".");
      const fields = drafts.find((draft) => draft.name === model)?.fields;
      const field = fields?.[name];
      if (fields !== undefined && field !== undefined && isRef(field)) fields[name] = field.onDelete("cascade");
    }
  }
}

/** The paths of the refs that keep rows which go together. */
function findClashes(drafts: readonly Draft[]): readonly string[] {
  try {
    createSchema(Object.fromEntries(drafts.map(({ name, fields, options }) => [name, model(fields, options)])));
    return [];
  } catch (error) {
    if (!(error instanceof FootingError)) throw error;
    return error.problems.filter(({ detail }) => detail.startsWith("onDelete:")).map(({ path }) => path);
  }
}

interface Ref extends Modifiable {
  onDelete(behaviour: "cascade" | "setNull"): Ref;
}

function isRef(field: FieldBuilder): field is Ref {
  return field.declaration.kind === "ref";
}

function addLinks(random: Random, draft: Draft, other: Draft): void {
  const hidden = random.chance(0.1);
  draft.fields["links"] = hidden ? t.manyToMany(other.name).hidden() : t.manyToMany(other.name);
  if (hidden || other === draft || random.chance(0.5)) return;
  other.fields[`linksOf${draft.name}`] = t.manyToMany(draft.name, "links");
}

function addConstraints(random: Random, draft: Draft): void {
  const plain = Object.entries(draft.fields).flatMap(([name, { declaration }]) =>
    declaration.kind === "scalar" && !["list", "json", "bytes"].includes(declaration.scalar) ? [name] : [],
  );
  const [first, second] = random.shuffle(plain);
  if (first === undefined || second === undefined) return;
  if (random.chance(0.3)) draft.options["index"] = [[first, second]];
  const alike = draft.fields[first]?.declaration.hidden === draft.fields[second]?.declaration.hidden;
  if (alike && ![first, second].includes("code") && random.chance(0.3)) draft.options["unique"] = [[first, second]];
  const int = plain.find((name) => isKind(draft.fields[name], "int"));
  const text = plain.find((name) => isKind(draft.fields[name], "text"));
  const searched = plain.filter((name) => isKind(draft.fields[name], "text") && !isHidden(draft.fields[name]));
  if (searched.length > 0 && random.chance(0.5)) draft.options["search"] = searched;
  if (int !== undefined && random.chance(0.3))
    draft.options["check"] = { small: { any: [{ [int]: { lte: 3 } }, { [int]: null }] } };
  if (text !== undefined && random.chance(0.2))
    draft.options["check"] = { notAb: { not: { [text]: { startsWith: "ab" } } } };
}

function isHidden(field: FieldBuilder | undefined): boolean {
  return field?.declaration.hidden === true;
}

function isKind(field: FieldBuilder | undefined, kind: string): boolean {
  return field?.declaration.kind === "scalar" && field.declaration.scalar === kind;
}
