/**
 * The HTTP server under every front end: Fastify with Footing's limits, guards, headers and failures. Knows
 * no model; routes come to it as data.
 */
import type { IncomingHttpHeaders } from "node:http";
import {
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  fastify,
  type onRequestHookHandler,
} from "fastify";
import { createActor } from "../engine/actor.ts";
import { FootingError } from "../errors/footing-error.ts";
import type { User } from "../schema/rules.ts";
import { FreshSockets } from "./fresh-sockets.ts";
import { admitCall, type Call, checkTarget, implementedMethods, type PreparedRoute, prepareRoute } from "./guard.ts";
import { createHealthRoutes } from "./health.ts";
import type { HostResponse, HostRoute } from "./host-route.ts";
import { parseJsonBody } from "./json-body.ts";
import type { HostLogger } from "./logger.ts";
import { createPublicError } from "./problem.ts";
import { createRequestId } from "./request-id.ts";
import { answerSocketError, sendFailure, sendResponse } from "./send.ts";
import { translateFastifyError, translateListenError } from "./translate-error.ts";

/**
 * Says who sends a request, from its headers alone: the user, or null for nobody in particular. What it
 * throws answers the request.
 */
export type Authenticate = (request: { readonly headers: IncomingHttpHeaders }) => User | null | Promise<User | null>;

/** What a host is built from. */
export interface HostOptions {
  readonly logger: HostLogger;
  /** Resolves when what the app needs answers; asked by `/readyz`. */
  readonly ping: () => Promise<void>;
  /** Absent: every request is anonymous. */
  readonly authenticate?: Authenticate;
  /** Replaces single {@link hostLimits}. */
  readonly limits?: Partial<HostLimits>;
}

/** The bounds of a host. */
export interface HostLimits {
  /** Most bytes of a body. */
  readonly body: number;
  /** Milliseconds for all headers to arrive. */
  readonly headersTimeout: number;
  /** Milliseconds for the whole request to arrive. */
  readonly requestTimeout: number;
  /** Milliseconds after which a request is logged as slow. */
  readonly slow: number;
  /** Milliseconds that running requests get to finish when the host stops. */
  readonly stop: number;
}

/** The default bounds. */
const hostLimits: HostLimits = Object.freeze({
  body: 1_048_576,
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  slow: 1_000,
  stop: 10_000,
});

/** Longer than the 60 seconds after which common proxies drop an idle connection, so that the proxy is first. */
const keepAliveTimeout = 72_000;

/** A request between the guard and its handler. */
interface GuardedRequest extends FastifyRequest {
  call: Call | null;
}

/** Makes a host with `/healthz` and `/readyz`. */
export function createHost(options: HostOptions): Host {
  return new Host(options);
}

/** A server that takes routes, then listens, then stops. Made by {@link createHost}. */
export class Host {
  readonly #options: HostOptions;
  readonly #limits: HostLimits;
  readonly #fastify: FastifyInstance;
  readonly #fresh: FreshSockets;
  #stopping = false;

  constructor(options: HostOptions) {
    this.#options = options;
    this.#limits = { ...hostLimits, ...options.limits };
    this.#fastify = this.#createFastify();
    this.#fresh = new FreshSockets(this.#fastify.server);
    for (const route of createHealthRoutes({ isStopping: () => this.#stopping, ping: options.ping })) this.route(route);
  }

  /** Adds a route; only before {@link listen}. */
  route(route: HostRoute): void {
    const prepared = prepareRoute(route);
    this.#fastify.route({
      method: [...implementedMethods],
      url: route.path,
      onRequest: this.#createGuard(prepared),
      handler: (request, reply) => this.#answer(request, reply),
    });
  }

  /**
   * Opens a port (0: any free one) on an address of this machine and answers which it is.
   *
   * @throws FootingError FTG_PORT when the port cannot be opened.
   */
  async listen(host: string, port: number): Promise<number> {
    try {
      // Fastify would open `localhost` twice, and its second server would lack the handlers of the first.
      await this.#fastify.listen({ host: host === "localhost" ? "127.0.0.1" : host, port });
    } catch (error) {
      throw translateListenError(error, host, port);
    }
    const address = this.#fastify.server.address();
    return typeof address === "object" && address !== null ? address.port : port;
  }

  /** Stops: not ready any more, no new connections, running requests finish within the limit. */
  async close(): Promise<void> {
    this.#stopping = true;
    const timer = setTimeout(() => this.#fastify.server.closeAllConnections(), this.#limits.stop);
    this.#fresh.close();
    await this.#fastify.close();
    clearTimeout(timer);
  }

  #createFastify(): FastifyInstance {
    const { body, headersTimeout, requestTimeout } = this.#limits;
    const server = fastify({
      bodyLimit: body,
      requestTimeout,
      keepAliveTimeout,
      logger: false,
      exposeHeadRoutes: false,
      return503OnClosing: false,
      genReqId: createRequestId,
      http: { headersTimeout, maxHeaderSize: 16_384, connectionsCheckingInterval: 1_000 },
      routerOptions: { querystringParser: ignoreQuery, maxParamLength: 2_048 },
      frameworkErrors: (error, request, reply) => this.#fail(error, request, reply),
      clientErrorHandler: answerSocketError,
    });
    server.decorateRequest("call", null);
    server.removeAllContentTypeParsers();
    server.addContentTypeParser("*", { parseAs: "buffer" }, (_request, bytes, done) => done(null, bytes));
    server.setErrorHandler((error, request, reply) =>
      request.is404 ? this.#refuse(request, reply) : this.#fail(error, request, reply),
    );
    server.setNotFoundHandler((request, reply) => this.#refuse(request, reply));
    return server;
  }

  /** Lets a request through to Fastify, which reads the body and calls the handler; or answers why not. */
  #createGuard(route: PreparedRoute): onRequestHookHandler {
    return (request, reply, done) => {
      const pass = (call: Call): void => {
        guarded(request).call = call;
        done();
      };
      const refuse = (error: unknown): void => this.#fail(error, request, reply);
      let call: Call | Promise<Call>;
      try {
        call = this.#admit(route, request, reply);
      } catch (error) {
        return refuse(error);
      }
      if (call instanceof Promise) call.then(pass, refuse);
      else pass(call);
    };
  }

  /** Admits a request to its route and finds out who sends it, without waiting where that is known at once. */
  #admit(route: PreparedRoute, request: FastifyRequest, reply: FastifyReply): Call | Promise<Call> {
    const { authenticate } = this.#options;
    this.#addHeaders(request, reply);
    const call = admitCall(route, request.raw, request.id);
    if (authenticate === undefined) return call;
    const user = authenticate({ headers: call.headers });
    return isPending(user)
      ? Promise.resolve(user).then((known) => signIn(call, known, reply))
      : signIn(call, user, reply);
  }

