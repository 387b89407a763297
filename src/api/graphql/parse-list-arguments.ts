/** Parses the arguments of a list into the query language, and refuses combinations that mean nothing. */
import { type FieldNode, Kind, type ValueNode } from "graphql";
import { FootingError } from "../../errors/footing-error.ts";
import type { RowsQuery } from "../../plan/query.ts";
import type { RowLimits } from "./graphql-limits.ts";
import type { VariableValues } from "./read-variables.ts";

/** The coerced arguments of a field. */
export type Arguments = Readonly<Record<string, unknown>>;

/** What reading arguments needs beside them. */
export interface ListContext {
  readonly variables: VariableValues;
  /** Rows of a list. */
  readonly rows: RowLimits;
}

/** Pairs that contradict each other or that say nothing together, each with what to do instead. */
const conflicts: readonly (readonly [one: string, other: string, fix: string])[] = Object.freeze([
  ["first", "last", "Use `first` with `after` to go on, or `last` with `before` to go back."],
  ["after", "before", "Use `first` with `after` to go on, or `last` with `before` to go back."],
  ["first", "before", "Use `last` with `before`."],
  ["last", "after", "Use `first` with `after`."],
  ["offset", "after", "Use one of them."],
  ["offset", "before", "Use one of them."],
]);

/**
 * The rows that a list's arguments ask for; an argument that is null counts as absent.
 *
 * @throws FootingError FTG_QUERY when the arguments do not fit together, or when a variable inside `where` has no value.
 */
export function parseListArguments(node: FieldNode, args: Arguments, context: ListContext): RowsQuery {
  const given = Object.fromEntries(Object.entries(args).filter(([, value]) => value !== null && value !== undefined));
  const name = node.name.value;
  for (const [one, other, fix] of conflicts) {
    if (one in given && other in given)
      throw argumentError(`${name}: expected \`${one}\` or \`${other}\`, got both.`, fix);
  }
  if ("last" in given && !("before" in given)) {
    throw argumentError(
      `${name}: expected \`before\` beside \`last\`, got none.`,
      "To start at the end of the list, turn `orderBy` round and use `first`.",
    );
  }
  refuseMissing(node, context.variables);
  const { first, last, ...rest } = given;
  const limit = first ?? last;
  if (limit === undefined) return rest;
  return {
    ...rest,
    limit: checkLimit(`${name}: expected \`${"first" in given ? "first" : "last"}\``, limit, context.rows.maxLimit),
  };
}

function checkLimit(expected: string, limit: unknown, max: number): number {
  if (typeof limit === "number" && limit >= 1 && limit <= max) return limit;
  throw argumentError(
    `${expected} to be from 1 to ${max}, got ${String(limit)}.`,
    `Ask for at most ${max} rows, and for more with \`after\`.`,
  );
}

/**
 * GraphQL drops a field whose variable has no value; a filter that vanishes so would match every row. The
 * whole `where` may be absent: then the document itself says so.
 */
function refuseMissing(node: FieldNode, variables: VariableValues): void {
  const where = node.arguments?.find((argument) => argument.name.value === "where")?.value;
  const missing = where === undefined || where.kind === Kind.VARIABLE ? undefined : findMissing(where, variables);
  if (missing === undefined) return;
  throw argumentError(
    `${node.name.value}: expected a value for the variable $${missing} inside \`where\`, got none; a filter is never dropped.`,
    `Send null for $${missing} to ask for null, or pass the whole filter as one variable.`,
  );
}

function findMissing(value: ValueNode, variables: VariableValues): string | undefined {
  switch (value.kind) {
    case Kind.VARIABLE:
      return variables.coerced[value.name.value] === undefined ? value.name.value : undefined;
    case Kind.LIST:
      return findFirst(value.values, variables);
    case Kind.OBJECT:
      return findFirst(
        value.fields.map((field) => field.value),
        variables,
      );
    default:
      return undefined;
  }
}

function findFirst(values: readonly ValueNode[], variables: VariableValues): string | undefined {
  for (const value of values) {
    const missing = findMissing(value, variables);
    if (missing !== undefined) return missing;
  }
  return undefined;
}

function argumentError(detail: string, fix: string): FootingError {
  return new FootingError("FTG_QUERY", { detail, fix });
}
