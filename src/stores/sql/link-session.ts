/**
 * What the code of a transaction works with on a server: one statement after the other, each undone alone when it fails.
 * It neither begins nor ends the transaction.
 */
import { FootingError } from "../../errors/footing-error.ts";
import type { Plan, WritePlan } from "../../plan/plan.ts";
import type { SqlCall, SqlDoor } from "../contract/sql-door.ts";
import type { Abort, ResultOf, Statement, Transaction, Values } from "../contract/store.ts";
import { isSingle } from "./program-shape.ts";
import { isLost } from "./server-failure.ts";
import { type Bulk, runBulk, runReading, type ServerKind } from "./server-kind.ts";
import { type Line, type OwnLine, type ServerLink, type ServerResult, withAbort } from "./server-link.ts";
import { compiledOf } from "./sql-statement.ts";

/** A statement on its way. */
interface Sent<T> {
  readonly answer: Promise<T>;
  /** Whether all of it has been sent. */
  readonly isSent: boolean;
}

/** The session of one transaction. */
export class LinkSession<V, R extends ServerResult> implements Transaction {
  readonly #link: ServerLink<V, R>;
  readonly #kind: ServerKind<V, R>;
  #last: Promise<unknown> = Promise.resolve();
  /** Without savepoints: when the next statement may be sent. */
  #gate: Promise<unknown> = Promise.resolve();
  #unanswered = 0;
  /** Statements that were sent as a whole, and who waits for a number of them. */
  #sent = 0;
  readonly #waiting = Promise.withResolvers<void>();
  #wanted: number | null = null;
  /** Whether something was tried before an earlier statement was answered, so that why it fails may depend on that. */
  #isAhead = false;
  #isOpen = true;
  /** How many parts are open inside one another: on some servers a savepoint replaces another of its name. */
  #depth = 0;
  /** Why the server undid the whole transaction, although the code has not ended yet. */
  #broken: unknown = null;

  readonly #isGuarded: boolean;
  #isUndone = false;
  #isUnexplained = false;

  /** `isGuarded`: whether a statement that fails is undone alone. Where not, it ends the transaction. */
  constructor(link: ServerLink<V, R>, kind: ServerKind<V, R>, isGuarded: boolean) {
    this.#link = link;
    this.#kind = kind;
    this.#isGuarded = isGuarded;
  }

  execute<P extends Plan>(statement: Statement<P>, values: Values, abort?: Abort): Promise<ResultOf<P>> {
    const compiled = compiledOf(statement);
    const line = this.#line(abort);
    const run = (): Promise<ResultOf<Plan>> => {
      if (compiled.kind !== "write") return runReading(this.#kind, line, { compiled, values });
      const write = { program: compiled.program, values };
      return this.#isGuarded ? this.#kind.runGuarded(line, write) : this.#kind.runBare(line, write);
    };
    const isSent = compiled.kind !== "write" || isSingle(compiled.program);
    const result = this.#isGuarded ? this.#guard(run, true) : this.#pass(() => ({ answer: run(), isSent }));
    // TypeScript cannot follow that the kind of the plan decides the kind of the answer.
    return result as Promise<ResultOf<P>>;
  }

  executeMany(
    statement: Statement<WritePlan>,
    rows: Iterable<Values>,
    onRow: (row: number) => void = () => undefined,
  ): Promise<number> {
    const line = this.#line(undefined);
    const bulk = { statement, rows, onRow };
    const run = () => runBulk(this.#kind, line, bulk);
    if (this.#isGuarded) return this.#guard(run, false);
    return this.#pass(() => {
      const answer = this.#sendBulk(line, bulk);
      return { answer: answer ?? run(), isSent: answer !== null };
    });
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
    const run = (call: SqlCall) => this.#kind.runOwn(this.#line(undefined), call);
    return {
      grammar,
      run: (call) =>
        this.#isGuarded
          ? this.#guard(() => run(call), false)
          : this.#pass(() => ({ answer: run(call), isSent: false })),
    };
  }

  /** Resolves when so many statements have been sent, each as a whole; never, when one of them must wait for an answer. */
  whenSent(count: number): Promise<void> {
    this.#wanted = count;
    return this.#waiting.promise;
  }

  /** Whether the server said that it undid the whole transaction because others were in its way. */
  get isUndone(): boolean {
    return this.#isUndone;
  }

  /** Whether the transaction ended with a refusal of the server that a guarded session would explain, or get over. */
  get isUnexplained(): boolean {
    return this.#isUnexplained;
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

  /** Nothing is sent of rows of which one cannot be made, so that nothing tells whether an earlier one fails first. */
  #sendBulk(line: Line<V, R>, bulk: Bulk): Promise<number> | null {
    try {
      return this.#kind.sendBulk(line, bulk);
    } catch (error) {
      this.#isAhead = true;
      throw error;
    }
  }

  /** One after the other: savepoints nest. */
  #guard<T>(run: () => Promise<T>, isRepeatable: boolean): Promise<T> {
    const result = this.#last.then(() => this.#runGuarded(run, isRepeatable));
    this.#last = result.catch(() => undefined);
    return result;
  }

  /** One behind the other: what is sent as a whole lets the next one pass before it is answered. */
  #pass<T>(send: () => Sent<T>): Promise<T> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const result = this.#gate.then(() => this.#runBare(send, resolve)).finally(resolve);
    this.#gate = promise;
    this.#last = Promise.allSettled([this.#last, result]);
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

  async #runBare<T>(send: () => Sent<T>, pass: () => void): Promise<T> {
    if (!this.#isOpen) throw createEndedError();
    if (this.#broken !== null) throw this.#broken;
    this.#isAhead ||= this.#unanswered > 0;
    this.#unanswered += 1;
    try {
      const { answer, isSent } = send();
      if (isSent && this.#kind.keepsOrder) {
        pass();
        this.#sent += 1;
        if (this.#sent === this.#wanted) this.#waiting.resolve();
      }
      return await answer;
    } catch (error) {
      throw this.#break(error);
    } finally {
      this.#unanswered -= 1;
    }
  }

  /** The first failure ends the transaction; what fails behind it fails because of it. */
  #break(error: unknown): unknown {
    if (this.#broken !== null) return this.#broken;
    const { classifyError, translateError } = this.#kind;
    const kind = classifyError(error);
    this.#isUndone = kind === "undone";
    const isExplained = error instanceof FootingError && !this.#isAhead;
    this.#isUnexplained = (kind === null || kind === "stale") && !isLost(error) && !isExplained;
    this.#broken = translateError(error);
    return this.#broken;
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
