// `npm run import` in this folder: how fast Footing imports the atlas through db.createMany, against a raw loop of prepared
// inserts of the same rows into the same tables with the same settings. Each run has a process of its own.

import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, rmSync } from "node:fs";
import { performance } from "node:perf_hooks";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { defineApp, startApp } from "footing";
import { models } from "../../examples/atlas/app.ts";
import { importAtlas } from "../../examples/atlas/import.ts";
import * as rows from "../../examples/atlas/rows.ts";
import { PRAGMAS } from "./servers/serve.ts";
import { spread } from "./statistics.ts";

/** What one run measured. */
interface Run {
  readonly seconds: number;
  /** Resident memory of the process at its highest, in megabytes. */
  readonly peak: number;
}

const ROUNDS = 5;
const file = fileURLToPath(new URL("../data/import.db", import.meta.url));
const started: Readonly<Record<string, () => Promise<number>>> = { footing: importWithFooting, raw: importRaw };

const [mode] = process.argv.slice(2);
const run = started[mode ?? ""];
if (run === undefined) await compare();
else process.send?.({ seconds: await run(), peak: process.resourceUsage().maxRSS / 1024 } satisfies Run);

async function compare(): Promise<void> {
  const runs: { footing: Run[]; raw: Run[] } = { footing: [], raw: [] };
  mkdirSync(new URL("../data/", import.meta.url), { recursive: true });
  for (let round = 0; round < ROUNDS; round++) {
    runs.footing.push(await runAlone("footing"));
    runs.raw.push(await runAlone("raw"));
  }
  const [footing, raw] = [describe("Footing", runs.footing), describe("raw loop", runs.raw)];
  console.log(`Footing imports at ${(raw / footing).toFixed(2)} times the speed of the raw loop.`);
}

async function runAlone(name: string): Promise<Run> {
  for (const end of ["", "-wal", "-shm"]) rmSync(file + end, { force: true });
  const child = fork(fileURLToPath(import.meta.url), [name], { execArgv: process.execArgv });
  const [result]: Run[] = await once(child, "message");
  if (result === undefined) throw new Error(`${name} sent nothing.`);
  return result;
}

function describe(name: string, runs: readonly Run[]): number {
  const time = spread(runs.map(({ seconds }) => seconds));
  const peak = Math.max(...runs.map((run) => run.peak));
  const range = `${time.min.toFixed(2)} - ${time.max.toFixed(2)}`;
  console.log(`${name.padEnd(9)} ${time.median.toFixed(2)} s (${range}), at most ${peak.toFixed(0)} MB`);
  return time.median;
}

/** As the example does it: lists, transactions and all. */
async function importWithFooting(): Promise<number> {
  let seconds = 0;
  const app = defineApp({
    models,
    async setup(context) {
      const before = performance.now();
      await importAtlas(context);
      seconds = (performance.now() - before) / 1000;
    },
  });
  const options = {
    database: `sqlite:${file}`,
    port: 0,
    host: "127.0.0.1",
    mode: "production",
    title: "atlas",
  } as const;
  await (await startApp(app, options)).close();
  return seconds;
}

/** Into the tables that Footing creates, one transaction. */
async function importRaw(): Promise<number> {
  const options = {
    database: `sqlite:${file}`,
    port: 0,
    host: "127.0.0.1",
    mode: "production",
    title: "atlas",
  } as const;
  await (await startApp(defineApp({ models }), options)).close();
  const db = new DatabaseSync(file);
  for (const pragma of PRAGMAS) db.exec(`PRAGMA ${pragma}`);
  const before = performance.now();
  db.exec("BEGIN");
  insertSmall(db);
  insertCities(db);
  db.exec("COMMIT");
  const seconds = (performance.now() - before) / 1000;
  db.close();
  return seconds;
}

function insertSmall(db: DatabaseSync): void {
  const language = db.prepare("INSERT INTO language (code, name) VALUES (?, ?)");
  for (const { code, name } of rows.listLanguages()) language.run(code, name);
  const currency = db.prepare("INSERT INTO currency (code, name, symbol) VALUES (?, ?, ?)");
  for (const { code, name, symbol } of rows.listCurrencies()) currency.run(code, name, symbol);
  const country = db.prepare(
    "INSERT INTO country (code, code3, name, official_name, continent, subregion, area, latitude, longitude, landlocked, capital) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
  );
  const countries = rows.listCountries();
  for (const row of countries) {
    const { code, code3, name, officialName, continent, subregion, area, latitude, longitude, landlocked, capital } =
      row;
    country.run(
      code,
      code3,
      name,
      officialName,
      continent,
      subregion,
      area,
      latitude,
      longitude,
      Number(landlocked),
      capital,
    );
  }
  insertLinks(
    db,
    "languages",
    countries.map(({ code, languages }) => ({ code, targets: languages })),
  );
  insertLinks(
    db,
    "currencies",
    countries.map(({ code, currencies }) => ({ code, targets: currencies })),
  );
  insertLinks(
    db,
    "borders",
    rows.listBorders().map(({ code, borders }) => ({ code, targets: borders })),
  );
  const region = db.prepare("INSERT INTO region (code, name, country_code) VALUES (?, ?, ?)");
  for (const { code, name, country } of rows.listRegions()) region.run(code, name, country);
}

function insertLinks(
  db: DatabaseSync,
  field: string,
  links: readonly { code: string; targets: readonly string[] }[],
): void {
  const link = db.prepare(`INSERT INTO country_${field} (source_code, target_code) VALUES (?, ?)`);
  for (const { code, targets } of links) for (const target of targets) link.run(code, target);
}

function insertCities(db: DatabaseSync): void {
  const city = db.prepare(
    "INSERT INTO city (id, name, population, latitude, longitude, feature_code, country_code, region_code) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
  );
  for (const { id, name, population, latitude, longitude, featureCode, country, region } of rows.listCities()) {
    city.run(id, name, population, latitude, longitude, featureCode, country, region);
  }
}
