/** Sends the golden requests through the front ends to a store, and writes down the plans they became. */

import { createGraphqlApi } from "../../src/api/graphql/graphql-api.ts";
import { createRestApi } from "../../src/api/rest/rest-api.ts";
import { createActor } from "../../src/engine/actor.ts";
import { createEngine } from "../../src/engine/engine.ts";
import type { HostRequest, HostResponse, HostRoute, Method } from "../../src/http/host-route.ts";
import { createPublicError, renderProblem } from "../../src/http/problem.ts";
import type { Plan } from "../../src/plan/plan.ts";
import type { Session, Store, Values } from "../../src/stores/contract/store.ts";
import { delegate, withSecret } from "../conformance/stores.ts";
import { declared, fill } from "../e2e/rest-app.ts";
import { type GoldenRequest, goldenRequests } from "./requests.ts";

/** A plan and the values it was run with. */
export interface GoldenCall {
  readonly plan: Plan;
  readonly values: Values;
}

/** What became of one request. */
export interface GoldenAnswer {
  readonly request: GoldenRequest;
  /** What was run, in order. */
  readonly calls: readonly GoldenCall[];
  /** Status, a line break, and the body as it goes to the socket. */
  readonly answer: string;
}

/** Cursors are signed; everyone has the same key here. */
const secret = Buffer.alloc(32, 7);

/** Opens `store`, fills it and sends all golden requests, in order. The caller closes it. */
export async function runGoldenRequests(store: Store): Promise<readonly GoldenAnswer[]> {
  const { schema, rules } = declared;
  const calls: GoldenCall[] = [];
  const recording = recordCalls(withSecret(store, secret), calls);
  await recording.open(schema, { createTables: true });
  const executor = createEngine({ schema, rules, store: recording });
  await fill(executor);
  const logger = { error: () => undefined, warn: () => undefined };
  const graphql = createGraphqlApi({ schema, executor, logger, introspection: false, graphiql: false });
  const routes = [...createRestApi({ schema, executor, title: "Golden" }), ...graphql.routes];
  const answers: GoldenAnswer[] = [];
  for (const request of goldenRequests) {
    calls.length = 0;
    const response = await answerRequest(routes, request);
    const body = response.body === undefined ? "" : response.body.toString();
    answers.push({ request, calls: [...calls], answer: `${response.status}\n${body}` });
  }
  return answers;
}

/** A store that notes what it runs. */
function recordCalls(store: Store, calls: GoldenCall[]): Store {
  const record = (session: Session): Pick<Session, "execute" | "sql"> => ({
    sql: () => session.sql(),
    execute: (statement, values) => {
      calls.push({ plan: statement.plan, values });
      return session.execute(statement, values);
    },
  });
  return delegate(store, {
    ...record(store),
    transact: (work) =>
      store.transact((session) =>
        work({
          ...record(session),
          executeMany: (statement, rows) => session.executeMany(statement, rows),
          attempt: (part) => session.attempt(part),
        }),
      ),
  });
}

async function answerRequest(routes: readonly HostRoute[], request: GoldenRequest): Promise<HostResponse> {
  const [path = "", query = ""] = request.path.split("?");
  const method: Method = request.method ?? (request.body === undefined ? "GET" : "POST");
  const operation = routes.find((route) => isRouteOf(route.path, path))?.operations[method];
  if (operation === undefined) throw new Error(`${method} ${path} is not served.`);
  const call: HostRequest = {
    id: "golden",
    path,
    query,
    headers: {},
    body: request.body,
    actor: createActor(request.user === undefined ? null : { id: request.user }),
    aborted: false,
  };
  try {
    return await operation.handle(call);
  } catch (error) {
    const failure = createPublicError(error, call.id);
    return { status: failure.status, body: renderProblem(failure) };
  }
}

/** Whether a path is one that a route like `/api/cities/:key` serves. */
function isRouteOf(pattern: string, path: string): boolean {
  const [wanted, given] = [pattern.split("/"), path.split("/")];
  return wanted.length === given.length && wanted.every((part, index) => part.startsWith(":") || part === given[index]);
}
