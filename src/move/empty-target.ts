/** Removes all rows and links of the moved tables from a target, last things first, a page in one transaction each. */
import { loosenRefs } from "./copy-rows.ts";
import { countRows } from "./count-rows.ts";
import { type MoveContext, showProgress } from "./move-context.ts";
import { createDeletePlan } from "./move-plans.ts";
import { type MoveTable, readKey } from "./move-table.ts";
import { RowReader } from "./row-reader.ts";

/** Empties the target. A target that was emptied in part has only fewer rows. */
export async function emptyTarget(context: MoveContext): Promise<void> {
  const counts = await countRows(context.target, context.tables);
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  await showProgress(context, { label: "Emptying the target", total }, async (advance) => {
    for (const table of context.tables) await loosenRefs(context, table);
    for (const table of context.tables.toReversed()) await deleteRows(context, table, advance);
  });
}

async function deleteRows({ target }: MoveContext, table: MoveTable, advance: (steps: number) => void): Promise<void> {
  const fields = [...new Set(table.key.map(({ field }) => field))];
  const reader = new RowReader(target, table, { fields });
  const remove = target.compile(createDeletePlan(table));
  for (let page = await reader.next(); page !== null; page = await reader.next()) {
    const rows = page.rows();
    const ends = [...rows.slice(0, 1), ...rows.slice(-1)];
    await target.execute(
      remove,
      ends.flatMap((row) => readKey(table, row)),
    );
    advance(page.count);
  }
}
