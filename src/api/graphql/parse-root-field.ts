/** Turns one root field into one query to the engine, ready but for the values of the variables. */
import type { GraphQLField } from "graphql";
import type { Actor } from "../../engine/actor.ts";
import type { Executor } from "../../engine/executor.ts";
import type { ReadQuery } from "../../plan/query.ts";
import type { ModelSchema } from "../../schema/schema-model.ts";
import type { MergedField } from "./collect-fields.ts";
import type { RootField } from "./create-graphql-schema.ts";
import { type Arguments, parseArguments } from "./parse-arguments.ts";
import { type ParseContext, parseList, parseRow } from "./parse-selection.ts";
import { mapPart } from "./query-part.ts";
import type { RawVariables, VariableValues } from "./read-variables.ts";

/** One root field of an operation. */
export interface RootFieldNode {
  readonly action: RootField;
  readonly field: MergedField;
  readonly definition: GraphQLField<unknown, unknown>;
}

/** What the root fields of one request share. */
export interface FieldRequest {
  readonly executor: Executor;
  readonly actor: Actor;
  readonly raw: RawVariables;
  readonly variables: VariableValues;
}

/** Runs a root field for one request; the JSON of its value, as text or bytes. Throws FootingError, and GraphQLError for an argument. */
export type RunRootField = (request: FieldRequest) => Promise<string | Buffer>;

/** Parses a root field. */
export function parseRootField(context: ParseContext, node: RootFieldNode): RunRootField {
  const {
    field,
    definition,
    action: { action, model },
  } = node;
  if (action !== "list") return parseRowAction(context, node);
  const query = mapPart(
    parseList(context, { model, field, definition }),
    (rows): ReadQuery => ({ model: model.name, ...rows }),
  );
  return async ({ executor, variables, actor }) => (await executor.readRaw(query.make(variables), actor)).json;
}

/** What concerns one row, named by its key or new. */
function parseRowAction(
  context: ParseContext,
  { field, definition, action: { action, model } }: RootFieldNode,
): RunRootField {
  const { name } = model;
  const given = parseArguments(definition, field.node);
  const selected = parseRow(context, model, field);
  return async ({ executor, variables, actor }) => {
    const args = given.make(variables);
    const select = selected.make(variables);
    const key = pickKey(model, args);
    switch (action) {
      case "create":
        return (await executor.create({ model: name, data: pickData(args), select }, actor)) ?? "null";
      case "update":
        return (await executor.update({ model: name, key, data: pickData(args), select }, actor)) ?? "null";
      case "delete":
        return (await executor.delete({ model: name, key, select }, actor)) ?? "null";
      default:
        return (await executor.readRaw({ model: name, where: key, single: true, select }, actor)).json;
    }
  };
}

function pickKey(model: ModelSchema, args: Arguments): Arguments {
  return Object.fromEntries(model.key.map((part) => [part.field, args[part.field]]));
}

/** The `data` argument; a model without a field to give has none. */
function pickData({ data }: Arguments): Readonly<Record<string, unknown>> {
  return typeof data === "object" && data !== null ? { ...data } : {};
}
