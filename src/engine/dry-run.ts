/** Runs work that is undone however it ends. Everything in it happens but what would follow the commit. */
import type { Executor } from "./executor.ts";

/** Carries a result past the transaction that it undoes. */
class DryEnd<T> extends Error {
  readonly result: T;

  constructor(result: T) {
    super("A dry run was undone.");
    this.result = result;
  }
}

/**
 * Runs `work` in a transaction that is always undone, or in an open one as a part of it that is; what it answered, or its
 * error. Hooks run as ever, but none after the commit.
 */
export async function runDry<T>(executor: Executor, work: (inside: Executor) => Promise<T>): Promise<T> {
  const ends: DryEnd<T>[] = [];
  try {
    return await executor.attempt(async (inside) => {
      const end = new DryEnd(await work(inside));
      ends.push(end);
      throw end;
    });
  } catch (error) {
    const [end] = ends;
    if (end === undefined || error !== end) throw error;
    return end.result;
  }
}
