/**
 * The store on PostgreSQL: a few shared connections for short reads, and a pool of connections for everything that may
 * wait for others. It runs authorized plans only and decides nothing about access.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { FootingError } from "../../errors/footing-error.ts";
import type { CreatePlan, Plan } from "../../plan/plan.ts";
import type { Schema } from "../../schema/schema-model.ts";
import type { Capabilities } from "../contract/capabilities.ts";
import type { OpenOptions, ResultOf, Session, Statement, Store, Values } from "../contract/store.ts";
import { type Compiled, compilePlan } from "../sql/compile-plan.ts";
import { LinkPool } from "../sql/link-pool.ts";
import { META_TABLE } from "../sql/meta.ts";
import { isLost } from "../sql/server-failure.ts";
import { compiledOf, SqlStatement } from "../sql/sql-statement.ts";
import { type Address, nameAddress, parseAddress } from "./address.ts";
import { runBulk } from "./bulk.ts";
import { createCapabilities } from "./capabilities.ts";
import type { NativeValue } from "./codec.ts";
import { dialect } from "./compiler.ts";
import { Link, type LinkOptions, type Result } from "./driver.ts";
import { translateError, translateOpenError } from "./failure.ts";
import { prepareDatabase, readServer } from "./prepare-database.ts";
import { runReading } from "./session.ts";
import { SharedLinks } from "./shared-links.ts";
import { runTransaction, runWork, runWrite } from "./transaction.ts";

/** Connections that short reads share. */
const SHARED = 4;
/** Longest duration of one statement, in milliseconds. */
const STATEMENT_TIMEOUT = 30_000;
/** How long to wait before a read is asked again over another connection, in milliseconds. */
const RETRY_PAUSES = [10, 100, 400];
/** From how many rows on a bulk write is worth new statistics at once. */
const MANY_ROWS = 1000;

/** Where the database is and how it is used. */
export interface PostgresOptions {
  /** `postgres://user:password@host:5432/database`, with the parameters of the guide. */
  readonly url: string;
  /** Connections at most for writes and transactions, besides a few for reads. Default 10. */
  readonly connections?: number;
  /** How long a write waits for one of them before it is refused as busy, in milliseconds. Default 5000. */
  readonly waitLimit?: number;
  /** Longest duration of one transaction in milliseconds. Default 30 000. */
  readonly transactionTimeout?: number;
}

/**
 * Makes a store on a PostgreSQL database, not yet open.
 * @throws FootingError FTG_CONFIG when the address is wrong.
 *
 * @example
 * ```ts
 * import { createPostgresStore } from "footing/postgres";
 *
 * const store = createPostgresStore({ url: "postgres://app:secret@localhost:5432/app" });
 * ```
 */
export function createPostgresStore(options: PostgresOptions): Store {
  return new PostgresStore(options);
}

/** What an open store holds. */
interface Opened {
  readonly schema: Schema;
  readonly shared: SharedLinks;
  readonly pool: LinkPool<Link>;
  readonly secret: Buffer;
}

class PostgresStore implements Store {
  readonly #address: Address;
  readonly #options: Required<Omit<PostgresOptions, "url">>;
  #capabilities: Capabilities;
  #opened: Opened | null = null;

