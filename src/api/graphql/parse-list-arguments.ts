/** Parses the arguments of a list into the query language, and refuses combinations that mean nothing. */
import { type FieldNode, type GraphQLField, Kind } from "graphql";
import { FootingError } from "../../errors/footing-error.ts";
import type { RowsQuery } from "../../plan/query.ts";
import type { RowLimits } from "./graphql-limits.ts";
import { type Arguments, listVariables, parseArguments } from "./parse-arguments.ts";
import { createPart, type QueryPart } from "./query-part.ts";
import type { VariableValues } from "./read-variables.ts";

/** A list field with its definition, and how many rows lists may have. */
export interface ListArguments {
  readonly node: FieldNode;
  readonly definition: GraphQLField<unknown, unknown>;
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
  ["offset", "last", "Use `first` with `offset`."],
]);

/**
 * The rows that a list's arguments ask for; an argument that is null counts as absent. Making them throws
 * GraphQLError for an argument, and FTG_QUERY when the arguments do not fit together or when a variable inside
 * `where` has no value.
 */
export function parseListArguments({ node, definition, rows }: ListArguments): QueryPart<RowsQuery> {
  const name = node.name.value;
  const args = parseArguments(definition, node);
  const needed = listNeeded(node);
  return createPart(args.isFixed, (variables) => {
    const given = withoutNulls(args.make(variables));
    refuseConflicts(name, given);
    refuseMissing(name, needed, variables);
    const { first, last, ...rest } = given;
    const limit = first ?? last;
    if (limit === undefined) return rest;
    const expected = `${name}: expected \`${first === undefined ? "last" : "first"}\``;
    const query = { ...rest, limit: checkLimit(expected, limit, rows.maxLimit) };
    return last === undefined || "before" in given ? query : { ...query, backwards: true };
  });
}

function withoutNulls(args: Arguments): Arguments {
  const given: Record<string, unknown> = {};
  for (const name in args) if (args[name] !== null && args[name] !== undefined) given[name] = args[name];
  return given;
}

function refuseConflicts(name: string, given: Arguments): void {
  for (const [one, other, fix] of conflicts) {
    if (one in given && other in given)
      throw argumentError(`${name}: expected \`${one}\` or \`${other}\`, got both.`, fix);
  }
}

function checkLimit(expected: string, limit: unknown, max: number): number {
  if (typeof limit === "number" && limit >= 1 && limit <= max) return limit;
  throw argumentError(
    `${expected} to be from 1 to ${max}, got ${String(limit)}.`,
    `Ask for 1 to ${max} rows, and for more with \`after\`.`,
  );
}

/** A variable that must have a value, and the filter that it stands in. */
interface NeededVariable {
  readonly variable: string;
  readonly filter: string;
}

/** The variables inside filters. A whole filter may be absent: then the document itself says so. */
function listNeeded(node: FieldNode): readonly NeededVariable[] {
  const filters = (node.arguments ?? []).filter(({ name }) => name.value === "where" || name.value === "having");
  return filters.flatMap(({ name, value }) =>
    value.kind === Kind.VARIABLE
      ? []
      : listVariables(value).map((variable): NeededVariable => ({ variable, filter: name.value })),
  );
}

/** GraphQL drops a field whose variable has no value; a filter that vanishes so would match every row. */
function refuseMissing(name: string, needed: readonly NeededVariable[], variables: VariableValues): void {
  const missing = needed.find(({ variable }) => variables.coerced[variable] === undefined);
  if (missing === undefined) return;
  throw argumentError(
    `${name}: expected a value for the variable $${missing.variable} inside \`${missing.filter}\`, got none; a filter is never dropped.`,
    `Send null for $${missing.variable} to ask for null, or pass the whole filter as one variable.`,
  );
}

function argumentError(detail: string, fix: string): FootingError {
  return new FootingError("FTG_QUERY", { detail, fix });
}
