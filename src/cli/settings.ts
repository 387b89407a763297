/**
 * The settings of a process: port, host and database, from the environment or a `.env` file, the environment
 * first. Reports every wrong one at once and never opens anything.
 */
import { existsSync, readFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { parseEnv } from "node:util";
import { findDatabaseUrlProblem } from "../app/load-store.ts";
import { FootingError, type Problem } from "../errors/footing-error.ts";

const DEFAULT_PORT = 4000;
const MAX_PORT = 65535;
const DEFAULT_HOST = "127.0.0.1";

/** Where to listen and what to open. */
export interface Settings {
  /** 0 to 65535; 0 lets the system choose. */
  readonly port: number;
  /** Name or address of the interface to listen on. */
  readonly host: string;
  /** Like `sqlite:./data/app.db`; a relative path starts at the working directory. */
  readonly database: string;
}

/** Variables by name, as `process.env` has them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Copies what `.env` in `folder` holds into `env`, where `env` does not have it yet. No file, no change.
 * @throws FootingError FTG_CONFIG when the file cannot be read.
 */
export function loadEnvFile(folder: string, env: Record<string, string | undefined>): void {
  const file = join(folder, ".env");
  if (!existsSync(file)) return;
  for (const [name, value] of Object.entries(parseEnv(readEnvFile(file)))) env[name] ??= value;
}

/**
 * Reads the settings for the app in `appFile`.
 * @throws FootingError FTG_CONFIG with one problem per wrong setting.
 */
export function parseSettings(env: Environment, appFile: string): Settings {
  const settings: Settings = {
    port: Number(env["PORT"] || DEFAULT_PORT),
    host: env["HOST"] || DEFAULT_HOST,
    database: env["DATABASE_URL"] || `sqlite:./data/${nameApp(appFile)}.db`,
  };
  const problems = [...checkPort(env["PORT"], settings.port), ...checkHost(settings.host), ...checkDatabase(settings)];
  if (problems.length > 0) throw new FootingError("FTG_CONFIG", { detail: countProblems(problems.length), problems });
  return settings;
}

/** The name of an app: that of its folder. */
export function nameApp(appFile: string): string {
  return basename(dirname(resolve(appFile))) || "app";
}

function readEnvFile(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    const detail = `${file} exists but cannot be read: ${cause instanceof Error ? cause.message : String(cause)}.`;
    throw new FootingError("FTG_CONFIG", { detail, fix: "Make the file readable, or remove it.", cause });
  }
}

function checkPort(text: string | undefined, port: number): Problem[] {
  if (!text || (/^\d+$/.test(text) && port <= MAX_PORT)) return [];
  const detail = `Expected a whole number from 0 to ${MAX_PORT}, got ${JSON.stringify(text)}.`;
  return [{ path: "PORT", detail, fix: `Set PORT to a free port, or leave it out for ${DEFAULT_PORT}.` }];
}

function checkHost(host: string): Problem[] {
  if (/^[\w.:%-]+$/.test(host)) return [];
  const detail = `Expected a host name or an IP address, got ${JSON.stringify(host)}.`;
  return [{ path: "HOST", detail, fix: "Set HOST to 127.0.0.1 for this machine only, or to 0.0.0.0 for all." }];
}

function checkDatabase({ database }: Settings): Problem[] {
  const problem = findDatabaseUrlProblem(database);
  return problem === null ? [] : [{ path: "DATABASE_URL", ...problem }];
}

function countProblems(count: number): string {
  return count === 1 ? "One setting is wrong." : `${count} settings are wrong.`;
}
