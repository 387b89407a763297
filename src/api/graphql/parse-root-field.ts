/** Turns one root field into one query to the engine, ready but for the values of the variables. */
import type { GraphQLField } from "graphql";
import type { ReadQuery } from "../../plan/query.ts";
import type { ModelSchema, Schema } from "../../schema/schema-model.ts";
import { isObject } from "../../util/is-object.ts";
import type { MergedField } from "./collect-fields.ts";
import type { RootField } from "./create-graphql-schema.ts";
import { type Arguments, parseArguments } from "./parse-arguments.ts";
import type { ParseContext } from "./parse-context.ts";
import { parseGroups } from "./parse-groups.ts";
import { parsePreview } from "./parse-preview.ts";
import { parseList, parseRow } from "./parse-selection.ts";
import { pickDeleted, pickEnd, pickKey } from "./pick-arguments.ts";
import { mapPart } from "./query-part.ts";
import { renameRelated } from "./related-input-types.ts";
import type { RunRootField } from "./run-root-field.ts";

/** One root field of an operation. */
export interface RootFieldNode {
  readonly action: RootField;
  readonly field: MergedField;
  readonly definition: GraphQLField<unknown, unknown>;
}

/** Parses a root field. */
export function parseRootField(context: ParseContext, node: RootFieldNode): RunRootField {
  const {
    field,
    definition,
    action: { action, model },
  } = node;
  if (action === "aggregate") return parseGroups(context, { model, field, definition });
  if (action === "previewDelete") return parsePreview(context, { model, field, definition });
  if (action !== "list") return parseRowAction(context, node);
  const query = mapPart(
    parseList(context, { model, field, definition }),
    (rows): ReadQuery => ({ model: model.name, ...rows }),
  );
  return async ({ executor, variables, actor, abort }) =>
    (await executor.readRaw(query.make(variables), actor, abort)).json;
}

/** What concerns one row, named by its key or new. */
function parseRowAction(
  context: ParseContext,
  { field, definition, action: { action, model } }: RootFieldNode,
): RunRootField {
  const { name } = model;
  const pick = (argument: string, args: Arguments) => pickData(context.schema.models, model, args[argument]);
  const given = parseArguments(definition, field.node);
  const selected = parseRow(context, model, field);
  return async ({ executor, variables, actor, abort }) => {
    const args = given.make(variables);
    const select = selected.make(variables);
    const key = pickKey(model, args);
    switch (action) {
      case "create":
        return (await executor.create({ model: name, data: pick("data", args), select }, actor)) ?? "null";
      case "update":
        return (
          (await executor.update(
            { model: name, key, ...pickVersion(args), data: pick("data", args), select },
            actor,
          )) ?? "null"
        );
      case "upsert": {
        const rows = { create: pick("create", args), update: pick("update", args) };
        return (await executor.upsert({ model: name, key, ...rows, select }, actor)) ?? "null";
      }
      case "delete":
        return (
          (await executor.delete({ model: name, ...pickEnd(model, args), ...pickVersion(args), select }, actor)) ??
          "null"
        );
      case "restore":
        return (await executor.restore({ model: name, key, select }, actor)) ?? "null";
      default: {
        const which = { where: key, single: true, ...pickDeleted(args) };
        return (await executor.readRaw({ model: name, ...which, select }, actor, abort)).json;
      }
    }
  };
}

/** Null stands for no expectation, like an argument that is left out. */
function pickVersion({ ifVersion }: Arguments): { readonly ifVersion?: readonly number[] } {
  return Array.isArray(ifVersion) ? { ifVersion } : {};
}

/** The data in an argument; a model without a field to give has none. */
function pickData(schema: Schema, model: ModelSchema, data: unknown): Readonly<Record<string, unknown>> {
  const renamed = renameRelated(schema, model, data);
  return isObject(renamed) ? renamed : {};
}
