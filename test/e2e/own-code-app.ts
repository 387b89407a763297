/** Serves an app with own code for tests, on any store, and sends requests to it. */
import { onTestFinished } from "vitest";
import type { App } from "../../src/app/define-app.ts";
import { type RunningApp, startApp } from "../../src/app/start-app.ts";
import type { Models } from "../../src/schema/check-types.ts";
import type { Store } from "../../src/stores/contract/store.ts";

/** Who sends a request: the role is sent as a header, which the app of a test believes. */
export interface Sender {
  readonly role?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A served app. */
export interface OwnCodeApp<M extends Models> {
  readonly server: RunningApp<M>;
  /** Sends JSON by POST. */
  readonly post: (path: string, body?: unknown, sender?: Sender) => Promise<Reply>;
  readonly get: (path: string, sender?: Sender) => Promise<Reply>;
  readonly send: (path: string, init: RequestInit) => Promise<Reply>;
}

/** An answer, its body parsed when that is JSON. */
export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

/** Believes the header `x-role`. */
export function authenticate({ headers }: { readonly headers: Readonly<Record<string, unknown>> }): {
  readonly id: string;
  readonly role: unknown;
} | null {
  return headers["x-role"] === undefined ? null : { id: "u1", role: headers["x-role"] };
}

/** Serves the app until the running test ends. */
export async function serveOwnCode<M extends Models>(
  app: App<M>,
  database: string | Store = "sqlite::memory:",
): Promise<OwnCodeApp<M>> {
  const server = await startApp(app, { database, port: 0, host: "127.0.0.1", mode: "development", title: "own" });
  onTestFinished(() => server.close());
  const send = async (path: string, init: RequestInit): Promise<Reply> =>
    readReply(await fetch(server.url + path, init));
  return {
    server,
    send,
    post: (path, body, sender) =>
      send(path, {
        method: "POST",
        headers: { ...renderSender(sender), ...(body !== undefined && { "content-type": "application/json" }) },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      }),
    get: (path, sender) => send(path, { headers: renderSender(sender) }),
  };
}

/** Reads an answer to its end. */
export async function readReply(response: Response): Promise<Reply> {
  const text = await response.text();
  const isJson = /json/.test(response.headers.get("content-type") ?? "");
  return { status: response.status, headers: response.headers, body: isJson && text !== "" ? JSON.parse(text) : text };
}

function renderSender({ role, headers = {} }: Sender = {}): Record<string, string> {
  return { ...headers, ...(role !== undefined && { "x-role": role }) };
}
