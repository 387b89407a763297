/** Writes what another front end serves as an OpenAPI path item. */
import type { OperationDocument } from "../../../http/operation-document.ts";
import type { JsonSchema } from "../../../schema/json-schema.ts";
import { describeFailures, listFailures, requestId } from "./describe-failures.ts";
import { keyReference, withReplayed } from "./describe-idempotency.ts";
import { describePathOptions } from "./describe-operations.ts";

/** The entry of `paths` for one operation, with the OPTIONS of its path. */
export function describeOther({
  path,
  operationId,
  tag,
  body,
  answer,
  mayBeEmpty = false,
  idempotent,
  codes,
  ...texts
}: OperationDocument): JsonSchema {
  const done = { description: "Done.", headers: requestId, content: { "application/json": { schema: answer } } };
  const empty = { description: "Done; there is nothing to answer.", headers: requestId };
  const successes = { 200: done, ...(mayBeEmpty && { 204: empty }) };
  return {
    [path]: {
      post: {
        operationId,
        tags: [tag],
        summary: texts.summary,
        description: texts.description,
        ...(body !== null && { requestBody: { required: true, content: { "application/json": { schema: body } } } }),
        ...(idempotent && { parameters: [keyReference] }),
        responses: {
          ...(idempotent ? withReplayed(successes) : successes),
          ...describeFailures(listFailures({ codes, method: "POST", produces: "application/json", idempotent })),
        },
      },
      options: describePathOptions(`${operationId}Options`, tag),
    },
  };
}
