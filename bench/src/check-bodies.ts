// Makes sure that all servers answer the same before anything is timed: the floor to the byte, Drizzle the same data.

import { isDeepStrictEqual } from "node:util";
import { type BenchCase, type CaseRequest, toRest } from "./cases.ts";
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
    const [floor, footing, drizzle] = await Promise.all([
      send(servers.floor.port, request, authorization),
      send(servers.footing.port, request, authorization),
      send(servers.drizzle.port, toRest(request), authorization),
    ]);
    if (floor !== footing) throw createDifference(request, "the floor", [footing, floor]);
    if (!isDeepStrictEqual(unwrap(drizzle), unwrap(footing)))
      throw createDifference(request, "Drizzle", [footing, drizzle]);
    bytes += Buffer.byteLength(footing);
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

/** The rows without the page or the connection around them, which Drizzle's server does not send. */
function unwrap(text: string): unknown {
  const body: { data?: unknown } = JSON.parse(text, (_key, value: unknown) =>
    isConnection(value) ? value.nodes : value,
  );
  const data = body.data ?? body;
  const isGraphql = typeof data === "object" && data !== null && "countries" in data;
  return isGraphql ? data.countries : data;
}

function isConnection(value: unknown): value is { readonly nodes: unknown } {
  return typeof value === "object" && value !== null && "nodes" in value;
}

function createDifference({ path }: CaseRequest, other: string, [footing, theirs]: readonly string[]): Error {
  return new Error(`${path}: Footing and ${other} differ.\nFooting: ${footing}\n${other}: ${theirs}`);
}
