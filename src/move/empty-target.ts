/**
 * Removes all rows and links of the moved tables from a target, a page in one transaction each: first what ties rows to
 * each other, then the rows, last things first.
 */
import { countRows } from "./count-rows.ts";
import { type MoveContext, showProgress } from "./move-context.ts";
import { createDeletePlan, createLastKeyPlan, createLoosenPlan, listLooseValues } from "./move-plans.ts";
import { listFields, type MoveTable, type Row, readKey } from "./move-table.ts";
import { type ReaderOptions, RowReader } from "./row-reader.ts";

/** Empties the target. A target that was emptied in part has only fewer rows. */
export async function emptyTarget(context: MoveContext): Promise<void> {
  const counts = await countRows(context.target, context.tables);
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  await showProgress(context, { label: "Emptying the target", total }, async (advance) => {
    for (const table of context.tables) await loosenRefs(context, table);
    for (const table of context.tables.toReversed()) await deleteRows(context, table, advance);
  });
}

/**
 * Takes the refs that would hold rows back out of the way: optional ones lead nowhere then, required ones to the last
 * row of their table. So each row but that one can be deleted where an engine asks about every row for itself, and
 * that one where an engine, or its store, lets a row go that refers to itself.
 */
async function loosenRefs(context: MoveContext, table: MoveTable): Promise<void> {
  const { target } = context;
  if (table.deferred.length === 0) return;
  const { edge } = await target.execute(target.compile(createLastKeyPlan(table)), [1]);
  if (edge === null) return;
  const loose = listLooseValues(table, JSON.parse(edge));
  const loosen = target.compile(createLoosenPlan(table));
  await passRanges(context, table, {
    having: table.deferred,
    write: async (ends) => {
      await target.execute(loosen, [...loose, ...ends]);
    },
  });
}

async function deleteRows(context: MoveContext, table: MoveTable, advance: (steps: number) => void): Promise<void> {
  const remove = context.target.compile(createDeletePlan(table));
  await passRanges(context, table, {
    write: async (ends, count) => {
      await context.target.executeMany(remove, [ends]);
      advance(count);
    },
  });
}

/** Calls `write` with the first and the last key of each page of the target. */
async function passRanges(
  { target }: MoveContext,
  table: MoveTable,
  { write, ...options }: ReaderOptions & { readonly write: (ends: readonly unknown[], count: number) => Promise<void> },
): Promise<void> {
  const reader = new RowReader(target, table, { fields: listFields(table.key), ...options });
  for (let page = await reader.next(); page !== null; page = await reader.next()) {
    const rows = page.rows();
    const ends = [rows.at(0), rows.at(-1)].filter((row): row is Row => row !== undefined);
    await write(
      ends.flatMap((row) => readKey(table, row)),
      page.count,
    );
  }
}
