/** Reads the values of one request through the sources of its template, and checks each against its type. */
import { FootingError } from "../errors/footing-error.ts";
import { renderPath } from "../passes/resolve-context.ts";
import type { CursorSource, LimitSource, Path, RuleSource, ValueSource } from "../passes/value-source.ts";
import type { ParamType } from "../plan/param-node.ts";
import { normalizeValue } from "../schema/normalize-value.ts";
import type { RuleName } from "../schema/rules.ts";
import { normalizeSearch } from "../schema/search-terms.ts";
import { describeValue } from "../util/describe-value.ts";
import { cursorError, parseCursor } from "./cursor.ts";
import { nameRule, type RuleOutcome } from "./evaluate-rule.ts";

/** A source made ready. */
export interface BoundSource {
  readonly source: ValueSource;
  /** Its place as text, for messages. */
  readonly label: string;
  /** Of a cursor: the tag of its list. */
  readonly tag: string;
  /** Of a value that a rule gave: which of the rules, or -1. */
  readonly rule: number;
}

/** Where values may come from. */
export interface BindInput {
  readonly query: object;
  /** What the rules said, in the order of their template. */
  readonly outcomes: readonly RuleOutcome[];
  /** The values of a written row, by part; checked before. */
  readonly written: readonly unknown[];
}

/** What making sources ready needs. */
export interface BindContext {
  /** Signs the shape of a list. */
  readonly tagOf: (shape: string) => string;
  /** The place of a rule among the outcomes. */
  readonly findRule: (name: RuleName) => number;
}

/** Makes sources ready for {@link bindValues}. */
export function createBoundSources(
  sources: readonly ValueSource[],
  { tagOf, findRule }: BindContext,
): readonly BoundSource[] {
  return sources.map((source) => ({
    source,
    label: "path" in source ? renderPath(source.path) : "",
    tag: "shape" in source ? tagOf(source.shape) : "",
    rule: source.from === "rule" ? findRule(source.rule) : -1,
  }));
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

function bindValue(bound: BoundSource, input: BindInput): unknown {
  const { source, label, tag } = bound;
  switch (source.from) {
    case "query":
      return normalizeParam(source.type, readPath(input.query, source.path), label);
    case "search":
      return normalizeSearch(readPath(input.query, source.path), label, source);
    case "total":
      return normalizeValue(source.type, readTotals(readPath(input.query, source.path)), label);
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
      return bindRuleValue(source, bound, input);
    case "input":
      return input.written[source.index];
  }
}

function normalizeParam(type: ParamType, value: unknown, label: string): unknown {
  return type.kind === "keys" ? value : normalizeValue(type, value, label);
}

/** Whole numbers as the texts that sums are. */
function readTotals(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(readTotals);
  return typeof value === "bigint" || Number.isSafeInteger(value) ? String(value) : value;
}

function bindCursorValue(source: CursorSource, value: unknown, label: string): unknown {
  try {
    return normalizeParam(source.type, value, label);
  } catch {
    throw cursorError("holds a value of the wrong type");
  }
}

function bindRuleValue(source: RuleSource, { label, rule }: BoundSource, input: BindInput): unknown {
  const answer = input.outcomes[rule]?.answer;
  try {
    return normalizeParam(source.type, readPath(answer, source.path), label);
  } catch (cause) {
    throw new FootingError("FTG_RULE", {
      detail: `${nameRule(source.rule)} answered a value of the wrong type at ${label}.`,
      cause,
    });
  }
}

function bindLimit(source: LimitSource, value: unknown, label: string): number {
  if (value === undefined) return source.fallback;
  if (typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= source.max) return value;
  throw new FootingError("FTG_QUERY", {
    detail: `${label}: expected a whole number from 1 to ${source.max}, got ${describeValue(value)}.`,
    fix: `Give a whole number from 1 to ${source.max}, or leave it out: then it is ${source.fallback}.`,
  });
}

function bindOffset(value: unknown, label: string): number {
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value;
  throw new FootingError("FTG_QUERY", {
    detail: `${label}: expected a whole number of at least 0, got ${describeValue(value)}.`,
    fix: "Give 0 or more, or leave it out: then it is 0.",
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
