/** One admitted request on its way to an answer: what its handler sees, and what the host keeps about it. */
import type { IncomingHttpHeaders, ServerResponse } from "node:http";
import { type Actor, anonymousActor } from "../engine/actor.ts";
import type { HostOperation, HostRequest } from "./host-route.ts";

/** Where a request goes. */
export interface Target {
  readonly path: string;
  readonly query: string;
}

/** An admitted request with the operation that answers it. Its actor and body are found out later. */
export class Call implements HostRequest {
  readonly id: string;
  readonly operation: HostOperation;
  readonly path: string;
  readonly query: string;
  readonly headers: IncomingHttpHeaders;
  body: unknown = undefined;
  actor: Actor = anonymousActor;
  /** Milliseconds on the monotonic clock. */
  readonly startedAt: number = performance.now();
  readonly #response: ServerResponse;

  constructor(response: ServerResponse, { path, query }: Target, admitted: { id: string; operation: HostOperation }) {
    this.id = admitted.id;
    this.operation = admitted.operation;
    this.path = path;
    this.query = query;
    this.headers = response.req.headers;
    this.#response = response;
  }

  /** See {@link HostRequest}. */
  get aborted(): boolean {
    return this.#response.writableEnded || this.#response.req.socket.destroyed;
  }
}
