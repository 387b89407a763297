/** Stores on MariaDB and MySQL for the suites: each in a database of its own. */
import { randomUUID } from "node:crypto";
import { createConnection } from "mariadb";
import { describe, test } from "vitest";
import type { Schema } from "../../src/schema/schema-model.ts";
import type { OpenOptions, Store } from "../../src/stores/contract/store.ts";
import { createMysqlStore } from "../../src/stores/mysql/store.ts";
import { explainMissing, type ServerName, useServer } from "../servers/shared-servers.ts";
import type { StoreKind } from "./stores.ts";

const missing = explainMissing("mariadb");
if (missing !== null) describe.skip(`MariaDB (${missing})`, () => test("every behaviour", () => undefined));

/** The kinds, if this machine has the servers. */
export const mariadbKinds: readonly StoreKind[] = [
  ...(missing === null ? [{ name: "MariaDB", create: () => createDatabaseStore("mariadb") }] : []),
  ...(explainMissing("mysql") === null
    ? [{ name: "MySQL", create: () => createDatabaseStore("mysql"), decimalScale: 30 }]
    : []),
];

/** A store whose database is created when the store opens, and goes when it closes. */
function createDatabaseStore(name: ServerName): Store {
  let store: Store | undefined;
  let url = "";
  const opened = (): Store => {
    if (store === undefined) throw new Error("the store is not open yet");
    return store;
  };
  return {
    get capabilities() {
      return opened().capabilities;
    },
    open: async (schema: Schema, options: OpenOptions) => {
      const server = new URL((await useServer(name)).url);
      server.pathname = `/c_${randomUUID().replaceAll("-", "")}`;
      url = server.href;
      await runAsAdmin(url, "CREATE DATABASE");
      store = createMysqlStore({ url });
      await store.open(schema, options);
    },
    compile: (plan) => opened().compile(plan),
    execute: (statement, values) => opened().execute(statement, values),
    executeMany: (statement, rows, onRow) => opened().executeMany(statement, rows, onRow),
    transact: (work, options) => opened().transact(work, options),
    sql: () => opened().sql(),
    secret: () => opened().secret(),
    ping: () => opened().ping(),
    close: async () => {
      await store?.close();
      if (url !== "") await runAsAdmin(url, "DROP DATABASE");
    },
  };
}

async function runAsAdmin(url: string, command: string): Promise<void> {
  const { hostname: host, port, username, password, pathname } = new URL(url);
  const login = { user: decodeURIComponent(username), password: decodeURIComponent(password) };
  const connection = await createConnection({ host, port: Number(port), allowPublicKeyRetrieval: true, ...login });
  try {
    await connection.query(`${command} ${pathname.slice(1)}`);
  } finally {
    await connection.end();
  }
}
