/** Writes what the versions of a model's rows add to its operations: headers, and the answer that nothing changed. */
import type { JsonSchema } from "../../../schema/json-schema.ts";
import { isVersioned } from "../../../schema/kept-fields.ts";
import type { JsonValue, ModelSchema } from "../../../schema/schema-model.ts";
import type { OperationKind } from "../list-operations.ts";
import { isRevalidated } from "../row-version.ts";

/** The component parameters that {@link describeConditions} refers to. */
export const conditionParameters: JsonSchema = {
  IfMatch: {
    name: "If-Match",
    in: "header",
    description: "Does it only to a row of this version: the `ETag` of an earlier answer, several of them, or `*`.",
    schema: { type: "string" },
  },
  IfNoneMatch: {
    name: "If-None-Match",
    in: "header",
    description:
      "Answers 304 when the row still has this version: the `ETag` of an earlier answer, several of them, or `*`.",
    schema: { type: "string" },
  },
};

const tag: JsonSchema = { ETag: { schema: { type: "string" }, description: "The version of the row, in quotes." } };
const shownTag: JsonSchema = {
  ETag: {
    schema: { type: "string" },
    description: "The version of the row, in quotes. Only in an answer that shows nothing of other rows.",
  },
};

/** References to the conditions that an operation takes. */
export function describeConditions(model: ModelSchema, kind: OperationKind): readonly JsonValue[] {
  if (!isVersioned(model)) return [];
  if (kind === "get" && isRevalidated(model)) return [{ $ref: "#/components/parameters/IfNoneMatch" }];
  return kind === "update" || kind === "delete" ? [{ $ref: "#/components/parameters/IfMatch" }] : [];
}

/** The response objects of an operation's successes with what versions add to them. */
export function withVersions(model: ModelSchema, kind: OperationKind, responses: JsonSchema): JsonSchema {
  if (!isVersioned(model) || !["get", "create", "update", "restore"].includes(kind)) return responses;
  const described = Object.entries(responses).map(([status, response]): [string, JsonValue] => {
    if (status === "204") return [status, response];
    const { headers, ...rest } = { ...Object(response) };
    return [status, { ...rest, headers: { ...(kind === "get" ? shownTag : tag), ...headers } }];
  });
  const requestId = Object(Object(responses["200"])["headers"]);
  const unchanged = { description: "The row still has this version.", headers: { ...tag, ...requestId } };
  return { ...Object.fromEntries(described), ...(kind === "get" && isRevalidated(model) && { 304: unchanged }) };
}
