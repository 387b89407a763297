/**
 * Writes the OpenAPI 3.1 document of the REST API from the same doors, operations and JSON Schemas that serve
 * requests. States nothing that is not so.
 */
import type { JsonSchema } from "../../../schema/json-schema.ts";
import type { JsonValue } from "../../../schema/schema-model.ts";
import type { Door } from "../door.ts";
import { listOperations, type OperationSource } from "../list-operations.ts";
import { createFailureExamples, createProblemSchema } from "./describe-failures.ts";
import { describeModel } from "./describe-models.ts";
import { describeOperation, describeOptions } from "./describe-operations.ts";
import { describeKey, describeParameter, nameParameter } from "./describe-parameters.ts";

/** What a document is written from. */
export interface DocumentSource extends OperationSource {
  readonly doors: readonly Door[];
  readonly title: string;
}

const description = [
  "Made from the schema of the app: what is listed here is accepted, anything else is refused.",
  "Every failure is a problem (RFC 9457) with a stable `code`.",
  "Any path answers other methods with 405 and an `Allow` header; methods that HTTP has but this server does not with 501;",
  "a request whose headers are too large with 431, and one that arrives too slowly with 408.",
].join(" ");

/** The document as plain data. */
export function createDocument(source: DocumentSource): JsonSchema {
  const { schema, doors, limits, title } = source;
  const models = doors.map((door) => describeModel(schema, door, limits.maxLimit));
  return {
    openapi: "3.1.1",
    info: { title, version: schema.fingerprint.slice(0, 12), description },
    servers: [{ url: "/" }],
    tags: doors
      .filter((door) => listOperations(source, door).length > 0)
      .map(({ model }) => ({
        name: model.name,
        ...(model.describe !== undefined && { description: model.describe }),
      })),
    paths: Object.assign({}, ...doors.map((door) => describePaths(source, door))),
    components: {
      schemas: Object.assign({}, ...models, { Problem: createProblemSchema(), Page: createPageSchema() }),
      parameters: Object.assign({}, ...doors.map(describeParameters)),
      examples: createFailureExamples(),
    },
  };
}

function describeParameters({ model, list }: Door): JsonSchema {
  if (model.access.read === "nobody") return {};
  return Object.fromEntries(
    [...list.values()].map((parameter) => [nameParameter(model, parameter), describeParameter(parameter)]),
  );
}

/** The path items of a model: its list and its rows, each only when it answers anything. */
function describePaths(source: DocumentSource, door: Door): JsonSchema {
  const operations = listOperations(source, door);
  const items = [false, true].flatMap((ofRow): [string, JsonValue][] => {
    const own = operations.filter((operation) => operation.ofRow === ofRow);
    if (own.length === 0) return [];
    const methods = own.flatMap((operation) => describeOperation(door, operation));
    const parameters = ofRow ? { parameters: [describeKey(door.model)] } : {};
    return [
      [
        ofRow ? `${door.path}/{key}` : door.path,
        { ...parameters, ...Object.fromEntries(methods), options: describeOptions(door, ofRow) },
      ],
    ];
  });
  return Object.fromEntries(items);
}

function createPageSchema(): JsonSchema {
  const cursor = { type: ["string", "null"] };
  return {
    type: "object",
    description: "Where a list goes on. Read with `before` it has `previous` in place of `next`.",
    properties: {
      hasMore: { type: "boolean", description: "Whether more rows lie in the direction of reading." },
      next: { ...cursor, description: "Cursor for `after`; null when there are no more rows." },
      previous: { ...cursor, description: "Cursor for `before`; null when there are no more rows." },
    },
    required: ["hasMore"],
    additionalProperties: false,
  };
}
