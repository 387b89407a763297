/**
 * The store on MySQL and MariaDB: a few shared connections for reads, and a pool of connections for everything that
 * may wait for others. It runs authorized plans only and decides nothing about access.
 */
import { FootingError } from "../../errors/footing-error.ts";
import type { CreatePlan, Plan } from "../../plan/plan.ts";
import type { Schema } from "../../schema/schema-model.ts";
import type { Capabilities } from "../contract/capabilities.ts";
import type { OpenOptions, ResultOf, Session, Statement, Store, Values } from "../contract/store.ts";
import { type Compiled, compilePlan } from "../sql/compile-plan.ts";
import { describeTables, type TableSpec } from "../sql/describe-tables.ts";
import type { Dialect } from "../sql/dialect.ts";
import { LinkPool } from "../sql/link-pool.ts";
import { META_TABLE } from "../sql/meta.ts";
import type { ReadRefusal } from "../sql/run-program.ts";
import { isLost } from "../sql/server-failure.ts";
import { compiledOf, SqlStatement } from "../sql/sql-statement.ts";
import { type Address, nameAddress, parseAddress } from "./address.ts";
import { nameCheck } from "./alter.ts";
import { runBulk } from "./bulk.ts";
import { createCapabilities } from "./capabilities.ts";
import { createDialect, mariadb, mysql } from "./compiler.ts";
import { Link } from "./driver.ts";
import { createRefusalReader, translateError, translateOpenError } from "./failure.ts";
import { fitColumns } from "./fit-columns.ts";
import { readIndexNames } from "./introspector.ts";
import { prepareDatabase, readServer } from "./prepare-database.ts";
import { runReading } from "./session.ts";
import { SharedLinks } from "./shared-links.ts";
import { runTransaction, runWork, runWrite, type Surroundings } from "./transaction.ts";

/** Connections that short reads share. */
const SHARED = 4;
/** Longest duration of one statement, in milliseconds. */
const STATEMENT_TIMEOUT = 30_000;
/** How long a statement waits for another transaction, in seconds. */
const LOCK_TIMEOUT = 5;
/** From how many rows on a bulk write is worth new statistics at once. */
const MANY_ROWS = 1000;

/** Where the database is and how it is used. */
export interface MysqlOptions {
  /** `mysql://user:password@host:3306/database`, with the parameters of the guide. */
  readonly url: string;
  /** Connections at most for writes and transactions, besides a few for reads. Default 10. */
  readonly connections?: number;
  /** How long a write waits for one of them before it is refused as busy, in milliseconds. Default 5000. */
  readonly waitLimit?: number;
  /** Longest duration of one transaction in milliseconds. Default 30 000. */
  readonly transactionTimeout?: number;
}

/**
 * Makes a store on a MySQL or MariaDB database, not yet open.
 * @throws FootingError FTG_CONFIG when the address is wrong.
 *
 * @example
 * ```ts
 * import { createMysqlStore } from "footing/mysql";
 *
 * const store = createMysqlStore({ url: "mysql://app:secret@localhost:3306/app" });
 * ```
 */
export function createMysqlStore(options: MysqlOptions): Store {
  return new MysqlStore(options);
}

/** What an open store holds. */
interface Opened {
  readonly schema: Schema;
  readonly dialect: Dialect;
  readonly surroundings: Surroundings;
  readonly shared: SharedLinks;
  readonly pool: LinkPool<Link>;
  readonly secret: Buffer;
}

class MysqlStore implements Store {
  readonly #address: Address;
  readonly #options: Required<Omit<MysqlOptions, "url">>;
  #capabilities: Capabilities;
  #opened: Opened | null = null;

