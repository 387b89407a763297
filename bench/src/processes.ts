// Starts the servers under test, each in its own process on its own processor core where the system can do that,
// and says what they cost.

import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
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

/** Clock ticks per second of the times in /proc; the kernel's interface fixes it. */
const TICKS = 100;
const START_LIMIT = 120_000;

/** True when servers run on core 0 and this process, the load, on core 1. */
export function pinLoad(): boolean {
  if (process.platform !== "linux" || availableParallelism() < 2) return false;
  return spawnSync("taskset", ["-acp", "1", String(process.pid)]).status === 0;
}

/** Starts a server and waits until it tells its port, by message or in its output. */
export async function startServer(command: ServerCommand, pinned: boolean): Promise<ServerProcess> {
  const [program, ...args] = [...(pinned ? ["taskset", "-c", "0"] : []), process.execPath, ...command.args];
  if (program === undefined) throw new Error("No program.");
  const child = spawn(program, args, {
    cwd: fileURLToPath(new URL("..", import.meta.url)),
    env: { ...process.env, ...command.env },
    stdio: ["ignore", "pipe", "inherit", "ipc"],
  });
  const port = await waitForPort(child, command.name);
  return { name: command.name, port, pid: child.pid ?? 0, stop: () => stopServer(child) };
}

/** Processor time of a process so far in microseconds, or null where the system does not tell. */
export function readProcessorTime(pid: number): number | null {
  const file = `/proc/${pid}/stat`;
  if (!existsSync(file)) return null;
  // The name in parentheses may hold spaces; the fields behind it start with the third.
  const fields = readFileSync(file, "latin1").split(") ").at(-1)?.split(" ") ?? [];
  return ((Number(fields[11]) + Number(fields[12])) * 1e6) / TICKS;
}

function waitForPort(child: ChildProcess, name: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`${name} did not start.`)), START_LIMIT);
    const found = (port: number): void => {
      clearTimeout(late);
      resolve(port);
    };
    child.on("message", (message: { port: number }) => found(message.port));
    child.on("exit", (code) => reject(new Error(`${name} ended with code ${code}.`)));
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
