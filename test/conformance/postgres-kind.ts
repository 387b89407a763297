/** Stores on PostgreSQL for the suites: each in a schema of its own, in one database per test file. */
import { describe, test } from "vitest";
import type { Schema } from "../../src/schema/schema-model.ts";
import type { OpenOptions, Store } from "../../src/stores/contract/store.ts";
import { createPostgresStore } from "../../src/stores/postgres/store.ts";
import { createPostgresSchema } from "../servers/postgres-schema.ts";
import { explainMissing } from "../servers/shared-servers.ts";
import type { StoreKind } from "./stores.ts";

const missing = explainMissing("postgres");
if (missing !== null) describe.skip(`PostgreSQL (${missing})`, () => test("every behaviour", () => undefined));

/** The kind, if this machine has the server. */
export const postgresKinds: readonly StoreKind[] =
  missing === null ? [{ name: "PostgreSQL", create: createSchemaStore }] : [];

/** A store whose schema is created when the store opens. */
function createSchemaStore(): Store {
  let store: Store | undefined;
  const opened = (): Store => {
    if (store === undefined) throw new Error("the store is not open yet");
    return store;
  };
  return {
    get capabilities() {
      return opened().capabilities;
    },
    open: async (schema: Schema, options: OpenOptions) => {
      store = createPostgresStore({ url: await createPostgresSchema() });
      await store.open(schema, options);
    },
    compile: (plan) => opened().compile(plan),
    execute: (statement, values) => opened().execute(statement, values),
    executeMany: (statement, rows, onRow) => opened().executeMany(statement, rows, onRow),
    transact: (work, options) => opened().transact(work, options),
    sql: () => opened().sql(),
    secret: () => opened().secret(),
    ping: () => opened().ping(),
    close: async () => store?.close(),
  };
}
