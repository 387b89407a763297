/** Reads the values of one request through the sources of its template, and checks each against its type. */
import { FootingError } from "../errors/footing-error.ts";
import { describeValue, renderPath } from "../passes/resolve-context.ts";
import type { CursorSource, LimitSource, Path, RuleSource, ValueSource } from "../passes/value-source.ts";
import type { ParamType } from "../plan/param-node.ts";
import { normalizeValue } from "../schema/normalize-value.ts";
import { cursorError, parseCursor } from "./cursor.ts";
import type { RuleOutcome } from "./evaluate-rule.ts";

/** A source made ready: its place as text for messages, and for cursors the tag of their list. */
export interface BoundSource {
  readonly source: ValueSource;
  readonly label: string;
  readonly tag: string;
}

/** Where values may come from. */
export interface BindInput {
  readonly query: object;
  /** What the rules said, by `model.operation`. */
  readonly outcomes: ReadonlyMap<string, RuleOutcome>;
  /** The values of a written row, by part; checked before. */
  readonly written: readonly unknown[];
}

const noOutcomes: ReadonlyMap<string, RuleOutcome> = new Map();

/** A {@link BindInput} with nothing but a query. */
export function createBindInput(
  query: object,
  outcomes: ReadonlyMap<string, RuleOutcome> = noOutcomes,
  written: readonly unknown[] = [],
): BindInput {
  return { query, outcomes, written };
}

/** Makes sources ready for {@link bindValues}; `tagOf` signs the shape of a list. */
export function createBoundSources(
  sources: readonly ValueSource[],
  tagOf: (shape: string) => string,
): readonly BoundSource[] {
  return sources.map((source) => {
    const label = "path" in source ? renderPath(source.path) : "";
    return { source, label, tag: "shape" in source ? tagOf(source.shape) : "" };
  });
}

/**
 * The values of the params, in order, in canonical form.
 * @throws FootingError FTG_VALUE, FTG_QUERY (a limit or offset), FTG_CURSOR; FTG_RULE for a value that a rule gave.
 */
export function bindValues(sources: readonly BoundSource[], input: BindInput): unknown[] {
  const values = new Array<unknown>(sources.length);
  for (let index = 0; index < sources.length; index++) {
    const bound = sources[index];
    if (bound !== undefined) values[index] = bindValue(bound, input);
  }
  return values;
}

function bindValue({ source, label, tag }: BoundSource, input: BindInput): unknown {
  switch (source.from) {
    case "query":
      return normalizeParam(source.type, readPath(input.query, source.path), label);
    case "limit":
      return bindLimit(source, readPath(input.query, source.path), label);
    case "offset":
      return bindOffset(readPath(input.query, source.path), label);
    case "cursor": {
      const value = parseCursor(readPath(input.query, source.path), tag, source.length)[source.position];
      return value === null ? null : bindCursorValue(source, value, label);
    }
    case "cursorTag":
      return tag;
    case "rule":
      return bindRuleValue(source, input, label);
    case "input":
      return input.written[source.index];
  }
}

function normalizeParam(type: ParamType, value: unknown, label: string): unknown {
  return type.kind === "keys" ? value : normalizeValue(type, value, label);
}

function bindCursorValue(source: CursorSource, value: unknown, label: string): unknown {
  try {
    return normalizeParam(source.type, value, label);
  } catch {
    throw cursorError("holds a value of the wrong type");
  }
}

function bindRuleValue(source: RuleSource, input: BindInput, label: string): unknown {
  const answer = input.outcomes.get(`${source.model}.${source.operation}`)?.answer;
  try {
    return normalizeParam(source.type, readPath(answer, source.path), label);
  } catch (cause) {
    throw new FootingError("FTG_RULE", {
      detail: `The ${source.operation} rule of ${source.model} answered a value of the wrong type at ${label}.`,
      cause,
    });
  }
}

function bindLimit(source: LimitSource, value: unknown, label: string): number {
  if (value === undefined) return source.fallback;
  if (typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= source.max) return value;
  throw new FootingError("FTG_QUERY", {
    detail: `${label}: expected a whole number from 1 to ${source.max}, got ${describeValue(value)}.`,
  });
}

function bindOffset(value: unknown, label: string): number {
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value;
  throw new FootingError("FTG_QUERY", {
    detail: `${label}: expected a whole number of at least 0, got ${describeValue(value)}.`,
  });
}

function readPath(root: unknown, path: Path): unknown {
  let value = root;
  for (let index = 0; index < path.length; index++) {
    if (typeof value !== "object" || value === null) return undefined;
    // A step was found by walking this very structure, so it names an own property of an object or a list.
    value = (value as Record<string | number, unknown>)[path[index] ?? ""];
  }
  return value;
}
