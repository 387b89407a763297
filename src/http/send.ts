/** Writes answers and failures to the socket, with the headers that every answer has. */
import type { Socket } from "node:net";
import type { FastifyReply } from "fastify";
import type { FootingError } from "../errors/footing-error.ts";
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

/** Sends an answer. An HTML page gets headers that forbid whatever its own headers do not allow. */
export function sendResponse(reply: FastifyReply, { status, type, body, headers }: HostResponse): void {
  reply.code(status);
  if (type !== undefined) {
    reply.type(type);
    if (type.startsWith("text/html")) reply.headers(htmlHeaders);
  }
  if (headers !== undefined) reply.headers(headers);
  reply.send(body);
}

/** Sends a failure as a problem, never to be cached. */
export function sendFailure(reply: FastifyReply, error: FootingError): void {
  reply
    .code(error.status)
    .headers(error.headers)
    .header("cache-control", "no-store")
    .type(problemType)
    .send(renderProblem(error));
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
    `content-type: ${problemType}`,
    `content-length: ${Buffer.byteLength(body)}`,
  ];
  socket.end(`${head.join("\r\n")}\r\n\r\n${body}`);
}
