/**
 * Loads a user's app file and makes sure it exports an app. Every way this can fail is one clear
 * {@link FootingError}; it starts nothing.
 */
import { existsSync } from "node:fs";
import { relative, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { type App, isApp } from "../app/define-app.ts";
import { FootingError } from "../errors/footing-error.ts";
import { describeError } from "./render-failure.ts";

/**
 * Imports `file` and returns the app it exports as its default.
 * @throws FootingError FTG_APP when the file is missing, cannot be loaded or exports something else; FTG_SCHEMA
 * or FTG_CONFIG from `defineApp` as they are.
 */
export async function loadApp(file: string): Promise<App> {
  const path = resolve(file);
  if (!existsSync(path)) throw createMissing(path);
  const exports = await importFile(path);
  if (isApp(exports["default"])) return exports["default"];
  throw createNotApp(path, exports);
}

async function importFile(path: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    return await import(pathToFileURL(path).href);
  } catch (cause) {
    if (cause instanceof FootingError) throw cause;
    const detail = `${shorten(path)} failed while it was loaded: ${describeError(cause)}`;
    throw new FootingError("FTG_APP", { detail, fix: "Correct the file; the command reads it again.", cause });
  }
}

function createMissing(path: string): FootingError {
  const detail = `There is no file ${shorten(path)} in ${process.cwd()}.`;
  return new FootingError("FTG_APP", {
    detail,
    fix: "Create it, or name the file of the app: footing dev path/to/app.ts",
  });
}

function createNotApp(path: string, exports: Readonly<Record<string, unknown>>): FootingError {
  const names = Object.keys(exports);
  const came = names.length === 0 ? "it exports nothing" : `it exports ${names.join(", ")}`;
  const detail = `${shorten(path)} must export the result of defineApp as its default; ${came}.`;
  return new FootingError("FTG_APP", { detail, fix: "Write: export default defineApp({ models: { … } });" });
}

function shorten(path: string): string {
  return relative(process.cwd(), path) || path;
}
