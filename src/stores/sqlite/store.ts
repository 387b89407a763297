/**
 * The store on SQLite in this process: one connection that reads, one that writes behind a queue, and, once somebody reads
 * all rows of something, one for that. It runs authorized plans only and decides nothing about access.
 */
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { FootingError } from "../../errors/footing-error.ts";
import type { Plan, WritePlan } from "../../plan/plan.ts";
import type { ModelSchema, Schema } from "../../schema/schema-model.ts";
import type { Capabilities } from "../contract/capabilities.ts";
import type { SqlCall, SqlDoor, SqlRows } from "../contract/sql-door.ts";
import type {
  Abort,
  OpenOptions,
  ResultOf,
  Statement,
  Store,
  Transaction,
  Values,
  WriteResult,
} from "../contract/store.ts";
import { compareTables, compileCreateTables, refuseDifferences } from "../sql/compare-tables.ts";
import { type Compiled, compilePlan } from "../sql/compile-plan.ts";
import { describeTables } from "../sql/describe-tables.ts";
import { META_TABLE, readSecret, SECRET_LENGTH } from "../sql/meta.ts";
import { isWritingStatement } from "../sql/row-statement.ts";
import { runProgram, type SqlReply } from "../sql/run-program.ts";
import type { SqlProgram } from "../sql/sql-program.ts";
import { compiledOf, isReading, readAnswer, readGroups, SqlStatement } from "../sql/sql-statement.ts";
import { listStoredTypes, type StoredTypes } from "../sql/stored-columns.ts";
import { tableWriter } from "./alter.ts";
import { createCapabilities } from "./capabilities.ts";
import { dialect } from "./compiler.ts";
import { Connection } from "./driver.ts";
import { isBusy, readRefusal, translateError } from "./failure.ts";
import { IndexWriter } from "./index-writer.ts";
import { loadTables } from "./introspector.ts";
import { grammar, runOwnSql } from "./own-sql.ts";
import { repairSearch, replaceTriggers } from "./repair-search.ts";
import { Writer } from "./writer.ts";

/** Refreshes the planner's statistics of tables that grew or shrank tenfold. */
const ANALYZE = "PRAGMA optimize = 0x10002";
/** From how many rows on a bulk write is worth new statistics at once. */
const MANY_ROWS = 1000;

/** Where the database is and how it behaves. */
export interface SqliteOptions {
  /** The file, created when it is missing (its folder is not), or `:memory:`. */
  readonly path: string;
  /** Longest duration of one transaction in milliseconds. Default 30 000. */
  readonly transactionTimeout?: number;
}

/**
 * Makes a store on an SQLite file, not yet open. An acknowledged write is on disk: write-ahead log with
 * `synchronous=FULL`.
 *
 * @example
 * ```ts
 * import { createSqliteStore } from "footing/sqlite";
 *
 * const store = createSqliteStore({ path: "./data/app.db" });
 * ```
 */
export function createSqliteStore(options: SqliteOptions): Store {
  return new SqliteStore(options);
}

/** What an open store holds. */
interface Opened {
  readonly schema: Schema;
  readonly reader: Connection;
  readonly connection: Connection;
  readonly writer: Writer;
  readonly secret: Buffer;
  readonly types: StoredTypes;
}

class SqliteStore implements Store {
  readonly capabilities: Capabilities;
  readonly #path: string;
  readonly #timeout: number;
  #opened: Opened | null = null;
  /** So that a long read neither fills the memory of the reader nor drives out what it is there for. */
  #scanner: Connection | null = null;

  constructor({ path, transactionTimeout = 30_000 }: SqliteOptions) {
    this.#path = path;
    this.#timeout = transactionTimeout;
    this.capabilities = createCapabilities(process.versions["sqlite"] ?? "", path === ":memory:");
  }

