/**
 * MySQL for tests, in an awkward time zone and collation: the server that FOOTING_MYSQLD names, if any. It is asked with
 * the client of MariaDB, which needs the TLS that it speaks anyway.
 */

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { AWKWARD, accessMariadb, findMariadb, type MariadbOptions } from "./mariadb.ts";
import { ADMIN, type ServerHome, startServer, type TestServer } from "./test-server.ts";

/** The program `mysqld`; null unless the environment names one and this machine has the client. */
export function findMysql(): { readonly server: string } | null {
  const server = process.env["FOOTING_MYSQLD"] ?? "";
  return server === "" || findMariadb() === null ? null : { server };
}

/** Starts a MySQL of its own. */
export function startMysql(options: MariadbOptions = {}): Promise<TestServer> {
  const binaries = findMysql();
  if (binaries === null) throw new Error("FOOTING_MYSQLD names no MySQL server, or the client of MariaDB is missing.");
  const { server } = binaries;
  return startServer(
    {
      name: "MySQL",
      users: ["mysql", "nobody"],
      ready: "ready for connections",
      stopSignal: "SIGTERM",
      initialise: (home) => initialise(server, home),
      command: (home) => [server, ...listArguments(home, options)],
      access: (port) =>
        accessMariadb(`mysql://${ADMIN.user}:${encodeURIComponent(ADMIN.password)}@127.0.0.1:${port}/mysql`),
    },
    options,
  );
}

async function initialise(server: string, home: ServerHome): Promise<void> {
  const login = `'${ADMIN.user}'@'%'`;
  // The server runs this file at every start.
  writeFileSync(
    join(home.folder, "init.sql"),
    `CREATE USER IF NOT EXISTS ${login} IDENTIFIED BY '${ADMIN.password}';\nGRANT ALL ON *.* TO ${login} WITH GRANT OPTION;\n`,
  );
  await home.run(server, ["--initialize-insecure", ...listPlace(home), "--innodb-flush-method=nosync"]);
}

function listPlace({ folder }: ServerHome): readonly string[] {
  return [`--datadir=${join(folder, "data")}`, `--tmpdir=${folder}`, "--innodb-redo-log-capacity=128M"];
}

function listArguments(home: ServerHome, options: MariadbOptions): readonly string[] {
  const { durable = false, tls = false, generalLog = false, settings = {} } = options;
  const { folder, port } = home;
  return [
    ...listPlace(home),
    ...[`--socket=${join(folder, "socket")}`, `--init-file=${join(folder, "init.sql")}`, "--mysqlx=OFF"],
    ...["--bind-address=127.0.0.1", `--port=${port}`, "--skip-name-resolve", "--secure-file-priv=NULL"],
    ...["--max-connections=200", "--disable-log-bin", ...AWKWARD],
    // Without it the server takes some wrong references, and the store refuses schemas that have such: see its own test.
    "--loose-innodb-native-foreign-keys=ON",
    // A crash of the server alone loses nothing without the sync: the system has every written page.
    ...(durable ? [] : ["--innodb-flush-method=nosync"]),
    ...(tls ? [`--ssl-cert=${join(folder, "certificate.pem")}`, `--ssl-key=${join(folder, "key.pem")}`] : []),
    ...(generalLog ? ["--general-log", "--log-output=TABLE"] : []),
    ...Object.entries(settings).map(([name, value]) => `--${name}=${value}`),
  ];
}
