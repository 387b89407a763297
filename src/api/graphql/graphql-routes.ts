/** The routes of GraphQL, whatever answers them: known before any of it is loaded. */
import type { HostRequest, HostResponse, HostRoute } from "../../http/host-route.ts";
import { createGraphiqlAssetRoute, serveGraphiqlPage } from "./graphiql.ts";
import { acceptsPage } from "./negotiate.ts";

/** What answers requests to `/graphql`. */
export interface GraphqlAnswers {
  get(request: HostRequest): Promise<HostResponse>;
  post(request: HostRequest): Promise<HostResponse>;
}

/** What the routes are made of. */
export interface GraphqlRoutesOptions {
  /** Asked for each request. */
  readonly answers: () => GraphqlAnswers | Promise<GraphqlAnswers>;
  /** Whether browsers get GraphiQL. */
  readonly graphiql: boolean;
}

/** The routes, for the host. */
export function createGraphqlRoutes({ answers, graphiql }: GraphqlRoutesOptions): readonly HostRoute[] {
  const route: HostRoute = {
    path: "/graphql",
    operations: {
      GET: {
        handle: async (request) =>
          graphiql && wantsPage(request) ? serveGraphiqlPage() : (await answers()).get(request),
      },
      POST: { handle: async (request) => (await answers()).post(request), accepts: ["application/json"] },
    },
  };
  return graphiql ? [route, createGraphiqlAssetRoute()] : [route];
}

/** A browser that opens the address gets the page; a link with a query in it gets the answer. */
function wantsPage({ headers, query }: HostRequest): boolean {
  return acceptsPage(headers.accept) && !new URLSearchParams(query).has("query");
}
