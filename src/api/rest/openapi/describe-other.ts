/** Writes what another front end serves as an OpenAPI path item. */
import type { OperationDocument } from "../../../http/operation-document.ts";
import type { JsonSchema } from "../../../schema/json-schema.ts";
import { describeFailures, listFailures, ownFailure, requestId } from "./describe-failures.ts";
import { describePathOptions } from "./describe-operations.ts";
import { describeWriteHeaders } from "./describe-write-headers.ts";

/** The entry of `paths` for one operation, with the OPTIONS of its path. */
export function describeOther({
  path,
  operationId,
  tag,
  body,
  answer,
  mayBeEmpty = false,
  writes,
  idempotent,
  codes,
  runsOwnCode,
  ...texts
}: OperationDocument): JsonSchema {
  const done = { description: "Done.", headers: requestId, content: { "application/json": { schema: answer } } };
  const empty = { description: "Done; there is nothing to answer.", headers: requestId };
  const { parameters, withHeaders } = describeWriteHeaders({ writes, idempotent });
  const failures = listFailures({ codes, method: "POST", produces: "application/json", writes, idempotent });
  return {
    [path]: {
      post: {
        operationId,
        tags: [tag],
        summary: texts.summary,
        description: texts.description,
        ...(body !== null && { requestBody: { required: true, content: { "application/json": { schema: body } } } }),
        ...(parameters.length > 0 && { parameters }),
        responses: {
          ...withHeaders({ 200: done, ...(mayBeEmpty && { 204: empty }) }),
          ...describeFailures(failures),
          ...(runsOwnCode && ownFailure),
        },
      },
      options: describePathOptions(`${operationId}Options`, tag),
    },
  };
}
