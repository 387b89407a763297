/** `footing routes`: lists what the app serves. Uses an empty database in memory and opens no port. */
import { openApp } from "../app/open-app.ts";
import { createHealthRoutes } from "../http/health.ts";
import { loadApp } from "./load-app.ts";
import { renderRoutes } from "./render-banner.ts";
import { loadEnvFile, nameApp } from "./settings.ts";

/** Prints one line for each method of each route of the app in `file`. */
export async function runRoutes(file: string): Promise<void> {
  loadEnvFile(process.cwd(), process.env);
  const app = await loadApp(file);
  const opened = await openApp(app, { database: "sqlite::memory:", mode: "production", title: nameApp(file) });
  const health = createHealthRoutes({ isStopping: () => false, ping: () => opened.store.ping() });
  console.log(renderRoutes([...opened.routes, ...health]));
  await opened.close();
}
