/**
 * Keeps the writes of one open transaction apart that are made of several: what undoes one must not take along what another
 * wrote meanwhile. It undoes nothing itself.
 */

/** Whose turn it is to write in one transaction. */
export class WriteTurns {
  /** The end of the last write that runs alone; null when none does. */
  #last: Promise<void> | null = null;

  /** Runs a write of several when all that was asked for before is done; what is asked for later waits for it. */
  async alone<T>(work: () => Promise<T>): Promise<T> {
    const before = this.#last;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#last = promise;
    try {
      await before;
      return await work();
    } finally {
      if (this.#last === promise) this.#last = null;
      resolve();
    }
  }

  /** Runs a write of one, which nothing can come between: at once where no write runs alone. */
  behind<T>(work: () => Promise<T>): Promise<T> {
    return this.#last === null ? work() : this.#last.then(work);
  }
}
