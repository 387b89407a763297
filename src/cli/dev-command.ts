/**
 * `footing dev`: runs the app's server as a child process and starts a new one whenever a file changes. The
 * parent loads none of the app, so no edit can break it.
 */
import { extname, relative, resolve, sep } from "node:path";
import { type FSWatcher, watch } from "chokidar";
import { DevSupervisor } from "./dev-supervisor.ts";

const WATCHED = new Set([".ts", ".mts", ".js", ".mjs", ".cjs", ".json", ".env"]);
const SKIPPED = new Set(["node_modules", "data", "dist", "coverage"]);

/** Serves the app in `file` and follows the files of its folder. Returns when the first server was started. */
export async function runDev(file: string): Promise<void> {
  const supervisor = new DevSupervisor(file);
  const watcher = watchFolder(resolve(file, ".."), (path) => supervisor.restart(relative(process.cwd(), path)));
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => void end(supervisor, watcher));
  supervisor.start();
}

function watchFolder(folder: string, onChange: (path: string) => void): FSWatcher {
  const watcher = watch(folder, {
    ignoreInitial: true,
    ignored: (path, stats) => isIgnored(folder, path, stats?.isFile()),
  });
  return watcher.on("all", (_event, path) => onChange(path));
}

function isIgnored(folder: string, path: string, isFile = false): boolean {
  const parts = relative(folder, path).split(sep);
  if (parts.some((part) => SKIPPED.has(part) || (part.startsWith(".") && part !== ".env"))) return true;
  return isFile && !WATCHED.has(extname(path) || parts.at(-1) || "");
}

async function end(supervisor: DevSupervisor, watcher: FSWatcher): Promise<void> {
  await Promise.all([supervisor.stop(), watcher.close()]);
  process.exit(0);
}
