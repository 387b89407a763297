// SQLite under the servers: a file that is kept from run to run, as long as it fits the schema.

import { copyFileSync, existsSync, mkdirSync, rmSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import type { Keys } from "../cases.ts";
import type { BenchDatabase, Fill } from "./database.ts";

const folder = fileURLToPath(new URL("../../data/", import.meta.url));

/** The atlas in a file; imports it when it is not there. */
export async function openSqlite(fill: Fill): Promise<BenchDatabase> {
  const file = locate("atlas");
  mkdirSync(folder, { recursive: true });
  if (!(existsSync(file) && (await fill(`sqlite:${file}`)))) await importAtlas(file, fill);
  return {
    url: `sqlite:${file}`,
    versions: { sqlite: process.versions["sqlite"] ?? "" },
    copy: async (name) => `sqlite:${copyAtlas(file, locate(name))}`,
    readKeys: async () => readKeys(file),
    readProcessorTime: () => null,
    close: async () => undefined,
  };
}

async function importAtlas(file: string, fill: Fill): Promise<void> {
  console.log("Importing the atlas …");
  removeDatabase(file);
  if (!(await fill(`sqlite:${file}`))) throw new Error("Footing does not start on a new database.");
}

function locate(name: string): string {
  return `${folder}${name}.db`;
}

function copyAtlas(from: string, to: string): string {
  removeDatabase(to);
  copyFileSync(from, to);
  return to;
}

function removeDatabase(file: string): void {
  for (const end of ["", "-wal", "-shm"]) rmSync(file + end, { force: true });
}

function readKeys(file: string): Keys {
  const db = new DatabaseSync(file, { readOnly: true });
  // The columns are named as the fields of Keys.
  const cities = db
    .prepare("SELECT id, country_code AS country, population FROM city ORDER BY id")
    .all() as unknown as Keys["cities"];
  const countries = db.prepare("SELECT code FROM country ORDER BY code").all();
  db.close();
  return { cities, countries: countries.map(({ code }) => String(code)) };
}
