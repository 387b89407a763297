/** Parses a root field that tells what a delete would take along, and puts its answer together. */
import type { DeletePreview } from "../../engine/executor.ts";
import { isObject } from "../../util/is-object.ts";
import { collectSubfields, type MergedField } from "./collect-fields.ts";
import { deletePreviewType } from "./end-types.ts";
import { parseArguments } from "./parse-arguments.ts";
import type { ListField, ParseContext } from "./parse-context.ts";
import { pickEnd } from "./pick-arguments.ts";
import type { RunRootField } from "./run-root-field.ts";

/** Parses a preview. Running it throws FootingError, and GraphQLError for an argument. */
export function parsePreview(context: ParseContext, { model, field, definition }: ListField): RunRootField {
  const given = parseArguments(definition, field.node);
  return async ({ executor, variables, actor }) => {
    const args = given.make(variables);
    const preview = await executor.previewDelete({ model: model.name, ...pickEnd(model, args) }, actor);
    return JSON.stringify(pick(context, field, describePreview(preview)));
  };
}

/** The preview with lists in place of objects, and the names of its types. */
function describePreview({ deletes, setsNull, blockedBy }: DeletePreview): object {
  const list = (counts: Readonly<Record<string, number>>) =>
    Object.entries(counts).map(([model, count]) => ({ __typename: "ModelCount", model, count }));
  return {
    __typename: deletePreviewType.name,
    deletes: list(deletes),
    setsNull: list(setsNull),
    blockedBy: list(blockedBy),
  };
}

/** Of a value what is selected of it. */
function pick(context: ParseContext, field: MergedField, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => pick(context, field, item));
  if (!isObject(value)) return value;
  const parts = Array.from(collectSubfields(context, field), ([as, inner]) => [
    as,
    pick(context, inner, value[inner.node.name.value]),
  ]);
  return Object.fromEntries(parts);
}
