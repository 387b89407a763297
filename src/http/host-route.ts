/** What a front end gives the host: routes as data, each method with the function that answers it. */
import type { IncomingHttpHeaders } from "node:http";
import type { Readable } from "node:stream";
import type { Actor } from "../engine/actor.ts";

/** The methods a route can answer. HEAD and OPTIONS follow from them. */
export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** One request, already past the path check, the media type check and sign-in. */
export interface HostRequest {
  /** Names the request in the log. */
  readonly id: string;
  /** As sent: canonical, still percent-encoded. */
  readonly path: string;
  /** As sent, behind the `?`; empty without one. */
  readonly query: string;
  readonly headers: IncomingHttpHeaders;
  /** The parsed JSON body, or the bytes (`takesBytes`); undefined for operations that take none. */
  readonly body: unknown;
  readonly actor: Actor;
  /** Whether nobody waits for the answer any more: the client is gone, or was told that it takes too long. Asked, not told. */
  readonly aborted: boolean;
}

/** One answer. */
export interface HostResponse {
  readonly status: number;
  /** The `content-type`; needed when there is a body. */
  readonly type?: string;
  /** Sent as it is; absent means no content. */
  readonly body?: string | Buffer | Readable;
  /** Further headers, names in lower case; a list is sent as a header for each item. */
  readonly headers?: Readonly<Record<string, string | string[]>>;
}

/** Answers one request. A FootingError becomes a problem of its status, anything else a 500. */
export type Handle = (request: HostRequest) => HostResponse | Promise<HostResponse>;

/** What one method of a route does. */
export interface HostOperation {
  readonly handle: Handle;
  /** The exact media types of the JSON body it takes. Absent: it takes none, and one that comes is ignored. */
  readonly accepts?: readonly string[];
  /** Whether it takes a body of any media type, as a Buffer; empty when none came. */
  readonly takesBytes?: boolean;
  /** The media type of its answers, when there is but one to offer: who does not accept it is refused. */
  readonly produces?: string;
  /** Whether what it changed before it failed may stay: code of the app that runs in no transaction. */
  readonly keepsChanges?: boolean;
}

/** One path with all it answers. */
export interface HostRoute {
  /** Static segments and `:name` for a variable one, e.g. `/api/cities/:key`. */
  readonly path: string;
  readonly operations: Readonly<Partial<Record<Method, HostOperation>>>;
  /** Whether it is answered under any load, when others are refused. */
  readonly vital?: boolean;
}
