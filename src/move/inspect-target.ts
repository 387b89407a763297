/**
 * Tells what a target holds: nothing, the beginning of this very move, or something else. The rows themselves are the
 * journal: a move writes each table in key order, so a table whose rows are the source's first ones is a begun copy.
 */
import type { Values } from "../stores/contract/store.ts";
import { countRows } from "./count-rows.ts";
import { compareRows, type Difference, fillStandIns } from "./find-difference.ts";
import { type MoveContext, showProgress } from "./move-context.ts";
import { type MoveTable, type Row, readKey } from "./move-table.ts";
import { RowReader } from "./row-reader.ts";

/** How far the copy of one table has come. */
export interface BegunCopy {
  readonly rows: number;
  /** The key of the last row; null when there is none. */
  readonly last: Values | null;
}

/** What a target holds. */
export interface TargetState {
  /** Rows and links in it. */
  readonly rows: number;
  /** By table name, when all of it comes from the source. */
  readonly begun: ReadonlyMap<string, BegunCopy>;
  /** The first row that a move from this source would not have written; null when there is none. */
  readonly stranger: Difference | null;
}

/** Compares what the target holds with the source. Reads each of its rows once. */
export async function inspectTarget(context: MoveContext): Promise<TargetState> {
  const begun = new Map<string, BegunCopy>();
  const counts = await countRows(context.target, context.tables);
  const rows = [...counts.values()].reduce((sum, count) => sum + count, 0);
  const stranger = await showProgress(context, { label: "Comparing what is there", total: rows }, async (advance) => {
    for (const table of context.tables) {
      const found = await compareTable(context, table, advance);
      if ("detail" in found) return found;
      begun.set(table.model.name, found);
    }
    return null;
  });
  return { rows, begun, stranger };
}

async function compareTable(
  { source, target }: MoveContext,
  table: MoveTable,
  advance: (steps: number) => void,
): Promise<BegunCopy | Difference> {
  const expected = readRows(new RowReader(source, table));
  let rows = 0;
  let last: Values | null = null;
  for await (const came of readRows(new RowReader(target, table), advance)) {
    const next = await expected.next();
    const row = next.done === true ? undefined : next.value;
    const difference = compareRows(table, row, row === undefined ? came : fillStandIns(table, row, came));
    if (difference !== null) return difference;
    rows += 1;
    last = readKey(table, came);
  }
  return { rows, last };
}

async function* readRows(reader: RowReader, advance?: (steps: number) => void): AsyncGenerator<Row, undefined> {
  for (let page = await reader.next(); page !== null; page = await reader.next()) {
    yield* page.rows();
    advance?.(page.count);
  }
  return undefined;
}
