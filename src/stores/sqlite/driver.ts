/**
 * One connection to SQLite: its settings, its prepared statements and how values are bound. It knows no plan,
 * no transaction and no queue.
 */
import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";
import { FootingError } from "../../errors/footing-error.ts";
import type { Values } from "../contract/store.ts";
import type { SqlCall, SqlReply } from "../sql/run-program.ts";
import type { SqlText } from "../sql/sql-text.ts";
import { registerAggregates } from "./aggregates.ts";
import { createEncoder, type Encoder, registerFunctions } from "./codec.ts";
import { registerExpressions } from "./expressions.ts";

/** How long opening waits for another program's lock, in milliseconds. It blocks the process. */
const OPEN_TIMEOUT = 1000;
/** Memory for pages of one connection, in KiB. */
const CACHE = 16_384;
/** The same of a connection that reads all rows once. */
const SCAN_CACHE = 2048;
/** Pages in the log before they are copied into the database file, which costs a second sync. */
const CHECKPOINT_PAGES = 4000;
/** What a large write leaves of the log, in bytes. */
const LOG_LIMIT = 64 * 1024 * 1024;

/** A statement of this connection and where its values come from. */
interface Prepared {
  readonly statement: StatementSync;
  /** Per placeholder: the index of the value, or -1 for the collected keys. */
  readonly sources: readonly number[];
  readonly encoders: readonly (Encoder | null)[];
}

/** What a statement that is not ours answers: whole numbers as bigints. */
interface OwnAnswer {
  /** Empty for a statement that answers no rows. `table` and `column` are null for what is no stored column. */
  readonly columns: readonly { readonly name: string; readonly table: string | null; readonly column: string | null }[];
  readonly rows: readonly (readonly unknown[])[];
  readonly changes: number;
}

/** What a connection is for. */
export interface ConnectionOptions {
  /** True: it reads all rows once and writes nothing. */
  readonly isScan?: boolean;
}

/** One connection. All methods run at once and throw SQLite's own errors. */
export class Connection {
  readonly #database: DatabaseSync;
  readonly #prepared = new WeakMap<SqlText, Prepared>();
  readonly #commands = new Map<string, StatementSync>();
  #lastRowid: number | bigint = 0;

  /** Opens the file, which is created when it is missing, or the memory for `:memory:`. */
  constructor(path: string, { isScan = false }: ConnectionOptions = {}) {
    this.#database = new DatabaseSync(path, { timeout: OPEN_TIMEOUT, enableForeignKeyConstraints: true });
    try {
      this.#configure(path, isScan ? SCAN_CACHE : CACHE);
      if (isScan) this.#database.exec("PRAGMA query_only = ON");
    } catch (error) {
      this.#database.close();
      throw error;
    }
  }

  /** Whether a transaction is open. */
  get isTransaction(): boolean {
    return this.#database.isTransaction;
  }

  /** The first row of a statement, or undefined. */
  row(text: SqlText, values: Values, collected: unknown = null): readonly unknown[] | undefined {
    const prepared = this.#prepared.get(text) ?? this.#prepare(text);
    // With `setReturnArrays` a row is an array, which the types of Node do not know.
    return prepared.statement.get(...bindValues(prepared, values, collected)) as readonly unknown[] | undefined;
  }

  /** Runs a statement that writes; the number of rows it wrote. */
  change(text: SqlText, values: Values, collected: unknown = null): number {
    const prepared = this.#prepared.get(text) ?? this.#prepareChange(text);
    const { changes, lastInsertRowid } = prepared.statement.run(...bindValues(prepared, values, collected));
    this.#lastRowid = lastInsertRowid;
    return Number(changes);
  }

  /** Answers one step of a program. */
  reply(call: SqlCall): SqlReply {
    return call.answer === "count"
      ? this.change(call.text, call.values, call.collected)
      : this.row(call.text, call.values, call.collected);
  }

  /** Runs SQL of our own without values. */
  exec(sql: string): void {
    this.#database.exec(sql);
  }

  /** Runs one of the few statements that every write needs, prepared once. */
  command(sql: string, ...values: readonly SQLInputValue[]): void {
    const known = this.#commands.get(sql) ?? this.#database.prepare(sql);
    this.#commands.set(sql, known);
    known.run(...values);
  }

  /** The rowid of the row that {@link change} inserted last. */
  get lastRowid(): bigint {
    return BigInt(this.#lastRowid);
  }

  /** All rows of SQL of our own, as objects. */
  all(sql: string, ...values: readonly SQLInputValue[]): readonly Readonly<Record<string, unknown>>[] {
    return this.#database.prepare(sql).all(...values);
  }

  /** Runs a statement that is not ours. */
  own(sql: string, values: readonly SQLInputValue[]): OwnAnswer {
    const statement = this.#database.prepare(sql);
    const columns = statement.columns();
    if (columns.length === 0) return { columns, rows: [], changes: Number(statement.run(...values).changes) };
    statement.setReturnArrays(true);
    statement.setReadBigInts(true);
    const rows: unknown = statement.all(...values);
    // With `setReturnArrays` a row is an array, which the types of Node do not know.
    return { columns, rows: rows as readonly (readonly unknown[])[], changes: 0 };
  }

  /** Does not wait for other programs' locks any more: who calls tries again without blocking the process. */
  stopWaiting(): void {
    this.#database.exec("PRAGMA busy_timeout = 0");
  }

  /** Ends the connection and all its statements. */
  close(): void {
    this.#database.close();
  }

  #configure(path: string, cache: number): void {
    if (path !== ":memory:") {
      const mode = this.all("PRAGMA journal_mode = WAL")[0]?.["journal_mode"];
      if (mode !== "wal") throw createModeError(path, String(mode));
    }
    this.#database.exec(
      `PRAGMA synchronous = FULL; PRAGMA cache_size = -${cache}; PRAGMA temp_store = MEMORY;
       PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES}; PRAGMA journal_size_limit = ${LOG_LIMIT}`,
    );
    registerFunctions(this.#database);
    registerAggregates(this.#database);
    registerExpressions(this.#database);
  }

  /** A rowid may be more than a number holds. */
  #prepareChange(text: SqlText): Prepared {
    const prepared = this.#prepare(text);
    prepared.statement.setReadBigInts(true);
    return prepared;
  }

  #prepare(text: SqlText): Prepared {
    const statement = this.#database.prepare(text.text);
    statement.setReturnArrays(true);
    const sources = text.bindings.map((binding) => (binding.kind === "param" ? binding.index : -1));
    const prepared = { statement, sources, encoders: text.bindings.map(createEncoder) };
    this.#prepared.set(text, prepared);
    return prepared;
  }
}

function createModeError(path: string, mode: string): FootingError {
  const detail = `The database ${path} should keep a write-ahead log, but its journal mode stays ${mode}.`;
  return new FootingError("FTG_DATABASE", { detail, fix: "Put the file on a local disk." });
}

function bindValues({ sources, encoders }: Prepared, values: Values, collected: unknown): SQLInputValue[] {
  const bound: SQLInputValue[] = new Array(sources.length);
  for (let place = 0; place < sources.length; place++) {
    const index = sources[place] ?? -1;
    const value = index < 0 ? collected : values[index];
    const encode = encoders[place];
    // Canonical values without an encoder are text, numbers or null; one that is missing is null.
    bound[place] = encode == null ? ((value ?? null) as SQLInputValue) : encode(value ?? null);
  }
  return bound;
}