  async open(schema: Schema, options: OpenOptions): Promise<void> {
    if (this.#opened !== null)
      throw new FootingError("FTG_INTERNAL", { detail: `The database ${this.#path} is open already.` });
    if (!options.createTables) refuseMissingFile(this.#path);
    const connections: Connection[] = [];
    try {
      const connection = this.#connect(connections);
      const reader = this.#path === ":memory:" ? connection : this.#connect(connections);
      connection.stopWaiting();
      const writer = new Writer(connection, this.#path);
      const secret = await writer.write(() => prepareDatabase(connection, schema, { ...options, path: this.#path }));
      if (reader !== connection) reader.exec("PRAGMA query_only = ON");
      this.#opened = { schema, reader, connection, writer, secret, types: listStoredTypes(schema) };
    } catch (error) {
      for (const connection of connections) connection.close();
      throw this.#openError(error);
    }
  }

  compile<P extends Plan>(plan: P): Statement<P> {
    return new SqlStatement(plan, compilePlan(this.#open().schema, dialect, plan));
  }

  async execute<P extends Plan>(statement: Statement<P>, values: Values, abort?: Abort): Promise<ResultOf<P>> {
    const { reader, connection, writer } = this.#open();
    // One connection in memory shows the half-done work of a transaction: then a read waits its turn.
    const isDirect = isReading(statement) && !(reader === connection && connection.isTransaction);
    if (!isDirect)
      return writer.write(() => run({ connection, index: new IndexWriter(connection) }, statement, values));
    try {
      const from = abort?.isScan === true ? this.#scan() : reader;
      return run({ connection: from, index: null }, statement, values);
    } catch (error) {
      throw translateError(error, this.#path);
    }
  }

  async executeMany(
    statement: Statement<WritePlan>,
    rows: Iterable<Values>,
    onRow?: (row: number) => void,
  ): Promise<number> {
    const { connection, writer } = this.#open();
    return writer.write(() => {
      const index = new IndexWriter(connection);
      const affected = runMany({ connection, index }, { statement, rows, onRow });
      index.end();
      if (createdModel(statement) !== null && affected >= MANY_ROWS) connection.exec(ANALYZE);
      return affected;
    });
  }

  async transact<T>(work: (session: Transaction) => Promise<T>): Promise<T> {
    const { connection, writer, types } = this.#open();
    const path = this.#path;
    let written = 0;
    const result = await writer.transact({
      timeout: this.#timeout,
      work: async (turn) => {
        // Nothing waits before its statement: they run in the order in which they were asked.
        const runGuarded = <R>(write: () => R): R => {
          try {
            return turn.run(write);
          } catch (error) {
            throw translateError(error, path);
          }
        };
        const index = new IndexWriter(connection);
        // Guarded alone: what fails next must not take the index of earlier rows along.
        const settle = (next: ModelSchema | null = null): void => {
          if (index.waiting !== null && index.waiting !== next) runGuarded(() => index.end());
        };
        const answer = await work({
          sql: () => ({
            grammar,
            run: async (call) => {
              settle();
              return runGuarded(() => runOwnSql(connection, types, requireRows(call)));
            },
          }),
          async execute(statement, values) {
            settle();
            return runGuarded(() => run({ connection, index }, statement, values));
          },
          async executeMany(statement, rows, onRow) {
            const created = createdModel(statement);
            settle(created);
            const affected = runGuarded(() => runMany({ connection, index }, { statement, rows, onRow }));
            if (created !== null) written += affected;
            return affected;
          },
          async attempt(part) {
            settle();
            return turn.attempt(part);
          },
        });
        settle();
        return answer;
      },
    });
    // As when a store closes: statistics are a courtesy.
    if (written >= MANY_ROWS) await writer.write(() => connection.exec(ANALYZE)).catch(() => undefined);
    return result;
  }

  sql(): SqlDoor {
    return { grammar, run: (call) => this.#runOwn(call) };
  }

  secret(): Buffer {
    return this.#open().secret;
  }

  async ping(): Promise<void> {
    try {
      this.#open().reader.all(`SELECT 1 FROM ${META_TABLE} LIMIT 1`);
    } catch (error) {
      throw translateError(error, this.#path);
    }
  }

  async close(): Promise<void> {
    const opened = this.#opened;
    if (opened === null) return;
    this.#opened = null;
    const { reader, connection, writer } = opened;
    // Statistics are a courtesy: a lock or a full disk must not keep a program from ending.
    await writer.write(() => connection.exec("PRAGMA optimize")).catch(() => undefined);
    await writer.drain();
    this.#scanner?.close();
    this.#scanner = null;
    if (reader !== connection) reader.close();
    connection.exec("PRAGMA wal_checkpoint(TRUNCATE)");
    connection.close();
  }

  /** What only reads need not wait for writes, unless it would see a transaction at work. */
  async #runOwn(call: SqlCall): Promise<SqlRows> {
    const { reader, connection, writer, types } = this.#open();
    const isDirect = !isWritingStatement(call.text) && !(reader === connection && connection.isTransaction);
    if (!isDirect) return writer.write(() => runOwnSql(connection, types, call));
    try {
      return runOwnSql(reader, types, call);
    } catch (error) {
      throw translateError(error, this.#path);
    }
  }

  /** The connection for reading all rows, opened when it is first needed. */
  #scan(): Connection {
    const { reader, connection } = this.#open();
    if (reader === connection) return reader;
    this.#scanner ??= new Connection(this.#path, { isScan: true });
    return this.#scanner;
  }

  #connect(connections: Connection[]): Connection {
    const connection = new Connection(this.#path);
    connections.push(connection);
    return connection;
  }

  #open(): Opened {
    if (this.#opened !== null) return this.#opened;
    throw new FootingError("FTG_DATABASE", {
      detail: `The database ${this.#path} is not open.`,
      fix: "Open the store before using it.",
    });
  }

  /** At start a lock is not a passing matter: whoever holds it must be found. */
  #openError(error: unknown): unknown {
    const isLocked = isBusy(error) || (error instanceof FootingError && error.code === "FTG_BUSY");
    if (!isLocked) return translateError(error, this.#path);
    const detail = `The database ${this.#path} is locked by another program.`;
    return new FootingError("FTG_DATABASE", { detail, fix: "End the other program, or let it finish.", cause: error });
  }
}

/** Connecting would create the file. */
function refuseMissingFile(path: string): void {
  if (path === ":memory:" || existsSync(path)) return;
  throw new FootingError("FTG_DATABASE", {
    detail: `There is no database at ${path}.`,
    fix: "Give the path of a file that is there: one without tables may not be created here.",
  });
}

/** Creates or compares the tables; the secret of the database. */
function prepareDatabase(
  connection: Connection,
  schema: Schema,
  { createTables, path }: OpenOptions & { readonly path: string },
): Buffer {
  const tables = describeTables(schema, dialect);
  replaceTriggers(connection, tables);
  const live = loadTables(connection);
  if (live.size === 0 && createTables)
    for (const statement of compileCreateTables(tableWriter, tables)) connection.exec(statement);
  else refuseDifferences(compareTables(tables, live, tableWriter), path);
  repairSearch(connection, schema);
  connection.exec(
    `CREATE TABLE IF NOT EXISTS ${META_TABLE} (name TEXT NOT NULL PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID`,
  );
  writeMeta(connection, "fingerprint", Buffer.from(schema.fingerprint));
  connection.exec(ANALYZE);
  connection.all(`INSERT OR IGNORE INTO ${META_TABLE} (name, value) VALUES ('secret', ?)`, randomBytes(SECRET_LENGTH));
  const [row] = connection.all(`SELECT value FROM ${META_TABLE} WHERE name = 'secret'`);
  return readSecret(row?.["value"]);
}

/** Writes only what changed, so that opening a database does not write to it. */
function writeMeta(connection: Connection, name: string, value: Buffer): void {
  connection.all(
    `INSERT INTO ${META_TABLE} (name, value) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET value = ?2 WHERE value <> ?2`,
    name,
    value,
  );
}

/** The model of the rows that a statement creates, or null. */
function createdModel(statement: Statement): ModelSchema | null {
  const compiled = compiledOf(statement);
  return compiled.kind === "write" && compiled.program.plan.kind === "create" ? compiled.program.model : null;
}

/** A connection and the full-text indexes of what it writes. */
interface Target {
  readonly connection: Connection;
  /** Null for one that only reads. */
  readonly index: IndexWriter | null;
}

function run<P extends Plan>(target: Target, statement: Statement<P>, values: Values): ResultOf<P> {
  // TypeScript cannot follow that the kind of the plan decides the kind of the answer.
  return runAny(target, compiledOf(statement), values) as ResultOf<P>;
}

function requireRows(call: SqlCall): SqlCall {
  isWritingStatement(call.text);
  return call;
}

function runAny({ connection, index }: Target, compiled: Compiled, values: Values): ResultOf<Plan> {
  switch (compiled.kind) {
    case "read":
      return readAnswer(connection.row(compiled.text, values), values, compiled.cut);
    case "count":
      return { count: Number(connection.row(compiled.text, values)?.[0]), isExact: true };
    case "estimate":
      return { count: compiled.read(connection.row(compiled.text, values)?.[0]), isExact: false };
    case "aggregate":
      return readGroups(connection.row(compiled.text, values) ?? [], values, compiled.limit);
    case "write": {
      const { program } = compiled;
      const result = runWrite(connection, program, values);
      if (program.plan.kind === "create") index?.add(program.model);
      return result;
    }
  }
}

/** Rows of one statement. */
interface ManyRows {
  readonly statement: Statement<WritePlan>;
  readonly rows: Iterable<Values>;
  readonly onRow: ((row: number) => void) | undefined;
}

function runMany({ connection, index }: Target, { statement, rows, onRow }: ManyRows): number {
  const compiled = compiledOf(statement);
  if (compiled.kind !== "write") return 0;
  const { program } = compiled;
  const isNew = program.plan.kind === "create";
  let [affected, row] = [0, 0];
  for (const values of rows) {
    onRow?.(row++);
    affected += runWrite(connection, program, values).affected;
    if (isNew) index?.note(program.model);
  }
  return affected;
}

/** Answers the steps of a program one after the other. */
function runWrite(connection: Connection, program: SqlProgram, values: Values): WriteResult {
  const steps = runProgram(program, values, readRefusal);
  let step = steps.next();
  while (step.done !== true) {
    let reply: SqlReply;
    try {
      reply = connection.reply(step.value);
    } catch (error) {
      step = steps.throw(error);
      continue;
    }
    step = steps.next(reply);
  }
  return step.value;
}
