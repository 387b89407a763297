/**
 * What the code of a transaction works with on a server: one statement after the other, each undone alone when it fails.
 * It neither begins nor ends the transaction.
 */
import { FootingError } from "../../errors/footing-error.ts";
import type { Plan, WritePlan } from "../../plan/plan.ts";
import type { SqlDoor } from "../contract/sql-door.ts";
import type { Abort, ResultOf, Statement, Transaction, Values } from "../contract/store.ts";
import { isLost } from "./server-failure.ts";
import { runReading, type ServerKind } from "./server-kind.ts";
import { type OwnLine, type ServerLink, type ServerResult, withAbort } from "./server-link.ts";
import { compiledOf } from "./sql-statement.ts";

/** The session of one transaction. */
export class LinkSession<V, R extends ServerResult> implements Transaction {
  readonly #link: ServerLink<V, R>;
  readonly #kind: ServerKind<V, R>;
  #last: Promise<unknown> = Promise.resolve();
  #isOpen = true;
  /** How many parts are open inside one another: on some servers a savepoint replaces another of its name. */
  #depth = 0;
  /** Why the server undid the whole transaction, although the code has not ended yet. */
  #broken: unknown = null;

  #isUndone = false;

  constructor(link: ServerLink<V, R>, kind: ServerKind<V, R>) {
    this.#link = link;
    this.#kind = kind;
  }

  execute<P extends Plan>(statement: Statement<P>, values: Values, abort?: Abort): Promise<ResultOf<P>> {
    const compiled = compiledOf(statement);
    const line = this.#line(abort);
    const run = (): Promise<ResultOf<Plan>> =>
      compiled.kind === "write"
        ? this.#kind.runGuarded(line, { program: compiled.program, values })
        : runReading(this.#kind, line, { compiled, values });
    // TypeScript cannot follow that the kind of the plan decides the kind of the answer.
    return this.#guard(run, true) as Promise<ResultOf<P>>;
  }

  executeMany(
    statement: Statement<WritePlan>,
    rows: Iterable<Values>,
    onRow: (row: number) => void = () => undefined,
  ): Promise<number> {
    return this.#guard(() => this.#kind.runBulk(this.#line(undefined), { statement, rows, onRow }), false);
  }

  async attempt<T>(work: () => Promise<T>): Promise<T> {
    const name = `footing_part${this.#depth}`;
    this.#depth += 1;
    try {
      await this.#command(`SAVEPOINT ${name}`);
      const value = await work();
      await this.#command(`RELEASE SAVEPOINT ${name}`);
      return value;
    } catch (error) {
      // What cannot be undone in part is undone as a whole.
      if (this.#isOpen && this.#broken === null)
        await this.#command(`ROLLBACK TO SAVEPOINT ${name}`).catch((failure: unknown) => {
          this.#broken = failure;
        });
      throw error;
    } finally {
      this.#depth -= 1;
    }
  }

  sql(): SqlDoor {
    const { grammar } = this.#kind;
    return { grammar, run: (call) => this.#guard(() => this.#kind.runOwn(this.#line(undefined), call), false) };
  }

  /** Whether the server said that it undid the whole transaction because others were in its way. */
  get isUndone(): boolean {
    return this.#isUndone;
  }

  /** Waits for what was asked, then takes no more work. */
  async end(): Promise<void> {
    for (let last: unknown; last !== this.#last; ) {
      last = this.#last;
      await last;
    }
    this.#isOpen = false;
    if (this.#broken !== null) throw this.#broken;
  }

  /** Takes no more work; what still runs is cancelled and waited for, so that nothing is sent behind a rollback. */
  async abandon(): Promise<void> {
    this.#isOpen = false;
    await this.#last;
  }

  /** Where statements go until their caller is gone or the transaction is. */
  #line(abort: Abort | undefined): OwnLine<V, R> {
    const isOver = () => !this.#isOpen || abort?.aborted === true;
    return withAbort(this.#link, {
      get aborted() {
        return isOver();
      },
    });
  }

  #command(sql: string): Promise<unknown> {
    const result = this.#last.then(() => {
      if (!this.#isOpen) throw createEndedError();
      if (this.#broken !== null) throw this.#broken;
      return this.#link.exec(sql);
    });
    this.#last = result.catch(() => undefined);
    return result;
  }

  /** One after the other: savepoints nest. */
  #guard<T>(run: () => Promise<T>, isRepeatable: boolean): Promise<T> {
    const result = this.#last.then(() => this.#runGuarded(run, isRepeatable));
    this.#last = result.catch(() => undefined);
    return result;
  }

  async #runGuarded<T>(run: () => Promise<T>, isRepeatable: boolean): Promise<T> {
    if (!this.#isOpen) throw createEndedError();
    if (this.#broken !== null) throw this.#broken;
    const { savepoint, classifyError, translateError } = this.#kind;
    const guard = sendAhead(this.#link.exec("SAVEPOINT footing"));
    try {
      const value = await run();
      await guard;
      if (savepoint.release !== null) await this.#link.exec(savepoint.release);
      return value;
    } catch (error) {
      await guard.catch(() => undefined);
      const kind = classifyError(error);
      if (kind === "undone") this.#isUndone = true;
      if (isLost(error) || kind === "undone") this.#broken = translateError(error);
      else await this.#undo();
      // The statement has been undone, and is prepared anew.
      if (kind === "stale" && isRepeatable) return this.#runGuarded(run, false);
      throw translateError(error);
    }
  }

  async #undo(): Promise<void> {
    try {
      await this.#link.exec(this.#kind.savepoint.undo);
    } catch (error) {
      this.#broken = this.#kind.translateError(error);
    }
  }
}

/** The answer to a statement that others follow before anybody waits for it: until then its failure is nobody's. */
export function sendAhead<T>(answer: Promise<T>): Promise<T> {
  answer.catch(() => undefined);
  return answer;
}

function createEndedError(): FootingError {
  return new FootingError("FTG_INTERNAL", {
    detail: "The transaction has ended.",
    fix: "Await every query inside the transaction.",
  });
}
