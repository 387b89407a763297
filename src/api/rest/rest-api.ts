/**
 * Serves a schema over REST: for each model a list and its rows, and the document that describes them.
 * Decides nothing about access; the executor does.
 */
import type { Executor } from "../../engine/executor.ts";
import type { HostOperation, HostRoute } from "../../http/host-route.ts";
import { defaultQueryLimits, type QueryLimits } from "../../passes/resolve-context.ts";
import type { Schema } from "../../schema/schema-model.ts";
import {
  type Answer,
  answerCreate,
  answerDelete,
  answerGet,
  answerList,
  answerPatch,
  type RestServer,
} from "./answer.ts";
import { createDoors } from "./create-doors.ts";
import { createDocsRoutes } from "./docs-routes.ts";
import type { Door } from "./door.ts";
import { listOperations, type ModelOperation, type OperationKind } from "./list-operations.ts";
import { createDocument, type DocumentSource } from "./openapi/create-document.ts";
import { createDocumentRoute } from "./openapi/document-route.ts";

/** What the REST API is made of. */
export interface RestApiOptions {
  readonly schema: Schema;
  readonly executor: Executor;
  /** The name of the app, the title of the document. */
  readonly title: string;
  /** The limits of the engine, when they are not the default ones. */
  readonly limits?: Partial<QueryLimits>;
}

const answers: Readonly<Record<OperationKind, Answer>> = {
  list: answerList,
  get: answerGet,
  create: answerCreate,
  update: answerPatch,
  delete: answerDelete,
};

/**
 * The routes of a schema: `/api/<plural>` and `/api/<plural>/:key` for each model, `/openapi.json`, `/docs`. An
 * operation that nobody may do has no route.
 */
export function createRestApi({ schema, executor, title, limits: given }: RestApiOptions): readonly HostRoute[] {
  const limits = { ...defaultQueryLimits, ...given };
  const { doors, views } = createDoors(schema, limits);
  const source: DocumentSource = { schema, doors, views, limits, title };
  const server: RestServer = { executor, context: { views, maxLimit: limits.maxLimit } };
  return [
    ...doors.flatMap((door) => createModelRoutes(server, door, listOperations(source, door))),
    createDocumentRoute(() => createDocument(source)),
    ...createDocsRoutes(title),
  ];
}

/** The route of the list and that of one row, each only when it answers anything. */
function createModelRoutes(
  server: RestServer,
  door: Door,
  operations: readonly ModelOperation[],
): readonly HostRoute[] {
  const routes = [false, true].map((ofRow) => {
    const own = operations.filter((operation) => operation.ofRow === ofRow);
    const entries = own.map(({ kind, method, accepts }): [string, HostOperation] => {
      const answer = answers[kind];
      return [method, { handle: (request) => answer(server, door, request), ...(accepts !== null && { accepts }) }];
    });
    return { path: ofRow ? `${door.path}/:key` : door.path, operations: Object.fromEntries(entries) };
  });
  return routes.filter((route) => Object.keys(route.operations).length > 0);
}
