/**
 * Serves a schema over REST: for each model a list and its rows, and the document that describes them.
 * Decides nothing about access; the executor does.
 */
import type { Executor } from "../../engine/executor.ts";
import type { HostOperation, HostRoute } from "../../http/host-route.ts";
import { noOwnCode, type OperationDocument, type OwnCode } from "../../http/operation-document.ts";
import type { IdempotentWrites } from "../../idempotency/idempotent-writes.ts";
import { runWrite } from "../../idempotency/run-write.ts";
import { defaultQueryLimits, type QueryLimits } from "../../passes/resolve-context.ts";
import type { JsonSchema } from "../../schema/json-schema.ts";
import type { Schema } from "../../schema/schema-model.ts";
import {
  type Answer,
  answerAggregate,
  answerCreate,
  answerDelete,
  answerGet,
  answerList,
  answerPatch,
  answerPreview,
  answerRestore,
  type RestServer,
} from "./answer.ts";
import { createDoors } from "./create-doors.ts";
import { createDocsRoutes } from "./docs-routes.ts";
import type { Door } from "./door.ts";
import { answerExport } from "./export/answer-export.ts";
import {
  findPlace,
  listOperations,
  type ModelOperation,
  type OperationKind,
  operationPlaces,
} from "./list-operations.ts";
import { createDocument, type DocumentSource } from "./openapi/create-document.ts";
import { createDocumentRoute } from "./openapi/document-route.ts";

/** What the document of a REST API is made from. */
export interface DescribedApi {
  readonly schema: Schema;
  /** The name of the app, the title of the document. */
  readonly title: string;
  /** The path below which another server serves the app. */
  readonly basePath?: string;
  /** The limits of the engine, when they are not the default ones. */
  readonly limits?: Partial<QueryLimits>;
  /** What other front ends serve and the document lists too. */
  readonly others?: readonly OperationDocument[];
  /** Whether writes take an `Idempotency-Key`. */
  readonly idempotent?: boolean;
  /** Where code of the app runs; absent: nowhere. */
  readonly ownCode?: OwnCode;
}

/** What the REST API is made of. */
export interface RestApiOptions extends Omit<DescribedApi, "idempotent"> {
  readonly executor: Executor;
  /** Runs writes once that come with a key. */
  readonly writes?: IdempotentWrites | null;
}

const answers: Readonly<Record<OperationKind, Answer>> = {
  list: answerList,
  aggregate: answerAggregate,
  export: answerExport,
  get: answerGet,
  create: answerCreate,
  update: answerPatch,
  delete: answerDelete,
  restore: answerRestore,
  preview: answerPreview,
};

/**
 * The routes of a schema: `/api/<plural>`, `/api/<plural>/:key`, `/api/<plural>/:key/restore`, `/api/preview/<plural>/:key`,
 * `/api/aggregate/<plural>` and `/api/export/<plural>` for each model, `/openapi.json`, `/docs`. An operation that nobody may do has no route.
 */
export function createRestApi({ executor, writes = null, ...described }: RestApiOptions): readonly HostRoute[] {
  const source = createSource({ ...described, idempotent: writes !== null });
  const { doors, views, limits, title } = source;
  const server: RestServer = { executor, writes, context: { views, ...limits } };
  return [
    ...doors.flatMap((door) => createModelRoutes(server, door, listOperations(source, door))),
    createDocumentRoute(() => createDocument(source)),
    ...createDocsRoutes(title),
  ];
}

/** The OpenAPI document of the same API. */
export function describeRestApi(described: DescribedApi): JsonSchema {
  return createDocument(createSource(described));
}

/** A document's source with all limits, of which the document states some. */
type FullSource = DocumentSource & { readonly limits: QueryLimits };

function createSource({ schema, title, ...options }: DescribedApi): FullSource {
  const { basePath = "", others = [], idempotent = false, ownCode = noOwnCode } = options;
  const limits = { ...defaultQueryLimits, ...options.limits };
  return { schema, ...createDoors(schema, limits), limits, title, basePath, others, idempotent, ownCode };
}

/** The routes of all places, each only when it answers anything. */
function createModelRoutes(
  server: RestServer,
  door: Door,
  operations: readonly ModelOperation[],
): readonly HostRoute[] {
  const routes = operationPlaces.map((place) => {
    const own = operations.filter((operation) => operation.place === place);
    const entries = own.map((operation): [string, HostOperation] => [
      operation.method,
      createOperation(server, door, operation),
    ]);
    return { path: findPlace(door, place, ":key"), operations: Object.fromEntries(entries) };
  });
  return routes.filter((route) => Object.keys(route.operations).length > 0);
}

function createOperation(server: RestServer, door: Door, operation: ModelOperation): HostOperation {
  const { kind, method, accepts, produces } = operation;
  const answer = answers[kind];
  return {
    handle: (request) =>
      method === "GET"
        ? answer(server, door, request)
        : runWrite(server, { method, request }, (executor) => answer({ ...server, executor }, door, request)),
    ...(accepts !== null && { accepts }),
    ...(produces !== null && { produces }),
  };
}
