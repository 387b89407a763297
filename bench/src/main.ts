// `npm run bench`: Footing against the floor (a hand-written Fastify handler with the same SQL on the same driver) and
// against Fastify with what else a user would write, on the same database of real cities.

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
  /** Part of the names of the cases to run. */
  readonly only: string;
}

const SEED = 20_261_122;
/** The name of the case that is measured at the database. */
const TRAP = "trap";

await main(readOptions());

async function main(options: RunOptions): Promise<void> {
  const { store, only, ...how } = options;
  const isTrap = store !== "sqlite" && TRAP.includes(only);
  if (store !== "sqlite" && only !== TRAP) generatePrisma(store);
  const pinned = pinLoad();
  const database = await (store === "sqlite" ? openSqlite(fill) : openServer(store, fill));
  try {
    console.log(describeRun(options, pinned));
    const reported: ReportedCase[] = [];
    const cases = createCases(await database.readKeys(), SEED).filter(({ name }) => name.includes(only));
    for (const subject of cases) reported.push(await runCase(subject, { ...options, database, pinned }));
    const traps = isTrap ? await measureTrap(store, database.url) : [];
    const machine = describeMachine(pinned, database.versions);
    if (reported.length > 0) console.log(`\n${renderTable(reported)}`);
    if (traps.length > 0) console.log(`\n${renderTraps(traps)}`);
    console.log(`\nWritten to ${writeResults({ store, machine, options: how, cases: reported, traps })}`);
  } finally {
    await database.close();
  }
}

function readOptions(): RunOptions {
  const { values } = parseArgs({
    options: {
      store: { type: "string", default: "sqlite" },
      rounds: { type: "string", default: "5" },
      seconds: { type: "string", default: "4" },
      connections: { type: "string", default: "16" },
      only: { type: "string", default: "" },
    },
  });
  const { store, rounds, seconds, connections, only } = values;
  if (!isStore(store)) throw new Error(`--store is one of ${STORES.join(", ")}; got ${store}.`);
  return { store, only, rounds: Number(rounds), seconds: Number(seconds), connections: Number(connections) };
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

async function runCase(
  subject: BenchCase,
  options: RunOptions & { readonly database: BenchDatabase; readonly pinned: boolean },
): Promise<ReportedCase> {
  console.log(`  ${subject.name} …`);
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
  { store, database, pinned }: { store: StoreName; database: BenchDatabase; pinned: boolean },
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
