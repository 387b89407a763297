/** Random filters over a schema, for queries and for rules. */
import { fieldOperators, jsonOperators, listOperators } from "../../src/schema/operators.ts";
import type { Field, ModelSchema, ScalarField, ScalarType, Schema } from "../../src/schema/schema-model.ts";
import type { Random } from "./random.ts";

/** What a filter is drawn from. */
export interface WhereSource {
  readonly random: Random;
  readonly schema: Schema;
  /** Whether hidden fields may be named. */
  readonly hidden: boolean;
  /** A value of the type to compare with. */
  readonly value: (type: ScalarType) => unknown;
  /** A key value of the model to compare a ref with; null when it has a key of several parts. */
  readonly key: (model: string) => unknown;
}

type Where = Record<string, unknown>;

/** A filter on `model` with at least one condition, nested at most `depth` levels. */
export function drawWhere(source: WhereSource, model: ModelSchema, depth: number): Where {
  const { random } = source;
  if (depth > 0 && random.chance(0.3)) return drawGroup(source, model, depth);
  const fields = Object.values(model.fields).filter((field) => source.hidden || !field.hidden);
  const chosen = random.shuffle(fields).slice(0, random.chance(0.25) ? 2 : 1);
  return Object.fromEntries(chosen.map((field) => [field.name, drawCondition(source, { model, field }, depth)]));
}

function drawGroup(source: WhereSource, model: ModelSchema, depth: number): Where {
  const { random } = source;
  const items = () => random.times(random.int(1, 3), () => drawWhere(source, model, depth - 1));
  return random.pick<() => Where>([
    () => ({ all: items() }),
    () => ({ any: items() }),
    () => ({ not: drawWhere(source, model, depth - 1) }),
  ])();
}

interface Spot {
  readonly model: ModelSchema;
  readonly field: Field;
}

function drawCondition(source: WhereSource, { model, field }: Spot, depth: number): unknown {
  switch (field.kind) {
    case "scalar":
      return drawFieldComparison(source, model, field) ?? drawScalar(source, field.type);
    case "computed":
      return drawScalar(source, field.type);
    case "ref":
      return drawRef(source, field.model, depth);
    case "one":
      return source.random.chance(0.2) ? null : drawRelated(source, field.model, depth);
    case "many":
    case "manyToMany":
      return { [source.random.pick(["some", "every", "none"])]: drawRelated(source, field.model, depth) };
  }
}

function drawScalar(source: WhereSource, type: ScalarType): unknown {
  const { random } = source;
  const known = listOperators(type);
  if (type.kind === "json" && !type.list && random.chance(0.8)) return drawInside(random);
  if (type.list && random.chance(0.8)) return drawItems(source, type);
  if (!known.includes("eq")) return { isNull: random.chance(0.5) };
  if (random.chance(0.3)) return source.value(type);
  const names = random.shuffle(known).slice(0, random.chance(0.2) ? 2 : 1);
  return Object.fromEntries(names.map((name) => [name, drawOperand(source, name, () => source.value(type))]));
}

/** Now and then, a comparison with another field of the type. */
function drawFieldComparison(source: WhereSource, model: ModelSchema, { name, type }: ScalarField): unknown {
  const { random, schema, hidden } = source;
  const operators = fieldOperators.filter((operator) => listOperators(type).includes(operator));
  if (!random.chance(0.15) || !operators.includes("eq")) return null;
  const fits = (field: Field) =>
    field.kind === "scalar" && field.type.kind === type.kind && !field.type.list && field.type.scale === type.scale;
  const shown = (target: ModelSchema) => Object.values(target.fields).filter((field) => hidden || !field.hidden);
  const own = shown(model).filter((field) => field.name !== name && fits(field));
  const far = shown(model).flatMap((field) => {
    const target = field.kind === "ref" || field.kind === "one" ? schema.models[field.model] : undefined;
    const there = target === undefined ? [] : shown(target).filter(fits);
    return there.map((other) => `${field.name}.${other.name}`);
  });
  const names = [...own.map((field) => field.name), ...far];
  return names.length === 0 ? null : { [random.pick(operators)]: { field: random.pick(names) } };
}

function drawItems(source: WhereSource, type: ScalarType): unknown {
  const { random } = source;
  const operator = random.pick(listOperators(type));
  const value = () => source.value({ ...type, list: false });
  if (operator === "isEmpty" || operator === "isNull") return { [operator]: random.chance(0.5) };
  return { [operator]: operator === "has" ? value() : random.times(random.int(0, 3), value) };
}

const steps = [0, 1, 2, "a", "b", "1", "", "constructor", "'"];
const insides = [0, 1, 1.5, -0.25, 1e21, "x", "text", "", "😀", "TEXT"];

/** A condition on what may stand inside one of the samples of json. */
function drawInside(random: Random): unknown {
  const operator = random.pick([...jsonOperators, "exists" as const]);
  const path = random.times(random.int(1, 3), () => random.pick(steps));
  return { path, [operator]: drawInsideOperand(random, operator) };
}

function drawInsideOperand(random: Random, operator: (typeof jsonOperators)[number] | "exists"): unknown {
  const texts = insides.filter((value) => typeof value === "string");
  switch (operator) {
    case "exists":
    case "isNull":
      return random.chance(0.5);
    case "eq":
    case "not":
      return random.pick([...insides, true, false]);
    case "in":
    case "notIn":
      return random.times(random.int(0, 3), () => random.pick(texts));
    case "lt":
    case "lte":
    case "gt":
    case "gte":
      return random.pick(insides);
    default:
      return random.pick(texts);
  }
}

function drawOperand({ random }: WhereSource, operator: string, value: () => unknown): unknown {
  if (operator === "isNull") return random.chance(0.5);
  return operator === "in" || operator === "notIn" ? random.times(random.int(0, 3), value) : value();
}

function drawRef(source: WhereSource, model: string, depth: number): unknown {
  const { random } = source;
  if (depth > 0 && random.chance(0.5)) return drawRelated(source, model, depth);
  const key = source.key(model);
  if (key === null || random.chance(0.2)) return { isNull: random.chance(0.5) };
  const operator = random.pick(["eq", "not", "in", "notIn"]);
  return random.chance(0.4) ? key : { [operator]: drawOperand(source, operator, () => source.key(model)) };
}

function drawRelated(source: WhereSource, model: string, depth: number): Where {
  const target = source.schema.models[model];
  if (target === undefined || depth <= 0 || source.random.chance(0.15)) return {};
  return drawWhere(source, target, depth - 1);
}
