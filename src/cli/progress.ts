/**
 * Shows on a terminal how far a long piece of work has come: a bar where there is a terminal, one line at the
 * end where there is none.
 */
import { performance } from "node:perf_hooks";
import type { Progress } from "../app/define-app.ts";

/** Opens a bar for `total` steps called `label`. */
export async function createProgress(label: string, total: number): Promise<Progress> {
  return process.stdout.isTTY ? createBar(label, total) : createLine(label, total);
}

async function createBar(label: string, total: number): Promise<Progress> {
  const { progress } = await import("@clack/prompts");
  const bar = progress({ max: total, style: "block" });
  const started = performance.now();
  bar.start(label);
  return {
    advance: (steps) => bar.advance(steps),
    stop: () => bar.stop(summarise(label, total, started)),
  };
}

function createLine(label: string, total: number): Progress {
  const started = performance.now();
  return { advance() {}, stop: () => console.log(summarise(label, total, started)) };
}

function summarise(label: string, total: number, started: number): string {
  const seconds = (performance.now() - started) / 1000;
  return `${label}: ${total.toLocaleString("en")} in ${seconds.toFixed(1)} s`;
}
