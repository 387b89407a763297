/**
 * Keeps one development server running as a child process: starts it, replaces it on request, ends it. Decides
 * nothing about files and prints only what the child cannot say itself.
 */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { styleText } from "node:util";

/** After this many milliseconds a child that does not end is killed. */
const PATIENCE = 3000;
/** Editors write several files, or one file several times, within this many milliseconds. */
const SETTLE = 25;

/** What the child tells its parent. */
export interface DevServerMessage {
  /** The port it listens on. */
  readonly port: number;
}

/** One development server, replaced again and again. */
export class DevSupervisor {
  readonly #file: string;
  #child: ChildProcess | null = null;
  /** The port of the last server, so that one the system chose is kept. */
  #port = "";
  #pending: NodeJS.Timeout | null = null;
  #running: Promise<void> = Promise.resolve();

  constructor(file: string) {
    this.#file = file;
  }

  /** Starts the first server. */
  start(): void {
    this.#spawn();
  }

  /** Replaces the server because `path` changed; several changes in a row cause one replacement. */
  restart(path: string): void {
    if (this.#pending !== null) clearTimeout(this.#pending);
    this.#pending = setTimeout(() => {
      this.#pending = null;
      this.#running = this.#running.then(() => this.#replace(path));
    }, SETTLE);
  }

  /** Ends the server. */
  async stop(): Promise<void> {
    const child = this.#child;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    child.kill("SIGTERM");
    const killer = setTimeout(() => child.kill("SIGKILL"), PATIENCE);
    await ended;
    clearTimeout(killer);
  }

  async #replace(path: string): Promise<void> {
    console.log(styleText("dim", `\n${path} changed, starting again`));
    await this.stop();
    this.#spawn();
  }

  #spawn(): void {
    // The script that started this process is the command itself: bin/footing.mjs.
    const child = fork(process.argv[1] ?? "", ["dev-server", this.#file, this.#port], { stdio: "inherit" });
    child.on("message", (message: DevServerMessage) => {
      this.#port = String(message.port);
    });
    child.on("exit", (code, signal) => reportExit(code, signal));
    this.#child = child;
  }
}

function reportExit(code: number | null, signal: NodeJS.Signals | null): void {
  if (code === 0 || signal === "SIGTERM" || signal === "SIGKILL") return;
  console.error(styleText("dim", "Waiting for a change to a file …"));
}
