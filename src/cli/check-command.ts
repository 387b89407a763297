/**
 * `footing check`: reports everything that is wrong with the app's schema and with the settings, at once.
 * Opens no database and no port.
 */
import { relative, resolve } from "node:path";
import type { App } from "../app/define-app.ts";
import { FootingError, type Problem } from "../errors/footing-error.ts";
import { loadApp } from "./load-app.ts";
import { loadEnvFile, parseSettings } from "./settings.ts";

/**
 * Checks the app in `file` and prints a summary.
 * @throws FootingError FTG_CONFIG with every problem found, or the only error there is.
 */
export async function runCheck(file: string): Promise<void> {
  loadEnvFile(process.cwd(), process.env);
  const errors: FootingError[] = [];
  const app = await loadApp(file).catch((error: unknown) => collect(error, errors));
  try {
    parseSettings(process.env, file);
  } catch (error) {
    collect(error, errors);
  }
  if (errors.length > 0) throw merge(file, errors);
  if (app !== null) console.log(summarise(file, app));
}

function collect(error: unknown, errors: FootingError[]): null {
  if (!(error instanceof FootingError)) throw error;
  errors.push(error);
  return null;
}

/** One error with all problems; schema problems are placed in the file. */
function merge(file: string, errors: readonly FootingError[]): FootingError {
  const shown = relative(process.cwd(), resolve(file));
  const problems = errors.flatMap((error) => listProblems(shown, error));
  const [only] = errors;
  const code = errors.length === 1 && only !== undefined ? only.code : "FTG_CONFIG";
  const detail = problems.length === 1 ? "1 problem." : `${problems.length} problems.`;
  return new FootingError(code, {
    detail: `${shown} has ${detail}`,
    fix: "Correct them, then run footing check again.",
    problems,
  });
}

function listProblems(file: string, { code, message, fix, problems }: FootingError): readonly Problem[] {
  if (problems.length === 0) return [{ path: file, detail: message, fix }];
  if (code === "FTG_CONFIG") return problems;
  return problems.map((problem) => ({ ...problem, path: `${file} ${problem.path}` }));
}

function summarise(file: string, { schema }: App): string {
  const models = Object.values(schema.models);
  const fields = models.reduce((sum, model) => sum + Object.keys(model.fields).length, 0);
  const locked = models.filter(({ access }) => Object.values(access).every((level) => level === "nobody"));
  const lines = [`ok  ${file}: ${count(models.length, "model")}, ${count(fields, "field")}`];
  if (locked.length > 0)
    lines.push(`    no access rule, so only the app itself: ${locked.map(({ name }) => name).join(", ")}`);
  return lines.join("\n");
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
