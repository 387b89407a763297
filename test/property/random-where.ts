/** Random filters over a schema, for queries and for rules. */
import { listOperators } from "../../src/schema/operators.ts";
import type { Field, ModelSchema, ScalarType, Schema } from "../../src/schema/schema-model.ts";
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
  return Object.fromEntries(chosen.map((field) => [field.name, drawCondition(source, field, depth)]));
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

function drawCondition(source: WhereSource, field: Field, depth: number): unknown {
  switch (field.kind) {
    case "scalar":
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
  if (!known.includes("eq")) return { isNull: random.chance(0.5) };
  if (random.chance(0.3)) return source.value(type);
  const names = random.shuffle(known).slice(0, random.chance(0.2) ? 2 : 1);
  return Object.fromEntries(names.map((name) => [name, drawOperand(source, name, () => source.value(type))]));
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
