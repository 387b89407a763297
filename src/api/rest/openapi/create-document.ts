/**
 * Writes the OpenAPI 3.1 document of the REST API from the same doors, operations and JSON Schemas that serve
 * requests. States nothing that is not so.
 */
import { isDeepStrictEqual } from "node:util";
import type { OperationDocument, OwnCode } from "../../../http/operation-document.ts";
import type { JsonSchema } from "../../../schema/json-schema.ts";
import { isVersioned } from "../../../schema/kept-fields.ts";
import type { JsonValue } from "../../../schema/schema-model.ts";
import type { Door } from "../door.ts";
import { findPlace, listOperations, type OperationSource, operationPlaces } from "../list-operations.ts";
import { createPreviewSchema } from "./describe-end.ts";
import { nameExportParameter } from "./describe-export.ts";
import { createFailureExamples, createProblemSchema } from "./describe-failures.ts";
import { describeGroups } from "./describe-groups.ts";
import { describeModel } from "./describe-models.ts";
import { describeOperation, describeOptions } from "./describe-operations.ts";
import { describeOther } from "./describe-other.ts";
import { describeKey, describeParameter, nameParameter } from "./describe-parameters.ts";
import { conditionParameters } from "./describe-versions.ts";
import { dryRunParameter, keyParameter } from "./describe-write-headers.ts";
import { shareResponses } from "./share-responses.ts";

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
  readonly ownCode: OwnCode;
}

const description = [
  "Made from the schema of the app: what is listed here is accepted, anything else is refused.",
  "Conditions on one list of related rows are conditions on one and the same row of it.",
  "Every failure is a problem (RFC 9457) with a stable `code`.",
  "Any path answers other methods with 405 and an `Allow` header; methods that HTTP has but this server does not with 501;",
  "a request whose headers are too large with 431, and one that arrives too slowly with 408.",
].join(" ");

/** The document as plain data. */
export function createDocument(source: DocumentSource): JsonSchema {
  const { schema, doors, limits, title, basePath, others } = source;
  const all: JsonSchema = Object.assign(
    {},
    ...doors.map((door) => describePaths(source, door)),
    ...others.map(describeOther),
  );
  const { paths, responses } = shareResponses(all);
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
    paths,
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
      responses,
      examples: createFailureExamples(),
    },
  };
}

/** Whether any operation takes the headers of writes. */
function isWritten(source: DocumentSource): boolean {
  const own = source.doors.flatMap((door) => listOperations(source, door));
  return own.some(({ method }) => method !== "GET") || source.others.some(({ writes }) => writes);
}

function describeParameters(door: Door): JsonSchema {
  const { model, list, groups, end, export: file } = door;
  if (model.access.read === "nobody") return {};
  const own = [...list.values(), ...groups.values(), ...end.values()].map((parameter) => ({
    name: nameParameter(model, parameter),
    parameter,
  }));
  const files = [...file.values()].map((parameter) => ({ name: nameExportParameter(door, parameter), parameter }));
  return Object.fromEntries([...own, ...files].map(({ name, parameter }) => [name, describeParameter(parameter)]));
}

/** The path items of a model: all places, each only when it answers anything. */
function describePaths(source: DocumentSource, door: Door): JsonSchema {
  const operations = listOperations(source, door);
  const items = operationPlaces.flatMap((place): [string, JsonValue][] => {
    const own = operations.filter((operation) => operation.place === place);
    if (own.length === 0) return [];
    const path = findPlace(door, place, "{key}");
    const key = path.includes("{key}") ? [describeKey(door.model)] : [];
    const methods = own.flatMap((operation) => describeOperation(door, operation, source));
    const item = { ...shareParameters(key, methods), options: describeOptions(door, place) };
    return [[path, item]];
  });
  return Object.fromEntries(items);
}

/** The methods of a path, with what all of them take said once. OPTIONS takes anything and looks at nothing. */
function shareParameters(key: readonly JsonValue[], methods: readonly (readonly [string, JsonValue])[]): JsonSchema {
  const lists = methods.map(([, method]): JsonValue => Object(method)["parameters"] ?? []);
  const [first = []] = lists;
  const isShared = lists.length > 1 && lists.every((list) => isDeepStrictEqual(list, first));
  const shared = [...key, ...(isShared && Array.isArray(first) ? first : [])];
  const rest = methods.map(([name, method]): readonly [string, JsonValue] => {
    const { parameters: _shared, ...own } = Object(method);
    return [name, isShared ? own : method];
  });
  return { ...(shared.length > 0 && { parameters: shared }), ...Object.fromEntries(rest) };
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
