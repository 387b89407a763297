// Writes what was measured: a Markdown table for people, JSON for programs.

import { mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { arch, cpus, platform, release, totalmem } from "node:os";
import { fileURLToPath } from "node:url";
import type { StoreName } from "./databases/database.ts";
import type { Measurement, MeasureOptions } from "./measure.ts";
import { FOOTING } from "./peers.ts";
import { renderMarkdown } from "./render-markdown.ts";
import type { Spread } from "./statistics.ts";
import type { TrapResult } from "./trap.ts";

/** One measured case. */
export interface ReportedCase {
  readonly name: string;
  /** Of an answer, on average. */
  readonly bytes: number;
  readonly measurements: readonly Measurement[];
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

/** Everything that is written. */
export interface Report {
  readonly store: StoreName;
  readonly machine: Machine;
  readonly options: Pick<MeasureOptions, "rounds" | "seconds" | "connections">;
  readonly cases: readonly ReportedCase[];
  readonly traps: readonly TrapResult[];
}

/** Describes this machine and the programs that run; `versions` are those that no package.json knows. */
export function describeMachine(pinned: boolean, versions: Readonly<Record<string, string>>): Machine {
  const require = createRequire(import.meta.url);
  // All of them exact, so what package.json asks for is what runs.
  const own: { devDependencies: Record<string, string> } = require("../package.json");
  const prisma: { dependencies: Record<string, string> } = require("../prisma/package.json");
  return {
    processor: cpus()[0]?.model ?? "unknown",
    cores: cpus().length,
    memoryGigabytes: Math.round(totalmem() / 2 ** 30),
    system: `${platform()} ${arch()} ${release()}`,
    versions: { node: process.version, ...versions, ...own.devDependencies, ...prisma.dependencies },
    pinned,
  };
}

/** The table in Markdown, with one line per case and server. The last three columns compare Footing with the server. */
export function renderTable(cases: readonly ReportedCase[]): string {
  const hasDatabase = cases.some(({ measurements }) => measurements.some(({ database }) => database !== null));
  const head = ["case", "server", "req/s", "min - max", "p99 ms", "CPU µs/req"];
  if (hasDatabase) head.push("database µs/req");
  head.push("Footing: req/s ×", "CPU ÷", "CPU ÷, best rounds");
  const rows = cases.flatMap(({ name, bytes, measurements }) => {
    const footing = measurements.find(({ peer }) => peer === FOOTING);
    return measurements.map((one, index) => [
      index === 0 ? `${name} (${bytes} B)` : "",
      one.peer,
      ...renderFigures(one, hasDatabase),
      ...(footing === undefined || footing === one ? ["", "", ""] : renderRatios(footing, one)),
    ]);
  });
  return renderMarkdown([head, ...rows]);
}

/** Writes everything to `bench/results/` and returns the file. */
export function writeResults(report: Report): string {
  const folder = new URL("../results/", import.meta.url);
  mkdirSync(folder, { recursive: true });
  const time = new Date().toISOString();
  const file = new URL(`${time.replaceAll(":", "-")}-${report.store}.json`, folder);
  writeFileSync(file, `${JSON.stringify({ time, ...report }, null, 2)}\n`);
  return fileURLToPath(file);
}

function renderFigures({ throughput, p99, processor, database }: Measurement, hasDatabase: boolean): string[] {
  const range = `${throughput.min.toFixed(0)} - ${throughput.max.toFixed(0)}`;
  const figures = [throughput.median.toFixed(0), range, p99.median.toFixed(2), renderMedian(processor)];
  return hasDatabase ? [...figures, renderMedian(database)] : figures;
}

function renderMedian(values: Spread | null): string {
  return values?.median.toFixed(1) ?? "n/a";
}

/** How much more Footing serves than another, and how much less it costs; above 1 Footing is better in all. */
function renderRatios(footing: Measurement, other: Measurement): string[] {
  const [own, theirs] = [footing.processor, other.processor];
  const costs = own === null || theirs === null ? [] : [theirs.median / own.median, theirs.min / own.min];
  const [median, best] = costs.map((ratio) => ratio.toFixed(2));
  return [(footing.throughput.median / other.throughput.median).toFixed(2), median ?? "n/a", best ?? "n/a"];
}
