/** Writes answers and failures to the socket, with the headers that every answer has. */
import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { Readable } from "node:stream";
import type { FastifyReply } from "fastify";
import type { FootingError } from "../errors/footing-error.ts";
import { checkHeaders } from "./check-headers.ts";
import type { HostResponse } from "./host-route.ts";
import { problemType, renderProblem } from "./problem.ts";
import { translateSocketError } from "./translate-error.ts";

const htmlHeaders: Readonly<Record<string, string>> = Object.freeze({
  "content-security-policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-frame-options": "DENY",
});

/**
 * Sends an answer. An HTML page gets headers that forbid whatever its own headers do not allow. Throws TypeError for a
 * header that cannot be sent.
 */
export function sendResponse(reply: FastifyReply, { status, type, body, headers }: HostResponse): void {
  if (headers !== undefined) demandHeaders(headers, body);
  reply.code(status);
  if (type !== undefined) {
    reply.type(type);
    if (type.startsWith("text/html")) reply.headers(htmlHeaders);
  }
  if (headers !== undefined) reply.headers(headers);
  // An answer to HEAD has no body, but a stream would be read to its end all the same.
  const isUnread = body instanceof Readable && reply.request.method === "HEAD";
  if (isUnread) body.destroy();
  reply.send(isUnread ? undefined : body);
}

/** Throws TypeError before the reply has any of the headers: what it has, a failure in its place would have too. */
function demandHeaders(headers: NonNullable<HostResponse["headers"]>, body: HostResponse["body"]): void {
  try {
    checkHeaders(headers);
  } catch (error) {
    if (body instanceof Readable) body.destroy();
    throw error;
  }
}

/** Sends a failure as a problem, never to be cached; a 503 says when to try again. */
export function sendFailure(reply: FastifyReply, error: FootingError): void {
  reply.code(error.status).headers(listHeaders(error)).type(problemType).send(renderProblem(error));
}

/** Sends a failure past Fastify, or ends the connection when the answer has begun already. */
export function sendRawFailure(response: ServerResponse, error: FootingError): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const headers = { "x-content-type-options": "nosniff", "content-type": problemType };
  response.writeHead(error.status, { ...headers, ...listHeaders(error) }).end(renderProblem(error));
}

/** What every failure says about itself: that it is not to be cached, and when to try again. Names in lower case. */
function listHeaders({ status, headers }: FootingError): Readonly<Record<string, string>> {
  const own = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
  return { ...(status === 503 && { "retry-after": "1" }), ...Object.fromEntries(own), "cache-control": "no-store" };
}

/** The same answer for whoever reaches this server below `base`: addresses in its headers are led by it. */
export function leadAddresses({ headers, ...response }: HostResponse, base: string): HostResponse {
  const { location, link } = headers ?? {};
  return {
    ...response,
    headers: {
      ...headers,
      ...(typeof location === "string" && location.startsWith("/") && { location: `${base}${location}` }),
      ...(typeof link === "string" && { link: link.replaceAll("</", `<${base}/`) }),
    },
  };
}

/** Answers bytes that were no request and ends the connection. */
export function answerSocketError(error: Error, socket: Socket): void {
  if (socket.destroyed || !socket.writable) return;
  const failure = translateSocketError(error);
  const body = renderProblem(failure);
  const head = [
    `HTTP/1.1 ${failure.status} ${failure.title}`,
    "connection: close",
    "x-content-type-options: nosniff",
    "cache-control: no-store",
    `content-type: ${problemType}`,
    `content-length: ${Buffer.byteLength(body)}`,
  ];
  socket.end(`${head.join("\r\n")}\r\n\r\n${body}`);
}
