/** Makes every front end of an app: their routes, and the documents that describe them. The one place that decides what development shows more of. */
import { type BindDb, createServedActions, type ServedAction } from "../actions/served-action.ts";
import { createActionApi } from "../api/actions/action-api.ts";
import { createBatchApi } from "../api/batch/batch-api.ts";
import { createLazyGraphqlApi, type LazyGraphqlApi, mayBeRefused } from "../api/graphql/lazy-graphql-api.ts";
import { createRestApi, describeRestApi } from "../api/rest/rest-api.ts";
import { createPlainRoutes } from "../api/routes/create-plain-routes.ts";
import type { Executor } from "../engine/executor.ts";
import type { HostRoute } from "../http/host-route.ts";
import type { HostLogger } from "../http/logger.ts";
import type { OwnCode } from "../http/operation-document.ts";
import { IdempotentWrites } from "../idempotency/idempotent-writes.ts";
import { defaultQueryLimits } from "../passes/resolve-context.ts";
import type { Models } from "../schema/check-types.ts";
import type { JsonSchema } from "../schema/json-schema.ts";
import { checkAddresses } from "./check-addresses.ts";
import type { App } from "./define-app.ts";

/** Whether an app is being written, or serves the public. */
export type Mode = "development" | "production";

/** What the front ends share. */
export interface FrontEndOptions {
  readonly executor: Executor;
  /** Makes the `db` of some actor on an executor, for the app's own code. */
  readonly bindDb: BindDb;
  readonly mode: Mode;
  /** The name of the app in its documents. */
  readonly title: string;
  /** The path below which another server serves the app; empty without one. */
  readonly basePath: string;
  readonly logger: HostLogger;
}

/** What an app serves. */
export interface FrontEnds {
  readonly routes: readonly HostRoute[];
  readonly documents: Documents;
}

/** What describes an app to other programs. */
export interface Documents {
  /** The OpenAPI document. */
  openapi(): JsonSchema;
  /** The GraphQL schema in its own language. */
  graphql(): Promise<string>;
}

/**
 * The routes of REST, its documents, batches, actions and GraphQL, and the app's own.
 *
 * @throws FootingError FTG_CONFIG when the app's own routes take an address of another, FTG_SCHEMA when GraphQL cannot serve
 * the schema.
 */
export async function createFrontEnds<M extends Models>(app: App<M>, options: FrontEndOptions): Promise<FrontEnds> {
  const { schema } = app;
  const { executor, bindDb, title, basePath, logger } = options;
  const rows = { ...defaultQueryLimits, ...app.limits };
  const actions = createServedActions(app.code.actions, bindDb);
  const graph = await createGraph(app, options, actions);
  const writes = createWrites(app, executor);
  const ownCode = findOwnCode(app);
  const batch = createBatchApi({ schema, executor, writes, logger, limits: app.batch ?? {}, rows, ownCode });
  const action = createActionApi(actions, executor, writes);
  const others = [...batch.documents, ...action.documents];
  const idempotent = writes !== null;
  const described = { schema, title, basePath, limits: app.limits ?? {}, others, idempotent, ownCode };
  const served = [
    ...createRestApi({ ...described, executor, writes }),
    ...batch.routes,
    ...action.routes,
    ...graph.routes,
  ];
  const own = createPlainRoutes(app.code.routes, { executor, bindDb });
  checkAddresses({ served, own, mounts: Object.keys(app.mount ?? {}) });
  const documents = { openapi: () => describeRestApi(described), graphql: async () => (await graph.load()).print() };
  return { routes: [...served, ...own], documents };
}

/** What tells who sends a request may refuse any, and hooks what writes, but for those that run when it is done. */
function findOwnCode<M extends Models>({ authenticate, code }: App<M>): OwnCode {
  const reads = authenticate !== undefined;
  const hooks = Object.values(code.hooks).flatMap((own) => Object.keys(own));
  return { reads, writes: reads || hooks.some((name) => name !== "afterCommit") };
}

/** GraphQL, loaded already where somebody is about to use it and where only its schema can tell whether it is right. */
async function createGraph<M extends Models>(
  { schema, graphql = {}, limits }: App<M>,
  { executor, logger, mode }: FrontEndOptions,
  actions: readonly ServedAction[],
): Promise<LazyGraphqlApi> {
  const isDevelopment = mode === "development";
  const graph = createLazyGraphqlApi({
    schema,
    actions,
    executor,
    logger,
    introspection: graphql.introspection ?? isDevelopment,
    graphiql: isDevelopment,
    limits: graphql.limits ?? {},
    rows: { ...defaultQueryLimits, ...limits },
  });
  if (isDevelopment || mayBeRefused({ schema, actions })) await graph.load();
  return graph;
}

/** What runs writes once that come with a key; null where the app does not want it. */
function createWrites<M extends Models>({ idempotency }: App<M>, executor: Executor): IdempotentWrites | null {
  if (idempotency === undefined) return null;
  return new IdempotentWrites(executor, idempotency === true ? {} : idempotency);
}
