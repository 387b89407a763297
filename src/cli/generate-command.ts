/**
 * `footing generate`: writes what describes the app to programs in other languages, or says whether the written files
 * are still true. Uses an empty database in memory and opens no port.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Documents } from "../app/create-front-ends.ts";
import { openApp } from "../app/open-app.ts";
import { FootingError } from "../errors/footing-error.ts";
import { loadApp } from "./load-app.ts";
import { loadEnvFile, nameApp } from "./settings.ts";

/** How to generate. */
export interface GenerateSettings {
  /** The folder of the files. */
  readonly out: string;
  /** Whether to compare instead of writing. */
  readonly check?: boolean;
}

/** A file and what it holds. */
interface GeneratedFile {
  readonly path: string;
  readonly text: string;
}

/** The files by name. */
const printers: Readonly<Record<string, (documents: Documents) => string | Promise<string>>> = {
  "openapi.json": (documents) => `${JSON.stringify(documents.openapi(), null, 2)}\n`,
  "schema.graphql": (documents) => documents.graphql(),
};

/**
 * Writes or checks the files for the app in `file`.
 *
 * @throws FootingError FTG_OUTDATED when a file to check is missing or differs; FTG_CONFIG when one cannot be written.
 */
export async function runGenerate(file: string, { out, check = false }: GenerateSettings): Promise<void> {
  loadEnvFile(process.cwd(), process.env);
  const app = await loadApp(file);
  const opened = await openApp(app, { database: "sqlite::memory:", mode: "production", title: nameApp(file) });
  const files: GeneratedFile[] = [];
  for (const [name, print] of Object.entries(printers))
    files.push({ path: join(out, name), text: await print(opened.documents) });
  await opened.close();
  if (check) checkFiles(files);
  else writeFiles(out, files);
}

function checkFiles(files: readonly GeneratedFile[]): void {
  const problems = files.flatMap(({ path, text }) => {
    const current = readFile(path);
    if (current === text) return [];
    return [{ path, detail: current === null ? "It is missing." : describeDifference(current, text) }];
  });
  if (problems.length > 0) throw new FootingError("FTG_OUTDATED", { detail: countFiles(problems.length), problems });
  console.log(`ok  ${files.map(({ path }) => path).join(", ")}`);
}

function writeFiles(out: string, files: readonly GeneratedFile[]): void {
  try {
    mkdirSync(out, { recursive: true });
    for (const { path, text } of files) writeFileSync(path, text);
  } catch (cause) {
    const problems = [{ path: "--out", detail: cause instanceof Error ? cause.message : String(cause) }];
    throw new FootingError("FTG_CONFIG", { detail: `The files cannot be written to ${out}.`, problems, cause });
  }
  for (const { path, text } of files) console.log(`${path}  ${Buffer.byteLength(text).toLocaleString("en")} bytes`);
}

function readFile(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}

function describeDifference(current: string, text: string): string {
  const [before, after] = [current.split("\n"), text.split("\n")];
  const line = after.findIndex((value, index) => value !== before[index]);
  return `It differs from line ${(line === -1 ? after.length : line) + 1} on.`;
}

function countFiles(count: number): string {
  return count === 1 ? "One file does not describe the app." : `${count} files do not describe the app.`;
}
