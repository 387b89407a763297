/**
 * Transactions: our own, which are begun again when another was in the way, and those of an app's code, which are not.
 * A commit without an answer is reported as such and never sent again.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { FootingError } from "../../errors/footing-error.ts";
import type { CreatePlan, Plan } from "../../plan/plan.ts";
import type { ResultOf, Session, Statement, Values, WriteResult } from "../contract/store.ts";
import { isFlight, isSingle } from "../sql/program-shape.ts";
import { createUnknownOutcome, isLost } from "../sql/server-failure.ts";
import type { SqlProgram } from "../sql/sql-program.ts";
import { compiledOf } from "../sql/sql-statement.ts";
import { type Address, nameAddress } from "./address.ts";
import { runBulk } from "./bulk.ts";
import type { Link } from "./driver.ts";
import { isConflict, readRefusal, translateError } from "./failure.ts";
import { BEGIN, runFlight, runGuarded, runReading, runSingle, sendAhead } from "./session.ts";

/** How often a write of our own is tried when others are in its way. */
const MAX_TRIES = 8;

/** Runs one write as a transaction of its own. */
export async function runWrite(
  link: Link,
  address: Address,
  { program, values }: { readonly program: SqlProgram; readonly values: Values },
): Promise<WriteResult> {
  for (let tries = 1; ; tries++) {
    try {
      return isSingle(program) || isFlight(program)
        ? await tryAtOnce(link, address, { program, values })
        : await runTransaction(link, address, { begin: BEGIN, work: () => runGuarded(link, program, values) });
    } catch (error) {
      // A refusal that nothing explains was about rows that another transaction changed meanwhile.
      const isRace = isConflict(error) || readRefusal(error) !== null;
      if (!isRace) throw error;
      if (tries === MAX_TRIES) throw createCrowdedError(error);
      await sleep(Math.random() * 2 ** tries);
    }
  }
}

/** A transaction of an app's code. */
export interface WorkOptions<T> {
  readonly address: Address;
  /** In milliseconds; then the transaction is undone with FTG_TIMEOUT. */
  readonly timeout: number;
  readonly work: (session: Session) => Promise<T>;
  /** Asks the server to end what a process does. */
  readonly cancel: (process: string) => Promise<void>;
}

/** Runs an app's work in one serializable transaction: committed when it resolves, undone when it rejects. */
export async function runWork<T>(link: Link, { address, timeout, work, cancel }: WorkOptions<T>): Promise<T> {
  const session = new LinkSession(link, address);
  await link.exec("BEGIN ISOLATION LEVEL SERIALIZABLE");
  let value: T;
  try {
    value = await withTimeout(work(session), timeout);
    await session.end();
  } catch (error) {
    session.close();
    await interrupt(link, cancel);
    await rollback(link);
    throw error;
  }
  await commit(link, address);
  return value;
}

/** Runs work of our own between BEGIN and COMMIT. Another transaction's being in the way ends it. */
export async function runTransaction<T>(
  link: Link,
  address: Address,
  { begin, work }: { readonly begin: string; readonly work: () => Promise<T> },
): Promise<T> {
  const begun = sendAhead(link.exec(begin));
  let value: T;
  try {
    value = await work();
    await begun;
  } catch (error) {
    await begun.catch(() => undefined);
    await rollback(link);
    throw error;
  }
  await commit(link, address);
  return value;
}

/** Runs a write whose commit is on its way before the first answer comes. */
async function tryAtOnce(
  link: Link,
  address: Address,
  { program, values }: { readonly program: SqlProgram; readonly values: Values },
): Promise<WriteResult> {
  try {
    return await (isSingle(program) ? runSingle(link, program, values) : runFlight(link, program, values));
  } catch (error) {
    throw isLost(error) ? createUnknownOutcome(nameAddress(address), error) : error;
  }
}

/** Sends the commit; what the server does not answer is unknown. */
async function commit(link: Link, address: Address): Promise<void> {
  try {
    const { command } = await link.exec("COMMIT");
    if (command !== "COMMIT")
      throw new FootingError("FTG_INTERNAL", { detail: "The transaction was broken and has been undone." });
  } catch (error) {
    throw isLost(error) ? createUnknownOutcome(nameAddress(address), error) : error;
  }
}

/** Ends a statement that still runs. */
async function interrupt(link: Link, cancel: (process: string) => Promise<void>): Promise<void> {
  if (link.load === 0) return;
  if (link.process === null) return link.destroy();
  await cancel(link.process).catch(() => link.destroy());
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
  readonly #address: Address;
  #last: Promise<unknown> = Promise.resolve();
  #isOpen = true;
  /** Why the server undid the whole transaction, although the code has not ended yet. */
  #broken: unknown = null;

  constructor(link: Link, address: Address) {
    this.#link = link;
    this.#address = address;
  }

  execute<P extends Plan>(statement: Statement<P>, values: Values): Promise<ResultOf<P>> {
    return this.#guard(() => {
      const compiled = compiledOf(statement);
      const answer: Promise<ResultOf<Plan>> =
        compiled.kind === "write"
          ? runGuarded(this.#link, compiled.program, values)
          : runReading(this.#link, compiled, values);
      // TypeScript cannot follow that the kind of the plan decides the kind of the answer.
      return answer as Promise<ResultOf<P>>;
    });
  }

  executeMany(statement: Statement<CreatePlan>, rows: Iterable<Values>): Promise<number> {
    return this.#guard(() => runBulk(this.#link, statement, rows));
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
    const guard = sendAhead(this.#link.exec("SAVEPOINT footing"));
    try {
      const value = await run();
      await guard;
      await this.#link.exec("RELEASE footing");
      return value;
    } catch (error) {
      await guard.catch(() => undefined);
      const failure = translateError(error, this.#address);
      if (isLost(error) || isConflict(error)) this.#broken = failure;
      else await this.#undo();
      throw failure;
    }
  }

  async #undo(): Promise<void> {
    try {
      await this.#link.exec("ROLLBACK TO footing; RELEASE footing");
    } catch (error) {
      this.#broken = translateError(error, this.#address);
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
