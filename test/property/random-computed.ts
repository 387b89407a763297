/** Random computed fields over the fields of a model, of every kind and operation, and never such as a boot refuses. */
import { readNoted } from "../../src/schema/computed-builder.ts";
import type { FieldBuilder } from "../../src/schema/declarations.ts";
import { Random } from "./random.ts";

type Operation = (...operands: unknown[]) => unknown;
type Builder = Readonly<Record<string, Operation>>;

interface Source {
  readonly random: Random;
  readonly build: Builder;
  /** The visible fields by their kind; decimals by their digits. */
  readonly fields: ReadonlyMap<string, readonly string[]>;
}

/** The option `computed` of a model with the fields. */
export function drawComputed(
  random: Random,
  fields: Readonly<Record<string, FieldBuilder>>,
): (build: Builder) => object {
  const byKind = sortFields(fields);
  const seed = random.int(0, 0x7fffffff);
  const names = byKind.size === 0 ? [] : ["sum", "made", "computedOf"].slice(0, random.int(0, 3));
  // A declaration may be asked more than once, and must answer the same.
  return (build) => {
    const source: Source = { random: new Random(seed), build, fields: byKind };
    return Object.fromEntries(names.map((name) => [name, drawAny(source)]));
  };
}

function sortFields(fields: Readonly<Record<string, FieldBuilder>>): ReadonlyMap<string, readonly string[]> {
  const sorted = new Map<string, string[]>();
  for (const [name, { declaration }] of Object.entries(fields)) {
    if (declaration.kind !== "scalar" || declaration.hidden) continue;
    const { precision, scale } = declaration.limits;
    const kind = declaration.scalar === "decimal" ? `decimal ${precision} ${scale}` : declaration.scalar;
    sorted.set(kind, [...(sorted.get(kind) ?? []), name]);
  }
  return sorted;
}

function drawAny(source: Source): unknown {
  const draw = source.random.pick<(source: Source, depth: number) => unknown>([
    drawText,
    drawText,
    (inner, depth) => drawWhole(inner, "int", depth),
    (inner, depth) => drawWhole(inner, "bigint", depth),
    (inner) => drawFloat(inner, 2),
    (inner) => drawFloat(inner, 2),
    drawDecimal,
    drawChosen,
    (inner) => inner.build["matches"]?.(drawCondition(inner)),
  ]);
  const drawn = draw(source, 3);
  return readsField(drawn) ? drawn : source.build["matches"]?.(drawCondition(source));
}

function readsField(given: unknown): boolean {
  const noted = readNoted(given);
  switch (noted?.kind) {
    case undefined:
      return false;
    case "field":
    case "when":
    case "matches":
      return true;
    case "length":
    case "lower":
    case "upper":
      return readsField(noted.item);
    case "calculate":
      return readsField(noted.left) || readsField(noted.right);
    case "concat":
    case "coalesce":
      return noted.items.some(readsField);
  }
}

function drawField(source: Source, kind: string): unknown {
  const names = source.fields.get(kind) ?? [];
  return names.length === 0 ? null : source.build["field"]?.(source.random.pick(names));
}

function drawText(source: Source, depth: number): unknown {
  const { random, build } = source;
  const leaf = drawField(source, random.chance(0.7) ? "text" : "enum");
  const literal = random.pick(["", "x", "é'\\", "😀 $1 ?"]);
  if (depth === 0) return leaf ?? literal;
  const text = () => drawText(source, depth - 1);
  return random.pick([
    () => leaf ?? literal,
    () =>
      build["concat"]?.(
        ...random.times(random.int(1, 3), () => random.pick([literal, text(), drawWhole(source, "int", 1)])),
      ),
    () => build["coalesce"]?.(text(), literal),
    () => (leaf === null ? literal : build[random.pick(["lower", "upper"])]?.(leaf)),
    () => build["when"]?.(drawCondition(source), text(), random.pick([literal, null])),
  ])();
}

