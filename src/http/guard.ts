/**
 * What every request passes before a handler sees it: address, method, media types, in this order. Decisions
 * hang on the matched route, never on the path's text. Who is asking is decided elsewhere.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { FootingError } from "../errors/footing-error.ts";
import { checkAccept } from "./accept.ts";
import { Call, type Target } from "./call.ts";
import { checkPath } from "./canonical-path.ts";
import type { HostOperation, HostRoute } from "./host-route.ts";
import { checkMediaType } from "./media-type.ts";

/** Longest request target (path and query string) in bytes; RFC 9110 asks for at least 8000. */
const maxTarget = 8_192;

/** The methods this server implements at all; any other is a 501 wherever it is sent. */
export const implementedMethods: readonly string[] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/** A route with what is derived from it once. */
export interface PreparedRoute {
  readonly path: string;
  /** By method of the request: HEAD is answered as GET, OPTIONS always. */
  readonly operations: ReadonlyMap<string, HostOperation>;
  /** The `Allow` header. */
  readonly allow: string;
  /** See {@link HostRoute}. */
  readonly vital: boolean;
}

/** Derives what the guard needs of a route. */
export function prepareRoute({ path, operations, vital = false }: HostRoute): PreparedRoute {
  const prepared = new Map<string, HostOperation>();
  for (const method of ["GET", "POST", "PUT", "PATCH", "DELETE"] as const) {
    const operation = operations[method];
    if (operation === undefined) continue;
    prepared.set(method, operation);
    if (method === "GET") prepared.set("HEAD", operation);
  }
  const allow = [...prepared.keys(), "OPTIONS"].join(", ");
  prepared.set("OPTIONS", { handle: () => ({ status: 204, headers: { allow } }) });
  return Object.freeze({ path, operations: prepared, allow, vital });
}

/**
 * Admits a request to a route as an anonymous call without a body.
 *
 * @throws FootingError FTG_URI_TOO_LONG, FTG_PATH, FTG_METHOD, FTG_MEDIA_TYPE, FTG_NOT_ACCEPTABLE.
 */
export function admitCall(route: PreparedRoute, response: ServerResponse, id: string): Call {
  const message = response.req;
  const target = checkTarget(message);
  const operation = route.operations.get(message.method ?? "");
  if (operation === undefined) throw methodError(route, message);
  if (operation.accepts !== undefined) checkMediaType(message.headers["content-type"], operation.accepts);
  if (operation.produces !== undefined) checkAccept(message.headers.accept, operation.produces);
  return new Call(response, target, { id, operation });
}

/** Splits and checks the request target. Throws FTG_URI_TOO_LONG, FTG_PATH. */
export function checkTarget({ url = "" }: IncomingMessage): Target {
  if (url.length > maxTarget)
    throw new FootingError("FTG_URI_TOO_LONG", {
      detail: `Path and query string may have ${maxTarget} bytes; got ${url.length}.`,
    });
  const mark = url.indexOf("?");
  const path = mark === -1 ? url : url.slice(0, mark);
  checkPath(path);
  return { path, query: mark === -1 ? "" : url.slice(mark + 1) };
}

function methodError({ path, allow }: PreparedRoute, { method }: IncomingMessage): FootingError {
  return new FootingError("FTG_METHOD", { detail: `${path} answers ${allow}; got ${method}.`, headers: { allow } });
}
