// Times one case on all servers in turns, round after round, so that whatever disturbs the machine disturbs all alike.

import { type BenchCase, type CaseRequest, toRest } from "./cases.ts";
import type { Servers } from "./check-bodies.ts";
import { createRequest, runLoad } from "./load.ts";
import { readProcessorTime, type ServerProcess } from "./processes.ts";
import { percentile, type Spread, spread } from "./statistics.ts";

/** How long and how hard. */
export interface MeasureOptions {
  readonly rounds: number;
  /** Of each round on each server. */
  readonly seconds: number;
  readonly connections: number;
  readonly authorization: string;
}

/** One server in one case. */
export interface Measurement {
  /** Requests per second. */
  readonly throughput: Spread;
  /** The 99th percentile of the latency, in milliseconds. */
  readonly p99: Spread;
  /** Processor time of the server per request, in microseconds; null where the system does not tell. */
  readonly processor: Spread | null;
}

/** All servers in one case. */
export type CaseResult = Readonly<Record<keyof Servers, Measurement>>;

interface Round {
  readonly throughput: number;
  readonly p99: number;
  readonly processor: number | null;
}

/** Prepared read requests; enough that no server answers from what it has just read. */
const PREPARED = 20_000;
const WARM_UP_SECONDS = 2;

/** Runs the rounds. Throws when any answer is not 2xx. */
export async function measureCase(subject: BenchCase, servers: Servers, options: MeasureOptions): Promise<CaseResult> {
  const next = createSource(subject, options.authorization, (request) => request);
  const nextRest = createSource(subject, options.authorization, toRest);
  const sources: Record<keyof Servers, () => Buffer> = { floor: next, footing: next, drizzle: nextRest };
  const names = ["floor", "footing", "drizzle"] as const;
  const rounds: Record<keyof Servers, Round[]> = { floor: [], footing: [], drizzle: [] };
  for (const name of names) await runRound(servers[name], sources[name], { ...options, seconds: WARM_UP_SECONDS });
  for (let count = 0; count < options.rounds; count++) {
    for (let turn = 0; turn < names.length; turn++) {
      const name = names[(count + turn) % names.length] ?? "floor";
      rounds[name].push(await runRound(servers[name], sources[name], options));
    }
  }
  return { floor: summarise(rounds.floor), footing: summarise(rounds.footing), drizzle: summarise(rounds.drizzle) };
}

function createSource(
  subject: BenchCase,
  authorization: string,
  form: (request: CaseRequest) => CaseRequest,
): () => Buffer {
  const create = (): Buffer => {
    const { path, body } = form(subject.next());
    return createRequest(path, body, subject.writes ? authorization : undefined);
  };
  if (subject.writes) return create;
  const prepared = Array.from({ length: PREPARED }, create);
  let index = 0;
  return () => prepared[index++ % PREPARED] ?? create();
}

async function runRound(server: ServerProcess, next: () => Buffer, options: MeasureOptions): Promise<Round> {
  const before = readProcessorTime(server.pid);
  const result = await runLoad({ port: server.port, next, connections: options.connections, seconds: options.seconds });
  const after = readProcessorTime(server.pid);
  if (result.failures > 0) throw new Error(`${server.name} failed ${result.failures} of ${result.requests} requests.`);
  return {
    throughput: result.requests / result.seconds,
    p99: percentile(result.latencies, 0.99),
    processor: before === null || after === null ? null : (after - before) / result.requests,
  };
}

function summarise(rounds: readonly Round[]): Measurement {
  const processor = rounds.flatMap((round) => round.processor ?? []);
  return {
    throughput: spread(rounds.map((round) => round.throughput)),
    p99: spread(rounds.map((round) => round.p99)),
    processor: processor.length === 0 ? null : spread(processor),
  };
}
