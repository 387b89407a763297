// Times one case on all servers in turns, round after round, so that whatever disturbs the machine disturbs all alike.

import type { BenchCase } from "./cases.ts";
import { adapt, type RunningPeer } from "./check-bodies.ts";
import { createRequest, runLoad } from "./load.ts";
import type { Peer } from "./peers.ts";
import { readProcessorTime } from "./processes.ts";
import { percentile, type Spread, spread } from "./statistics.ts";

/** How long and how hard. */
export interface MeasureOptions {
  readonly rounds: number;
  /** Of each round on each server. */
  readonly seconds: number;
  readonly connections: number;
  readonly authorization: string;
  /** Processor time of the database so far in microseconds; null when it is none of its own. */
  readonly readDatabaseTime: () => number | null;
}

/** One server in one case. */
export interface Measurement {
  readonly peer: string;
  /** Requests per second. */
  readonly throughput: Spread;
  /** The 99th percentile of the latency, in milliseconds. */
  readonly p99: Spread;
  /** Processor time of the server per request, in microseconds; null where the system does not tell. */
  readonly processor: Spread | null;
  /** Processor time of the database per request, in microseconds; null when it runs inside the server. */
  readonly database: Spread | null;
}

interface Round {
  readonly throughput: number;
  readonly p99: number;
  readonly processor: number | null;
  readonly database: number | null;
}

/** One server with its requests and what was measured so far. */
interface Lane {
  readonly running: RunningPeer;
  readonly next: () => Buffer;
  readonly rounds: Round[];
}

/** Prepared read requests; enough that no server answers from what it has just read. */
const PREPARED = 20_000;
/** Slow cases compile their code late: a create on a server cost half as much after ten seconds as after two. */
const WARM_UP_SECONDS = 8;

/** Runs the rounds; one measurement per server, in their order. Throws when any answer is not 2xx. */
export async function measureCase(
  subject: BenchCase,
  peers: readonly RunningPeer[],
  options: MeasureOptions,
): Promise<readonly Measurement[]> {
  const createSource = shareSources(subject, options.authorization);
  const lanes = peers.map((running): Lane => ({ running, next: createSource(running.peer), rounds: [] }));
  for (const lane of lanes) await runRound(lane, { ...options, seconds: WARM_UP_SECONDS });
  for (let count = 0; count < options.rounds; count++) {
    const turn = count % lanes.length;
    for (const lane of [...lanes.slice(turn), ...lanes.slice(0, turn)]) {
      lane.rounds.push(await runRound(lane, options));
    }
  }
  return lanes.map(summarise);
}

/** Peers that are asked in the same form draw from the same requests. */
function shareSources(subject: BenchCase, authorization: string): (peer: Peer) => () => Buffer {
  const sources = new Map<Peer["answers"], () => Buffer>();
  return (peer) => {
    const source = sources.get(peer.answers) ?? createSource(subject, peer, authorization);
    sources.set(peer.answers, source);
    return source;
  };
}

function createSource(subject: BenchCase, peer: Peer, authorization: string): () => Buffer {
  const create = (): Buffer => {
    const { path, body } = adapt(peer, subject.next());
    return createRequest(path, body, subject.writes ? authorization : undefined);
  };
  if (subject.writes) return create;
  const prepared = Array.from({ length: PREPARED }, create);
  let index = 0;
  return () => prepared[index++ % PREPARED] ?? create();
}

async function runRound({ running, next }: Lane, options: MeasureOptions): Promise<Round> {
  const { name, pid, port } = running.server;
  const { connections, seconds, readDatabaseTime } = options;
  const before = [readProcessorTime(pid), readDatabaseTime()];
  const result = await runLoad({ port, next, connections, seconds });
  const after = [readProcessorTime(pid), readDatabaseTime()];
  if (result.failures > 0) throw new Error(`${name} failed ${result.failures} of ${result.requests} requests.`);
  const perRequest = (which: number): number | null => {
    const [from, to] = [before[which] ?? null, after[which] ?? null];
    return from === null || to === null ? null : (to - from) / result.requests;
  };
  return {
    throughput: result.requests / result.seconds,
    p99: percentile(result.latencies, 0.99),
    processor: perRequest(0),
    database: perRequest(1),
  };
}

function summarise({ running, rounds }: Lane): Measurement {
  return {
    peer: running.peer.name,
    throughput: spread(rounds.map((round) => round.throughput)),
    p99: spread(rounds.map((round) => round.p99)),
    processor: spreadKnown(rounds.map((round) => round.processor)),
    database: spreadKnown(rounds.map((round) => round.database)),
  };
}

function spreadKnown(values: readonly (number | null)[]): Spread | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : spread(known);
}