  #answer(request: FastifyRequest, reply: FastifyReply): void {
    try {
      const call = readBody(request);
      const answer = call.operation.handle(call);
      if (answer instanceof Promise) {
        answer
          .then((response) => this.#send(response, call, reply))
          .catch((error: unknown) => this.#fail(error, request, reply));
      } else {
        this.#send(answer, call, reply);
      }
    } catch (error) {
      this.#fail(error, request, reply);
    }
  }

  #send(response: HostResponse, call: Call, reply: FastifyReply): void {
    const ms = Math.round(performance.now() - call.startedAt);
    if (ms > this.#limits.slow) this.#options.logger.warn({ ...describeRequest(reply.request), ms }, "slow request");
    if (this.#stopping) reply.header("connection", "close");
    sendResponse(reply, response);
  }

  #addHeaders(request: FastifyRequest, reply: FastifyReply): void {
    reply.header("x-content-type-options", "nosniff").header("x-request-id", request.id);
  }

  /** Answers a request that matched no route. */
  #refuse(request: FastifyRequest, reply: FastifyReply): void {
    const { method = "" } = request.raw;
    try {
      const { path } = checkTarget(request.raw);
      if (!implementedMethods.includes(method))
        throw new FootingError("FTG_METHOD_UNKNOWN", { detail: `This server does not implement ${method}.` });
      throw new FootingError("FTG_NOT_FOUND", { detail: `Nothing is served at ${path}.` });
    } catch (error) {
      this.#fail(error, request, reply);
    }
  }

  #fail(thrown: unknown, request: FastifyRequest, reply: FastifyReply): void {
    const error = createPublicError(translateFastifyError(thrown), request.id);
    if (error.status === 500)
      this.#options.logger.error({ ...describeRequest(request), err: error.cause }, "request failed");
    this.#addHeaders(request, reply);
    if (this.#stopping) reply.header("connection", "close");
    sendFailure(reply, error);
  }
}

/** The router needs no query object: front ends read the text themselves. */
function ignoreQuery(): Record<string, unknown> {
  return {};
}

/** Anything with a `then`: whoever is taken for a user must not be the promise of one. */
function isPending(user: ReturnType<Authenticate>): user is Promise<User | null> {
  return typeof user === "object" && user !== null && typeof user["then"] === "function";
}

/** What one user may see is never stored; what nobody in particular sees only to be asked for again. */
function signIn(call: Call, user: User | null, reply: FastifyReply): Call {
  call.actor = createActor(user);
  reply.header("cache-control", user === null ? "no-cache" : "no-store");
  return call;
}

function guarded(request: FastifyRequest): GuardedRequest {
  // Sound because decorateRequest gave every request the property.
  return request as GuardedRequest;
}

/** The admitted call with its body, when its operation takes one. Throws FTG_BODY. */
function readBody(request: FastifyRequest): Call {
  const { call, body } = guarded(request);
  if (call === null) throw new Error("a request reached its handler past the guard");
  if (call.operation.accepts !== undefined) call.body = parseJsonBody(Buffer.isBuffer(body) ? body : Buffer.alloc(0));
  return call;
}

/** What a log line says about a request: never its query, headers or body, which may hold secrets. */
function describeRequest({ id, raw, routeOptions }: FastifyRequest): Readonly<Record<string, unknown>> {
  return { request: id, method: raw.method, route: routeOptions.url };
}
