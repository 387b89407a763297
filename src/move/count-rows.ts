/** Counts the rows of each table of a store. */
import type { Store } from "../stores/contract/store.ts";
import { createCountPlan } from "./move-plans.ts";
import type { MoveTable } from "./move-table.ts";

/** The number of rows by table name. */
export async function countRows(store: Store, tables: readonly MoveTable[]): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>();
  for (const table of tables) {
    const { count } = await store.execute(store.compile(createCountPlan(table)), []);
    counts.set(table.model.name, count);
  }
  return counts;
}
