/** Reads values of variables: bounded first, then coerced to their types. */
import { type GraphQLSchema, getVariableValues, type VariableDefinitionNode } from "graphql";
import { FootingError } from "../../errors/footing-error.ts";
import type { GraphqlLimits } from "./graphql-limits.ts";
import { describeFailure, describeGraphqlError, type RequestFailure } from "./response-errors.ts";

/** The values of an operation's variables, as graphql-js keeps them. */
export type VariableValues = NonNullable<ReturnType<typeof getVariableValues>["variableValues"]>;

/** The sent variables as a JSON object. */
export type RawVariables = Readonly<Record<string, unknown>>;

/** Coerces the values of variables; what is wrong with them instead. */
export type ReadVariables = (
  definitions: readonly VariableDefinitionNode[],
  raw: RawVariables,
) => VariableValues | RequestFailure;

/** Characters that variables may come to where an operation repeats them: a use is a few, a value may be a megabyte. */
const maxRepeated = 16 * 1024 * 1024;

/** What reads variables by a schema and within limits. `repeated`: how often those are used that are used more than once. */
export function createVariableReader(
  schema: GraphQLSchema,
  limits: GraphqlLimits,
  repeated: ReadonlyMap<string, number>,
): ReadVariables {
  return (definitions, raw) => {
    const read = readVariables(schema, definitions, { raw, limits });
    if ("errors" in read || measureRepeated(read, repeated) <= maxRepeated) return read;
    const detail = `The variables come to more than ${maxRepeated} characters, each counted as often as it is used.`;
    const fix = "Use large values once, or send several documents.";
    return { errors: [describeFailure(new FootingError("FTG_COST", { detail, fix }))] };
  };
}

/** About how long the JSON text of all the repeated variables is. */
function measureRepeated({ coerced }: VariableValues, repeated: ReadonlyMap<string, number>): number {
  let length = 0;
  for (const [name, uses] of repeated) length += uses * (JSON.stringify(coerced[name])?.length ?? 0);
  return length;
}

function readVariables(
  schema: GraphQLSchema,
  definitions: readonly VariableDefinitionNode[],
  options: { raw: RawVariables; limits: GraphqlLimits },
): VariableValues | RequestFailure {
  const problem = findExcess(options.raw, options.limits);
  if (problem !== null) return { errors: [describeFailure(new FootingError("FTG_COST", { detail: problem }))] };
  const { errors, variableValues } = getVariableValues(schema, definitions, options.raw, {
    maxErrors: 20,
  });
  if (variableValues !== undefined) return variableValues;
  return { errors: errors.map((error) => describeGraphqlError(error, "FTG_VALUE")) };
}

/** What of the variables is too much, or null. Walks without recursion: they may be nested as deeply as JSON allows. */
function findExcess(raw: RawVariables, limits: GraphqlLimits): string | null {
  const open: (readonly [value: unknown, depth: number])[] = [[raw, 0]];
  let count = 0;
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [value, depth] = next;
    count += 1;
    if (count > limits.maxVariableValues)
      return `The variables may hold at most ${limits.maxVariableValues} values in all.`;
    if (typeof value !== "object" || value === null) continue;
    if (depth > limits.maxValueDepth) return `The variables may be nested at most ${limits.maxValueDepth} levels deep.`;
    for (const item of Object.values(value)) open.push([item, depth + 1]);
  }
  return null;
}
