/** Opens declared models on a store of some kind: what every conformance test starts with. */
import { onTestFinished } from "vitest";
import { systemActor } from "../../src/engine/actor.ts";
import { createEngine } from "../../src/engine/engine.ts";
import type { Executor } from "../../src/engine/executor.ts";
import type { DataQuery, ReadQuery } from "../../src/plan/query.ts";
import { createSchema } from "../../src/schema/create-schema.ts";
import type { Model } from "../../src/schema/model.ts";
import type { Store } from "../../src/stores/contract/store.ts";
import type { StoreKind } from "./stores.ts";

/** Models on an open store. */
export interface OpenApp {
  readonly engine: Executor;
  readonly store: Store;
  /** Creates rows of a model one after the other, as the system. */
  readonly create: (model: string, ...rows: readonly DataQuery[]) => Promise<void>;
  /** Reads rows as the system, parsed. */
  readonly find: (query: ReadQuery) => Promise<unknown>;
}

/** Opens the models on a new store, which the caller closes. */
export async function openApp(kind: StoreKind, models: Readonly<Record<string, Model>>): Promise<OpenApp> {
  const { schema, rules } = createSchema(models);
  const store = kind.create();
  await store.open(schema, { createTables: true });
  const engine = createEngine({ schema, rules, store, limits: { maxCost: 1_000_000 } });
  return {
    engine,
    store,
    create: async (model, ...rows) => {
      for (const data of rows) await engine.create({ model, data }, systemActor);
    },
    find: async (query) => {
      const { json } = await engine.read(query, systemActor);
      return JSON.parse(json);
    },
  };
}

/** Lets an app's store close when the running test ends. */
export function closeWithTest(app: OpenApp): OpenApp {
  onTestFinished(() => app.store.close());
  return app;
}
