/** MariaDB for tests, in an awkward time zone and collation. Needs the programs of a MariaDB installation. */

import { randomUUID } from "node:crypto";
import { writeFileSync } from "node:fs";
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
} from "./test-server.ts";

/** Where the programs of MariaDB are. */
export interface MariadbBinaries {
  readonly server: string;
  readonly install: string;
  readonly client: string;
}

/** How a MariaDB is started. */
export interface MariadbOptions extends ServerOptions {
  /** Records every statement in the table `mysql.general_log`. */
  readonly generalLog?: boolean;
}

/** Settings that an app must not depend on, set to what it would not expect. Time zones have no names until they are loaded. */
export const AWKWARD: readonly string[] = [
  "--default-time-zone=+05:45",
  "--character-set-server=latin1",
  "--collation-server=latin1_german2_ci",
];

const SIZES: readonly string[] = ["--max-connections=200", "--innodb-log-file-size=64M"];

/** The MariaDB of this machine, in PATH or where Debian puts it; null if there is none. */
export function findMariadb(): MariadbBinaries | null {
  const [server, install, client] = ["mariadbd", "mariadb-install-db", "mariadb"].map((program) => {
    const folder = findFolderWith([program], ["/usr/sbin", "/usr/local/sbin"]);
    return folder === undefined ? undefined : join(folder, program);
  });
  return server && install && client ? { server, install, client } : null;
}

/** Starts a MariaDB of its own. */
export function startMariadb(options: MariadbOptions = {}): Promise<TestServer> {
  const binaries = requireMariadb();
  return startServer(
    {
      name: "MariaDB",
      users: ["mysql", "nobody"],
      ready: "ready for connections",
      stopSignal: "SIGTERM",
      initialise: (home) => initialise(binaries, home),
      command: (home) => [binaries.server, ...listArguments(home, options)],
      access: (port) =>
        accessMariadb(`mysql://${ADMIN.user}:${encodeURIComponent(ADMIN.password)}@127.0.0.1:${port}/mysql`),
    },
    options,
  );
}

/** The way into a MariaDB at a URL of its administrator. */
export function accessMariadb(url: string): ServerAccess {
  const { client } = requireMariadb();
  const { hostname, port, username, password, pathname } = new URL(url);
  const login = [`--host=${hostname}`, `--port=${port}`, `--user=${username}`, "--default-character-set=utf8mb4"];
  const query = (sql: string, database = pathname.slice(1)) => {
    const output = ["--batch", "--skip-column-names", "--raw", `--execute=${sql}`];
    const env = { MYSQL_PWD: decodeURIComponent(password) };
    return runProgram(client, ["--no-defaults", ...login, ...output, database], env);
  };
  const createDatabase = async (name = `test_${randomUUID().replaceAll("-", "")}`) => {
    await query(`CREATE DATABASE \`${name.replaceAll("`", "``")}\``);
    return Object.assign(new URL(url), { pathname: `/${encodeURIComponent(name)}` }).href;
  };
  return { url, query, createDatabase };
}

function requireMariadb(): MariadbBinaries {
  const binaries = findMariadb();
  if (binaries === null) throw new Error("MariaDB is not installed: install the package mariadb-server.");
  return binaries;
}

async function initialise({ install }: MariadbBinaries, { folder, run }: ServerHome): Promise<void> {
  const login = `'${ADMIN.user}'@'%' IDENTIFIED BY '${ADMIN.password}'`;
  // The server runs this file at every start.
  writeFileSync(
    join(folder, "init.sql"),
    `CREATE USER IF NOT EXISTS ${login};\nGRANT ALL ON *.* TO ${login} WITH GRANT OPTION;\n`,
  );
  const data = [`--datadir=${join(folder, "data")}`, `--tmpdir=${folder}`, "--innodb-log-file-size=64M"];
  await run(install, ["--no-defaults", ...data, "--auth-root-authentication-method=normal", "--skip-test-db"]);
}

function listArguments({ folder, port }: ServerHome, options: MariadbOptions): readonly string[] {
  const { durable = false, tls = false, generalLog = false, settings = {} } = options;
  const place = [
    `--datadir=${join(folder, "data")}`,
    `--socket=${join(folder, "socket")}`,
    `--init-file=${join(folder, "init.sql")}`,
    // A server that starts deletes what looks like its own temporary tables, those of its neighbours too.
    `--tmpdir=${folder}`,
  ];
  return [
    "--no-defaults",
    ...place,
    ...["--bind-address=127.0.0.1", `--port=${port}`, "--skip-name-resolve", ...SIZES, ...AWKWARD],
    // A crash of the server alone loses nothing without the sync: the system has every written page.
    ...(durable ? [] : ["--debug-no-sync"]),
    ...(tls ? [`--ssl-cert=${join(folder, "certificate.pem")}`, `--ssl-key=${join(folder, "key.pem")}`] : []),
    ...(generalLog ? ["--general-log", "--log-output=TABLE"] : []),
    ...Object.entries(settings).map(([name, value]) => `--${name}=${value}`),
  ];
}
