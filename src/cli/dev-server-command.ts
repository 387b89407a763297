/** The child process of `footing dev`: one server in development mode, which ends with its parent. */
import { startApp } from "../app/start-app.ts";
import { closeOnSignal } from "./close-on-signal.ts";
import type { DevServerMessage } from "./dev-supervisor.ts";
import { loadApp } from "./load-app.ts";
import { createProgress } from "./progress.ts";
import { renderBanner } from "./render-banner.ts";
import { loadEnvFile, nameApp, parseSettings } from "./settings.ts";

/**
 * Serves the app in `file` and tells the parent the port.
 *
 * @param keptPort The port of the server before this one, taken instead of "any free port".
 */
export async function runDevServer(file: string, keptPort = ""): Promise<void> {
  process.on("disconnect", () => process.exit(0));
  loadEnvFile(process.cwd(), process.env);
  const settings = parseSettings(process.env, file);
  const port = settings.port === 0 ? Number(keptPort) : settings.port;
  const app = await loadApp(file);
  const server = await startApp(app, {
    ...settings,
    port,
    mode: "development",
    title: nameApp(file),
    progress: createProgress,
  });
  closeOnSignal(server);
  console.log(renderBanner(server, nameApp(file)));
  const message: DevServerMessage = { port: server.port };
  process.send?.(message);
}
