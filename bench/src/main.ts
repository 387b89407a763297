// `npm run bench`: Footing against the floor (a hand-written Fastify handler with the same SQL on the same driver) and
// against Fastify with what else a user would write, on the same database of real cities.

import { appendFileSync } from "node:fs";
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { type BenchCase, createCases } from "./cases.ts";
import { type Comparison, checkBodies, type RunningPeer } from "./check-bodies.ts";
import type { BenchDatabase, StoreName } from "./databases/database.ts";
import { openServer } from "./databases/server.ts";
import { openSqlite } from "./databases/sqlite.ts";
import { type MeasureOptions, measureCase } from "./measure.ts";
import { createFootingCommand, FOOTING, listPeers, STORES, TOKEN } from "./peers.ts";
import { generatePrisma } from "./prisma.ts";
import { pinLoad, startServer } from "./processes.ts";
import { describeMachine, type ReportedCase, renderTable, writeResults } from "./report.ts";
import { measureTrap, renderTraps } from "./trap.ts";

/** What the command line asks for. */
interface RunOptions extends Pick<MeasureOptions, "rounds" | "seconds" | "connections"> {
  readonly store: StoreName;
  /** Parts of the names of the cases to run. */
  readonly only: readonly string[];
  /** The file that each case is appended to when it is done; null for none. */
  readonly out: string | null;
}

/** What a run is made of. */
interface RunParts extends RunOptions {
  readonly database: BenchDatabase;
  readonly pinned: boolean;
}

/** A case that could not be measured. */
interface FailedCase {
  readonly name: string;
  readonly error: string;
}

const SEED = 20_261_122;
/** The name of the case that is measured at the database. */
const TRAP = "trap";

await main(readOptions());

async function main(options: RunOptions): Promise<void> {
  const { store, only, out, ...how } = options;
  const isTrap = store !== "sqlite" && isWanted(TRAP, only);
  const pinned = pinLoad();
  const database = await (store === "sqlite" ? openSqlite(fill) : openServer(store, fill));
  try {
    console.log(describeRun(options, pinned));
    const cases = createCases(await database.readKeys(), SEED).filter(({ name }) => isWanted(name, only));
    const { reported, failed } = await runCases(cases, { ...options, database, pinned });
    const traps = isTrap ? await measureTrap(store, database.url) : [];
    const machine = describeMachine(pinned, database.versions);
    if (reported.length > 1) console.log(`\n${renderTable(reported)}`);
    if (traps.length > 0) console.log(`\n${renderTraps(traps)}`);
    console.log(`\nWritten to ${writeResults({ store, machine, options: how, cases: reported, traps })}`);
    for (const { name, error } of failed) console.error(`\nFailed: ${name}\n${error}`);
    if (failed.length > 0) process.exitCode = 1;
  } finally {
    await database.close();
  }
}

/** Runs the cases one after the other. Each is told of when it is done, and one that fails ends no other. */
async function runCases(
  cases: readonly BenchCase[],
  parts: RunParts,
): Promise<{ readonly reported: readonly ReportedCase[]; readonly failed: readonly FailedCase[] }> {
  const { store, out } = parts;
  if (store !== "sqlite" && cases.some(({ against }) => against === "libraries")) generatePrisma(store);
  const reported: ReportedCase[] = [];
  const failed: FailedCase[] = [];
  const tell = (text: string): void => {
    console.log(text);
    if (out !== null) appendFileSync(out, `${text}\n`);
  };
  for (const subject of cases) {
    console.log(`  ${subject.name} …`);
    try {
      const done = await runCase(subject, parts);
      reported.push(done);
      tell(`\n${store}:\n\n${renderTable([done])}\n`);
    } catch (error) {
      failed.push({ name: subject.name, error: String(error) });
      tell(`\n${store}: ${subject.name} failed: ${error}\n`);
    }
  }
  return { reported, failed };
}

function isWanted(name: string, only: readonly string[]): boolean {
  return only.some((part) => name.includes(part));
}

function readOptions(): RunOptions {
  const { values } = parseArgs({
    options: {
      store: { type: "string", default: "sqlite" },
      rounds: { type: "string", default: "5" },
      seconds: { type: "string", default: "4" },
      connections: { type: "string", default: "16" },
      only: { type: "string", default: "" },
      out: { type: "string" },
    },
  });
  const { store, rounds, seconds, connections, only, out = null } = values;
  if (!isStore(store)) throw new Error(`--store is one of ${STORES.join(", ")}; got ${store}.`);
  const how = { rounds: Number(rounds), seconds: Number(seconds), connections: Number(connections) };
  return { store, only: only.split(","), out, ...how };
}

function isStore(name: string): name is StoreName {
  return STORES.includes(name);
}

/** Footing imports the atlas when it starts on an empty database. */
async function fill(url: string): Promise<boolean> {
  const server = await startServer(createFootingCommand(url), false).catch(() => null);
  await server?.stop();
  return server !== null;
}

async function runCase(subject: BenchCase, options: RunParts): Promise<ReportedCase> {
  const { database } = options;
  const authorization = `Bearer ${TOKEN}`;
  const readDatabaseTime = database.readProcessorTime;
  const running: RunningPeer[] = [];
  try {
    const comparison = await startPeers(subject, running, options);
    const bytes = await checkBodies(subject, comparison, authorization);
    const measured = await measureCase(subject, running, { ...options, authorization, readDatabaseTime });
    return { name: subject.name, bytes, measurements: measured };
  } finally {
    for (const { server } of running) await server.stop();
  }
}

/** Starts all peers of the store, each on a copy of the database if the case writes; fills `running` as they come up. */
async function startPeers(
  subject: BenchCase,
  running: RunningPeer[],
  { store, database, pinned }: RunParts,
): Promise<Comparison> {
  for (const [index, peer] of listPeers(store, subject).entries()) {
    const url = subject.writes ? await database.copy(`peer${index}`) : database.url;
    running.push({ peer, server: await startServer(peer.command(url), pinned) });
  }
  const footing = running.find(({ peer }) => peer.name === FOOTING);
  if (footing === undefined) throw new Error(`Footing is no peer on ${store}.`);
  return { footing, peers: running };
}

function describeRun({ store, rounds, seconds, connections }: RunOptions, pinned: boolean): string {
  const place = cpus().length > 2 ? "database on the others" : "database with the load";
  const others = store === "sqlite" ? "" : `, ${place}`;
  const cores = pinned ? `servers on core 0, load on core 1${others}` : "all on all cores (no taskset here)";
  return `${store}: ${rounds} rounds of ${seconds} s on each server in turns, ${connections} connections, ${cores}.`;
}
