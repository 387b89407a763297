/**
 * Puts a server of Node's own kind, such as an Express app, under a path of a Fastify server: it gets the request
 * unread, with the path cut off. What it answers is its own affair.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";

/** Answers requests of Node's own kind, like an Express app. */
export type NodeHandler = (request: IncomingMessage, response: ServerResponse) => unknown;

/** Hands on every request at and below `prefix`; `/` is everything that no other route answers. */
export function addMount(
  server: FastifyInstance,
  prefix: string,
  handOn: (request: FastifyRequest, reply: FastifyReply) => void,
): void {
  const base = prefix === "/" ? "" : prefix;
  // The body is read behind this hook, and with it the answer would be Fastify's.
  const onRequest = (request: FastifyRequest, reply: FastifyReply): void => {
    for (const [name, value] of Object.entries(reply.getHeaders()))
      if (value !== undefined) reply.raw.setHeader(name, value);
    reply.hijack();
    cutPrefix(request.raw, base);
    handOn(request, reply);
  };
  for (const url of base === "" ? ["/*"] : [base, `${base}/*`])
    server.route({ method: server.supportedMethods, url, exposeHeadRoute: false, onRequest, handler: refuse });
}

/** Cuts a path off the front of the address, as Express does for what it mounts; the whole one is kept beside it. */
export function cutPrefix(message: IncomingMessage, prefix: string): void {
  const { url = "/" } = message;
  if (prefix === "" || !isUnder(url, prefix)) return;
  const rest = url.slice(prefix.length);
  const originalUrl = "originalUrl" in message ? message.originalUrl : url;
  Object.assign(message, { url: rest.startsWith("/") ? rest : `/${rest}`, originalUrl, baseUrl: prefix });
}

function isUnder(url: string, prefix: string): boolean {
  return url.startsWith(prefix) && ["/", "?", ""].includes(url.charAt(prefix.length));
}

function refuse(): never {
  throw new Error("A request that was handed on came back.");
}
