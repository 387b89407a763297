/**
 * The one place that writes: a queue in front of the writing connection. Writes that wait together are committed
 * together, each behind a savepoint of its own; a transaction has the connection for itself. Nobody is told of
 * success before the commit is on disk.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { FootingError } from "../../errors/footing-error.ts";
import type { Connection } from "./driver.ts";
import { isBusy, translateError } from "./failure.ts";

/** Most writes in one commit, so that the first does not wait for thousands. */
const MAX_GROUP = 512;
/** How long a write waits for another program's lock, in milliseconds. */
const LOCK_TIMEOUT = 5000;
/** The longest pause between two tries for the lock, in milliseconds. */
const LOCK_PAUSE = 25;

/** One write in the queue. */
interface Job {
  readonly kind: "write";
  readonly run: () => unknown;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** A transaction in the queue. `run` settles when it is over and never rejects. */
interface Turn {
  readonly kind: "turn";
  readonly run: () => Promise<void>;
}

/** What the work of a transaction is given. */
export interface WriterTurn {
  /** Runs one write, which alone is undone when it fails. */
  run<R>(write: () => R): R;
  /** Runs a part of the work; what it rejects with undoes all writes since it began. */
  attempt<R>(part: () => Promise<R>): Promise<R>;
}

/** What a transaction may do while it has the writer. */
export interface TransactionOptions<T> {
  readonly work: (turn: WriterTurn) => Promise<T>;
  /** In milliseconds; then the transaction is undone with FTG_TIMEOUT. */
  readonly timeout: number;
}

/** The queue of one writing connection. */
export class Writer {
  readonly #connection: Connection;
  readonly #path: string;
  readonly #queue: (Job | Turn)[] = [];
  #running: Promise<void> | null = null;
  #commits = 0;

  constructor(connection: Connection, path: string) {
    this.#connection = connection;
    this.#path = path;
  }

  /** Transactions committed so far. */
  get commits(): number {
    return this.#commits;
  }

  /** Runs one write with others that wait; settles after their commit. What it throws undoes it alone. */
  write<T>(run: () => T): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    // The queue holds writes of many types; `run` makes what `resolve` takes.
    this.#push({ kind: "write", run, resolve: resolve as (value: unknown) => void, reject });
    return promise;
  }

  /** Gives the writer to one piece of asynchronous work; settles after its commit or its end. */
  transact<T>(options: TransactionOptions<T>): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    this.#push({ kind: "turn", run: () => this.#runTurn(options).then(resolve, reject) });
    return promise;
  }

  /** Settles when nothing runs and nothing waits. */
  async drain(): Promise<void> {
    while (this.#running !== null) await this.#running;
  }

  #push(entry: Job | Turn): void {
    this.#queue.push(entry);
    this.#running ??= this.#runQueue();
  }

  async #runQueue(): Promise<void> {
    // Every request of this round of the event loop gets to join the first group.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#queue.length > 0) {
      const [first] = this.#queue;
      if (first?.kind === "turn") {
        this.#queue.shift();
        await first.run();
      } else await this.#runGroup(this.#takeGroup());
    }
    this.#running = null;
  }

  #takeGroup(): readonly Job[] {
    const end = this.#queue.findIndex((entry) => entry.kind === "turn");
    const group = this.#queue.splice(0, Math.min(end < 0 ? this.#queue.length : end, MAX_GROUP));
    return group.filter((entry) => entry.kind === "write");
  }

  async #runGroup(jobs: readonly Job[]): Promise<void> {
    const settle: (() => void)[] = [];
    try {
      await this.#begin();
      for (const job of jobs) settle.push(this.#runJob(job));
      this.#commit();
    } catch (error) {
      const failure = translateError(error, this.#path);
      for (const job of jobs) job.reject(failure);
      return this.#rollback();
    }
    for (const done of settle) done();
  }

  /** Runs one write; how to settle it once the commit is on disk. Throws when the whole group is lost. */
  #runJob(job: Job): () => void {
    try {
      const value = this.#runGuarded(job.run);
      return () => job.resolve(value);
    } catch (error) {
      if (!this.#connection.isTransaction) throw error;
      const failure = translateError(error, this.#path);
      return () => job.reject(failure);
    }
  }

  #runGuarded<R>(run: () => R): R {
    this.#connection.command("SAVEPOINT footing");
    try {
      const value = run();
      this.#connection.command("RELEASE footing");
      return value;
    } catch (error) {
      // After some errors (a full disk) SQLite has ended the whole transaction already.
      if (this.#connection.isTransaction) this.#connection.exec("ROLLBACK TO footing; RELEASE footing");
      throw error;
    }
  }

  /** Runs part of a turn behind a savepoint. The turn may be over before its part is. */
  async #attempt<R>(part: () => Promise<R>, requireOpen: () => void): Promise<R> {
    this.#connection.command("SAVEPOINT footing_part");
    try {
      const value = await part();
      requireOpen();
      this.#connection.command("RELEASE footing_part");
      return value;
    } catch (error) {
      requireOpen();
      this.#connection.exec("ROLLBACK TO footing_part; RELEASE footing_part");
      throw error;
    }
  }

  async #runTurn<T>({ work, timeout }: TransactionOptions<T>): Promise<T> {
    const turn = { isOpen: true };
    const requireOpen = (): void => {
      if (!turn.isOpen || !this.#connection.isTransaction) throw createEndedError();
    };
    const run = <R>(write: () => R): R => {
      requireOpen();
      return this.#runGuarded(write);
    };
    const attempt = <R>(part: () => Promise<R>): Promise<R> => {
      requireOpen();
      return this.#attempt(part, requireOpen);
    };
    try {
      await this.#begin();
      const value = await withTimeout(work({ run, attempt }), timeout);
      turn.isOpen = false;
      this.#commit();
      return value;
    } catch (error) {
      turn.isOpen = false;
      this.#rollback();
      throw translateError(error, this.#path);
    }
  }

  /** Takes the lock of the file. While another program has it, tries again without blocking this process. */
  async #begin(): Promise<void> {
    const end = performance.now() + LOCK_TIMEOUT;
    for (;;) {
      try {
        return this.#connection.command("BEGIN IMMEDIATE");
      } catch (error) {
        if (!isBusy(error) || performance.now() > end) throw error;
        await sleep(1 + Math.random() * LOCK_PAUSE);
      }
    }
  }

  #commit(): void {
    this.#connection.command("COMMIT");
    this.#commits += 1;
  }

  #rollback(): void {
    if (this.#connection.isTransaction) this.#connection.exec("ROLLBACK");
  }
}

function createEndedError(): FootingError {
  return new FootingError("FTG_INTERNAL", {
    detail: "The transaction has ended.",
    fix: "Await every query inside the transaction.",
  });
}

async function withTimeout<T>(work: Promise<T>, timeout: number): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    const detail = `The transaction took longer than ${timeout} ms and was undone.`;
    reject(
      new FootingError("FTG_TIMEOUT", {
        detail,
        fix: "Do less in one transaction, and wait for nothing else inside it.",
      }),
    );
  }, timeout);
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}
