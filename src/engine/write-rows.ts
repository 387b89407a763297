/** Sends rows that one statement writes to the store, each a whole write. What fails is led by the place of its row. */
import type { WritePlan } from "../plan/plan.ts";
import type { Values } from "../stores/contract/store.ts";
import { leadError } from "./at-path.ts";
import type { Prepared } from "./prepared.ts";
import type { Run } from "./run.ts";

/** Rows that follow each other. */
export interface WrittenRows {
  readonly prepared: Prepared<WritePlan>;
  /** What making them throws says itself which row it is about. */
  readonly rows: Iterable<Values>;
  /** The place of the first. */
  readonly start: number;
}

/**
 * Writes the rows in order, all or nothing; their number.
 * @throws FootingError of the first row that fails, as of a write of that row alone.
 */
export async function writeRows(run: Run, { prepared, rows, start }: WrittenRows): Promise<number> {
  let at = start;
  const unmade = new Set<unknown>();
  function* make(): Generator<Values> {
    try {
      yield* rows;
    } catch (error) {
      unmade.add(error);
      throw error;
    }
  }
  try {
    return await run.session.executeMany(prepared.compiled.statement, make(), (row) => {
      at = start + row;
    });
  } catch (error) {
    throw unmade.has(error) ? error : leadError(`/${at}`, error);
  }
}
