/** PgBouncer for tests, in front of a PostgreSQL of its own, with fewer connections to it than clients ask for. */

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { accessPostgres, startPostgres } from "./postgres.ts";
import { ADMIN, findFolderWith, type ServerHome, startServer, type TestServer } from "./test-server.ts";

/** Where the program is. */
export interface PgbouncerBinaries {
  readonly program: string;
}

/** Connections to each database, which all clients share. */
const POOL_SIZE = 3;

/** What docs/postgres.md asks to be set for the user, because a pooler passes on nothing of it. */
const ROLE_SETTINGS: Readonly<Record<string, string>> = {
  extra_float_digits: "1",
  jit: "off",
  statement_timeout: "'30s'",
};

/** The PgBouncer of this machine, in PATH or where Debian puts it; null if there is none. */
export function findPgbouncer(): PgbouncerBinaries | null {
  const folder = findFolderWith(["pgbouncer"], ["/usr/sbin", "/usr/local/sbin"]);
  return folder === undefined ? null : { program: join(folder, "pgbouncer") };
}

/**
 * Starts a PostgreSQL and a PgBouncer that gives each transaction whichever of its connections is free. What is returned
 * is the PgBouncer; its database `pgbouncer` answers `SHOW`. Both stop together.
 */
export async function startPgbouncer(): Promise<TestServer> {
  const binaries = findPgbouncer();
  if (binaries === null) throw new Error("PgBouncer is not installed: install the package pgbouncer.");
  const server = await startPostgres();
  try {
    const settings = Object.entries(ROLE_SETTINGS).map(([name, value]) => `SET ${name} = ${value}`);
    await server.query(settings.map((setting) => `ALTER ROLE ${ADMIN.user} ${setting}`).join("; "));
    const pooler = await startPooler(binaries, server.port);
    const stop = async () => {
      await pooler.stop();
      await server.stop();
    };
    return { ...pooler, stop };
  } catch (cause) {
    await server.stop();
    throw cause;
  }
}

function startPooler({ program }: PgbouncerBinaries, backend: number): Promise<TestServer> {
  const login = `${ADMIN.user}:${encodeURIComponent(ADMIN.password)}`;
  return startServer(
    {
      name: "PgBouncer",
      users: ["postgres", "nobody"],
      ready: "process up",
      stopSignal: "SIGTERM",
      initialise: async (home) => writeConfiguration(home, backend),
      command: ({ folder }) => [program, join(folder, "pgbouncer.ini")],
      access: (port) => accessPostgres(`postgres://${login}@127.0.0.1:${port}/postgres`),
    },
    {},
  );
}

function writeConfiguration({ folder, port }: ServerHome, backend: number): void {
  const users = join(folder, "users");
  writeFileSync(users, `"${ADMIN.user}" "${ADMIN.password}"\n`);
  const settings = {
    listen_addr: "127.0.0.1",
    listen_port: port,
    unix_socket_dir: "",
    auth_type: "scram-sha-256",
    auth_file: users,
    admin_users: ADMIN.user,
    pool_mode: "transaction",
    default_pool_size: POOL_SIZE,
    max_client_conn: 500,
    // Databases of tests that are over would keep their connections.
    server_idle_timeout: 1,
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name} = ${value}`);
  writeFileSync(
    join(folder, "pgbouncer.ini"),
    `[databases]\n* = host=127.0.0.1 port=${backend}\n\n[pgbouncer]\n${lines.join("\n")}\n`,
  );
}