function drawWhole(source: Source, kind: "int" | "bigint", depth: number): unknown {
  const { random, build } = source;
  const constant = random.pick([0, 1, -3, 9007199254740991]);
  const leaf = drawField(source, kind) ?? constant;
  if (depth === 0) return leaf;
  const whole = () => random.pick([() => drawWhole(source, kind, depth - 1), () => drawWhole(source, "int", 0)])();
  return random.pick([
    () => leaf,
    () => build[random.pick(["add", "subtract", "multiply"])]?.(whole(), whole()),
    () => build["length"]?.(drawText(source, 1)),
    () => build["coalesce"]?.(whole(), random.pick([7, whole()])),
    () => build["when"]?.(drawCondition(source), whole(), random.pick([constant, whole(), null])),
  ])();
}

/** Calculations take no more than eight floats. */
function drawFloat(source: Source, depth: number): unknown {
  const { random, build } = source;
  const constant = random.pick([0.1, -2.5, 1e-7]);
  const number = () => (depth > 1 && random.chance(0.5) ? drawFloat(source, depth - 1) : drawNumber(source));
  const quotient = () => build["divide"]?.(number(), random.pick([number(), constant]));
  const field = drawField(source, "float");
  const leaf = () => field ?? build["divide"]?.(drawNumber(source), drawNumber(source));
  return random.pick([
    leaf,
    quotient,
    () => build[random.pick(["add", "subtract", "multiply"])]?.(leaf(), random.pick([constant, leaf()])),
    () => build["coalesce"]?.(leaf(), 1.5),
    () => build["when"]?.(drawCondition(source), leaf(), random.pick([null, constant])),
  ])();
}

function drawNumber(source: Source): unknown {
  const kinds = [...source.fields.keys()].filter((kind) => /^(int|bigint|float|decimal)/.test(kind));
  return kinds.length === 0 ? 0.25 : drawField(source, source.random.pick(kinds));
}

/** Decimals of few digits are calculated with; of those of many, one is chosen. */
function drawDecimal(source: Source, depth: number): unknown {
  const { random, build, fields } = source;
  const leaf = drawField(source, "decimal 5 2");
  if (leaf === null) {
    const long = [...fields.keys()].find((kind) => kind.startsWith("decimal"));
    const field = long === undefined ? 1 : drawField(source, long);
    return build["coalesce"]?.(field, field);
  }
  if (depth <= 1) return leaf;
  const operand = () => random.pick<unknown>([leaf, "-1.125", 3, drawDecimal(source, depth - 1)]);
  return random.pick([
    () => build[random.pick(["add", "subtract", "multiply"])]?.(leaf, operand()),
    () => build["coalesce"]?.(leaf, random.pick(["0", "-0.001", 12])),
    () => build["when"]?.(drawCondition(source), leaf, random.pick([null, drawField(source, "int")])),
  ])();
}

/** One of two values of a kind without operations of its own. */
function drawChosen(source: Source): unknown {
  const { random, build, fields } = source;
  const literals: Readonly<Record<string, unknown>> = {
    bool: true,
    date: "1999-12-31",
    datetime: "1999-12-31T23:59:59.999Z",
    uuid: "7f000000-0000-4000-8000-00000000000a",
  };
  const kinds = Object.keys(literals).filter((kind) => fields.has(kind));
  if (kinds.length === 0) return random.chance(0.5);
  const kind = random.pick(kinds);
  const field = drawField(source, kind);
  return random.pick([
    () => field,
    () => build["coalesce"]?.(field, literals[kind]),
    () => build["when"]?.(drawCondition(source), field, random.pick([literals[kind], null])),
  ])();
}

function drawCondition({ random, fields }: Source): object {
  const known = (kind: string): string | undefined => fields.get(kind)?.[0];
  const [int, text, any] = [known("int"), known("text"), [...fields.values()][0]?.[0] ?? ""];
  const conditions: object[] = [{ [any]: { isNull: random.chance(0.5) } }];
  if (int !== undefined) conditions.push({ [int]: { gte: 1 } }, { not: { [int]: { in: [0, 2] } } });
  if (text !== undefined) conditions.push({ [text]: { startsWith: "a" } }, { [text]: { not: "b" } });
  const [first, second] = random.shuffle(conditions);
  return random.chance(0.3) ? { any: [first, second ?? first] } : (first ?? {});
}
