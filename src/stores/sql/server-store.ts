/**
 * A store on a database server: a few shared connections for short reads, and a pool of connections for everything that
 * takes long or may wait for others. It runs authorized plans only and decides nothing about access.
 */
import { FootingError } from "../../errors/footing-error.ts";
import type { Plan, WritePlan } from "../../plan/plan.ts";
import type { Schema } from "../../schema/schema-model.ts";
import type { Capabilities } from "../contract/capabilities.ts";
import type { SqlDoor } from "../contract/sql-door.ts";
import type {
  Abort,
  OpenOptions,
  ResultOf,
  Statement,
  Store,
  Transaction,
  TransactOptions,
  Values,
} from "../contract/store.ts";
import { type Compiled, compilePlan } from "./compile-plan.ts";
import { LinkPool } from "./link-pool.ts";
import { LinkWatch } from "./link-queue.ts";
import { META_TABLE } from "./meta.ts";
import { isLost } from "./server-failure.ts";
import { type Reading, runBulk, type ServerKind } from "./server-kind.ts";
import type { ServerLink, ServerResult } from "./server-link.ts";
import { runTransaction, runWork, runWrite } from "./server-transaction.ts";
import { SharedLinks } from "./shared-links.ts";
import { compiledOf, SqlStatement } from "./sql-statement.ts";

/** Longest duration of one statement, in milliseconds. */
export const STATEMENT_TIMEOUT = 30_000;
/** Connections that short reads share. */
const SHARED = 4;
/** A read that took longer has a connection for itself the next time, in milliseconds. */
const SLOW = 250;
/** With how many new rows a table is worth new statistics at once. */
const MANY_ROWS = 1000;

/** How a store uses its server. */
export interface ServerOptions {
  readonly connections?: number | undefined;
  readonly waitLimit?: number | undefined;
  readonly transactionTimeout?: number | undefined;
}

/** What a database was found to be when it was opened. */
export interface Prepared<V, R extends ServerResult> {
  readonly capabilities: Capabilities;
  readonly kind: ServerKind<V, R>;
  readonly secret: Buffer;
}

/** A database on a server that is not open yet. */
export interface Server<V, R extends ServerResult> {
  /** The database without its secret, for messages. */
  readonly name: string;
  /** What can be said without asking it. */
  readonly capabilities: Capabilities;
  connect(watch: LinkWatch): Promise<ServerLink<V, R>>;
  /** Creates or compares the tables. */
  prepare(link: ServerLink<V, R>, schema: Schema, options: OpenOptions): Promise<Prepared<V, R>>;
  /** What a developer sees when it cannot be opened. */
  translateOpenError(error: unknown): unknown;
}

/** What an open store holds. */
interface Opened<V, R extends ServerResult> extends Prepared<V, R> {
  readonly schema: Schema;
  readonly shared: SharedLinks<V, R>;
  readonly pool: LinkPool<ServerLink<V, R>>;
}

/** A store on a server. */
export class ServerStore<V, R extends ServerResult> implements Store {
  readonly #server: Server<V, R>;
  readonly #options: { readonly size: number; readonly wait: number; readonly timeout: number };
  /** Reads that took long when they ran last. */
  readonly #slow = new WeakSet<Reading>();
  /** Per table, the rows that were written in bulk, and how many there were when statistics were gathered last. */
  readonly #growth = new Map<string, { written: number; analyzed: number }>();
  #capabilities: Capabilities;
  #opened: Opened<V, R> | null = null;

  constructor(
    server: Server<V, R>,
    { connections = 10, waitLimit = 5000, transactionTimeout = 30_000 }: ServerOptions,
  ) {
    this.#server = server;
    this.#capabilities = server.capabilities;
    this.#options = { size: connections, wait: waitLimit, timeout: transactionTimeout };
  }

  get capabilities(): Capabilities {
    return this.#capabilities;
  }

