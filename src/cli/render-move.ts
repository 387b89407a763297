/** What the terminal shows when a move is over: a table of the models, and one line on the whole. */
import type { ModelReport, MoveReport } from "../move/run-move.ts";

const HEAD: readonly string[] = ["model", "rows", "links", "seconds", "rows/s", "checksum"];
/** Digits of a checksum that are enough to compare two tables by eye. */
const DIGITS = 16;

/** The lines printed when a move has ended. */
export function renderMove({ models, verifySeconds }: MoveReport): string {
  const lines = [HEAD, ...models.map(renderModel)];
  const widths = HEAD.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  const table = lines.map((line) => line.map((text, column) => align(text, column, widths[column] ?? 0)).join("  "));
  const [copied, seconds] = [sum(models, ({ copied }) => copied), sum(models, ({ seconds }) => seconds)];
  const speed = `${count(copied)} rows and links in ${seconds.toFixed(1)} s (${renderSpeed(copied, seconds)} a second)`;
  return [
    "",
    ...table.map((line) => line.trimEnd()),
    "",
    `Copied ${speed}, compared both sides in ${verifySeconds.toFixed(1)} s.`,
  ].join("\n");
}

function renderModel({ model, rows, links, copied, seconds, checksum }: ModelReport): readonly string[] {
  const verdict = checksum === null ? "DIFFERS" : `ok ${checksum.slice(0, DIGITS)}`;
  return [model, count(rows), count(links), seconds.toFixed(2), renderSpeed(copied, seconds), verdict];
}

/** Names and checksums stand left, numbers right. */
function align(text: string, column: number, width: number): string {
  return column === 0 || column === HEAD.length - 1 ? text.padEnd(width) : text.padStart(width);
}

function renderSpeed(copied: number, seconds: number): string {
  return copied === 0 ? "-" : count(Math.round(copied / seconds));
}

function count(number: number): string {
  return number.toLocaleString("en");
}

function sum(models: readonly ModelReport[], read: (model: ModelReport) => number): number {
  return models.reduce((total, model) => total + read(model), 0);
}
