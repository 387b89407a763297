/** Random aggregates over a schema: keys through relations, buckets, every function, conditions and order. */
import type { Actor } from "../../src/engine/actor.ts";
import type { Executor } from "../../src/engine/executor.ts";
import type { BucketUnit } from "../../src/plan/aggregate-node.ts";
import type { AggregateQuery, HavingQuery, KeyQuery, ReadQuery, SelectQuery } from "../../src/plan/query.ts";
import { type MeasureFunction, measuredType, measureFunctions, measureType } from "../../src/schema/measures.ts";
import { isSortable, orderOperators } from "../../src/schema/operators.ts";
import type { Field, ModelSchema, ScalarType } from "../../src/schema/schema-model.ts";
import { isValueField } from "../../src/schema/schema-model.ts";
import { drawWhere, type WhereSource } from "./random-where.ts";

const units: readonly BucketUnit[] = ["hour", "day", "week", "month", "quarter", "year"];
const zones = [undefined, undefined, "Europe/Berlin", "America/St_Johns", "Pacific/Apia", "Asia/Kathmandu", "UTC"];

type FieldFunction = Exclude<MeasureFunction, "count">;
const fieldFunctions = measureFunctions.filter((name): name is FieldFunction => name !== "count");

/** An aggregate of a model; now and then one that is refused. */
export function drawAggregate(source: WhereSource, model: ModelSchema): AggregateQuery {
  const { random } = source;
  const groupBy = random.times(random.int(0, 3), () => drawKey(source, model)).filter((key) => key !== null);
  const measures = drawMeasures(source, model);
  return {
    model: model.name,
    ...(random.chance(0.4) && { where: drawWhere(source, model, 2) }),
    ...(groupBy.length > 0 && { groupBy }),
    ...(random.chance(0.8) && { count: true }),
    ...measures,
    ...(random.chance(0.3) && { having: drawHaving(source, model) }),
    ...(random.chance(0.5) && { orderBy: drawGroupOrder(source, model, groupBy) }),
    ...(random.chance(0.4) && { limit: random.int(1, 4) }),
    ...(random.chance(0.2) && { offset: random.int(0, 3) }),
  };
}

/** A list that shows and sorts by what is calculated over related rows, a page with its total, or both. */
export function drawMeasuredRead(source: WhereSource, model: ModelSchema): ReadQuery {
  const { random } = source;
  const entries = random
    .times(random.int(0, 2), () => drawRelatedMeasures(source, model))
    .filter((item) => item !== null);
  const key = Object.fromEntries(model.key.map((part) => [part.field, true as const]));
  const select: SelectQuery = { ...key, ...Object.fromEntries(entries.map((entry, index) => [`x${index}`, entry])) };
  const orderBy = random
    .times(random.int(0, 2), () => drawRelatedSort(source, model, random.int(0, 1)))
    .filter((item) => item !== null);
  return {
    model: model.name,
    ...(random.chance(0.4) && { where: drawWhere(source, model, 2) }),
    orderBy: orderBy.map((item) => (random.chance(0.5) ? item : `-${item}`)),
    limit: random.int(1, 4),
    ...(random.chance(0.4)
      ? {
          page: {
            total: { total: true },
            ...(random.chance(0.7) && { nodes: { rows: select } }),
            more: { info: "hasNext" },
            end: { info: "endCursor" },
          },
        }
      : { select }),
  };
}

function drawRelatedMeasures(source: WhereSource, model: ModelSchema): SelectQuery[string] | null {
  const target = drawRelated(source, model);
  if (target === null) return null;
  const { random } = source;
  return {
    field: target.field,
    ...(random.chance(0.4) && { where: drawWhere(source, target.model, 1) }),
    aggregate: { count: true, ...drawMeasures(source, target.model) },
  };
}

function drawRelatedSort(source: WhereSource, model: ModelSchema, hops: number): string | null {
  const { random, schema } = source;
  const relations = visible(source, model).flatMap((field) =>
    field.kind === "ref" || field.kind === "one" ? [field] : [],
  );
  if (hops > 0 && relations.length > 0) {
    const relation = random.pick(relations);
    const far = schema.models[relation.model];
    const rest = far === undefined ? null : drawRelatedSort(source, far, hops - 1);
    return rest === null ? null : `${relation.name}.${rest}`;
  }
  const target = drawRelated(source, model);
  if (target === null) return null;
  const name = random.pick(fieldFunctions);
  const [field] = random.shuffle(listMeasured(source, target.model, name));
  return field === undefined || random.chance(0.4) ? `${target.field}.count` : `${target.field}.${name}.${field.name}`;
}

/** A relation to many rows. */
function drawRelated(
  source: WhereSource,
  model: ModelSchema,
): { readonly field: string; readonly model: ModelSchema } | null {
  const fields = visible(source, model).filter((field) => field.kind === "many" || field.kind === "manyToMany");
  if (fields.length === 0) return null;
  const field = source.random.pick(fields);
  const target = isValueField(field) ? undefined : source.schema.models[field.model];
  return target === undefined ? null : { field: field.name, model: target };
}

