// Writes what was measured: a table for people, JSON for programs.

import { mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { arch, cpus, platform, release, totalmem } from "node:os";
import { fileURLToPath } from "node:url";
import type { CaseResult, Measurement, MeasureOptions } from "./measure.ts";

/** One measured case. */
export interface ReportedCase {
  readonly name: string;
  /** Of an answer, on average. */
  readonly bytes: number;
  readonly result: CaseResult;
}

/** What the figures depend on. */
export interface Machine {
  readonly processor: string;
  readonly cores: number;
  readonly memoryGigabytes: number;
  readonly system: string;
  readonly versions: Readonly<Record<string, string>>;
  /** Whether the servers had a core of their own. */
  readonly pinned: boolean;
}

/** Describes this machine and the programs that run. */
export function describeMachine(pinned: boolean): Machine {
  const require = createRequire(import.meta.url);
  // All of them exact, so what package.json asks for is what runs.
  const { devDependencies }: { devDependencies: Record<string, string> } = require("../package.json");
  return {
    processor: cpus()[0]?.model ?? "unknown",
    cores: cpus().length,
    memoryGigabytes: Math.round(totalmem() / 2 ** 30),
    system: `${platform()} ${arch()} ${release()}`,
    versions: { node: process.version, sqlite: process.versions["sqlite"] ?? "", ...devDependencies },
    pinned,
  };
}

/** The table, with one line per case and server. */
export function renderTable(cases: readonly ReportedCase[]): string {
  const head = ["case", "server", "req/s", "min - max", "p99 ms", "CPU µs/req", "req/s ratio", "CPU ratio"];
  const rows = cases.flatMap(({ name, bytes, result }) => [
    [`${name} (${bytes} B)`, "floor", ...renderFigures(result.floor), "", ""],
    ["", "Footing", ...renderFigures(result.footing), "", ""],
    ["", "Drizzle", ...renderFigures(result.drizzle), "", ""],
    ["", "Footing / floor", "", "", "", "", ...renderRatios(result.footing, result.floor)],
    ["", "Footing / Drizzle", "", "", "", "", ...renderRatios(result.footing, result.drizzle)],
  ]);
  return align([head, ...rows]);
}

/** Writes everything to `bench/results/` and returns the file. */
export function writeResults(
  machine: Machine,
  options: Omit<MeasureOptions, "authorization">,
  cases: readonly ReportedCase[],
): string {
  const folder = new URL("../results/", import.meta.url);
  mkdirSync(folder, { recursive: true });
  const time = new Date().toISOString();
  const file = new URL(`${time.replaceAll(":", "-")}.json`, folder);
  writeFileSync(file, `${JSON.stringify({ time, machine, options, cases }, null, 2)}\n`);
  return fileURLToPath(file);
}

function renderFigures({ throughput, p99, processor }: Measurement): string[] {
  const range = `${throughput.min.toFixed(0)} - ${throughput.max.toFixed(0)}`;
  return [throughput.median.toFixed(0), range, p99.median.toFixed(2), processor?.median.toFixed(1) ?? "n/a"];
}

/** How much more one serves than another, and how much less it costs; above 1 the first is better in both. */
function renderRatios(one: Measurement, other: Measurement): string[] {
  const served = (one.throughput.median / other.throughput.median).toFixed(2);
  if (one.processor === null || other.processor === null) return [served, "n/a"];
  return [served, (other.processor.median / one.processor.median).toFixed(2)];
}

function align(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const pad = (cell: string, column: number): string =>
    column < 2 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0);
  return rows.map((row) => row.map(pad).join("  ").trimEnd()).join("\n");
}
