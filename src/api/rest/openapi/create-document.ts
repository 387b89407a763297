/**
 * Writes the OpenAPI 3.1 document of the REST API from the same doors, operations and JSON Schemas that serve
 * requests. States nothing that is not so.
 */
import type { OperationDocument } from "../../../http/operation-document.ts";
import type { JsonSchema } from "../../../schema/json-schema.ts";
import { isVersioned } from "../../../schema/kept-fields.ts";
import type { JsonValue } from "../../../schema/schema-model.ts";
import type { Door } from "../door.ts";
import { findPlace, listOperations, type OperationSource, operationPlaces } from "../list-operations.ts";
import { createPreviewSchema } from "./describe-end.ts";
import { createFailureExamples, createProblemSchema } from "./describe-failures.ts";
import { describeGroups } from "./describe-groups.ts";
import { describeModel } from "./describe-models.ts";
import { describeOperation, describeOptions } from "./describe-operations.ts";
import { describeOther } from "./describe-other.ts";
import { describeKey, describeParameter, nameParameter } from "./describe-parameters.ts";
import { conditionParameters } from "./describe-versions.ts";
import { dryRunParameter, keyParameter } from "./describe-write-headers.ts";

/** What a document is written from. */
export interface DocumentSource extends OperationSource {
  readonly doors: readonly Door[];
  readonly title: string;
  /** The path below which all paths are; empty for none. */
  readonly basePath: string;
  /** What other front ends serve. */
  readonly others: readonly OperationDocument[];
  /** Whether writes take an `Idempotency-Key`. */
  readonly idempotent: boolean;
  /** Whether hooks of the app may refuse writes. */
  readonly hooked: boolean;
}

const description = [
  "Made from the schema of the app: what is listed here is accepted, anything else is refused.",
  "Every failure is a problem (RFC 9457) with a stable `code`.",
  "Any path answers other methods with 405 and an `Allow` header; methods that HTTP has but this server does not with 501;",
  "a request whose headers are too large with 431, and one that arrives too slowly with 408.",
].join(" ");

/** The document as plain data. */
export function createDocument(source: DocumentSource): JsonSchema {
  const { schema, doors, limits, title, basePath, others } = source;
  const models = doors.map((door) => ({
    ...describeModel(schema, door, limits.maxLimit),
    ...describeGroups(schema, door, source.views),
  }));
  return {
    openapi: "3.1.1",
    info: { title, version: schema.fingerprint.slice(0, 12), description },
    servers: [{ url: basePath === "" ? "/" : basePath }],
    tags: doors
      .filter((door) => listOperations(source, door).length > 0)
      .map(({ model }) => ({
        name: model.name,
        ...(model.describe !== undefined && { description: model.describe }),
      })),
    paths: Object.assign({}, ...doors.map((door) => describePaths(source, door)), ...others.map(describeOther)),
    components: {
      schemas: Object.assign({}, ...models, {
        problem: createProblemSchema(),
        page: createPageSchema(),
        deletePreview: createPreviewSchema(),
      }),
      parameters: Object.assign(
        {},
        ...doors.map(describeParameters),
        isWritten(source) ? { DryRun: dryRunParameter } : {},
        source.idempotent ? { IdempotencyKey: keyParameter } : {},
        doors.some(({ model }) => isVersioned(model)) ? conditionParameters : {},
      ),
      examples: createFailureExamples(),
    },
  };
}

/** Whether any operation takes the headers of writes. */
function isWritten(source: DocumentSource): boolean {
  const own = source.doors.flatMap((door) => listOperations(source, door));
  return own.some(({ method }) => method !== "GET") || source.others.some(({ writes }) => writes);
}

function describeParameters({ model, list, groups, end, export: file }: Door): JsonSchema {
  if (model.access.read === "nobody") return {};
  // Of the same name in both, the file's own is written where it is used.
  return Object.fromEntries(
    [...file.values(), ...list.values(), ...groups.values(), ...end.values()].map((parameter) => [
      nameParameter(model, parameter),
      describeParameter(parameter),
    ]),
  );
}

/** The path items of a model: all places, each only when it answers anything. */
function describePaths(source: DocumentSource, door: Door): JsonSchema {
  const operations = listOperations(source, door);
  const items = operationPlaces.flatMap((place): [string, JsonValue][] => {
    const own = operations.filter((operation) => operation.place === place);
    if (own.length === 0) return [];
    const methods = own.flatMap((operation) => describeOperation(door, operation, source));
    const path = findPlace(door, place, "{key}");
    const parameters = path.includes("{key}") ? { parameters: [describeKey(door.model)] } : {};
    return [[path, { ...parameters, ...Object.fromEntries(methods), options: describeOptions(door, place) }]];
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
      total: {
        type: "object",
        description: "How many rows the list has in all; only with `count`.",
        properties: {
          count: { type: "integer", minimum: 0 },
          isExact: { type: "boolean", description: "False for an estimate." },
        },
        required: ["count", "isExact"],
        additionalProperties: false,
      },
    },
    required: ["hasMore"],
    additionalProperties: false,
  };
}