  constructor({ url, connections = 10, waitLimit = 5000, transactionTimeout = 30_000 }: PostgresOptions) {
    this.#address = parseAddress(url);
    this.#options = { connections, waitLimit, transactionTimeout };
    this.#capabilities = createCapabilities({
      version: "(not connected)",
      synchronousCommit: "off",
      fsync: "off",
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
    const pool = new LinkPool({ connect: () => Link.connect(this.#link()), isLost, size, wait });
    try {
      const secret = await pool.use(async (link) => {
        this.#capabilities = createCapabilities(await readServer(link, this.#address));
        return prepareDatabase(link, this.#address, { ...options, schema });
      });
      this.#opened = { schema, pool, secret, shared: await SharedLinks.create(this.#link(), SHARED) };
    } catch (error) {
      await pool.close();
      throw translateOpenError(error, this.#address);
    }
  }

  compile<P extends Plan>(plan: P): Statement<P> {
    return new SqlStatement(plan, compilePlan(this.#open().schema, dialect, plan));
  }

  async execute<P extends Plan>(statement: Statement<P>, values: Values): Promise<ResultOf<P>> {
    try {
      // TypeScript cannot follow that the kind of the plan decides the kind of the answer.
      return (await this.#run(compiledOf(statement), values)) as ResultOf<P>;
    } catch (error) {
      throw translateError(error, this.#address);
    }
  }

  async executeMany(statement: Statement<CreatePlan>, rows: Iterable<Values>): Promise<number> {
    const { pool } = this.#open();
    try {
      return await pool.use(async (link) => {
        const work = () => runBulk(link, statement, rows);
        const begin = "BEGIN ISOLATION LEVEL READ COMMITTED";
        const affected = await runTransaction(link, this.#address, { begin, work });
        if (affected >= MANY_ROWS) await this.#analyze(link, statement);
        return affected;
      });
    } catch (error) {
      throw translateError(error, this.#address);
    }
  }

  async transact<T>(work: (session: Session) => Promise<T>): Promise<T> {
    const { pool, shared } = this.#open();
    const cancel = async (process: string) => {
      await shared.query("SELECT pg_cancel_backend($1::int)", [process]);
    };
    const options = { address: this.#address, timeout: this.#options.transactionTimeout, work, cancel };
    try {
      return await pool.use((link) => runWork(link, options));
    } catch (error) {
      throw translateError(error, this.#address);
    }
  }

  secret(): Buffer {
    return this.#open().secret;
  }

  async ping(): Promise<void> {
    const { shared } = this.#open();
    try {
      await queryAgain(shared, `SELECT 1 FROM ${META_TABLE} LIMIT 1`, []);
    } catch (error) {
      throw translateError(error, this.#address);
    }
  }

  async close(): Promise<void> {
    const opened = this.#opened;
    if (opened === null) return;
    this.#opened = null;
    await Promise.all([opened.pool.close(), opened.shared.close()]);
  }

  /** Short reads share connections; what may look at many rows, or wait for others, has one for itself. */
  async #run(compiled: Compiled, values: Values): Promise<ResultOf<Plan>> {
    const { shared, pool } = this.#open();
    switch (compiled.kind) {
      case "read":
        return runReading({ query: (text, bound) => queryAgain(shared, text, bound) }, compiled, values);
      case "count":
        return pool.use((link) => runReading(link, compiled, values));
      case "write":
        return pool.use((link) => runWrite(link, this.#address, { program: compiled.program, values }));
    }
  }

  /** Statistics are a courtesy, and only an owner may refresh them. */
  async #analyze(link: Link, { plan }: Statement<CreatePlan>): Promise<void> {
    const table = this.#open().schema.models[plan.model]?.table ?? "";
    await link.exec(`ANALYZE ${dialect.quoteName(table)}`).catch(() => undefined);
  }

  #link(): LinkOptions {
    return {
      address: this.#address,
      settings: createSettings(this.#address, this.#options.transactionTimeout),
      silence: STATEMENT_TIMEOUT + 5000,
    };
  }

  #open(): Opened {
    if (this.#opened !== null) return this.#opened;
    throw new FootingError("FTG_DATABASE", {
      detail: `The database ${nameAddress(this.#address)} is not open.`,
      fix: "Open the store before using it.",
    });
  }
}

/** A session that depends on nothing that a server may be set to. A pooler passes on only what all sessions share. */
function createSettings(
  { prepare, searchPath }: Address,
  transactionTimeout: number,
): Readonly<Record<string, string>> {
  const shared = { TimeZone: "UTC", DateStyle: "ISO, MDY" };
  if (!prepare) return shared;
  return {
    ...shared,
    jit: "off",
    extra_float_digits: "1",
    standard_conforming_strings: "on",
    statement_timeout: String(STATEMENT_TIMEOUT),
    idle_in_transaction_session_timeout: String(transactionTimeout + 5000),
    ...(searchPath === null ? {} : { search_path: searchPath }),
  };
}

/** A read that found its connection gone is asked again: a server that lost one has often lost the next one too. */
async function queryAgain(shared: SharedLinks, text: string, values: readonly NativeValue[]): Promise<Result> {
  for (const pause of RETRY_PAUSES) {
    try {
      return await shared.query(text, values);
    } catch (error) {
      if (!isLost(error)) throw error;
    }
    await sleep(pause);
  }
  return shared.query(text, values);
}
