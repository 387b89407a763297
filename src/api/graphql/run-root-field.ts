/** Turns one root field into one query, and has the engine run it. */
import { type GraphQLField, getArgumentValues } from "graphql";
import type { Actor } from "../../engine/actor.ts";
import type { Executor } from "../../engine/executor.ts";
import type { ModelSchema } from "../../schema/schema-model.ts";
import type { MergedField } from "./collect-fields.ts";
import type { RootField } from "./create-graphql-schema.ts";
import type { Arguments } from "./parse-list-arguments.ts";
import { type ParseContext, parseList, parseRow } from "./parse-selection.ts";

/** One root field of an operation. */
export interface RootCall {
  readonly action: RootField;
  readonly field: MergedField;
  readonly definition: GraphQLField<unknown, unknown>;
  readonly actor: Actor;
}

/** Runs a root field; the JSON text of its value. Throws FootingError, and GraphQLError for an argument. */
export async function runRootField(executor: Executor, context: ParseContext, call: RootCall): Promise<string> {
  const {
    action: { action, model },
    field,
    actor,
  } = call;
  if (action === "list") {
    const rows = parseList(context, { model, field, definition: call.definition });
    return (await executor.read({ model: model.name, ...rows }, actor)).json;
  }
  const args = getArgumentValues(call.definition, field.node, context.variables);
  const select = parseRow(context, model, field);
  const key = pickKey(model, args);
  switch (action) {
    case "get":
      return (await executor.read({ model: model.name, where: key, single: true, select }, actor)).json;
    case "create":
      return (await executor.create({ model: model.name, data: pickData(args), select }, actor)) ?? "null";
    case "update":
      return (await executor.update({ model: model.name, key, data: pickData(args), select }, actor)) ?? "null";
    case "delete":
      return (await executor.delete({ model: model.name, key, select }, actor)) ?? "null";
  }
}

function pickKey(model: ModelSchema, args: Arguments): Arguments {
  return Object.fromEntries(model.key.map((part) => [part.field, args[part.field]]));
}

/** The `data` argument; a model without a field to give has none. */
function pickData({ data }: Arguments): Readonly<Record<string, unknown>> {
  return typeof data === "object" && data !== null ? { ...data } : {};
}
