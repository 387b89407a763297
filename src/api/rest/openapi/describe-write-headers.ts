/** Writes what the headers `Footing-Dry-Run` and `Idempotency-Key` add to an operation. */
import { keyPattern } from "../../../idempotency/parse-key.ts";
import type { JsonSchema } from "../../../schema/json-schema.ts";
import type { JsonValue } from "../../../schema/schema-model.ts";

/** A component parameter. */
export const keyParameter: JsonSchema = {
  name: "Idempotency-Key",
  in: "header",
  description:
    "A name for this request, best a new UUID. The same request with the same key is done once, and answered again as it was.",
  schema: { type: "string", pattern: keyPattern },
};

/** A component parameter. */
export const dryRunParameter: JsonSchema = {
  name: "Footing-Dry-Run",
  in: "header",
  description: "Answers as if the request were carried out, and undoes it.",
  schema: { const: "true" },
};

const replayed: JsonSchema = {
  "Idempotency-Replayed": {
    schema: { const: "true" },
    description: "Only in an answer that was given before, to the same request with the same key.",
  },
};
const undone: JsonSchema = {
  "Footing-Dry-Run": { schema: { const: "true" }, description: "Only in the answer to a dry run: nothing was done." },
};

/** What the headers of writes add to one operation. */
export interface WriteHeaders {
  /** References to the parameters. */
  readonly parameters: readonly JsonSchema[];
  /** Response objects with the headers of answers. */
  withHeaders(responses: JsonSchema): JsonSchema;
}

/** The headers of an operation. */
export function describeWriteHeaders({
  writes,
  idempotent,
}: {
  readonly writes: boolean;
  readonly idempotent: boolean;
}): WriteHeaders {
  const refer = (name: string) => ({ $ref: `#/components/parameters/${name}` });
  const added = { ...(writes && undone), ...(idempotent && replayed) };
  return {
    parameters: [...(writes ? [refer("DryRun")] : []), ...(idempotent ? [refer("IdempotencyKey")] : [])],
    withHeaders: (responses) =>
      Object.fromEntries(Object.entries(responses).map(([status, response]) => [status, addHeaders(response, added)])),
  };
}

function addHeaders(response: JsonValue, added: JsonSchema): JsonValue {
  const { headers, ...rest } = { ...Object(response) };
  return Object.keys(added).length === 0 ? response : { ...rest, headers: { ...headers, ...added } };
}
