/** PostgreSQL for tests, in an awkward time zone, date style and collation. Needs the programs of a PostgreSQL installation. */

import { randomUUID } from "node:crypto";
import { existsSync, globSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  ADMIN,
  findFolderWith,
  runProgram,
  type ServerAccess,
  type ServerHome,
  type ServerOptions,
  startServer,
  type TestServer,
  TIME_ZONE,
} from "./test-server.ts";

/** Where the programs of PostgreSQL are. */
export interface PostgresBinaries {
  readonly folder: string;
}

const PROGRAMS = ["initdb", "postgres", "psql"];

// Settings that an app must not depend on, set to what it would not expect.
const AWKWARD: Readonly<Record<string, string>> = {
  timezone: TIME_ZONE,
  datestyle: "German, DMY",
  intervalstyle: "sql_standard",
  bytea_output: "escape",
  extra_float_digits: "0",
};

// A crash of the server alone loses nothing even so: the system has every written page.
const FAST: Readonly<Record<string, string>> = { fsync: "off", full_page_writes: "off" };

/** The newest PostgreSQL of this machine, in PATH or where Debian puts it; null if there is none. */
export function findPostgres(): PostgresBinaries | null {
  const debian = globSync("/usr/lib/postgresql/*/bin").sort((a, b) => versionIn(b) - versionIn(a));
  const folder = findFolderWith(PROGRAMS, debian);
  return folder === undefined ? null : { folder };
}

/** Starts a PostgreSQL of its own. `pg_stat_statements` is there, in the database of `url`, if the machine has it. */
export async function startPostgres(options: ServerOptions = {}): Promise<TestServer> {
  const { folder } = requirePostgres();
  const settings = { ...listSettings(folder, options), ...options.settings };
  const server = await startServer(
    {
      name: "PostgreSQL",
      users: ["postgres", "nobody"],
      ready: "database system is ready to accept connections",
      stopSignal: "SIGINT",
      initialise: (home) => initialise(folder, home),
      command: (home) => [join(folder, "postgres"), ...listArguments(home, settings)],
      access: (port) => accessPostgres(`postgres://${encodeLogin()}@127.0.0.1:${port}/postgres`),
    },
    options,
  );
  if (hasStatistics(folder)) await server.query("CREATE EXTENSION pg_stat_statements");
  return server;
}

/** The way into a PostgreSQL at a URL of its administrator. */
export function accessPostgres(url: string): ServerAccess {
  const program = join(requirePostgres().folder, "psql");
  const withDatabase = (name: string) => Object.assign(new URL(url), { pathname: `/${name}` }).href;
  const query = (sql: string, database?: string) => {
    const target = database === undefined ? url : withDatabase(database);
    const flags = ["--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--field-separator=\t"];
    return runProgram(program, [...flags, "--set=ON_ERROR_STOP=1", `--command=${sql}`, target], {});
  };
  const createDatabase = async (name = `test_${randomUUID().replaceAll("-", "")}`) => {
    await query(`CREATE DATABASE "${name.replaceAll('"', '""')}"`);
    return withDatabase(encodeURIComponent(name));
  };
  return { url, query, createDatabase };
}

function requirePostgres(): PostgresBinaries {
  const binaries = findPostgres();
  if (binaries === null) throw new Error("PostgreSQL is not installed: install the package postgresql.");
  return binaries;
}

async function initialise(binaries: string, { folder, run }: ServerHome): Promise<void> {
  const password = join(folder, "password");
  writeFileSync(password, ADMIN.password);
  const login = [`--username=${ADMIN.user}`, `--pwfile=${password}`, "--auth=scram-sha-256"];
  // Turkish sorts and folds case unlike anybody else: an app that means binary order must say so.
  const text = ["--encoding=UTF8", "--no-locale", "--locale-provider=icu", "--icu-locale=tr-TR"];
  await run(join(binaries, "initdb"), ["--no-sync", `--pgdata=${join(folder, "data")}`, ...login, ...text]);
  rmSync(password);
}

function listSettings(binaries: string, { durable = false, tls = false }: ServerOptions): Record<string, string> {
  return {
    ...AWKWARD,
    ...(durable ? {} : FAST),
    ...(tls ? { ssl: "on", ssl_cert_file: "../certificate.pem", ssl_key_file: "../key.pem" } : {}),
    ...(hasStatistics(binaries) ? { shared_preload_libraries: "pg_stat_statements", compute_query_id: "on" } : {}),
    max_connections: "200",
    unix_socket_directories: "",
  };
}

function listArguments({ folder, port }: ServerHome, settings: Readonly<Record<string, string>>): readonly string[] {
  const all = { listen_addresses: "127.0.0.1", port: String(port), ...settings };
  return ["-D", join(folder, "data"), ...Object.entries(all).flatMap(([name, value]) => ["-c", `${name}=${value}`])];
}

/** Whether the contributed extensions are there: beside the programs, or in Debian's folder for shared files. */
function hasStatistics(binaries: string): boolean {
  const control = "extension/pg_stat_statements.control";
  const version = versionIn(binaries);
  return [
    join(binaries, "../share", control),
    join(binaries, "../share/postgresql", control),
    `/usr/share/postgresql/${version}/${control}`,
  ].some((path) => existsSync(path));
}

/** The number in a path such as /usr/lib/postgresql/15/bin. */
function versionIn(path: string): number {
  return Number(/\d+/.exec(path)?.[0] ?? 0);
}

function encodeLogin(): string {
  return `${ADMIN.user}:${encodeURIComponent(ADMIN.password)}`;
}
