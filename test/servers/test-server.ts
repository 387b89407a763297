/**
 * Runs a real database server for tests: on a free port of 127.0.0.1, with its data in a temporary folder that goes when the
 * server stops or when the process that started it dies in any way. Knows no engine, and never touches a server it did not start.
 */

import { type ChildProcess, execFile, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { accessSync, chownSync, constants, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

/** What a test needs to use a server, wherever it was started. */
export interface ServerAccess {
  /** A URL with the administrator's name and password and an existing database. */
  readonly url: string;
  /** Creates an empty database, under a random name unless one is given, and returns its URL. */
  readonly createDatabase: (name?: string) => Promise<string>;
  /** Runs SQL with the engine's own client; one line per row, columns divided by a tab. The URL's database unless one is named. */
  readonly query: (sql: string, database?: string) => Promise<string>;
}

/** A server that this process started. */
export interface TestServer extends ServerAccess {
  readonly port: number;
  /** Holds the data, the log and the certificates. */
  readonly folder: string;
  /** The authority's certificate in PEM; empty unless the server was started with TLS. */
  readonly ca: string;
  /** The running server's process id. Changes with a restart. */
  readonly pid: () => number;
  /** The server's log since its last start. */
  readonly log: () => string;
  /** Ends the server with SIGKILL, as a crash would, and keeps its data for `restart`. */
  readonly kill: () => Promise<void>;
  /** Starts the server again on the same data and port; stops it in order before, if it runs. */
  readonly restart: () => Promise<void>;
  /** Stops the server and removes its folder. */
  readonly stop: () => Promise<void>;
}

/** How a server is started. */
export interface ServerOptions {
  /** Whether a commit waits for the disk. Off, a crash of the machine may lose data; a crash of the server may not. */
  readonly durable?: boolean;
  /** Offers TLS with a certificate for `localhost` and 127.0.0.1 that `ca` verifies. */
  readonly tls?: boolean;
  /** Settings by the server's own names, which win over those of the tests. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** What is special about an engine. */
export interface ServerEngine {
  readonly name: string;
  /** Users that the server may run as when we are root, the best first. */
  readonly users: readonly string[];
  /** The line of the log that tells that the server takes connections. */
  readonly ready: string;
  /** The signal that stops the server at once and in order. */
  readonly stopSignal: NodeJS.Signals;
  /** Creates the data folder. */
  readonly initialise: (home: ServerHome) => Promise<void>;
  /** Program and arguments of the server. */
  readonly command: (home: ServerHome) => readonly string[];
  /** The way in, for a port. */
  readonly access: (port: number) => ServerAccess;
}

/** Where a server lives, and how to run a program there as the server's user. */
export interface ServerHome {
  readonly folder: string;
  readonly port: number;
  readonly run: (program: string, args: readonly string[]) => Promise<void>;
}

/** Name and password of the administrator of every test server. The password needs escaping in a URL, as people's do. */
export const ADMIN: { readonly user: string; readonly password: string } = { user: "footing", password: "p@ss/w%rd" };

/** An awkward time zone: it has no whole hours. */
export const TIME_ZONE = "Asia/Kathmandu";

const START_TIMEOUT_MS = 30_000;
const STOP_TIMEOUT_MS = 20_000;

// Waits for the end of its input, which is the end of whoever started the server, then ends the server and its folder.
const WATCHDOG = `cat >/dev/null
pid=$(cat "$1/pid" 2>/dev/null) && {
  kill -QUIT "$pid"; tries=0
  while kill -0 "$pid" 2>/dev/null && [ $tries -lt 50 ]; do sleep 0.1; tries=$((tries + 1)); done
  kill -KILL "$pid"
}
rm -rf "$1"`;

/** Starts a server of an engine. */
export async function startServer(engine: ServerEngine, options: ServerOptions): Promise<TestServer> {
  const folder = await mkdtemp(join(tmpdir(), "footing-server-"));
  const watchdog = spawn("sh", ["-c", WATCHDOG, "sh", folder], { stdio: ["pipe", "ignore", "ignore"], detached: true });
  watchdog.unref();
  const owner = findOwner(engine.users);
  if (owner !== undefined) chownSync(folder, owner.uid, owner.gid);
  const running = new RunningServer(engine, { folder, port: await findFreePort(), owner });
  const stop = async () => {
    await running.end(engine.stopSignal);
    watchdog.ref();
    watchdog.stdin.end();
    if (watchdog.exitCode === null) await once(watchdog, "exit");
  };
  try {
    const ca = options.tls ? await running.createCertificate() : "";
    await engine.initialise(running.home);
    await running.start();
    return publish(running, { ca, stop });
  } catch (cause) {
    await stop();
    throw cause;
  }
}

/** Runs a program to its end and returns what it printed. Throws what it complained of. */
export async function runProgram(program: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<string> {
  const options = { env: { ...process.env, ...env }, maxBuffer: 64 * 1024 * 1024 };
  const { stdout } = await promisify(execFile)(program, args, options);
  return stdout.replace(/\n$/, "");
}

/** The first folder of PATH and of `more` that holds all the programs. */
export function findFolderWith(programs: readonly string[], more: readonly string[]): string | undefined {
  const folders = [...(process.env["PATH"] ?? "").split(delimiter), ...more];
  return folders.find((folder) => programs.every((program) => canRun(join(folder, program))));
}

/** A process of an engine in a folder: started, killed and started again. */
class RunningServer {
  readonly #engine: ServerEngine;
  readonly #owner: Owner | undefined;
  readonly home: ServerHome;
  #process: ChildProcess | undefined;

  constructor(engine: ServerEngine, place: { folder: string; port: number; owner: Owner | undefined }) {
    this.#engine = engine;
    this.#owner = place.owner;
    this.home = { folder: place.folder, port: place.port, run: (program, args) => this.#run(program, args) };
  }

  get engine(): ServerEngine {
    return this.#engine;
  }

  get pid(): number {
    if (this.#process?.pid === undefined) throw new Error(`${this.#engine.name} is not running.`);
    return this.#process.pid;
  }

  get #logFile(): string {
    return join(this.home.folder, "log");
  }

  log(): string {
    return readFileSync(this.#logFile, "utf8");
  }

  /** Starts the server and waits until it takes connections. */
  async start(): Promise<void> {
    const deadline = Date.now() + START_TIMEOUT_MS;
    while (!(await this.#tryStart(deadline))) {
      // Orphans of a killed PostgreSQL hold its memory until they notice, which takes them a moment.
      const retry =
        /pre-existing shared memory block|lock file|Unable to lock/.test(this.log()) && Date.now() < deadline;
      if (!retry) throw new Error(`${this.#engine.name} did not start:\n${this.log().slice(-2000)}`);
      await sleep(50);
    }
  }

  /** Sends a signal and waits for the end of the process; SIGKILL follows if that takes too long. */
  async end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (child === undefined) return;
    if (child.exitCode === null && child.signalCode === null) {
      const late = setTimeout(() => child.kill("SIGKILL"), STOP_TIMEOUT_MS);
      const ended = once(child, "exit");
      child.ref();
      child.kill(signal);
      await ended;
      clearTimeout(late);
    }
    rmSync(join(this.home.folder, "pid"), { force: true });
  }

  /** Makes a self-signed certificate and returns it, as the authority that verifies it. */
  async createCertificate(): Promise<string> {
    const { folder } = this.home;
    const [key, certificate] = [join(folder, "key.pem"), join(folder, "certificate.pem")];
    const names = "subjectAltName=DNS:localhost,IP:127.0.0.1";
    const kind = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];
    await this.#run("openssl", [
      ...kind,
      "-subj",
      "/CN=localhost",
      "-addext",
      names,
      "-keyout",
      key,
      "-out",
      certificate,
    ]);
    return readFileSync(certificate, "utf8");
  }

  async #tryStart(deadline: number): Promise<boolean> {
    const [program = "", ...args] = this.#engine.command(this.home);
    const log = openSync(this.#logFile, "w");
    const child = spawn(program, args, { ...this.#surroundings, stdio: ["ignore", log, log], detached: true });
    child.unref();
    this.#process = child;
    await once(child, "spawn");
    writeFileSync(join(this.home.folder, "pid"), String(child.pid));
    while (child.exitCode === null && child.signalCode === null && Date.now() < deadline) {
      if (this.log().includes(this.#engine.ready)) return true;
      await sleep(20);
    }
    await this.end("SIGKILL");
    return false;
  }

  async #run(program: string, args: readonly string[]): Promise<void> {
    await promisify(execFile)(program, args, this.#surroundings);
  }

  get #surroundings() {
    const env = { PATH: process.env["PATH"], TZ: TIME_ZONE, LC_ALL: "C" };
    return { ...this.#owner, cwd: this.home.folder, env };
  }
}

interface Owner {
  readonly uid: number;
  readonly gid: number;
}

function publish(running: RunningServer, { ca, stop }: { ca: string; stop: () => Promise<void> }): TestServer {
  const { engine, home } = running;
  return {
    ...engine.access(home.port),
    port: home.port,
    folder: home.folder,
    ca,
    pid: () => running.pid,
    log: () => running.log(),
    kill: () => running.end("SIGKILL"),
    restart: async () => {
      await running.end(engine.stopSignal);
      await running.start();
    },
    stop,
  };
}

/** The user that the server runs as: ourselves, or the first known of `users` when we are root, which servers refuse. */
function findOwner(users: readonly string[]): Owner | undefined {
  if (process.getuid?.() !== 0) return undefined;
  for (const user of users) {
    try {
      const [uid, gid] = ["-u", "-g"].map((flag) => Number(execFileSync("id", [flag, user], { stdio: "pipe" })));
      if (uid !== undefined && gid !== undefined) return { uid, gid };
    } catch {
      // No such user: the next one.
    }
  }
  throw new Error(`Cannot run a server as root, and none of the users ${users.join(", ")} exists.`);
}

/** A free port below those that the system gives to outgoing connections, so that it is still free at a restart. */
async function findFreePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    if (await isFree(port)) return port;
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}

function canRun(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
