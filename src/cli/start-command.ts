/** `footing start`: serves the app in production until it is told to end, and then ends gracefully. */
import { startApp } from "../app/start-app.ts";
import { closeOnSignal } from "./close-on-signal.ts";
import { loadApp } from "./load-app.ts";
import { createProgress } from "./progress.ts";
import { renderBanner } from "./render-banner.ts";
import { loadEnvFile, nameApp, parseSettings } from "./settings.ts";

/** Serves the app in `file`. Returns when it listens. */
export async function runStart(file: string): Promise<void> {
  loadEnvFile(process.cwd(), process.env);
  const settings = parseSettings(process.env, file);
  const app = await loadApp(file);
  const server = await startApp(app, {
    ...settings,
    mode: "production",
    title: nameApp(file),
    progress: createProgress,
  });
  closeOnSignal(server);
  console.log(renderBanner(server, nameApp(file)));
}
