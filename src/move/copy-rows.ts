/**
 * Copies the rows of one table in key order, a page in one transaction each, so that the rows in the target are always
 * the first ones of the source. The next page is read while one is written.
 */
import type { Values } from "../stores/contract/store.ts";
import type { BegunCopy } from "./inspect-target.ts";
import { LongPages } from "./long-pages.ts";
import { type MoveContext, showProgress } from "./move-context.ts";
import { createCountPlan, createCreatePlan, createFillPlan, listCreateValues, listFillValues } from "./move-plans.ts";
import { listFields, type MoveTable, mustWait } from "./move-table.ts";
import { type Page, RowReader } from "./row-reader.ts";

/** Copies the rows behind those that are there already; the number of rows copied. */
export async function copyRows(
  context: MoveContext,
  table: MoveTable,
  { begun, total }: { readonly begun: BegunCopy; readonly total: number },
): Promise<number> {
  const { source, target } = context;
  const label = table.model.name;
  return showProgress(context, { label, total, done: begun.rows }, async (advance) => {
    const reader = new RowReader(source, table, { after: begun.last });
    const insert = target.compile(createCreatePlan(table));
    let copied = 0;
    await passPages(reader, async (page) => {
      await target.executeMany(insert, listNewRows(table, page));
      copied += page.count;
      advance(page.count);
    });
    return copied;
  });
}

/** Sets the refs that had to wait until all rows are there. Doing it twice does no harm. */
export async function fillRefs(context: MoveContext, table: MoveTable): Promise<void> {
  const { source, target } = context;
  const { key, deferred } = table;
  if (deferred.length === 0) return;
  const { count } = await source.execute(source.compile(createCountPlan(table, deferred)), []);
  const label = `${table.model.name}: ${deferred.map(({ name }) => name).join(", ")}`;
  await showProgress(context, { label, total: count }, async (advance) => {
    const fields = listFields([...key, ...deferred.flatMap(({ columns }) => columns)]);
    const reader = new RowReader(source, table, { fields, having: deferred });
    const update = target.compile(createFillPlan(table));
    await passPages(reader, async (page) => {
      const waiting = page.rows().filter((row) => deferred.some((ref) => mustWait(table, ref, row)));
      if (waiting.length > 0)
        await target.executeMany(
          update,
          waiting.map((row) => listFillValues(table, row)),
        );
      advance(page.count);
    });
  });
}

/** Reads a page while the one before it is written. */
async function passPages(reader: RowReader, write: (page: Page) => Promise<void>): Promise<void> {
  const long = new LongPages();
  let page = await reader.next();
  while (page !== null) {
    // Writing begins first: a store in this process would otherwise read before it sends anything.
    const writing = write(page);
    const [, next]: [unknown, Page | null] = await Promise.all([writing, reader.next()]);
    long.pass(page);
    page = next;
  }
}

function* listNewRows(table: MoveTable, page: Page): Generator<Values> {
  for (const row of page.rows()) yield listCreateValues(table, row);
}
