/** Writes what belongs to the end of a row: what goes along with it, what a preview of that says, and its return. */
import { describeDelete } from "../../../schema/describe-delete.ts";
import type { JsonSchema } from "../../../schema/json-schema.ts";
import { keepsDeleted } from "../../../schema/kept-fields.ts";
import type { ModelSchema, Schema } from "../../../schema/schema-model.ts";
import type { OperationKind } from "../list-operations.ts";
import { requestId } from "./describe-failures.ts";

/** What an operation does beside what its summary says; null for nothing. */
export function describeEnd(schema: Schema, model: ModelSchema, kind: OperationKind): string | null {
  if (kind !== "delete" && kind !== "preview") return null;
  const along = describeDelete(schema, model);
  if (!keepsDeleted(model)) return along;
  const stays = "The row stays as deleted and can be restored; nothing goes along with it unless it goes permanently.";
  return along === null ? stays : `${stays} Then: ${along}`;
}

/** The answer to a preview. */
export function describePreview(): JsonSchema {
  const schema = { $ref: "#/components/schemas/deletePreview" };
  return {
    200: {
      description: "Numbers of rows by model, of those that the caller may read.",
      headers: requestId,
      content: { "application/json": { schema } },
    },
  };
}

/** The answer to a return. */
export function describeRestored(name: string): JsonSchema {
  const schema = { $ref: `#/components/schemas/${name}` };
  return { 200: { description: "The row.", headers: requestId, content: { "application/json": { schema } } } };
}

/** The JSON Schema of a preview. */
export function createPreviewSchema(): JsonSchema {
  const counts = (description: string): JsonSchema => ({
    type: "object",
    description,
    additionalProperties: { type: "integer", minimum: 1 },
  });
  return {
    type: "object",
    properties: {
      deletes: counts("Rows that would be deleted too."),
      setsNull: counts("Rows that would lose a reference."),
      blockedBy: counts("Rows that keep the row, or one that would go along: the delete would be refused."),
    },
    required: ["deletes", "setsNull", "blockedBy"],
    additionalProperties: false,
  };
}
