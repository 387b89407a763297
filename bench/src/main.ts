// `npm run bench`: Footing against the floor (a hand-written Fastify handler with the same SQL on the same driver) and
// against Fastify with Drizzle, on the same database of real cities.

import { copyFileSync, existsSync, mkdirSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { type BenchCase, createCases, readKeys } from "./cases.ts";
import { checkBodies, type Servers } from "./check-bodies.ts";
import { type MeasureOptions, measureCase } from "./measure.ts";
import { pinLoad, startServer } from "./processes.ts";
import { describeMachine, type ReportedCase, renderTable, writeResults } from "./report.ts";

const SEED = 20_261_122;
const TOKEN = "benchmark";
const data = fileURLToPath(new URL("../data/", import.meta.url));
const atlas = `${data}atlas.db`;
const footing = fileURLToPath(new URL("../../bin/footing.mjs", import.meta.url));

await main();

async function main(): Promise<void> {
  const { rounds, seconds, connections, only } = readOptions();
  const options: MeasureOptions = { rounds, seconds, connections, authorization: `Bearer ${TOKEN}` };
  await prepareAtlas();
  const pinned = pinLoad();
  console.log(describeRun(options, pinned));
  const cases = createCases(readKeys(atlas), SEED).filter(({ name }) => name.includes(only));
  const reported: ReportedCase[] = [];
  for (const subject of cases) {
    console.log(`  ${subject.name} …`);
    reported.push(await runCase(subject, options, pinned));
  }
  console.log(`\n${renderTable(reported)}`);
  console.log(`\nWritten to ${writeResults(describeMachine(pinned), { rounds, seconds, connections }, reported)}`);
}

function readOptions(): { rounds: number; seconds: number; connections: number; only: string } {
  const { values } = parseArgs({
    options: {
      rounds: { type: "string", default: "5" },
      seconds: { type: "string", default: "4" },
      connections: { type: "string", default: "16" },
      only: { type: "string", default: "" },
    },
  });
  const { rounds, seconds, connections, only } = values;
  return { rounds: Number(rounds), seconds: Number(seconds), connections: Number(connections), only };
}

/** Lets Footing import the atlas; the file is kept for the next run, as long as it fits the schema. */
async function prepareAtlas(): Promise<void> {
  mkdirSync(data, { recursive: true });
  if (existsSync(atlas) && (await opens(atlas))) return;
  console.log("Importing the atlas …");
  removeDatabase(atlas);
  if (!(await opens(atlas))) throw new Error("Footing does not start on a new database.");
}

async function opens(file: string): Promise<boolean> {
  const server = await startServer(createFootingCommand(file), false).catch(() => null);
  await server?.stop();
  return server !== null;
}

function removeDatabase(file: string): void {
  for (const end of ["", "-wal", "-shm"]) rmSync(file + end, { force: true });
}

async function runCase(subject: BenchCase, options: MeasureOptions, pinned: boolean): Promise<ReportedCase> {
  const servers = await startServers(subject, pinned);
  try {
    const bytes = await checkBodies(subject, servers, options.authorization);
    return { name: subject.name, bytes, result: await measureCase(subject, servers, options) };
  } finally {
    for (const server of Object.values(servers)) await server.stop();
  }
}

async function startServers(subject: BenchCase, pinned: boolean): Promise<Servers> {
  const own = (name: string): string => (subject.writes ? copyAtlas(name) : atlas);
  return {
    floor: await startServer(createHandwrittenCommand("floor", own("floor")), pinned),
    footing: await startServer(createFootingCommand(own("footing")), pinned),
    drizzle: await startServer(createHandwrittenCommand("drizzle", own("drizzle")), pinned),
  };
}

function copyAtlas(name: string): string {
  const file = `${data}${name}.db`;
  removeDatabase(file);
  copyFileSync(atlas, file);
  return file;
}

function createFootingCommand(database: string): { name: string; args: string[]; env: Record<string, string> } {
  const app = fileURLToPath(new URL("../../examples/atlas/app.ts", import.meta.url));
  const env = { PORT: "0", DATABASE_URL: `sqlite:${database}`, ATLAS_EDITOR_TOKEN: TOKEN };
  return { name: "Footing", args: [footing, "start", app], env };
}

function createHandwrittenCommand(
  name: string,
  file: string,
): { name: string; args: string[]; env: Record<string, string> } {
  const server = fileURLToPath(new URL(`servers/${name}.ts`, import.meta.url));
  const env = { DATABASE_FILE: file, ATLAS_EDITOR_TOKEN: TOKEN };
  return { name, args: ["--conditions=footing-source", server], env };
}

function describeRun({ rounds, seconds, connections }: MeasureOptions, pinned: boolean): string {
  const cores = pinned ? "servers on core 0, load on core 1" : "servers and load on all cores (no taskset here)";
  return `${rounds} rounds of ${seconds} s on each server in turns, ${connections} connections, ${cores}.`;
}
