/** Stores on PostgreSQL behind a pooler for the suites: each in a database of its own. */
import { randomUUID } from "node:crypto";
import { describe, test } from "vitest";
import type { Store } from "../../src/stores/contract/store.ts";
import { createPostgresStore } from "../../src/stores/postgres/store.ts";
import type { StoreKind } from "../conformance/stores.ts";
import { explainMissing, useServer } from "../servers/shared-servers.ts";

const title = "PostgreSQL behind PgBouncer";
const missing = explainMissing("pgbouncer");
if (missing !== null) describe.skip(`${title} (${missing})`, () => test("every behaviour", () => undefined));

/** The kind, if this machine has the servers. */
export const pooledKinds: readonly StoreKind[] = missing === null ? [await createKind()] : [];

async function createKind(): Promise<StoreKind> {
  const server = await useServer("pgbouncer");
  const create = (): Store => {
    const database = `p_${randomUUID().replaceAll("-", "")}`;
    const store = createPostgresStore({ url: nameDatabase(server.url, database) });
    const open = store.open.bind(store);
    store.open = async (schema, options) => {
      await server.createDatabase(database);
      await open(schema, options);
    };
    return store;
  };
  return { name: title, create };
}

/** The address of a database behind the pooler, as the guide says to write it. */
function nameDatabase(url: string, database: string): string {
  return Object.assign(new URL(url), { pathname: `/${database}`, search: "?prepare=false" }).href;
}
