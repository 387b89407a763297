/** The stores that every suite runs against, and the same stores in a second mode. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Plan } from "../../src/plan/plan.ts";
import { decodePlan, encodePlan } from "../../src/plan/plan-codec.ts";
import type { Statement, Store } from "../../src/stores/contract/store.ts";
import { createMemoryStore } from "../../src/stores/memory/store.ts";
import { createSqliteStore } from "../../src/stores/sqlite/store.ts";

/** A way to get a new, empty store. */
export interface StoreKind {
  readonly name: string;
  readonly create: () => Store;
}

/** Every store, and each once more with its plans sent through their JSON form. */
export const storeKinds: readonly StoreKind[] = [
  { name: "memory", create: createMemoryStore },
  { name: "memory, plans as JSON", create: () => sendPlansAsJson(createMemoryStore()) },
  { name: "SQLite in a file", create: createFileStore },
  { name: "SQLite in memory, plans as JSON", create: () => sendPlansAsJson(createSqliteStore({ path: ":memory:" })) },
];

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
export function sendPlansAsJson(store: Store): Store {
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
  const fault = process.env["FAULT"];
  const T = { kind: "constant", value: true };
  const walk = (v: any): any => {
    if (Array.isArray(v)) return v.map(walk);
    if (typeof v !== "object" || v === null) return v;
    const o = Object.fromEntries(Object.entries(v).map(([k, x]) => [k, walk(x)])) as any;
    if (fault === "exists" && o.kind === "exists") o.access = T;
    if (fault === "hop" && o.kind === "hop") o.access = T;
    if (fault === "one" && o.kind === "one") o.access = T;
    if (fault === "many" && o.kind === "many") o.rows.access = T;
    if (fault === "returning" && o.kind === "returning") o.access = T;
    if (fault === "references" && Array.isArray(o.references)) o.references = [];
    if (fault === "descending" && o.kind === "order" && o.hops.length) o.descending = !o.descending;
    if (fault === "readable" && o.kind === "target") o.readable = T;
    if (fault === "allowed" && o.kind === "target") o.allowed = T;
    if (fault === "check" && o.kind === "update") o.check = T;
    if (fault === "createcheck" && o.kind === "create") o.check = T;
    if (fault === "lte" && o.kind === "compare" && o.operator === "lt") o.operator = "lte";
    if (fault === "offset" && o.kind === "rows" ) o.offset = null;
    if (fault === "count" && o.kind === "count" ) o.access = T;
    if (fault === "onewhere" && o.kind === "one") o.where = T;
    if (fault === "nestedseek" && o.kind === "many") o.rows.order = o.rows.order.slice(-1);
    if (fault === "links" && o.kind === "update") o.links = [];
    return o;
  };
  return walk(decodePlan(encodePlan(plan))) as P;
}

/** A store that does what another does, except for the given methods. */
function delegate(store: Store, changed: Partial<Store>): Store {
  return {
    get capabilities() {
      return store.capabilities;
    },
    open: (schema, options) => store.open(schema, options),
    compile: (plan) => store.compile(plan),
    execute: (statement, values) => store.execute(statement, values),
    executeMany: (statement, rows) => store.executeMany(statement, rows),
    transact: (work) => store.transact(work),
    secret: () => store.secret(),
    ping: () => store.ping(),
    close: () => store.close(),
    ...changed,
  };
}
