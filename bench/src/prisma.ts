// Makes Prisma's client for a store: installs Prisma on first use, then runs its generator. Both work from the npm
// registry alone, run no install script, and write into ignored folders.

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { StoreName } from "./databases/database.ts";

/** The stores that Prisma is measured on, and what it calls them. */
const PROVIDERS: Readonly<Record<Exclude<StoreName, "sqlite">, string>> = { postgres: "postgresql", mariadb: "mysql" };

const home = new URL("../prisma/", import.meta.url);

/** Where the client for a store is generated. */
export function locatePrisma(store: Exclude<StoreName, "sqlite">): URL {
  return new URL(`data/${store}/client/client.ts`, home);
}

/** Generates the client for a store. Throws what Prisma complains of. */
export function generatePrisma(store: Exclude<StoreName, "sqlite">): void {
  install();
  const schema = new URL(`data/${store}/schema.prisma`, home);
  mkdirSync(new URL(".", schema), { recursive: true });
  writeFileSync(schema, renderSchema(PROVIDERS[store]));
  const cli = fileURLToPath(new URL("node_modules/prisma/build/index.js", home));
  run(process.execPath, [cli, "generate", "--schema", fileURLToPath(schema)], {
    // The CLI would download its engine for migrations, which generating does not run: it takes any file for it.
    PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
    CHECKPOINT_DISABLE: "1",
  });
}

function install(): void {
  const installed = new URL("node_modules/.package-lock.json", home);
  const wanted = readVersions(new URL("package-lock.json", home));
  if (existsSync(installed) && readVersions(installed) === wanted) return;
  console.log("Installing Prisma for the benchmark (once, 300 MB) …");
  run("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], {});
}

/** The version of Prisma that a lock file names. */
function readVersions(file: URL): string {
  const lock: { packages: Record<string, { version?: string }> } = JSON.parse(readFileSync(file, "utf8"));
  return ["prisma", "@prisma/client"].map((name) => lock.packages[`node_modules/${name}`]?.version).join(" ");
}

function renderSchema(provider: string): string {
  const generator = [
    'provider = "prisma-client"',
    'output = "./client"',
    'runtime = "nodejs"',
    'moduleFormat = "esm"',
    'generatedFileExtension = "ts"',
    'importFileExtension = "ts"',
    'previewFeatures = ["relationJoins"]',
  ];
  const head = `generator client {\n  ${generator.join("\n  ")}\n}\n\ndatasource db {\n  provider = "${provider}"\n}\n\n`;
  return head + readFileSync(new URL("models.prisma", home), "utf8");
}

function run(program: string, args: readonly string[], environment: NodeJS.ProcessEnv): void {
  const env = { ...process.env, ...environment };
  const result = spawnSync(program, args, { cwd: fileURLToPath(home), env, encoding: "utf8" });
  if (result.status === 0) return;
  throw new Error(`${program} ${args[0]} failed: ${result.error?.message ?? ""}${result.stdout}${result.stderr}`);
}
