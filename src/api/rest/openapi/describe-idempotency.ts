/** Writes what the header `Idempotency-Key` adds to an operation. */
import { keyPattern } from "../../../idempotency/parse-key.ts";
import type { JsonSchema } from "../../../schema/json-schema.ts";
import type { JsonValue } from "../../../schema/schema-model.ts";

/** The component parameter that {@link keyReference} refers to. */
export const keyParameter: JsonSchema = {
  name: "Idempotency-Key",
  in: "header",
  description:
    "A name for this request, best a new UUID. The same request with the same key is done once, and answered again as it was.",
  schema: { type: "string", pattern: keyPattern },
};

/** A reference to the parameter. */
export const keyReference: JsonSchema = { $ref: "#/components/parameters/IdempotencyKey" };

const replayed: JsonSchema = {
  "Idempotency-Replayed": {
    schema: { const: "true" },
    description: "Only in an answer that was given before, to the same request with the same key.",
  },
};

/** Response objects with the header that tells an answer was given before. */
export function withReplayed(responses: JsonSchema): JsonSchema {
  const described = Object.entries(responses).map(([status, response]): [string, JsonValue] => {
    const { headers, ...rest } = { ...Object(response) };
    return [status, { ...rest, headers: { ...headers, ...replayed } }];
  });
  return Object.fromEntries(described);
}
