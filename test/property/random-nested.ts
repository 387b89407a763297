/** Random data that says something of related rows: every verb, some levels deep, mostly of rows that are there. */
import type { DataQuery } from "../../src/plan/query.ts";
import { isToMany, manyVerbs, newVerbs, oneVerbs, type Verb } from "../../src/schema/related-verbs.ts";
import { isValueField, type ModelSchema, type RelationField } from "../../src/schema/schema-model.ts";
import { drawAnyKey, drawChanges, drawExistingKey, drawNewRow, type WriteSource } from "./random-writes.ts";

/** For what data is drawn, and how many levels of related rows it may have. */
export interface NestedUse {
  readonly use: "create" | "update";
  readonly depth: number;
}

/** The data with verbs for some of the relations of its model in it. */
export function nest(source: WriteSource, model: ModelSchema, { use, depth }: NestedUse, data: DataQuery): DataQuery {
  const { random } = source;
  const relations = Object.values(model.fields).filter(
    (field): field is RelationField => !isValueField(field) && (source.hidden || !field.hidden),
  );
  const isKey = (name: string) => model.key.some((part) => part.field === name);
  const entries = random
    .shuffle(relations.filter(({ name }) => !isKey(name)))
    .slice(0, random.int(1, 2))
    .map((field) => [field.name, drawVerbs(source, field, { use, depth })]);
  return { ...data, ...Object.fromEntries(entries) };
}

function drawVerbs(source: WriteSource, field: RelationField, { use, depth }: NestedUse): unknown {
  const { random } = source;
  const isMany = isToMany(field);
  const known = use === "create" ? newVerbs : isMany ? manyVerbs : oneVerbs;
  const verbs = random.shuffle(known).slice(0, isMany ? random.int(1, 2) : 1);
  return Object.fromEntries(verbs.map((verb) => [verb, drawVerb(source, { field, verb, depth })]));
}

interface NestedVerb {
  readonly field: RelationField;
  readonly verb: Verb;
  readonly depth: number;
}

function drawVerb(source: WriteSource, nested: NestedVerb): unknown {
  const { field, verb } = nested;
  const { random } = source;
  const key = () => drawExistingKey(source, field.model) ?? drawAnyKey(source, field.model);
  const many = <T>(draw: () => T): T | T[] => (isToMany(field) ? random.times(random.int(0, 2), draw) : draw());
  switch (verb) {
    case "create":
      return many(() => drawCreate(source, nested, []));
    case "connect":
    case "set":
      return many(key);
    case "connectOrCreate":
      return many(() => ({ key: key(), create: drawKeyless(source, nested) }));
    case "disconnect":
    case "delete":
      return isToMany(field) ? random.times(random.int(0, 2), key) : true;
    case "update":
      return isToMany(field)
        ? many(() => ({ key: key(), data: drawUpdate(source, nested) }))
        : drawUpdate(source, nested);
    case "upsert":
      return isToMany(field)
        ? many(() => ({ key: key(), create: drawKeyless(source, nested), update: drawUpdate(source, nested) }))
        : { create: drawCreate(source, nested, []), update: drawUpdate(source, nested) };
  }
}

/** A new row without its key, which stands beside it. */
function drawKeyless(source: WriteSource, nested: NestedVerb): DataQuery {
  const key = targetOf(source, nested).key.map((part) => part.field);
  return drawCreate(source, nested, key);
}

function drawCreate(source: WriteSource, nested: NestedVerb, without: readonly string[]): DataQuery {
  const { field, depth } = nested;
  const model = targetOf(source, nested);
  const row = drawNewRow(source, model);
  const data =
    depth > 0 && source.random.chance(0.3) ? nest(source, model, { use: "create", depth: depth - 1 }, row) : row;
  const left = "via" in field ? [...without, field.via] : without;
  return Object.fromEntries(Object.entries(data).filter(([name]) => !left.includes(name)));
}

function drawUpdate(source: WriteSource, nested: NestedVerb): DataQuery {
  const model = targetOf(source, nested);
  const data = drawChanges(source, model);
  if (nested.depth <= 0 || source.random.chance(0.7)) return data;
  return nest(source, model, { use: "update", depth: nested.depth - 1 }, data);
}

function targetOf({ schema }: WriteSource, { field }: NestedVerb): ModelSchema {
  const model = schema.models[field.model];
  if (model === undefined) throw new Error(`no model ${field.model}`);
  return model;
}
