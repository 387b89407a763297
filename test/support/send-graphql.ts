/** Sends documents to a GraphQL API without a socket. */
import { createGraphqlApi } from "../../src/api/graphql/graphql-api.ts";
import { type Actor, systemActor } from "../../src/engine/actor.ts";
import type { Executor } from "../../src/engine/executor.ts";
import type { Schema } from "../../src/schema/schema-model.ts";

/** What an API answered. */
export interface GraphqlAnswer {
  readonly data?: unknown;
  readonly errors?: readonly {
    readonly message: string;
    readonly path?: readonly string[];
    readonly locations?: readonly unknown[];
    readonly extensions: { readonly code: string; readonly fix: string };
  }[];
}

/** Sends a document with its variables. */
export type SendGraphql = (query: string, variables?: unknown, actor?: Actor) => Promise<GraphqlAnswer>;

/** Serves a schema; documents come from the system unless another actor is named. */
export function serveGraphql(schema: Schema, executor: Executor): SendGraphql {
  const logger = { error: () => undefined, warn: () => undefined };
  const api = createGraphqlApi({ schema, executor, logger, introspection: true, graphiql: false });
  const handle = api.routes[0]?.operations.POST?.handle;
  if (handle === undefined) throw new Error("The API has no POST operation.");
  return async (query, variables = {}, actor = systemActor) => {
    const body = { query, variables };
    const request = { id: "test", path: "/graphql", query: "", headers: {}, body, actor, aborted: false };
    return JSON.parse(String((await handle(request)).body));
  };
}
