/** Serves an app inside another server of the same process. It opens no port. */
import type { FastifyInstance } from "fastify";
import type { Db } from "../api/local/db-types.ts";
import { addMount, type NodeHandler } from "../http/mount.ts";
import type { Models } from "../schema/check-types.ts";
import { type AppHostOptions, createAppHost } from "./create-app-host.ts";
import type { App } from "./define-app.ts";

/** An app that another server hands requests to. */
export interface AppHandler<in out M extends Models = Models> {
  /** Answers a request of Node: for `http.createServer`, or `app.use(basePath, handler)` of Express. */
  readonly handler: NodeHandler;
  /** A Fastify plugin that serves the app below its base path and closes it with the server. */
  readonly plugin: (server: FastifyInstance) => Promise<void>;
  /** Acts as nobody; `db.asSystem()` is past all rules. */
  readonly db: Db<M>;
  /** Closes the database; only when no more requests come. */
  close(): Promise<void>;
}

/**
 * Opens an app, runs its setup, and answers with what serves it inside an Express, Fastify or other Node server. Hand
 * requests on before any body parser reads them.
 *
 * @throws FootingError what {@link startApp} throws but FTG_PORT.
 *
 * @example
 * ```ts
 * import { createHandler, defineApp, model, t } from "footing";
 * import express from "express";
 *
 * const app = defineApp({ models: { Note: model({ text: t.text() }, { access: { read: true } }) } });
 * const { handler } = await createHandler(app, {
 *   database: "sqlite::memory:",
 *   mode: "production",
 *   title: "notes",
 *   basePath: "/backend",
 * });
 * express().use("/backend", handler).listen(3000);
 * ```
 */
export async function createHandler<M extends Models>(app: App<M>, options: AppHostOptions): Promise<AppHandler<M>> {
  return createAppHost(app, options, async ({ opened, host, close }) => {
    const handler = await host.createHandler();
    const plugin = async (server: FastifyInstance): Promise<void> => {
      addMount(server, options.basePath ?? "/", ({ raw }, reply) => void handler(raw, reply.raw));
      server.addHook("onClose", close);
    };
    return Object.freeze({ handler, plugin, db: opened.db, close });
  });
}
