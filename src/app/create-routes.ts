/** Makes every front end of an app and lists their routes. The one place that decides what development shows more of. */
import { createGraphqlApi } from "../api/graphql/graphql-api.ts";
import { createRestApi } from "../api/rest/rest-api.ts";
import type { Executor } from "../engine/executor.ts";
import type { HostRoute } from "../http/host-route.ts";
import type { HostLogger } from "../http/logger.ts";
import { defaultQueryLimits } from "../passes/resolve-context.ts";
import type { Models } from "../schema/check-types.ts";
import type { App } from "./define-app.ts";

/** Whether an app is being written, or serves the public. */
export type Mode = "development" | "production";

/** What the front ends share. */
export interface FrontEndOptions {
  readonly executor: Executor;
  readonly mode: Mode;
  /** The name of the app in its documents. */
  readonly title: string;
  readonly logger: HostLogger;
}

/** The routes of REST, its documents and GraphQL. */
export function createRoutes<M extends Models>(app: App<M>, options: FrontEndOptions): readonly HostRoute[] {
  const { schema, graphql = {} } = app;
  const { executor, mode, title, logger } = options;
  const introspection = graphql.introspection ?? mode === "development";
  const rows = { ...defaultQueryLimits, ...app.limits };
  const api = createGraphqlApi({
    schema,
    executor,
    logger,
    introspection,
    graphiql: mode === "development",
    limits: graphql.limits ?? {},
    rows,
  });
  return [...createRestApi({ schema, executor, title, limits: app.limits ?? {} }), ...api.routes];
}
