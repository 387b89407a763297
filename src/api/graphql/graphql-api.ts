/**
 * Serves a schema over GraphQL: derives the GraphQL schema, and answers `/graphql` as GraphQL over HTTP says.
 * Decides nothing about access; the executor does.
 */
import { printSchema } from "graphql";
import type { ServedAction } from "../../actions/served-action.ts";
import type { Executor } from "../../engine/executor.ts";
import type { FootingError } from "../../errors/footing-error.ts";
import type { HostRoute } from "../../http/host-route.ts";
import type { HostLogger } from "../../http/logger.ts";
import { createPublicError } from "../../http/problem.ts";
import { defaultQueryLimits } from "../../passes/resolve-context.ts";
import type { Schema } from "../../schema/schema-model.ts";
import type { CacheStats } from "../../util/lru-cache.ts";
import { answerGraphqlGet, answerGraphqlPost, type GraphqlServer } from "./answer-graphql.ts";
import { createGraphqlSchema, type DerivedSchema } from "./create-graphql-schema.ts";
import { DocumentCache } from "./document-cache.ts";
import { defaultGraphqlLimits, type GraphqlLimits, type RowLimits } from "./graphql-limits.ts";
import { createGraphqlRoutes, type GraphqlAnswers } from "./graphql-routes.ts";

/** What the GraphQL API is made of. */
export interface GraphqlApiOptions {
  readonly schema: Schema;
  readonly executor: Executor;
  /** The app's own root fields. */
  readonly actions?: readonly ServedAction[];
  readonly logger: HostLogger;
  /** Whether clients may ask for the schema. Meant for development. */
  readonly introspection: boolean;
  /** Whether browsers get GraphiQL. Meant for development; it needs introspection. */
  readonly graphiql: boolean;
  /** Replaces single {@link defaultGraphqlLimits}. */
  readonly limits?: Partial<GraphqlLimits>;
  /** The row limits of the engine, when they are not the default ones. */
  readonly rows?: RowLimits;
}

/** The GraphQL API of one app. */
export interface GraphqlApi extends GraphqlAnswers {
  /** For the host. */
  readonly routes: readonly HostRoute[];
  readonly schema: DerivedSchema;
  /** The schema in the language of GraphQL, in the order of the declarations. */
  print(): string;
  /** How often a request found its document parsed and validated. */
  stats(): CacheStats;
}

/**
 * Makes the GraphQL API of a schema.
 *
 * @throws FootingError FTG_SCHEMA when names of the schema do not fit GraphQL or each other.
 */
export function createGraphqlApi(options: GraphqlApiOptions): GraphqlApi {
  const { executor, graphiql, introspection, logger } = options;
  const limits = Object.freeze({ ...defaultGraphqlLimits, ...options.limits });
  const schema = createGraphqlSchema(options.schema, options.rows ?? defaultQueryLimits, options.actions);
  const documents = new DocumentCache({ schema, limits, introspection });
  const server: GraphqlServer = {
    schema,
    executor,
    limits,
    documents,
    publish: (error, id) => publishError(error, id, logger),
  };
  const answers: GraphqlAnswers = {
    get: (request) => answerGraphqlGet(server, request),
    post: (request) => answerGraphqlPost(server, request),
  };
  return Object.freeze({
    ...answers,
    routes: createGraphqlRoutes({ answers: () => answers, graphiql }),
    schema,
    print: () => `${printSchema(schema.graphql)}\n`,
    stats: () => documents.stats(),
  });
}

/** What a caller may see of a failed field; what they may not goes to the log. */
function publishError(error: unknown, id: string, logger: HostLogger): FootingError {
  const visible = createPublicError(error, id);
  if (visible.status === 500) logger.error({ request: id, err: visible.cause }, "GraphQL field failed");
  return visible;
}
