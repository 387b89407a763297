/** Opens an app, runs its setup and puts its routes on a host. Whoever calls it decides how requests get there. */
import { createHost, type Host } from "../http/host.ts";
import type { Models } from "../schema/check-types.ts";
import type { App, CreateProgress } from "./define-app.ts";
import { type OpenAppOptions, type OpenedApp, openApp } from "./open-app.ts";

/** Milliseconds that running requests get when a development server makes way for the next. */
const DEVELOPMENT_STOP = 100;

/** What makes a host. */
export interface AppHostOptions extends OpenAppOptions {
  /** Shows how far the setup of the app has come. Absent: nothing is shown. */
  readonly progress?: CreateProgress;
}

/** An app on a host that hears of no requests yet. */
export interface AppHost<in out M extends Models> {
  readonly opened: OpenedApp<M>;
  readonly host: Host;
  /** Refuses new requests, finishes those that run, then closes the database. */
  close(): Promise<void>;
}

/** Makes the host of an app and gives it to `start`; what fails on the way closes the database again. */
export async function createAppHost<M extends Models, T>(
  app: App<M>,
  options: AppHostOptions,
  start: (made: AppHost<M>) => Promise<T>,
): Promise<T> {
  const opened = await openApp(app, options);
  try {
    await app.setup?.({ db: opened.db, progress: options.progress ?? showNothing });
    const host = createAppHostOf(app, opened, options);
    const close = async (): Promise<void> => {
      await host.close();
      await opened.close();
    };
    return await start({ opened, host, close });
  } catch (error) {
    await opened.close();
    throw error;
  }
}

function createAppHostOf<M extends Models>(app: App<M>, opened: OpenedApp<M>, options: AppHostOptions): Host {
  const { authenticate, plugins, mount: mounts } = app;
  const { mode, basePath } = options;
  const host = createHost({
    logger: opened.logger,
    ping: () => opened.store.ping(),
    limits: mode === "development" ? { stop: DEVELOPMENT_STOP, ...app.http } : { ...app.http },
    ...(authenticate && { authenticate }),
    ...(plugins && { plugins }),
    ...(mounts && { mounts }),
    ...(basePath !== undefined && { basePath }),
  });
  for (const route of opened.routes) host.route(route);
  return host;
}

function showNothing(): { advance(): void; stop(): void } {
  return { advance() {}, stop() {} };
}
