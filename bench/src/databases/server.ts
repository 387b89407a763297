// PostgreSQL or MariaDB under the servers: started for the run in a temporary folder, with the disk synchronised at every
// commit, without the awkward settings of the tests, and gone afterwards.

import { startMariadb } from "../../../test/servers/mariadb.ts";
import { startPostgres } from "../../../test/servers/postgres.ts";
import type { TestServer } from "../../../test/servers/test-server.ts";
import type { Keys } from "../cases.ts";
import { pinDatabase, readTreeTime } from "../processes.ts";
import type { BenchDatabase, Fill, StoreName } from "./database.ts";

/** What differs between the two. */
interface Engine {
  readonly start: () => Promise<TestServer>;
  readonly version: string;
  /** Makes a database `name` that is a copy of the atlas, in the place of an older one. */
  readonly copy: (server: TestServer, name: string) => Promise<void>;
}

const ATLAS = "atlas";

const ENGINES: Readonly<Record<Exclude<StoreName, "sqlite">, Engine>> = {
  postgres: {
    start: () =>
      startPostgres({
        durable: true,
        settings: {
          timezone: "UTC",
          datestyle: "ISO, MDY",
          intervalstyle: "postgres",
          bytea_output: "hex",
          extra_float_digits: "1",
          compute_query_id: "off",
          "pg_stat_statements.track": "none",
        },
      }),
    version: "SHOW server_version",
    copy: async (server, name) => {
      await server.query(`DROP DATABASE IF EXISTS "${name}"`);
      // Footing has just left the atlas, and its connections may need a moment to go.
      await retry(() => server.query(`CREATE DATABASE "${name}" TEMPLATE ${ATLAS}`));
    },
  },
  mariadb: {
    start: () =>
      startMariadb({
        durable: true,
        settings: {
          "default-time-zone": "+00:00",
          "character-set-server": "utf8mb4",
          "collation-server": "utf8mb4_general_ci",
        },
      }),
    version: "SELECT version()",
    copy: copyMariadb,
  },
};

/** The atlas on a server of its own. */
export async function openServer(store: Exclude<StoreName, "sqlite">, fill: Fill): Promise<BenchDatabase> {
  const engine = ENGINES[store];
  console.log(`Starting ${store} and importing the atlas …`);
  const server = await engine.start();
  pinDatabase(server.pid());
  try {
    const url = await server.createDatabase(ATLAS);
    if (!(await fill(url))) throw new Error(`Footing does not start on ${store}.`);
    // As a database has them that is in use for a while.
    await server.query(store === "postgres" ? "VACUUM ANALYZE" : "ANALYZE TABLE city, country, region", ATLAS);
    return {
      url,
      versions: { [store]: await server.query(engine.version) },
      copy: async (name) => {
        await engine.copy(server, name);
        return Object.assign(new URL(url), { pathname: `/${name}` }).href;
      },
      readKeys: () => readKeys(server),
      readProcessorTime: () => readTreeTime(server.pid()),
      close: () => server.stop(),
    };
  } catch (error) {
    await server.stop();
    throw error;
  }
}

async function readKeys(server: TestServer): Promise<Keys> {
  const cities = await server.query("SELECT id, country_code, population FROM city ORDER BY id", ATLAS);
  const countries = await server.query("SELECT code FROM country ORDER BY code", ATLAS);
  return {
    cities: cities.split("\n").map((line) => {
      const [id, country = "", population] = line.split("\t");
      return { id: Number(id), country, population: Number(population) };
    }),
    countries: countries.split("\n"),
  };
}

/** MariaDB has no templates: the tables as they print themselves, and their rows. */
async function copyMariadb(server: TestServer, name: string): Promise<void> {
  const tables = (await server.query("SHOW TABLES", ATLAS)).split("\n");
  const statements = [`DROP DATABASE IF EXISTS \`${name}\``, `CREATE DATABASE \`${name}\``, `USE \`${name}\``];
  statements.push("SET foreign_key_checks = 0, unique_checks = 0");
  for (const table of tables) {
    const [, create] = /^[^\t]*\t([\s\S]*)$/.exec(await server.query(`SHOW CREATE TABLE \`${table}\``, ATLAS)) ?? [];
    if (create === undefined) throw new Error(`MariaDB does not print the table ${table}.`);
    statements.push(
      create,
      `INSERT INTO \`${table}\` SELECT * FROM ${ATLAS}.\`${table}\``,
      `ANALYZE TABLE \`${table}\``,
    );
  }
  await server.query(statements.join(";\n"), ATLAS);
}

async function retry<T>(work: () => Promise<T>): Promise<T> {
  for (let left = 20; ; left--) {
    try {
      return await work();
    } catch (error) {
      if (left === 0) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
