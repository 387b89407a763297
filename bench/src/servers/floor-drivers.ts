// The driver of each store as the floor uses it: the package that Footing uses, with its settings, its statements
// prepared and its values bound alike, and nothing around it: no queue, no watch, no errors of our own.

import { DatabaseSync } from "node:sqlite";
import { type Connection, createConnection } from "mariadb";
import type { Values } from "../../../src/stores/contract/store.ts";
import { createEncoder as createMysqlEncoder } from "../../../src/stores/mysql/codec.ts";
import { parseAddress } from "../../../src/stores/postgres/address.ts";
import { createEncoder as createPostgresEncoder } from "../../../src/stores/postgres/codec.ts";
import { Link } from "../../../src/stores/postgres/driver.ts";
import { LinkWatch } from "../../../src/stores/sql/link-queue.ts";
import { SharedLinks } from "../../../src/stores/sql/shared-links.ts";
import type { Binding, SqlText } from "../../../src/stores/sql/sql-text.ts";
import { createEncoder as createSqliteEncoder, registerFunctions } from "../../../src/stores/sqlite/codec.ts";
import { PRAGMAS, readPath } from "./serve.ts";

/** Rows as arrays of what the driver reads a column as. */
export type DriverRows = readonly (readonly unknown[])[];

/** At once from the driver in this process, later from a server. */
export type Answer<T> = T | Promise<T>;

/** A prepared statement: takes the values of the plan's params. */
export type DriverStatement = (values: Values) => Answer<DriverRows>;

/** A driver with its connections. */
export interface FloorDriver {
  prepare(text: SqlText, use: "read" | "write"): DriverStatement;
  /** Runs SQL without values. */
  exec(sql: string): Answer<unknown>;
}

const CONNECT: Readonly<Record<string, (url: string) => Answer<FloorDriver>>> = {
  "sqlite:": connectSqlite,
  "postgres:": connectPostgres,
  "mysql:": connectMariadb,
};

/** What Footing sets in each session on MariaDB, as far as it can be felt. */
const MARIADB_SESSION = [
  "SET NAMES utf8mb4 COLLATE utf8mb4_nopad_bin",
  "SET SESSION time_zone = '+00:00', group_concat_max_len = 4294967295, max_statement_time = 30",
  "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED",
];

/** Connections, as many as Footing's stores on a server have for each use. */
const CONNECTIONS = { read: 4, write: 10 };

/** The driver for an address. */
export function connectDriver(url: string): Answer<FloorDriver> {
  const connect = CONNECT[new URL(url).protocol];
  if (connect === undefined) throw new Error("No driver for this address.");
  return connect(url);
}

function connectSqlite(url: string): FloorDriver {
  const db = new DatabaseSync(readPath(url));
  for (const pragma of PRAGMAS) db.exec(`PRAGMA ${pragma}`);
  registerFunctions(db);
  return {
    prepare: (text) => {
      const statement = db.prepare(text.text);
      statement.setReturnArrays(true);
      const bind = createBinder(text, createSqliteEncoder);
      return (values) => {
        // With setReturnArrays a row is an array, which the types of Node do not know.
        const row = statement.get(...bind(values)) as unknown as readonly unknown[] | undefined;
        return row === undefined ? [] : [row];
      };
    },
    exec: (sql) => db.exec(sql),
  };
}

/** The driver here is Footing's own layer on `pg`, which the package has no equal of: rows as bytes, joined writes. */
function connectPostgres(url: string): FloorDriver {
  const settings = { TimeZone: "UTC", jit: "off", statement_timeout: "30000", extra_float_digits: "1" };
  const options = { address: parseAddress(url), settings, watch: new LinkWatch(60_000) };
  const connect = () => Link.connect(options);
  const clients = {
    read: new SharedLinks(connect, CONNECTIONS.read),
    write: new SharedLinks(connect, CONNECTIONS.write),
  };
  return {
    prepare: (text, use) => {
      const bind = createBinder(text, createPostgresEncoder);
      return async (values) => (await clients[use].query(text.text, bind(values))).rows;
    },
    exec: (text) => clients.write.query(text, []),
  };
}

async function connectMariadb(text: string): Promise<FloorDriver> {
  const url = new URL(text);
  const config = {
    host: url.hostname,
    port: Number(url.port),
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    database: url.pathname.slice(1),
    charset: "utf8mb4",
    rowsAsArray: true,
    checkDuplicate: false,
    jsonStrings: true,
    initSql: MARIADB_SESSION,
  };
  const connect = (count: number) => Promise.all(Array.from({ length: count }, () => createConnection(config)));
  const pools = { read: await connect(CONNECTIONS.read), write: await connect(CONNECTIONS.write) };
  return {
    prepare: (text, use) => {
      const bind = createBinder(text, createMysqlEncoder);
      const take = takeInTurns(pools[use]);
      // What a write did comes as an object.
      return async (values) => asRows(await take().execute(text.text, bind(values)));
    },
    exec: (sql) => pools.write[0]?.query(sql),
  };
}

function takeInTurns(connections: readonly Connection[]): () => Connection {
  let turn = 0;
  return () => {
    const connection = connections[turn++ % connections.length];
    if (connection === undefined) throw new Error("No connections.");
    return connection;
  };
}

function asRows(answer: unknown): DriverRows {
  return Array.isArray(answer) ? answer : [];
}

/** Puts the values of params in the order of the placeholders, in the driver's form. */
function createBinder<T>(
  { bindings }: SqlText,
  createEncoder: (binding: Binding) => ((value: unknown) => T) | null,
): (values: Values) => T[] {
  const places = bindings.map((binding) => {
    if (binding.kind !== "param") throw new Error("Footing binds keys that it collected.");
    return { index: binding.index, encode: createEncoder(binding) };
  });
  return (values) =>
    places.map(({ index, encode }) => {
      const value = values[index] ?? null;
      // Without an encoder, the driver takes the canonical value.
      return encode === null ? (value as T) : encode(value);
    });
}
