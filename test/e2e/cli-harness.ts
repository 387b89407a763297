// Runs the real `footing` command in folders of its own, as a user would, and reads what it says.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const bin = join(root, "bin", "footing.mjs");
const PATIENCE = 15_000;

/** The app most tests serve: one public model. */
export const NOTES_APP = `
import { defineApp, model, t } from "footing";

const Note = model({ id: t.int(), text: t.text().max(100) }, { key: "id", access: { read: true, create: true } });

export default defineApp({ models: { Note } });
`;

/** A folder with files in which `import "footing"` finds this checkout. */
export function createFolder(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), "footing-cli-"));
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(root, join(folder, "node_modules", "footing"), "dir");
  writeFileSync(join(folder, "package.json"), '{"type":"module"}');
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

/** Removes a folder of {@link createFolder}. */
export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}

/** What a command that ended has said. */
export interface Ended {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
}

/** Runs a command to its end. */
export async function run(
  folder: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  const running = start(folder, args, env);
  const code = await running.ended();
  return { code, output: running.output(), errors: running.errors() };
}

/** A command that still runs. */
export interface Running {
  readonly child: ChildProcess;
  output(): string;
  errors(): string;
  /** Waits until what it printed matches. */
  waitFor(pattern: RegExp, patience?: number): Promise<RegExpExecArray>;
  /** The address it serves; waits `patience` milliseconds for it. */
  address(patience?: number): Promise<string>;
  /** Waits for the end; the exit code. */
  ended(): Promise<number | null>;
}

/** Starts a command in `folder` on any free port. */
export function start(folder: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Running {
  const child = spawn(process.execPath, [bin, ...args], {
    cwd: folder,
    env: { PATH: process.env["PATH"], HOME: process.env["HOME"], PORT: "0", NO_COLOR: "1", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [output, errors] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    errors += text;
  });
  // The streams end after the process, so "close" is when everything was read.
  const closed = once(child, "close");
  const running: Running = {
    child,
    output: () => output,
    errors: () => errors,
    waitFor: (pattern, patience) =>
      poll(() => pattern.exec(output + errors), { describe: () => output + errors, patience }),
    address: async (patience) => (await running.waitFor(/http:\/\/127\.0\.0\.1:\d+/, patience))[0],
    ended: async () => {
      await closed;
      return child.exitCode;
    },
  };
  return running;
}

/** Ends a command and waits for it. */
export async function stop({ child, ended }: Running, signal: NodeJS.Signals = "SIGTERM"): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) child.kill(signal);
  return ended();
}

/** How long {@link poll} asks, and what it says when nothing came. */
export interface PollOptions {
  readonly describe: () => string;
  /** Milliseconds. */
  readonly patience?: number | undefined;
}

/** Asks until `probe` gives something. */
export async function poll<T>(
  probe: () => T | null | Promise<T | null>,
  { describe, patience = PATIENCE }: PollOptions,
): Promise<T> {
  const end = Date.now() + patience;
  while (Date.now() < end) {
    const found = await probe();
    if (found !== null) return found;
    await sleep(10);
  }
  throw new Error(`Nothing came within ${patience} ms. So far: ${describe()}`);
}

/** Takes a port as another program would, until the function is called. */
export async function takePort(): Promise<{ port: number; release: () => void }> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return { port, release: () => server.close() };
}
