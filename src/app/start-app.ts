/** Serves an app on a port of its own, and ends it without losing a request. */
import type { Db } from "../api/local/db-types.ts";
import type { HostRoute } from "../http/host-route.ts";
import type { Models } from "../schema/check-types.ts";
import type { Capabilities } from "../stores/contract/capabilities.ts";
import type { CacheStats } from "../util/lru-cache.ts";
import { type AppHostOptions, createAppHost } from "./create-app-host.ts";
import type { App } from "./define-app.ts";

/** How to serve an app. */
export interface StartAppOptions extends AppHostOptions {
  /** 0 to 65535; 0 takes any free port. */
  readonly port: number;
  /** Name or address of the interface to listen on. */
  readonly host: string;
}

/** An app that is being served. */
export interface RunningApp<in out M extends Models = Models> {
  /** Like `http://127.0.0.1:4000`, without a slash at the end. */
  readonly url: string;
  readonly port: number;
  /** Acts as nobody; `db.asSystem()` is past all rules. */
  readonly db: Db<M>;
  readonly routes: readonly HostRoute[];
  /** What the database promises. */
  readonly capabilities: Capabilities;
  /** Query shapes whose statements are kept, and how often requests found (`hits`) or did not find (`misses`) theirs. */
  stats(): CacheStats;
  /** Refuses new requests, finishes those that run, then closes the database. */
  close(): Promise<void>;
}

/**
 * Serves an app and resolves when it listens.
 *
 * @throws FootingError what `openApp` throws, and FTG_PORT when the port cannot be opened.
 *
 * @example
 * ```ts
 * const server = await startApp(app, { database: "sqlite::memory:", port: 0, host: "127.0.0.1", mode: "production", title: "atlas" });
 * await fetch(`${server.url}/api/cities`);
 * await server.close();
 * ```
 */
export async function startApp<M extends Models>(app: App<M>, options: StartAppOptions): Promise<RunningApp<M>> {
  return createAppHost(app, options, async ({ opened, host, close }) => {
    const port = await host.listen(options.host, options.port);
    const { db, routes, store, stats } = opened;
    const url = renderUrl(options.host, port);
    return Object.freeze({ url, port, db, routes, capabilities: store.capabilities, stats, close });
  });
}

/** An address a browser can open: not `0.0.0.0`, which only means every address. */
function renderUrl(host: string, port: number): string {
  const name = host === "0.0.0.0" || host === "::" ? "localhost" : host;
  return `http://${name.includes(":") ? `[${name}]` : name}:${port}`;
}