  constructor({ url, connections = 10, waitLimit = 5000, transactionTimeout = 30_000 }: MysqlOptions) {
    this.#address = parseAddress(url);
    this.#options = { connections, waitLimit, transactionTimeout };
    this.#capabilities = createCapabilities({
      isMariadb: url.startsWith("mariadb:"),
      version: "(not connected)",
      flushLog: 0,
      logsBinary: false,
      syncBinlog: 0,
      tls: this.#address.tls,
    });
  }

  get capabilities(): Capabilities {
    return this.#capabilities;
  }

  async open(schema: Schema, options: OpenOptions): Promise<void> {
    if (this.#opened !== null)
      throw new FootingError("FTG_INTERNAL", { detail: `The database ${nameAddress(this.#address)} is open already.` });
    const { connections: size, waitLimit: wait } = this.#options;
    const connect = () => this.#connect();
    const pool = new LinkPool({ connect, isLost, size, wait });
    try {
      this.#opened = await pool.use(async (link) => {
        this.#capabilities = createCapabilities(await readServer(link, this.#address));
        const flavour = link.isMariadb ? mariadb : mysql;
        const plain = createDialect(flavour);
        const tables = fitColumns(describeTables(schema, plain));
        const address = this.#address;
        const secret = await prepareDatabase(link, { ...options, schema, tables, dialect: plain, flavour, address });
        const dialect = createDialect(flavour, await readIndexNames(link));
        const surroundings = { address, readRefusal: readRefusals(tables) };
        return { schema, dialect, surroundings, pool, secret, shared: new SharedLinks(connect, SHARED) };
      });
    } catch (error) {
      await pool.close();
      throw translateOpenError(error, this.#address);
    }
  }

  compile<P extends Plan>(plan: P): Statement<P> {
    const { schema, dialect } = this.#open();
    return new SqlStatement(plan, compilePlan(schema, dialect, plan));
  }

  execute<P extends Plan>(statement: Statement<P>, values: Values): Promise<ResultOf<P>> {
    // TypeScript cannot follow that the kind of the plan decides the kind of the answer.
    return this.#translate(() => this.#run(compiledOf(statement), values)) as Promise<ResultOf<P>>;
  }

  executeMany(statement: Statement<CreatePlan>, rows: Iterable<Values>): Promise<number> {
    const { pool, surroundings } = this.#open();
    const { address, readRefusal } = surroundings;
    const run = async (link: Link) => {
      const affected = await runTransaction(link, address, () => runBulk(link, { statement, rows, readRefusal }));
      if (affected >= MANY_ROWS) await this.#analyze(link, statement);
      return affected;
    };
    return this.#translate(() => pool.use(run));
  }

  transact<T>(work: (session: Session) => Promise<T>): Promise<T> {
    const { pool, surroundings } = this.#open();
    const timeout = this.#options.transactionTimeout;
    return this.#translate(() => pool.use((link) => runWork(link, { ...surroundings, timeout, work })));
  }

  secret(): Buffer {
    return this.#open().secret;
  }

  async ping(): Promise<void> {
    const { shared } = this.#open();
    await this.#translate(() => shared.query(`SELECT 1 FROM ${META_TABLE} LIMIT 1`, []));
  }

  async close(): Promise<void> {
    const opened = this.#opened;
    if (opened === null) return;
    this.#opened = null;
    await Promise.all([opened.pool.close(), opened.shared.close()]);
  }

  /** Short reads share connections; what may look at many rows, or wait for others, has one for itself. */
  async #run(compiled: Compiled, values: Values): Promise<ResultOf<Plan>> {
    const { shared, pool, surroundings } = this.#open();
    switch (compiled.kind) {
      case "read":
        return runReading(shared, compiled, values);
      case "count":
        return pool.use((link) => runReading(link, compiled, values));
      case "write": {
        const write = { program: compiled.program, values, readRefusal: surroundings.readRefusal };
        return pool.use((link) => runWrite(link, surroundings, write));
      }
    }
  }

  async #translate<T>(run: () => Promise<T>): Promise<T> {
    try {
      return await run();
    } catch (error) {
      throw translateError(error, this.#address);
    }
  }

  /** Statistics are a courtesy, and need a privilege. */
  async #analyze(link: Link, { plan }: Statement<CreatePlan>): Promise<void> {
    const { schema, dialect } = this.#open();
    const table = dialect.quoteName(schema.models[plan.model]?.table ?? "");
    await link.exec(`ANALYZE NO_WRITE_TO_BINLOG TABLE ${table}`).catch(() => undefined);
  }

  async #connect(): Promise<Link> {
    const link = await Link.connect({ address: this.#address, silence: STATEMENT_TIMEOUT + 5000 });
    try {
      for (const text of listSettings(link.isMariadb)) await link.exec(text);
      return link;
    } catch (error) {
      await link.destroy();
      throw error;
    }
  }

  #open(): Opened {
    if (this.#opened !== null) return this.#opened;
    throw new FootingError("FTG_DATABASE", {
      detail: `The database ${nameAddress(this.#address)} is not open.`,
      fix: "Open the store before using it.",
    });
  }
}

/** A session that depends on nothing that a server may be set to. */
function listSettings(isMariadb: boolean): readonly string[] {
  const { collation } = isMariadb ? mariadb : mysql;
  const modes =
    "STRICT_ALL_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION,NO_AUTO_VALUE_ON_ZERO";
  const timeout = isMariadb
    ? `max_statement_time = ${STATEMENT_TIMEOUT / 1000}`
    : `max_execution_time = ${STATEMENT_TIMEOUT}`;
  return [
    `SET NAMES utf8mb4 COLLATE ${collation}`,
    `SET SESSION sql_mode = '${modes}', time_zone = '+00:00', autocommit = 1, foreign_key_checks = 1, unique_checks = 1, lc_messages = 'en_US',
     group_concat_max_len = 4294967295, innodb_lock_wait_timeout = ${LOCK_TIMEOUT}, ${timeout}`,
    "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED",
  ];
}

/** Checks are known to the database by longer names than to the schema. */
function readRefusals(tables: readonly TableSpec[]): ReadRefusal {
  const checks = tables.flatMap((table) => table.checks.map((check) => [nameCheck(check), check.name] as const));
  return createRefusalReader(new Map(checks));
}
