// Starts the servers under test, each in its own process on its own processor core where the system can do that,
// and says what they cost.

import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";

/** A server under test. */
export interface ServerProcess {
  readonly name: string;
  readonly port: number;
  readonly pid: number;
  stop(): Promise<void>;
}

/** How to start one. */
export interface ServerCommand {
  readonly name: string;
  /** Arguments for node. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** The times of a process in /proc, in clock ticks. */
interface ProcessTimes {
  readonly parent: number;
  readonly own: number;
  /** Of its children that have ended. */
  readonly ended: number;
}

/** Clock ticks per second of the times in /proc; the kernel's interface fixes it. */
const TICKS = 100;
const CORES = cpus().length;
/** Long enough to import the atlas. */
const START_LIMIT = 300_000;
/** A server that has nothing else to do may end, and none outlives the benchmark. */
const PRELOAD = ["--import", import.meta.resolve("./servers/end-with-parent.ts")];

/** True when servers run on core 0 and this process, the load, on core 1, together with all it starts without a pin. */
export function pinLoad(): boolean {
  if (process.platform !== "linux" || CORES < 2) return false;
  return spawnSync("taskset", ["-acp", "1", String(process.pid)]).status === 0;
}

/** Gives a database the cores that servers and load leave; where they leave none, it stays with the load. */
export function pinDatabase(pid: number): void {
  if (CORES > 2) spawnSync("taskset", ["-acp", `2-${CORES - 1}`, String(pid)]);
}

/** Starts a server and waits until it tells its port, by message or in its output. */
export async function startServer(command: ServerCommand, pinned: boolean): Promise<ServerProcess> {
  const node = [process.execPath, ...PRELOAD, ...command.args];
  const [program = "", ...args] = [...(pinned ? ["taskset", "-c", "0"] : []), ...node];
  const child = spawn(program, args, {
    cwd: fileURLToPath(new URL("..", import.meta.url)),
    env: { ...process.env, ...command.env },
    stdio: ["ignore", "pipe", "inherit", "ipc"],
  });
  const port = await waitForPort(child, command.name);
  return {
    name: command.name,
    port,
    pid: child.pid ?? 0,
    stop: () => stopServer(child),
  };
}

/** Processor time of a process so far in microseconds, or null where the system does not tell. */
export function readProcessorTime(pid: number): number | null {
  const times = readTimes(pid);
  return times === null ? null : toMicroseconds(times.own);
}

/** Processor time of a process and its children so far in microseconds, ended ones too; null where nobody tells. */
export function readTreeTime(pid: number): number | null {
  const root = readTimes(pid);
  if (root === null) return null;
  const others = readdirSync("/proc").flatMap((name) => (/^\d+$/.test(name) ? (readTimes(Number(name)) ?? []) : []));
  const children = others.filter(({ parent }) => parent === pid);
  return toMicroseconds(children.reduce((sum, { own, ended }) => sum + own + ended, root.own + root.ended));
}

function readTimes(pid: number): ProcessTimes | null {
  const text = readStat(pid);
  if (text === null) return null;
  // The name in parentheses may hold spaces; the fields behind it start with the third.
  const fields = text.slice(text.lastIndexOf(") ") + 2).split(" ");
  const field = (index: number): number => Number(fields[index]);
  return { parent: field(1), own: field(11) + field(12), ended: field(13) + field(14) };
}

function readStat(pid: number): string | null {
  try {
    return readFileSync(`/proc/${pid}/stat`, "latin1");
  } catch {
    // No such system, or the process has just ended.
    return null;
  }
}

function toMicroseconds(ticks: number): number {
  return (ticks * 1e6) / TICKS;
}

function waitForPort(child: ChildProcess, name: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`${name} did not start.`)), START_LIMIT);
    const found = (port: number): void => {
      clearTimeout(late);
      resolve(port);
    };
    child.once("message", (message: { port: number }) => found(message.port));
    child.on("exit", (code) => {
      clearTimeout(late);
      reject(new Error(`${name} ended with code ${code}.`));
    });
    let output = "";
    child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      const port = /http:\/\/127\.0\.0\.1:(\d+)/.exec(output)?.[1];
      if (port !== undefined) found(Number(port));
    });
  });
}

async function stopServer(child: ChildProcess): Promise<void> {
  child.removeAllListeners("exit");
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  await ended;
}
