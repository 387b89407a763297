/** Writes expected answers. */
import { LINE_END } from "../../src/stores/contract/line-end.ts";

/** The JSON text of a list, as every store writes it. */
export function renderLines(rows: readonly unknown[]): string {
  return `[${rows.map((row) => JSON.stringify(row)).join(LINE_END)}]`;
}
