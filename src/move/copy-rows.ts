/**
 * Copies the rows of one table in key order, a page in one transaction each, so that the rows in the target are always
 * the first ones of the source. The next page is read while one is written.
 */
import type { Values } from "../stores/contract/store.ts";
import type { BegunCopy } from "./inspect-target.ts";
import { type MoveContext, showProgress } from "./move-context.ts";
import { createCountPlan, createCreatePlan, createFillPlan, listCreateValues, listFillValues } from "./move-plans.ts";
import { isTied, type MoveTable, mustWait } from "./move-table.ts";
import { type Page, RowReader } from "./row-reader.ts";

/** Copies the rows behind those that are there already; the number of rows copied. */
export async function copyRows(
  context: MoveContext,
  table: MoveTable,
  { begun, total }: { readonly begun: BegunCopy; readonly total: number },
): Promise<number> {
  const label = table.model.name;
  return showProgress(context, { label, total, done: begun.rows }, async (advance) => {
    const reader = new RowReader(context.source, table, { after: begun.last });
    const insert = context.target.compile(createCreatePlan(table));
    let copied = 0;
    let page = await reader.next();
    while (page !== null) {
      // Writing begins first: a store in this process would otherwise read before it sends anything.
      const writing = context.target.executeMany(insert, listValues(table, page));
      const [, next]: [number, Page | null] = await Promise.all([writing, reader.next()]);
      copied += page.count;
      advance(page.count);
      page = next;
    }
    return copied;
  });
}

/** Sets the refs that had to wait until all rows are there. Doing it twice does no harm. */
export async function fillRefs(context: MoveContext, table: MoveTable): Promise<void> {
  const { source } = context;
  if (table.deferred.length === 0) return;
  const { count } = await source.execute(source.compile(createCountPlan(table, table.deferred)), []);
  const names = table.deferred.map(({ name }) => name).join(", ");
  await showProgress(context, { label: `${table.model.name}: ${names}`, total: count }, (advance) =>
    setRefs(context, table, { to: "row", advance }),
  );
}

/**
 * Takes the refs that would hold rows back out of the way, so that the target can be emptied: all of them, since some
 * engines delete the rows of one statement in an order of their own.
 */
export async function loosenRefs(context: MoveContext, table: MoveTable): Promise<void> {
  if (table.deferred.length > 0) await setRefs(context, table, { to: "stand-in", advance: () => undefined });
}

async function setRefs(
  { source, target }: MoveContext,
  table: MoveTable,
  { to, advance }: { readonly to: "row" | "stand-in"; readonly advance: (steps: number) => void },
): Promise<void> {
  const { key, deferred } = table;
  const fields = [...new Set([...key, ...deferred.flatMap(({ columns }) => columns)].map(({ field }) => field))];
  const reader = new RowReader(to === "row" ? source : target, table, { fields, having: deferred });
  const update = target.compile(createFillPlan(table));
  const isDue = to === "row" ? mustWait : isTied;
  for (let page = await reader.next(); page !== null; page = await reader.next()) {
    const waiting = page.rows().filter((row) => deferred.some((ref) => isDue(table, ref, row)));
    if (waiting.length > 0)
      await target.transact(async (session) => {
        for (const row of waiting) await session.execute(update, listFillValues(table, row, to));
      });
    advance(page.count);
  }
}

function* listValues(table: MoveTable, page: Page): Generator<Values> {
  for (const row of page.rows()) yield listCreateValues(table, row);
}
