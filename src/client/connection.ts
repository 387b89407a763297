/** Sends JSON to a server and reads its answers. Knows HTTP and nothing of what is in them. */
import { ClientError, createProblemError } from "./client-error.ts";
import type { ClientOptions, RequestHeaders } from "./client-types.ts";

/** How one request is sent. */
export interface SendOptions {
  readonly signal: AbortSignal;
  /** Its `Idempotency-Key`; null for none. */
  readonly key: string | null;
}

/** A server. */
export interface Connection {
  /**
   * Posts JSON, or nothing for undefined; the answer, null when it is empty.
   *
   * @throws ClientError, or the reason of the signal.
   */
  post(path: string, body: unknown, options: SendOptions): Promise<unknown>;
}

/** The connection to the server at an address; `more` are headers of all its requests. */
export function createConnection(
  url: string,
  { headers, fetch: send = fetch }: ClientOptions,
  more: RequestHeaders = {},
): Connection {
  const origin = url.replace(/\/+$/, "");
  return {
    async post(path, body, { signal, key }) {
      const own = await readHeaders(headers);
      const json = body === undefined ? {} : { "content-type": "application/json" };
      const once = key === null ? {} : { "idempotency-key": key };
      const init: RequestInit = {
        method: "POST",
        headers: { accept: "application/json", ...own, ...json, ...once, ...more },
        signal,
      };
      if (body !== undefined) init.body = JSON.stringify(body);
      const response = await demandAnswer(signal, () => send(origin + path, init));
      return readAnswer(response, await demandAnswer(signal, () => response.text()));
    },
  };
}

/** The error for an answer that is not what a Footing server says. */
export function createStranger(status: number): ClientError {
  const detail = "The answer is not of the expected form; is the address that of a Footing server?";
  return new ClientError("RESPONSE", { status, detail });
}

async function readHeaders(headers: ClientOptions["headers"]): Promise<RequestHeaders> {
  return typeof headers === "function" ? await headers() : { ...headers };
}

/** Runs one half of an exchange; when it fails, either it was told to end or the network broke. */
async function demandAnswer<T>(signal: AbortSignal, exchange: () => Promise<T>): Promise<T> {
  try {
    return await exchange();
  } catch (cause) {
    if (signal.aborted) throw signal.reason;
    const detail = `No answer came: ${cause instanceof Error ? cause.message : String(cause)}.`;
    throw new ClientError("NETWORK", { detail, cause });
  }
}

function readAnswer({ ok, status, headers }: Response, text: string): unknown {
  if (ok && text === "") return null;
  const answer = parseJson(text);
  if (!ok) throw createProblemError(answer, status, Number(headers.get("retry-after")) || undefined);
  if (answer === undefined) throw createStranger(status);
  return answer;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
