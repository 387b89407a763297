/**
 * Transactions: our own, which are begun again when another was in the way, and those of an app's code, which are not.
 * A commit without an answer is reported as such and never sent again.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { FootingError } from "../../errors/footing-error.ts";
import type { CreatePlan, Plan } from "../../plan/plan.ts";
import type { ResultOf, Session, Statement, Values, WriteResult } from "../contract/store.ts";
import { isFlight, isSingle } from "../sql/program-shape.ts";
import type { ReadRefusal } from "../sql/run-program.ts";
import { createUnknownOutcome, isLost } from "../sql/server-failure.ts";
import { compiledOf } from "../sql/sql-statement.ts";
import { type Address, nameAddress } from "./address.ts";
import { runBulk } from "./bulk.ts";
import type { Link } from "./driver.ts";
import { isConflict, isDeadlock, isRefusal, translateError } from "./failure.ts";
import { runFlight, runGuarded, runReading, type Write } from "./session.ts";

/** How often a write of our own is tried when others are in its way. */
const MAX_TRIES = 8;

/** What every transaction of a store has at hand. */
export interface Surroundings {
  readonly address: Address;
  readonly readRefusal: ReadRefusal;
}

/** Runs one write as a transaction of its own. */
export async function runWrite(link: Link, { address }: Surroundings, write: Write): Promise<WriteResult> {
  for (let tries = 1; ; tries++) {
    try {
      if (isSingle(write.program)) return await runAlone(link, address, write);
      const work = () => (isFlight(write.program) ? runFlight(link, write) : runGuarded(link, write));
      return await runTransaction(link, address, work);
    } catch (error) {
      // A refusal that nothing explains was about rows that another transaction changed meanwhile.
      if (!isConflict(error) && !isRefusal(error)) throw error;
      if (tries === MAX_TRIES) throw createCrowdedError(error);
      await sleep(Math.random() * 2 ** tries);
    }
  }
}

/** A transaction of an app's code. */
export interface WorkOptions<T> extends Surroundings {
  /** In milliseconds; then the transaction is undone with FTG_TIMEOUT. */
  readonly timeout: number;
  readonly work: (session: Session) => Promise<T>;
}

/** Runs an app's work in one serializable transaction: committed when it resolves, undone when it rejects. */
export async function runWork<T>(link: Link, { timeout, work, ...surroundings }: WorkOptions<T>): Promise<T> {
  const session = new LinkSession(link, surroundings);
  await link.exec("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE");
  await link.exec("BEGIN");
  let value: T;
  try {
    value = await withTimeout(work(session), timeout);
    await session.end();
  } catch (error) {
    session.close();
    // A statement that still runs goes with its connection, and the server undoes all.
    if (link.load > 0) await link.destroy();
    else await rollback(link);
    throw error;
  }
  await commit(link, surroundings.address);
  return value;
}

/** Runs work of our own between BEGIN and COMMIT. Another transaction's being in the way ends it. */
export async function runTransaction<T>(link: Link, address: Address, work: () => Promise<T>): Promise<T> {
  const begun = start(link, "BEGIN");
  let value: T;
  try {
    value = await work();
    await begun;
  } catch (error) {
    await rollback(link);
    throw error;
  }
  await commit(link, address);
  return value;
}

/** Sends a statement that others follow at once. Who sends them finds out with theirs that it failed. */
function start(link: Link, sql: string): Promise<unknown> {
  const started = link.exec(sql);
  started.catch(() => undefined);
  return started;
}

/** Runs a write of a single statement, which commits itself. */
async function runAlone(link: Link, address: Address, write: Write): Promise<WriteResult> {
  try {
    return await runGuarded(link, write);
  } catch (error) {
    throw isLost(error) ? createUnknownOutcome(nameAddress(address), error) : error;
  }
}

/** Sends the commit; what the server does not answer is unknown. */
async function commit(link: Link, address: Address): Promise<void> {
  try {
    await link.exec("COMMIT");
  } catch (error) {
    throw isLost(error) ? createUnknownOutcome(nameAddress(address), error) : error;
  }
}

/** Undoes what is open. A connection that ended has undone it already. */
async function rollback(link: Link): Promise<void> {
  try {
    await link.exec("ROLLBACK");
  } catch {
    await link.destroy();
  }
}

/** What the code of a transaction works with: one statement after the other, each undone alone when it fails. */
class LinkSession implements Session {
  readonly #link: Link;
  readonly #surroundings: Surroundings;
  #last: Promise<unknown> = Promise.resolve();
  #isOpen = true;
  /** Why the server undid the whole transaction, although the code has not ended yet. */
  #broken: unknown = null;

  constructor(link: Link, surroundings: Surroundings) {
    this.#link = link;
    this.#surroundings = surroundings;
  }

  execute<P extends Plan>(statement: Statement<P>, values: Values): Promise<ResultOf<P>> {
    return this.#guard(() => {
      const compiled = compiledOf(statement);
      const { readRefusal } = this.#surroundings;
      const answer: Promise<ResultOf<Plan>> =
        compiled.kind === "write"
          ? runGuarded(this.#link, { program: compiled.program, values, readRefusal })
          : runReading(this.#link, compiled, values);
      // TypeScript cannot follow that the kind of the plan decides the kind of the answer.
      return answer as Promise<ResultOf<P>>;
    });
  }

  executeMany(statement: Statement<CreatePlan>, rows: Iterable<Values>): Promise<number> {
    return this.#guard(() => runBulk(this.#link, { statement, rows, readRefusal: this.#surroundings.readRefusal }));
  }

  /** Waits for what runs, then takes no more work. */
  async end(): Promise<void> {
    await this.#last;
    this.#isOpen = false;
    if (this.#broken !== null) throw this.#broken;
  }

  /** Takes no more work. */
  close(): void {
    this.#isOpen = false;
  }

  /** One after the other: savepoints nest. */
  #guard<T>(run: () => Promise<T>): Promise<T> {
    const result = this.#last.then(() => this.#runGuarded(run));
    this.#last = result.catch(() => undefined);
    return result;
  }

  async #runGuarded<T>(run: () => Promise<T>): Promise<T> {
    if (!this.#isOpen) throw createEndedError();
    if (this.#broken !== null) throw this.#broken;
    const guard = start(this.#link, "SAVEPOINT footing");
    try {
      const value = await run();
      await guard;
      return value;
    } catch (error) {
      const failure = translateError(error, this.#surroundings.address);
      if (isLost(error) || isDeadlock(error)) this.#broken = failure;
      else await this.#undo();
      throw failure;
    }
  }

  async #undo(): Promise<void> {
    try {
      await this.#link.exec("ROLLBACK TO footing");
    } catch (error) {
      this.#broken = translateError(error, this.#surroundings.address);
    }
  }
}

function createEndedError(): FootingError {
  return new FootingError("FTG_INTERNAL", {
    detail: "The transaction has ended.",
    fix: "Await every query inside the transaction.",
  });
}

function createCrowdedError(cause: unknown): FootingError {
  return new FootingError("FTG_BUSY", {
    detail: `Other transactions were in the way of this change ${MAX_TRIES} times.`,
    headers: { "Retry-After": "1" },
    cause,
  });
}

async function withTimeout<T>(work: Promise<T>, timeout: number): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    const detail = `The transaction took longer than ${timeout} ms and was undone.`;
    const fix = "Do less in one transaction, and wait for nothing else inside it.";
    reject(new FootingError("FTG_TIMEOUT", { detail, fix }));
  }, timeout);
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}
