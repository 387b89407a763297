/**
 * The HTTP server under every front end: Fastify with Footing's limits, guards, headers and failures. Knows
 * no model; routes come to it as data.
 */
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import { Readable } from "node:stream";
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
import type { Call } from "./call.ts";
import { FreshSockets } from "./fresh-sockets.ts";
import { admitCall, checkTarget, implementedMethods, type PreparedRoute, prepareRoute } from "./guard.ts";
import { createHealthRoutes } from "./health.ts";
import type { HostResponse, HostRoute } from "./host-route.ts";
import { parseJsonBody } from "./json-body.ts";
import { type LoadLimits, LoadWatch } from "./load-watch.ts";
import type { HostLogger } from "./logger.ts";
import { addMount, cutPrefix, type NodeHandler } from "./mount.ts";
import { createPublicError } from "./problem.ts";
import { createRequestId } from "./request-id.ts";
import { answerSocketError, leadAddresses, sendFailure, sendRawFailure, sendResponse } from "./send.ts";
import { translateFastifyError, translateListenError } from "./translate-error.ts";
import { WaitingRequests } from "./waiting-requests.ts";

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
  /** Runs before the routes are added, on the server that they stand on. */
  readonly plugins?: RegisterPlugins;
  /** Other servers, by the path they are reached under. */
  readonly mounts?: Readonly<Record<string, NodeHandler>>;
  /** The path that what serves this host keeps to itself: leads the addresses in `location` and `link`. Default none. */
  readonly basePath?: string;
}

/** Registers Fastify plugins. */
export type RegisterPlugins = (server: FastifyInstance) => unknown;

/** The bounds of a host. */
export interface HostLimits extends LoadLimits {
  /** Most bytes of a body. */
  readonly body: number;
  /** Milliseconds for all headers to arrive. */
  readonly headersTimeout: number;
  /** Milliseconds for the whole request to arrive. */
  readonly requestTimeout: number;
  /** Milliseconds that a request that has arrived waits for its answer, then it gets a 503; looked at once a second. */
  readonly handlerTimeout: number;
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
  // A store waits 5 s for a connection and 30 s for a transaction; its own error says more.
  handlerTimeout: 40_000,
  slow: 1_000,
  stop: 10_000,
  eventLoopDelay: 1_000,
  eventLoopUtilization: 100,
  heap: 90,
});

/** Longer than the 60 seconds after which common proxies drop an idle connection, so that the proxy is first. */
const keepAliveTimeout = 72_000;

const noBytes = Buffer.alloc(0);

/** A request between the guard and its handler; one that Fastify itself refuses has no call at all. */
interface GuardedRequest extends FastifyRequest {
  call?: Call | null;
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
  readonly #load: LoadWatch;
  readonly #waiting: WaitingRequests<FastifyReply>;
  readonly #routes: PreparedRoute[] = [];
  #stopping = false;

