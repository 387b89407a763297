/**
 * The GraphQL API of an app whose machinery is loaded, and whose schema is derived, when it is first asked: that takes
 * a tenth of the memory of a process that serves no GraphQL. Imports nothing that loads graphql-js.
 */
import type { HostRoute } from "../../http/host-route.ts";
import { isValueField } from "../../schema/schema-model.ts";
import type { GraphqlApi, GraphqlApiOptions } from "./graphql-api.ts";
import { findNameProblems, nameModel } from "./graphql-names.ts";
import { createGraphqlRoutes } from "./graphql-routes.ts";

/** A GraphQL API that may not be there yet. */
export interface LazyGraphqlApi {
  /** For the host. */
  readonly routes: readonly HostRoute[];
  /**
   * The API itself, the same each time.
   *
   * @throws FootingError FTG_SCHEMA when names of the schema do not fit GraphQL or each other.
   */
  load(): Promise<GraphqlApi>;
}

/** Makes the routes of the API, which load it with their first request. */
export function createLazyGraphqlApi(options: GraphqlApiOptions): LazyGraphqlApi {
  let loading: Promise<GraphqlApi> | null = null;
  const load = (): Promise<GraphqlApi> => {
    loading ??= import("./graphql-api.ts").then(({ createGraphqlApi }) => createGraphqlApi(options));
    return loading;
  };
  return Object.freeze({ routes: createGraphqlRoutes({ answers: load, graphiql: options.graphiql }), load });
}

/**
 * Whether deriving the GraphQL schema may fail, by what can be seen without doing it. Where this is so the API should be
 * loaded at the start, so that the start says what is wrong.
 */
export function mayBeRefused({ schema, actions = [] }: Pick<GraphqlApiOptions, "schema" | "actions">): boolean {
  const models = Object.values(schema.models);
  const names = new Set<string>(models.flatMap((model) => Object.values(nameModel(model))));
  const isBare = models.some(
    ({ fields }) => !Object.values(fields).some((field) => isValueField(field) && !field.hidden),
  );
  return isBare || actions.some(({ name }) => names.has(name)) || findNameProblems(schema).length > 0;
}
