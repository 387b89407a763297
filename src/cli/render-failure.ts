/**
 * Says on a terminal why a command failed: title, detail, each problem, fix. Shows no stack trace; an error
 * that is not Footing's own gets the one place in the user's code it came from.
 */
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { styleText } from "node:util";
import { FootingError, type Problem } from "../errors/footing-error.ts";

/** The whole message for `error`, in lines, without a line end. */
export function renderFailure(error: unknown): string {
  return error instanceof FootingError ? renderKnown(error) : renderUnknown(error);
}

/** One failure in one line: its message, and where in the user's files it was thrown, when that is known. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const place = locateError(error);
  return `${error.name}: ${error.message}${place === null ? "" : ` (${place})`}`;
}

function renderKnown(error: FootingError): string {
  const head = `${paint("red", "error")} ${error.title}: ${error.message}`;
  const fix = `  ${paint("green", "fix")}   ${error.fix}`;
  return [head, ...error.problems.flatMap(renderProblem), fix, `  ${paint("dim", `code  ${error.code}`)}`].join("\n");
}

function renderProblem({ path, detail, fix }: Problem): string[] {
  const line = `  ${paint("bold", path)}  ${detail}`;
  return fix === undefined ? [line] : [line, `      ${fix}`];
}

function renderUnknown(error: unknown): string {
  return `${paint("red", "error")} ${describeError(error)}`;
}

/** The first frame that is neither Node's nor an installed package's, as `file:line:column` from the working directory. */
function locateError(error: Error): string | null {
  const lines = (error.stack ?? "").split("\n");
  for (const line of lines) {
    const match = /(file:\/\/\S+?):(\d+)(?::(\d+))?\)?$/.exec(line.trim());
    if (match?.[1] === undefined || match[1].includes("/node_modules/")) continue;
    const place = [relative(process.cwd(), fileURLToPath(match[1])), match[2], match[3]];
    return place.filter((part) => part !== undefined).join(":");
  }
  return null;
}

function paint(format: "red" | "green" | "bold" | "dim", text: string): string {
  return styleText(format, text, { stream: process.stderr });
}
