/** Sends exactly the bytes a test names: `fetch` would repair paths and headers. */
import { type Agent, request } from "node:http";
import { connect } from "node:net";

/** What came back. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** A request to a server on this machine. */
export interface RawRequest {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  /** Keeps connections for further requests; without one each request has its own. */
  readonly agent?: Agent;
  /** Gets the connection that was used. */
  readonly sockets?: Set<unknown>;
}

/** Sends one request. */
export function sendRequest(
  port: number,
  { method = "GET", path, headers = {}, body, agent, sockets }: RawRequest,
): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { "content-length": String(Buffer.byteLength(body)) };
    const outgoing = request(
      { host: "127.0.0.1", port, method, path, headers: { ...length, ...headers }, agent: agent ?? false },
      (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
        incoming.on("error", reject);
        incoming.on("end", () =>
          resolve({
            status: incoming.statusCode ?? 0,
            headers: incoming.headers,
            text: Buffer.concat(chunks).toString("utf8"),
          }),
        );
      },
    );
    outgoing.on("socket", (socket) => sockets?.add(socket));
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

/** Sends a JSON body. */
export function sendJson(port: number, method: string, path: string, value: unknown): Promise<RawAnswer> {
  return sendRequest(port, {
    method,
    path,
    headers: { "content-type": "application/json" },
    body: JSON.stringify(value),
  });
}

/** Writes bytes to a socket and answers all that comes back until the server ends it. */
export function sendBytes(port: number, bytes: string | Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () => socket.write(bytes));
    const chunks: Buffer[] = [];
    socket.on("data", (chunk) => chunks.push(chunk));
    socket.on("error", reject);
    socket.on("close", () => resolve(Buffer.concat(chunks).toString("latin1")));
  });
}