  async open(schema: Schema, options: OpenOptions): Promise<void> {
    const server = this.#server;
    if (this.#opened !== null)
      throw new FootingError("FTG_INTERNAL", { detail: `The database ${server.name} is open already.` });
    const watch = new LinkWatch(STATEMENT_TIMEOUT + 5000);
    const connect = () => server.connect(watch);
    const pool = new LinkPool({ connect, isLost, ...this.#options });
    try {
      const prepared = await pool.use((link) => server.prepare(link, schema, options));
      this.#capabilities = prepared.capabilities;
      this.#opened = { ...prepared, schema, pool, shared: new SharedLinks(connect, SHARED) };
    } catch (error) {
      await pool.close();
      throw server.translateOpenError(error);
    }
  }

  compile<P extends Plan>(plan: P): Statement<P> {
    const { schema, kind } = this.#open();
    return new SqlStatement(plan, compilePlan(schema, kind.dialect, plan));
  }

  execute<P extends Plan>(statement: Statement<P>, values: Values, abort?: Abort): Promise<ResultOf<P>> {
    // TypeScript cannot follow that the kind of the plan decides the kind of the answer.
    return this.#translate(() => this.#run(compiledOf(statement), values, abort)) as Promise<ResultOf<P>>;
  }

  async executeMany(
    statement: Statement<WritePlan>,
    rows: Iterable<Values>,
    onRow: (row: number) => void = () => undefined,
  ): Promise<number> {
    const { pool, kind } = this.#open();
    const run = async (link: ServerLink<V, R>) => {
      const work = () => runBulk(kind, link, { statement, rows, onRow });
      const affected = await runTransaction(link, kind.name, { begin: kind.begin.bulk, work });
      if (statement.plan.kind === "create") await this.#analyze(link, new Map([[statement.plan.model, affected]]));
      return affected;
    };
    return this.#translate(() => pool.use(run));
  }

  async transact<T>(
    work: (session: Transaction) => Promise<T>,
    { isRepeatable = false, isIndependent = false, statements = null }: TransactOptions = {},
  ): Promise<T> {
    const { pool, kind } = this.#open();
    const { timeout } = this.#options;
    const run = async (link: ServerLink<V, R>) => {
      const written = new Map<string, number>();
      const counted = (session: Transaction) => {
        written.clear();
        return work(countRows(session, written));
      };
      const result = await runWork(link, kind, { timeout, isRepeatable, isIndependent, statements, work: counted });
      await this.#analyze(link, written);
      return result;
    };
    return this.#translate(() => pool.use(run));
  }

  sql(): SqlDoor {
    const { pool, kind } = this.#open();
    return {
      grammar: kind.grammar,
      run: (call) => this.#translate(() => pool.use((link) => kind.runOwn(link, call))),
    };
  }

  secret(): Buffer {
    return this.#open().secret;
  }

  async ping(): Promise<void> {
    await this.#translate(() => this.#open().shared.query(`SELECT 1 FROM ${META_TABLE} LIMIT 1`, []));
  }

  async close(): Promise<void> {
    const opened = this.#opened;
    if (opened === null) return;
    this.#opened = null;
    await Promise.all([opened.pool.close(), opened.shared.close()]);
  }

  /** Short reads share connections; what may look at many rows, or wait for others, has one for itself. */
  #run(compiled: Compiled, values: Values, abort: Abort | undefined): Promise<ResultOf<Plan>> {
    const { shared, pool, kind } = this.#open();
    if (compiled.kind === "write")
      return pool.use((link) => runWrite(link, kind, { program: compiled.program, values, abort }));
    const call = kind.bindReading(compiled, values);
    const read = async (line: Pick<ServerLink<V, R>, "query">) => {
      const result = await line.query(call.text, call.values, abort);
      if (result.took > SLOW) this.#slow.add(compiled);
      else this.#slow.delete(compiled);
      return kind.readResult(compiled, result, values);
    };
    return compiled.kind !== "read" || this.#slow.has(compiled) ? pool.use(read) : read(shared);
  }

  async #translate<T>(run: () => Promise<T>): Promise<T> {
    const { kind } = this.#open();
    try {
      return await run();
    } catch (error) {
      throw kind.translateError(error);
    }
  }

  /** Gathers statistics of tables that may have doubled. They are a courtesy, and need a right. */
  async #analyze(link: ServerLink<V, R>, written: ReadonlyMap<string, number>): Promise<void> {
    const { kind, schema } = this.#open();
    for (const [model, rows] of written) {
      const table = schema.models[model]?.table ?? "";
      if (this.#isGrown(table, rows))
        await link.exec(kind.analyze(kind.dialect.quoteName(table))).catch(() => undefined);
    }
  }

  /** Whether a table may have doubled since its statistics were gathered. */
  #isGrown(table: string, rows: number): boolean {
    const growth = this.#growth.get(table) ?? { written: 0, analyzed: 0 };
    this.#growth.set(table, growth);
    growth.written += rows;
    if (growth.written < Math.max(MANY_ROWS, 2 * growth.analyzed)) return false;
    growth.analyzed = growth.written;
    return true;
  }

  #open(): Opened<V, R> {
    if (this.#opened !== null) return this.#opened;
    throw new FootingError("FTG_DATABASE", {
      detail: `The database ${this.#server.name} is not open.`,
      fix: "Open the store before using it.",
    });
  }
}

/** The session of a transaction, which notes how many rows it creates in bulk, by model. */
function countRows(session: Transaction, written: Map<string, number>): Transaction {
  return {
    attempt: (work) => session.attempt(work),
    execute: (statement, values, abort) => session.execute(statement, values, abort),
    sql: () => session.sql(),
    async executeMany(statement, rows, onRow) {
      const affected = await session.executeMany(statement, rows, onRow);
      const { kind, model } = statement.plan;
      if (kind === "create") written.set(model, (written.get(model) ?? 0) + affected);
      return affected;
    },
  };
}
