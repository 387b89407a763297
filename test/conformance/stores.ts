/** The stores that every suite runs against, and the same stores in a second mode. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Plan } from "../../src/plan/plan.ts";
import { decodePlan, encodePlan } from "../../src/plan/plan-codec.ts";
import type { Statement, Store } from "../../src/stores/contract/store.ts";
import { createMemoryStore } from "../../src/stores/memory/store.ts";
import { createSqliteStore } from "../../src/stores/sqlite/store.ts";
import { mariadbKinds } from "./mariadb-kind.ts";
import { postgresKinds } from "./postgres-kind.ts";

/** A way to get a new, empty store. */
export interface StoreKind {
  readonly name: string;
  readonly create: () => Store;
  /** Most digits behind the point of a decimal, as in the store's capabilities; 38 unless said otherwise. */
  readonly decimalScale?: number;
}

/** Every store, and each once more with its plans sent through their JSON form. */
export const storeKinds: readonly StoreKind[] = [
  { name: "memory", create: createMemoryStore },
  { name: "memory, plans as JSON", create: () => sendPlansAsJson(createMemoryStore()) },
  { name: "SQLite in a file", create: createFileStore },
  { name: "SQLite in memory, plans as JSON", create: () => sendPlansAsJson(createSqliteStore({ path: ":memory:" })) },
  ...postgresKinds,
  ...mariadbKinds,
];

/** The kinds that the memory store is the measure of. */
export const measuredKinds: readonly StoreKind[] = storeKinds.filter(({ name }) => !name.startsWith("memory"));

/** Most digits behind the point that decimals have on all of them. */
export const commonScale: number = Math.min(38, ...storeKinds.map(({ decimalScale = 38 }) => decimalScale));

/** Runs `work` with a new store of the kind and closes the store afterwards. */
export async function withStore<T>(kind: StoreKind, work: (store: Store) => Promise<T>): Promise<T> {
  const store = kind.create();
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

/** A store to which every plan goes through its JSON form. */
function sendPlansAsJson(store: Store): Store {
  return delegate(store, { compile: <P extends Plan>(plan: P): Statement<P> => store.compile(sendAsJson(plan)) });
}

/** A store that signs cursors with a known secret, so that two stores give out the same ones. */
export function withSecret(store: Store, secret: Buffer): Store {
  return delegate(store, { secret: () => secret });
}

/** A store on a file in a folder of its own, which goes when the store closes. */
function createFileStore(): Store {
  const folder = mkdtempSync(join(tmpdir(), "footing-conformance-"));
  const store = createSqliteStore({ path: join(folder, "data.db") });
  const close = async () => {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  };
  return delegate(store, { close });
}

function sendAsJson<P extends Plan>(plan: P): P {
  // The codec's own tests prove that a plan comes back as it was.
  return decodePlan(encodePlan(plan)) as P;
}

/** A store that does what another does, except for the given methods. */
export function delegate(store: Store, changed: Partial<Store>): Store {
  return {
    get capabilities() {
      return store.capabilities;
    },
    open: (schema, options) => store.open(schema, options),
    compile: (plan) => store.compile(plan),
    execute: (statement, values) => store.execute(statement, values),
    executeMany: (statement, rows, onRow) => store.executeMany(statement, rows, onRow),
    transact: (work, options) => store.transact(work, options),
    sql: () => store.sql(),
    secret: () => store.secret(),
    ping: () => store.ping(),
    close: () => store.close(),
    ...changed,
  };
}
