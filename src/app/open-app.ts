/**
 * Wires one app: its store, the engine on it, and the front ends on that. Listens to nobody; `startApp` does.
 */
import { createDb, createDbBinder } from "../api/local/create-db.ts";
import { createHookTable } from "../api/local/create-hook-table.ts";
import type { Db } from "../api/local/db-types.ts";
import { createEngine } from "../engine/engine.ts";
import type { HostRoute } from "../http/host-route.ts";
import { createLogger, type HostLogger } from "../http/logger.ts";
import type { Models } from "../schema/check-types.ts";
import type { Store } from "../stores/contract/store.ts";
import type { CacheStats } from "../util/lru-cache.ts";
import { createFrontEnds, type Documents, type Mode } from "./create-front-ends.ts";
import type { App } from "./define-app.ts";
import { loadStore } from "./load-store.ts";

/** How to open an app. */
export interface OpenAppOptions {
  /**
   * An address like `sqlite:./data/app.db` or `sqlite::memory:` (a relative path starts at the working directory), or
   * a store that was made with options of its own.
   */
  readonly database: string | Store;
  readonly mode: Mode;
  /** The name of the app in its documents. */
  readonly title: string;
  /** The path below which another server serves the app, like `/backend`. Absent: the app has the server to itself. */
  readonly basePath?: string;
}

/** An app with its database open. */
export interface OpenedApp<in out M extends Models = Models> {
  readonly store: Store;
  /** Acts as nobody; `db.asSystem()` is past all rules. */
  readonly db: Db<M>;
  /** Everything the app serves but `/healthz` and `/readyz`. */
  readonly routes: readonly HostRoute[];
  readonly documents: Documents;
  readonly logger: HostLogger;
  /** What the cache of statements did so far. */
  stats(): CacheStats;
  /** Ends the connections to the database. */
  close(): Promise<void>;
}

/**
 * Opens the database, creates its tables when it is empty, and wires the app to it.
 *
 * @throws FootingError FTG_CONFIG for a database address that no store serves, FTG_DATABASE and
 * FTG_DATABASE_MISMATCH for a database that cannot be used.
 */
export async function openApp<M extends Models>(app: App<M>, options: OpenAppOptions): Promise<OpenedApp<M>> {
  const store = typeof options.database === "string" ? await loadStore(options.database) : options.database;
  await store.open(app.stored.schema, { createTables: true });
  try {
    return await wireApp(app, store, options);
  } catch (error) {
    await store.close();
    throw error;
  }
}

async function wireApp<M extends Models>(app: App<M>, store: Store, options: OpenAppOptions): Promise<OpenedApp<M>> {
  const logger = createLogger();
  const bindDb = createDbBinder(app.schema);
  const engine = createEngine({
    ...app.stored,
    store,
    limits: app.limits ?? {},
    hooks: createHookTable(app.code.hooks, { schema: app.schema, bindDb }),
    report: (error, hook) => logger.error({ hook, err: error }, "hook failed after the commit"),
  });
  const { routes, documents } = await createFrontEnds(app, {
    executor: engine,
    bindDb,
    mode: options.mode,
    title: options.title,
    basePath: options.basePath ?? "",
    logger,
  });
  return Object.freeze({
    store,
    db: createDb<M>(engine, app.schema),
    routes,
    documents,
    logger,
    stats: () => engine.stats(),
    close: () => store.close(),
  });
}
