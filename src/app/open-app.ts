/**
 * Wires one app: its store, the engine on it, and the front ends on that. Listens to nobody; `startApp` does.
 */
import { createDb } from "../api/local/create-db.ts";
import type { Db } from "../api/local/db-types.ts";
import { createEngine } from "../engine/engine.ts";
import type { HostRoute } from "../http/host-route.ts";
import { createLogger, type HostLogger } from "../http/logger.ts";
import type { Models } from "../schema/check-types.ts";
import type { Store } from "../stores/contract/store.ts";
import type { CacheStats } from "../util/lru-cache.ts";
import { createRoutes, type Mode } from "./create-routes.ts";
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
}

/** An app with its database open. */
export interface OpenedApp<in out M extends Models = Models> {
  readonly store: Store;
  /** Acts as nobody; `db.asSystem()` is past all rules. */
  readonly db: Db<M>;
  /** Everything the app serves but `/healthz` and `/readyz`. */
  readonly routes: readonly HostRoute[];
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
  await store.open(app.schema, { createTables: true });
  const engine = createEngine({ schema: app.schema, rules: app.rules, store, limits: app.limits ?? {} });
  const logger = createLogger();
  const routes = createRoutes(app, { executor: engine, mode: options.mode, title: options.title, logger });
  return Object.freeze({
    store,
    db: createDb<M>(engine, app.schema),
    routes,
    logger,
    stats: () => engine.stats(),
    close: () => store.close(),
  });
}
