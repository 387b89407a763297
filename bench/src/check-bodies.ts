// Makes sure that all servers answer the same before anything is timed: the floor to the byte, the others the same data.

import { isDeepStrictEqual } from "node:util";
import { type BenchCase, type CaseRequest, toRest } from "./cases.ts";
import type { Peer } from "./peers.ts";
import type { ServerProcess } from "./processes.ts";

/** A server of the comparison that runs. */
export interface RunningPeer {
  readonly peer: Peer;
  readonly server: ServerProcess;
}

/** What a case is measured on. */
export interface Comparison {
  readonly footing: RunningPeer;
  /** All, Footing too, in the order of the table. */
  readonly peers: readonly RunningPeer[];
}

const SAMPLES = 50;

/**
 * Sends the same requests to all servers and compares what they answer; bytes of Footing's answers on average.
 * Throws on the first difference.
 */
export async function checkBodies(
  subject: BenchCase,
  { footing, peers }: Comparison,
  authorization: string,
): Promise<number> {
  let bytes = 0;
  for (let count = 0; count < SAMPLES; count++) {
    const request = subject.next();
    const expected = await send(footing, request, authorization);
    for (const one of peers) {
      if (one === footing) continue;
      const answer = await send(one, request, authorization);
      if (!isSame(one.peer, answer, expected)) throw createDifference(request, one.peer.name, [expected, answer]);
    }
    bytes += Buffer.byteLength(expected);
  }
  return Math.round(bytes / SAMPLES);
}

/** The request in the form that a peer serves. */
export function adapt({ answers }: Peer, request: CaseRequest): CaseRequest {
  return answers === "bytes" ? request : toRest(request);
}

async function send({ peer, server }: RunningPeer, request: CaseRequest, authorization: string): Promise<string> {
  const { path, body } = adapt(peer, request);
  const write = { method: "POST", body: body ?? "", headers: { authorization, "content-type": "application/json" } };
  const response = await fetch(`http://127.0.0.1:${server.port}${path}`, body === undefined ? {} : write);
  const text = await response.text();
  if (!response.ok) throw new Error(`${peer.name}: ${path} answered ${response.status}: ${text}`);
  return text;
}

function isSame({ answers }: Peer, answer: string, expected: string): boolean {
  return answers === "bytes" ? answer === expected : isDeepStrictEqual(unwrap(answer), unwrap(expected));
}

/** The rows alone, without Footing's page or connection around them and with one name for a city's country. */
function unwrap(text: string): unknown {
  const body: { data?: unknown } = JSON.parse(text, (_key, value: unknown) => unify(value));
  const data = body.data ?? body;
  const isGraphql = typeof data === "object" && data !== null && "countries" in data;
  return isGraphql ? data.countries : data;
}

function unify(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if ("nodes" in value) return value.nodes;
  if (!("home" in value)) return value;
  const { home, ...city } = value;
  return { ...city, country: home };
}

function createDifference({ path }: CaseRequest, other: string, [footing, theirs]: readonly string[]): Error {
  return new Error(`${path}: Footing and ${other} differ.\nFooting: ${footing}\n${other}: ${theirs}`);
}
