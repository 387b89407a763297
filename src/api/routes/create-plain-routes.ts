/**
 * Serves the plain routes of an app: checks what came by the route's own schemas, hands it to the route's code and
 * sends what that answers. Decides nothing about access; the route does.
 */
import type { BindDb } from "../../actions/served-action.ts";
import type { Executor } from "../../engine/executor.ts";
import { FootingError } from "../../errors/footing-error.ts";
import type { HostOperation, HostRequest, HostResponse, HostRoute } from "../../http/host-route.ts";
import {
  describeProblems,
  parseStandard,
  type StandardSchema,
  validateStandard,
} from "../../schema/standard-schema.ts";
import type { DeclaredRoute } from "./declared-route.ts";
import { renderReply } from "./render-reply.ts";

/** What all plain routes of an app share. */
export interface PlainRouteOptions {
  readonly executor: Executor;
  readonly bindDb: BindDb;
}

/** One route for each path, with all its methods. */
export function createPlainRoutes(routes: readonly DeclaredRoute[], options: PlainRouteOptions): readonly HostRoute[] {
  const byPath = Map.groupBy(routes, ({ path }) => path);
  return Array.from(byPath, ([path, own]) => ({
    path,
    operations: Object.fromEntries(own.map((route) => [route.method, createOperation(route, options)])),
  }));
}

function createOperation(route: DeclaredRoute, options: PlainRouteOptions): HostOperation {
  const handle = (request: HostRequest): Promise<HostResponse> => answer(route, request, options);
  const body = route.body === undefined ? { takesBytes: true } : { accepts: ["application/json"] };
  return { handle, keepsChanges: true, ...body };
}

async function answer(
  route: DeclaredRoute,
  request: HostRequest,
  { executor, bindDb }: PlainRouteOptions,
): Promise<HostResponse> {
  const { actor, id, headers } = request;
  const params = await parseParameters(route.params, readPath(route.path, request.path), "The path");
  const query = await parseParameters(route.query, readQuery(request.query), "The query string");
  const body = route.body === undefined ? request.body : await parseStandard(route.body, request.body, "The body");
  return renderReply(
    await route.handle({
      params,
      query,
      body,
      db: bindDb(executor, actor),
      user: actor.kind === "principal" ? actor.user : null,
      request: { id, headers },
    }),
  );
}

/** Throws FTG_PARAMETER with the name of each wrong parameter. */
async function parseParameters(schema: StandardSchema | undefined, values: object, what: string): Promise<unknown> {
  if (schema === undefined) return values;
  const result = await validateStandard(schema, values);
  if ("value" in result) return result.value;
  const problems = result.problems.map((problem) => ({ ...problem, path: problem.path.slice(1) }));
  throw new FootingError("FTG_PARAMETER", {
    detail: describeProblems(problems, what),
    fix: problems.length > 1 ? "Correct the listed parameters." : `Correct ${problems[0]?.path || what.toLowerCase()}.`,
    problems,
  });
}

/** The variable segments. The host has seen to it that their escapes are whole. */
function readPath(pattern: string, path: string): Readonly<Record<string, string>> {
  const segments = path.split("/");
  const variable = pattern.split("/").flatMap((segment, index): [string, string][] => {
    if (!segment.startsWith(":")) return [];
    return [[segment.slice(1), decodeURIComponent(segments[index] ?? "")]];
  });
  return Object.fromEntries(variable);
}

/** A list where a name came more than once. */
function readQuery(text: string): Readonly<Record<string, string | readonly string[]>> {
  const parameters = new URLSearchParams(text);
  const values: Record<string, string | readonly string[]> = Object.create(null);
  for (const name of parameters.keys()) {
    const all = parameters.getAll(name);
    values[name] = all.length === 1 ? (all[0] ?? "") : all;
  }
  return { ...values };
}
