/**
 * A store that keeps rows in this process: the executable semantics that every other store is tested against,
 * and a store for the tests of apps. Plain loops, right rather than fast; nothing survives the process.
 */
import { randomBytes } from "node:crypto";
import { FootingError } from "../../errors/footing-error.ts";
import type { Plan, WritePlan } from "../../plan/plan.ts";
import type { Schema } from "../../schema/schema-model.ts";
import type { Capabilities } from "../contract/capabilities.ts";
import type { OpenOptions, ResultOf, Statement, Store, Transaction, Values } from "../contract/store.ts";
import { aggregateRows } from "./aggregator.ts";
import { capabilities } from "./capabilities.ts";
import type { Context, Database } from "./database.ts";
import { countRows, readRows } from "./renderer.ts";
import { createRow, deleteRows, updateRows } from "./writer.ts";

/**
 * Makes an empty store that lives as long as the process. It answers exactly as the others do, but by looking
 * at every row: for tests and small fixtures, not for production.
 *
 * @example
 * ```ts
 * import { createMemoryStore } from "footing/testing";
 *
 * const store = createMemoryStore();
 * store.capabilities.durability; // "none"
 * ```
 */
export function createMemoryStore(): Store {
  return new MemoryStore();
}

class MemoryStore implements Store {
  readonly capabilities: Capabilities = capabilities;
  readonly #secret = randomBytes(32);
  #schema: Schema | null = null;
  #data: Database = new Map();
  /** Settles when the last writer that was let in is done: writers take turns. */
  #turn: Promise<unknown> = Promise.resolve();

  async open(schema: Schema, _options: OpenOptions): Promise<void> {
    if (this.#schema !== null && this.#schema.fingerprint !== schema.fingerprint) {
      throw new FootingError("FTG_DATABASE_MISMATCH", {
        detail: "The memory store holds rows of another schema.",
        fix: "Give each schema its own store.",
      });
    }
    this.#schema = schema;
  }

  compile<P extends Plan>(plan: P): Statement<P> {
    return Object.freeze({ plan });
  }

  async execute<P extends Plan>(statement: Statement<P>, values: Values): Promise<ResultOf<P>> {
    if (isReading(statement.plan)) return run(this.#context(this.#data, values), statement.plan);
    return this.transact((session) => session.execute(statement, values));
  }

  async executeMany(
    statement: Statement<WritePlan>,
    rows: Iterable<Values>,
    onRow?: (row: number) => void,
  ): Promise<number> {
    return this.transact((session) => session.executeMany(statement, rows, onRow));
  }

  transact<T>(work: (session: Transaction) => Promise<T>): Promise<T> {
    const result = this.#turn.then(async () => {
      const session = new MemorySession(this.#context(this.#data, []));
      try {
        const answer = await work(session);
        this.#data = session.rows();
        return answer;
      } finally {
        session.end();
      }
    });
    this.#turn = result.catch(() => undefined);
    return result;
  }

  sql(): never {
    return refuseSql();
  }

  secret(): Buffer {
    return this.#secret;
  }

  async ping(): Promise<void> {
    this.#context(this.#data, []);
  }

  async close(): Promise<void> {
    await this.#turn;
  }

  #context(data: Database, values: Values): Context {
    if (this.#schema === null) throw new FootingError("FTG_DATABASE", { detail: "The memory store is not open." });
    return { schema: this.#schema, data, values };
  }
}

/** One open transaction: its own copy of the rows, kept or thrown away as a whole. */
class MemorySession implements Transaction {
  readonly #schema: Schema;
  #data: Database;
  #ended = false;

  constructor(context: Context) {
    this.#schema = context.schema;
    this.#data = context.data;
  }

  async execute<P extends Plan>(statement: Statement<P>, values: Values): Promise<ResultOf<P>> {
    return this.#atomically((data) => run({ schema: this.#schema, data, values }, statement.plan));
  }

  async executeMany(
    statement: Statement<WritePlan>,
    rows: Iterable<Values>,
    onRow?: (row: number) => void,
  ): Promise<number> {
    return this.#atomically((data) => {
      let [affected, row] = [0, 0];
      for (const values of rows) {
        onRow?.(row++);
        affected += run({ schema: this.#schema, data, values }, statement.plan).affected;
      }
      return affected;
    });
  }

  async attempt<T>(work: () => Promise<T>): Promise<T> {
    const before = this.#data;
    try {
      return await work();
    } catch (error) {
      this.#data = before;
      throw error;
    }
  }

  sql(): never {
    return refuseSql();
  }

  /** The rows as they are now. */
  rows(): Database {
    return this.#data;
  }

  /** Refuses all further work. */
  end(): void {
    this.#ended = true;
  }

  /** What fails changes nothing. */
  #atomically<T>(work: (data: Database) => T): T {
    if (this.#ended)
      throw new FootingError("FTG_INTERNAL", {
        detail: "The transaction has ended.",
        fix: "Await every query inside the transaction.",
      });
    const copy: Database = new Map(this.#data);
    const result = work(copy);
    this.#data = copy;
    return result;
  }
}

function refuseSql(): never {
  throw new FootingError("FTG_CONFIG", {
    detail: "The memory store speaks no SQL.",
    fix: "Give the app a database that does: in tests, one in the memory of the process.",
  });
}

function isReading(plan: Plan): boolean {
  return plan.kind === "read" || plan.kind === "count" || plan.kind === "aggregate";
}

function run<P extends Plan>(context: Context, plan: P): ResultOf<P> {
  // TypeScript cannot follow that the branch taken decides P.
  return runAny(context, plan) as ResultOf<P>;
}

function runAny(context: Context, plan: Plan): ResultOf<Plan> {
  switch (plan.kind) {
    case "read":
      return readRows(context, plan);
    case "count":
      return countRows(context, plan);
    case "aggregate":
      return aggregateRows(context, plan);
    case "create":
      return createRow(context, plan);
    case "update":
      return updateRows(context, plan);
    case "delete":
      return deleteRows(context, plan);
  }
}
