/** What the phases of a move share: two stores, open on the schema of its plan, and how progress is shown. */
import type { Store } from "../stores/contract/store.ts";
import type { MoveTable } from "./move-table.ts";

/** Shows how far one piece of work has come. */
export interface MoveProgress {
  /** Some more steps are done. */
  advance(steps: number): void;
  /** The work is done. */
  stop(): void;
}

/** The stores of a move and its audience. */
export interface MoveContext {
  /** Where the rows are. Only read. */
  readonly source: Store;
  readonly target: Store;
  /** In the order of writing. */
  readonly tables: readonly MoveTable[];
  /** Shows a piece of work called `label` that has `total` steps. */
  readonly progress: (label: string, total: number) => MoveProgress | Promise<MoveProgress>;
}

/** Shows some work with a number of steps; a table without rows needs no bar. */
export async function showProgress<T>(
  context: MoveContext,
  { label, total, done = 0 }: { readonly label: string; readonly total: number; readonly done?: number },
  work: (advance: (steps: number) => void) => Promise<T>,
): Promise<T> {
  if (total === 0) return work(() => undefined);
  const progress = await context.progress(label, total);
  if (done > 0) progress.advance(done);
  try {
    return await work((steps) => progress.advance(steps));
  } finally {
    progress.stop();
  }
}