  constructor(options: HostOptions) {
    this.#options = options;
    this.#limits = { ...hostLimits, ...options.limits };
    this.#fastify = this.#createFastify();
    this.#fresh = new FreshSockets(this.#fastify.server);
    this.#load = new LoadWatch(this.#fastify, this.#limits, options.logger);
    this.#waiting = new WaitingRequests({
      limit: this.#limits.handlerTimeout,
      expire: (reply) => this.#expire(reply),
    });
    for (const route of createHealthRoutes({ isStopping: () => this.#stopping, ping: options.ping })) this.route(route);
  }

  /** Adds a route; only before {@link listen}. */
  route(route: HostRoute): void {
    this.#routes.push(prepareRoute(route));
  }

  /**
   * Opens a port (0: any free one) on an address of this machine and answers which it is.
   *
   * @throws FootingError FTG_PORT when the port cannot be opened.
   */
  async listen(host: string, port: number): Promise<number> {
    await this.#addRoutes();
    try {
      // Fastify would open `localhost` twice, and its second server would lack the handlers of the first.
      await this.#fastify.listen({ host: host === "localhost" ? "127.0.0.1" : host, port });
    } catch (error) {
      throw translateListenError(error, host, port);
    }
    const address = this.#fastify.server.address();
    return typeof address === "object" && address !== null ? address.port : port;
  }

  /** Answers requests that another server of this process hands on, in place of {@link listen}. */
  async createHandler(): Promise<NodeHandler> {
    await this.#addRoutes();
    await this.#fastify.ready();
    const { basePath = "" } = this.#options;
    return (request, response) => {
      cutPrefix(request, basePath);
      if (request.readableDidRead) this.#refuseRead(request, response);
      else this.#fastify.routing(request, response);
    };
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
      routerOptions: {
        maxParamLength: 2_048,
        // Routes of plugins read the parsed query.
        ...(this.#options.plugins === undefined && { querystringParser: ignoreQuery }),
      },
      frameworkErrors: (error, request, reply) => this.#fail(error, request, reply),
      clientErrorHandler: answerSocketError,
    });
    server.decorateRequest("call", null);
    server.setErrorHandler((error, request, reply) =>
      request.is404 ? this.#refuse(request, reply) : this.#fail(error, request, reply),
    );
    server.setNotFoundHandler((request, reply) => this.#refuse(request, reply));
    return server;
  }

  /** Plugins and other servers stand on Fastify as it is; the routes in a scope of their own, where it parses nothing. */
  async #addRoutes(): Promise<void> {
    await this.#options.plugins?.(this.#fastify);
    for (const [prefix, handler] of Object.entries(this.#options.mounts ?? {}))
      addMount(this.#fastify, prefix, (request, reply) => void this.#handOn(handler, request, reply));
    this.#fastify.register((scope, _options, done) => {
      scope.removeAllContentTypeParsers();
      scope.addContentTypeParser("*", { parseAs: "buffer" }, (_request, bytes, parsed) => parsed(null, bytes));
      for (const route of this.#routes) this.#addRoute(scope, route);
      done();
    });
  }

  #addRoute(scope: FastifyInstance, route: PreparedRoute): void {
    scope.route({
      method: [...implementedMethods],
      url: route.path,
      onRequest: this.#createGuard(route),
      handler: (request, reply) => this.#answer(request, reply),
    });
  }

  /** Lets another server answer; what it throws is a failure of this one. */
  async #handOn(handler: NodeHandler, request: FastifyRequest, { raw }: FastifyReply): Promise<void> {
    try {
      this.#load.check();
      await handler(request.raw, raw);
    } catch (error) {
      sendRawFailure(raw, this.#publish(error, request));
    }
  }

  /** A body that somebody else has read would be waited for without end. */
  #refuseRead(request: IncomingMessage, response: ServerResponse): void {
    const detail = "The body of the request was read before it came here.";
    const fix = "Hand requests on before any body parser, such as express.json(), sees them.";
    const error = new FootingError("FTG_CONFIG", { detail, fix });
    this.#options.logger.error({ method: request.method, err: error }, "request failed");
    sendRawFailure(response, createPublicError(error, createRequestId(request)));
  }

  /** Lets a request through to Fastify, which reads the body and calls the handler; or answers why not. */
  #createGuard(route: PreparedRoute): onRequestHookHandler {
    return (request, reply, done) => {
      const pass = (call: Call): void => {
        guarded(request).call = call;
        done();
      };
      let call: Call | Promise<Call>;
      try {
        if (!route.vital) this.#load.check();
        call = this.#admit(route, request, reply);
      } catch (error) {
        return this.#fail(error, request, reply);
      }
      if (call instanceof Promise) this.#await(call, reply, pass);
      else pass(call);
    };
  }

  /** Admits a request to its route and finds out who sends it, without waiting where that is known at once. */
  #admit(route: PreparedRoute, request: FastifyRequest, reply: FastifyReply): Call | Promise<Call> {
    const { authenticate } = this.#options;
    this.#addHeaders(request, reply);
    const call = admitCall(route, reply.raw, request.id);
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
      if (answer instanceof Promise) this.#await(answer, reply, (response) => this.#send(response, call, reply));
      else this.#send(answer, call, reply);
    } catch (error) {
      this.#fail(error, request, reply);
    }
  }

  /** Goes on when the wait is over; when that is after the time limit, the request has its answer already. */
  #await<T>(work: Promise<T>, reply: FastifyReply, proceed: (value: T) => void): void {
    const waiting = this.#waiting.add(reply);
    const fail = (error: unknown): void => {
      this.#waiting.delete(waiting);
      this.#fail(error, reply.request, reply);
    };
    work.then((value) => {
      try {
        if (this.#waiting.delete(waiting)) proceed(value);
      } catch (error) {
        fail(error);
      }
    }, fail);
  }

  /** Gives up on a request. Its work goes on, unless it asks whether somebody waits for it. */
  #expire(reply: FastifyReply): void {
    const { request } = reply;
    const limit = this.#limits.handlerTimeout;
    this.#options.logger.warn({ ...describeRequest(request), limit }, "request took too long");
    this.#fail(createTimeoutError(request.raw.method ?? "", limit), request, reply);
  }

  #send(response: HostResponse, call: Call, reply: FastifyReply): void {
    const ms = Math.round(performance.now() - call.startedAt);
    if (ms > this.#limits.slow) this.#options.logger.warn({ ...describeRequest(reply.request), ms }, "slow request");
    if (this.#stopping) reply.header("connection", "close");
    if (response.body instanceof Readable) this.#watch(response.body, reply);
    const { basePath = "" } = this.#options;
    sendResponse(reply, basePath === "" ? response : leadAddresses(response, basePath));
  }

  /** Logs that a body broke off when it was too late for a failure. Fastify ends the connection, so the client notices. */
  #watch(body: Readable, { raw, request }: FastifyReply): void {
    body.once("error", (error) => {
      if (raw.headersSent) this.#options.logger.error({ ...describeRequest(request), err: error }, "answer broke off");
    });
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

  /** The error that the caller sees; what they do not see goes to the log. */
  #publish(thrown: unknown, request: FastifyRequest): FootingError {
    const { call } = guarded(request);
    const undone = call ? call.operation.keepsChanges !== true : false;
    const error = createPublicError(translateFastifyError(thrown), request.id, undone);
    // A client that leaves before its body has arrived is no failure of ours.
    if (error.status === 500 && !request.raw.readableAborted)
      this.#options.logger.error({ ...describeRequest(request), err: error.cause }, "request failed");
    return error;
  }

  #fail(thrown: unknown, request: FastifyRequest, reply: FastifyReply): void {
    const error = this.#publish(thrown, request);
    if (reply.sent) return;
    this.#addHeaders(request, reply);
    if (this.#stopping) reply.header("connection", "close");
    try {
      sendFailure(reply, error);
    } catch (cause) {
      // A plugin has given the reply a header that no answer can have.
      this.#options.logger.error({ ...describeRequest(request), err: cause }, "request failed");
      reply.raw.destroy();
    }
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
function signIn(call: Call, known: User | null, reply: FastifyReply): Call {
  const user = checkUser(known);
  call.actor = createActor(user);
  reply.header("cache-control", user === null ? "no-cache" : "no-store");
  return call;
}

/**
 * Plain JavaScript may answer anything: nobody signed in must never become somebody without a name.
 * @throws FootingError FTG_OUTPUT for what is no user.
 */
function checkUser(user: User | null | undefined): User | null {
  if (user === null || user === undefined) return null;
  if (typeof user === "object" && !Array.isArray(user)) return user;
  // Not the value itself: it may be a token.
  const detail = `authenticate answered wrongly: expected a user or null, got ${Array.isArray(user) ? "an array" : `a ${typeof user}`}.`;
  throw new FootingError("FTG_OUTPUT", { detail, fix: "Let authenticate answer an object, or null for nobody." });
}

function guarded(request: FastifyRequest): GuardedRequest {
  // Sound because decorateRequest gave every request the property.
  return request as GuardedRequest;
}

/** The admitted call with its body, when its operation takes one. Throws FTG_BODY. */
function readBody(request: FastifyRequest): Call {
  const { call, body } = guarded(request);
  if (!call) throw new Error("a request reached its handler past the guard");
  const bytes = Buffer.isBuffer(body) ? body : noBytes;
  if (call.operation.accepts !== undefined) call.body = parseJsonBody(bytes);
  else if (call.operation.takesBytes === true) call.body = bytes;
  return call;
}

/** What a log line says about a request: never its query, headers or body, which may hold secrets. */
function describeRequest({ id, raw, routeOptions }: FastifyRequest): Readonly<Record<string, unknown>> {
  return { request: id, method: raw.method, route: routeOptions.url };
}

/** What a request is told whose answer does not come; a method that changes nothing can be sent again as it is. */
function createTimeoutError(method: string, limit: number): FootingError {
  const detail = `The server found no answer within ${limit} ms.`;
  if (method === "GET" || method === "HEAD") return new FootingError("FTG_TIMEOUT", { detail });
  return new FootingError("FTG_TIMEOUT", {
    detail: `${detail} A change that was asked for may still happen.`,
    fix: "Look whether the change is there before you send it again.",
  });
}