/** Runs an aggregate; its answer as text. */
export async function aggregate(engine: Executor, query: AggregateQuery, actor: Actor): Promise<unknown> {
  const answer = await engine.aggregate(query, actor);
  return { ...answer, json: answer.json.toString() };
}

function drawKey(source: WhereSource, model: ModelSchema): KeyQuery | string | null {
  const { random } = source;
  const reached = drawPath(source, model, random.int(0, 2));
  if (reached === null) return null;
  const { path, field } = reached;
  const kind = field.kind === "scalar" ? field.type.kind : "";
  if ((kind !== "date" && kind !== "datetime") || random.chance(0.3)) return path;
  const timeZone = kind === "datetime" ? random.pick(zones) : undefined;
  const bucket = random.pick(kind === "date" && !random.chance(0.05) ? units.slice(2) : units);
  return { field: path, bucket, ...(timeZone !== undefined && { timeZone }) };
}

function drawPath(
  source: WhereSource,
  model: ModelSchema,
  hops: number,
): { readonly path: string; readonly field: Field } | null {
  const { random, schema } = source;
  const fields = visible(source, model);
  const relations = fields.flatMap((field) => (field.kind === "ref" || field.kind === "one" ? [field] : []));
  if (hops > 0 && relations.length > 0) {
    const relation = random.pick(relations);
    const target = schema.models[relation.model];
    const rest = target === undefined ? null : drawPath(source, target, hops - 1);
    if (rest !== null) return { path: `${relation.name}.${rest.path}`, field: rest.field };
  }
  const own = fields.filter((field) => (field.kind === "scalar" ? isSortable(field.type) : field.kind === "ref"));
  if (own.length === 0) return null;
  const field = random.pick(own);
  return { path: field.name, field };
}

function drawMeasures(source: WhereSource, model: ModelSchema): Partial<Record<FieldFunction, string[]>> {
  const { random } = source;
  const entries = random
    .shuffle(fieldFunctions)
    .slice(0, random.int(0, 3))
    .flatMap((name): [FieldFunction, string[]][] => {
      const fields = random.shuffle(listMeasured(source, model, name)).slice(0, random.int(1, 2));
      return fields.length === 0 ? [] : [[name, fields.map((field) => field.name)]];
    });
  return Object.fromEntries(entries);
}

/** Sums of floats depend on the order in which a store adds, in their last digits. */
function listMeasured(
  source: WhereSource,
  model: ModelSchema,
  name: FieldFunction,
): readonly (Field & { readonly kind: "scalar" })[] {
  const isAdding = name === "sum" || name === "avg";
  return visible(source, model).flatMap((field) =>
    field.kind === "scalar" && measuredType(name, field) !== null && !(isAdding && field.type.kind === "float")
      ? [field]
      : [],
  );
}

function drawHaving(source: WhereSource, model: ModelSchema): HavingQuery {
  const { random } = source;
  const name = random.pick(fieldFunctions);
  const [field] = random.shuffle(listMeasured(source, model, name));
  if (field === undefined || random.chance(0.3))
    return { count: drawCondition(source, measureType("count", null), "count") };
  return { [name]: { [field.name]: drawCondition(source, measureType(name, field.type), name) } };
}

function drawCondition(source: WhereSource, type: ScalarType, name: MeasureFunction): unknown {
  const { random } = source;
  const value = () => (name === "count" || name === "countDistinct" ? random.int(0, 4) : source.value(type));
  const operator = random.pick(orderOperators);
  if (operator === "isNull") return { isNull: random.chance(0.5) };
  if (operator === "in" || operator === "notIn") return { [operator]: random.times(random.int(0, 3), value) };
  return random.chance(0.2) ? value() : { [operator]: value() };
}

function drawGroupOrder(source: WhereSource, model: ModelSchema, groupBy: readonly (KeyQuery | string)[]): string[] {
  const { random } = source;
  const keys = groupBy.map((key) => `key.${typeof key === "string" ? key : key.field}`);
  const measured = fieldFunctions.flatMap((name) =>
    listMeasured(source, model, name).map((field) => `${name}.${field.name}`),
  );
  const chosen = random.shuffle(["count", ...keys, ...measured]).slice(0, random.int(1, 3));
  const places = ["", "", ":nullsFirst", ":nullsLast"];
  return chosen.map((key) => `${random.pick(["", "-"])}${key}${random.pick(places)}`);
}

/** Mostly the fields a caller may name; now and then all, to see the refusal. */
function visible({ random, hidden }: WhereSource, model: ModelSchema): readonly Field[] {
  const all = Object.values(model.fields);
  return hidden || random.chance(0.02) ? all : all.filter((field) => !field.hidden);
}
