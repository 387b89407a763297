// Makes sure that all servers answer the same before anything is timed: the floor to the byte, Drizzle the same data.

import { isDeepStrictEqual } from "node:util";
import type { BenchCase, CaseRequest } from "./cases.ts";
import type { ServerProcess } from "./processes.ts";

/** The servers in the roles of the comparison. */
export interface Servers {
  readonly floor: ServerProcess;
  readonly footing: ServerProcess;
  readonly drizzle: ServerProcess;
}

const SAMPLES = 50;

/**
 * Sends the same requests to all servers and compares what they answer; bytes of the answers on average.
 * Throws on the first difference.
 */
export async function checkBodies(subject: BenchCase, servers: Servers, authorization: string): Promise<number> {
  let bytes = 0;
  for (let count = 0; count < SAMPLES; count++) {
    const request = subject.next();
    const [floor, footing, drizzle] = await Promise.all(
      [servers.floor, servers.footing, servers.drizzle].map(({ port }) => send(port, request, authorization)),
    );
    if (floor !== footing) throw createDifference(request, "the floor", [footing, floor]);
    if (!isDeepStrictEqual(unwrap(drizzle), unwrap(footing))) throw createDifference(request, "Drizzle", [footing, drizzle]);
    bytes += Buffer.byteLength(footing ?? "");
  }
  return Math.round(bytes / SAMPLES);
}

async function send(port: number, { path, body }: CaseRequest, authorization: string): Promise<string> {
  const write = { method: "POST", body: body ?? "", headers: { authorization, "content-type": "application/json" } };
  const response = await fetch(`http://127.0.0.1:${port}${path}`, body === undefined ? {} : write);
  const text = await response.text();
  if (!response.ok) throw new Error(`${path} answered ${response.status}: ${text}`);
  return text;
}

/** The data without the page around it, which Drizzle's server does not send. */
function unwrap(text: string | undefined): unknown {
  const body: { data?: unknown } = JSON.parse(text ?? "null");
  return body.data ?? body;
}

function createDifference({ path }: CaseRequest, other: string, [footing, theirs]: (string | undefined)[]): Error {
  return new Error(`${path}: Footing and ${other} differ.\nFooting: ${footing}\n${other}: ${theirs}`);
}
