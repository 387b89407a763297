// A load generator: keep-alive connections that each send the next request when the answer is complete. Written
// here because autocannon spends more processor time per request than the servers under test, and would measure
// itself; it understands only what they send, a status and a content-length.

import { connect, type Socket } from "node:net";
import { performance } from "node:perf_hooks";

/** What to send, where and for how long. */
export interface LoadOptions {
  readonly port: number;
  readonly connections: number;
  readonly seconds: number;
  /** The whole next request, head and body. */
  readonly next: () => Buffer;
}

/** What came back. */
export interface LoadResult {
  readonly requests: number;
  readonly seconds: number;
  /** Answers that were not 2xx. */
  readonly failures: number;
  /** Milliseconds from the first byte sent to the last received, sorted. */
  readonly latencies: Float64Array;
}

/** Sends requests until the time is over and every answer is there. */
export async function runLoad(options: LoadOptions): Promise<LoadResult> {
  const latencies: number[] = [];
  const started = performance.now();
  const end = started + options.seconds * 1000;
  const clients = Array.from({ length: options.connections }, () => runClient({ ...options, end, latencies }));
  const failures = (await Promise.all(clients)).reduce((sum, count) => sum + count, 0);
  const seconds = (performance.now() - started) / 1000;
  return { requests: latencies.length, seconds, failures, latencies: Float64Array.from(latencies).sort() };
}

/** The request as bytes; `body` is sent as JSON. */
export function createRequest(path: string, body?: string, authorization?: string): Buffer {
  const head = [
    `${body === undefined ? "GET" : "POST"} ${path} HTTP/1.1`,
    "host: 127.0.0.1",
    "accept: application/json",
  ];
  if (authorization !== undefined) head.push(`authorization: ${authorization}`);
  if (body !== undefined) head.push("content-type: application/json", `content-length: ${Buffer.byteLength(body)}`);
  return Buffer.from(`${head.join("\r\n")}\r\n\r\n${body ?? ""}`);
}

interface ClientOptions extends LoadOptions {
  /** When to send the last request, on the clock of `performance.now()`. */
  readonly end: number;
  readonly latencies: number[];
}

/** One connection; the number of answers that were not 2xx. */
function runClient({ port, next, end, latencies }: ClientOptions): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: "127.0.0.1", noDelay: true });
    let failures = 0;
    let sent = 0;
    const send = (): void => {
      sent = performance.now();
      if (sent < end) socket.write(next());
      else socket.end(() => resolve(failures));
    };
    onAnswer(socket, (status) => {
      latencies.push(performance.now() - sent);
      if (status < 200 || status > 299) failures += 1;
      send();
    });
    socket.on("connect", send).on("error", reject);
  });
}

function onAnswer(socket: Socket, done: (status: number) => void): void {
  let buffered: Buffer | null = null;
  socket.on("data", (chunk) => {
    const data: Buffer = buffered === null ? chunk : Buffer.concat([buffered, chunk]);
    const length = measureAnswer(data);
    buffered = length === null || data.length < length ? data : null;
    // The status is the second word of the first line: "HTTP/1.1 200 OK".
    if (buffered === null) done(Number(data.toString("latin1", 9, 12)));
  });
}

/** Bytes of the whole answer, or null when its head is not there yet. */
function measureAnswer(data: Buffer): number | null {
  const end = data.indexOf("\r\n\r\n");
  if (end < 0) return null;
  const length = /\r\ncontent-length: *(\d+)/i.exec(data.toString("latin1", 0, end));
  if (length?.[1] === undefined) throw new Error("An answer came without content-length.");
  return end + 4 + Number(length[1]);
}
