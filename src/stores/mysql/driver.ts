/**
 * Connections to MySQL and MariaDB over the package `mariadb`, and the only file that knows the package: statements in
 * the order they are asked, several under way at once, JSON as the bytes that came. It knows no plan and no transaction.
 */
import type { Connection, ConnectionConfig } from "mariadb";
import { FootingError } from "../../errors/footing-error.ts";
import { ConnectionError } from "../sql/server-failure.ts";
import type { Address } from "./address.ts";
import type { NativeValue } from "./codec.ts";

/** A row as it came: bytes for binary values, else texts and numbers. */
export type Row = readonly unknown[];

/** The answer to one statement. */
export interface Result {
  readonly rows: readonly Row[];
  /** Rows that a write found. */
  readonly count: number;
}

/** The server refused a statement. */
export class ServerError extends Error {
  override readonly name = "ServerError";
  /** The server's number of the error, the same in both engines below 1900. */
  readonly number: number;

  constructor(message: string, number: number, cause: unknown) {
    super(message, { cause });
    this.number = number;
  }
}

/** How connections are opened. */
export interface LinkOptions {
  readonly address: Address;
  /** How long the server may say nothing while statements are under way, in milliseconds; then the connection ends. */
  readonly silence: number;
}

/** Different statements that a connection keeps prepared; the package lets the least used go. */
const MAX_PREPARED = 250;
/** The lowest number of errors that the package itself makes. */
const PACKAGE_ERRORS = 45_000;
/** The server's number for a message that is too long. */
const TOO_LONG = 1153;

/** One connection. When it ends, what is under way fails and nothing more can be asked. */
export class Link {
  readonly #connection: Connection;
  readonly #silence: number;
  /** Bytes of the longest message that the server takes: max_allowed_packet. */
  readonly #limit: number;
  #isOpen = true;
  #load = 0;
  /** Ends the connection when the server has said nothing for too long. */
  #watch: NodeJS.Timeout | null = null;

  constructor(connection: Connection, { silence, limit }: { readonly silence: number; readonly limit: number }) {
    this.#connection = connection;
    this.#limit = limit;
    this.#silence = silence;
    // An idle connection that ends says so here alone.
    const end = () => {
      this.#isOpen = false;
    };
    connection.on("error", end);
    connection.on("end", end);
  }

  /**
   * Opens a connection.
   * @throws ConnectionError, ServerError; FootingError FTG_CONFIG when the package is not installed.
   */
  static async connect({ address, silence }: LinkOptions): Promise<Link> {
    const { createConnection } = await loadPackage();
    try {
      const connection = await createConnection(createConfig(address));
      const [row] = await connection.query<readonly Row[]>("SELECT @@max_allowed_packet");
      return new Link(connection, { silence, limit: Number(row?.[0]) });
    } catch (error) {
      throw readError(error);
    }
  }

  /** Whether the server says that it is MariaDB. */
  get isMariadb(): boolean {
    return this.#connection.info?.isMariaDB() ?? false;
  }

  /** The server's number of the connection. */
  get thread(): number | null {
    return this.#connection.info?.threadId ?? null;
  }

  /** Whether statements can still be sent. */
  get isOpen(): boolean {
    return this.#isOpen && this.#connection.isValid();
  }

  /** Statements without an answer yet. */
  get load(): number {
    return this.#load;
  }

  /** Runs one statement with values, prepared once per connection. */
  async query(text: string, values: readonly NativeValue[]): Promise<Result> {
    // The server would end the connection.
    if (measure(text, values) >= this.#limit) throw new ServerError("The statement is too long.", TOO_LONG, undefined);
    return this.#run(() => this.#connection.execute(text, [...values]));
  }

  /** Runs one statement of our own without values. */
  exec(sql: string): Promise<Result> {
    return this.#run(() => this.#connection.query(sql));
  }

  /** Ends the connection at once; what is under way fails. */
  async destroy(): Promise<void> {
    this.#isOpen = false;
    this.#connection.destroy();
  }

  /** Ends the connection when what is under way is done. */
  async end(): Promise<void> {
    if (!this.isOpen) return this.destroy();
    this.#isOpen = false;
    await this.#connection.end().catch(() => this.#connection.destroy());
  }

  async #run(send: () => Promise<unknown>): Promise<Result> {
    if (!this.isOpen) throw new ConnectionError("The connection has ended.", "CONNECTION_CLOSED", undefined);
    this.#load += 1;
    this.#watch ??= setTimeout(() => void this.destroy(), this.#silence).unref();
    try {
      return readResult(await send());
    } catch (error) {
      const failure = readError(error);
      if (isEnding(error)) this.#isOpen = false;
      else if (failure instanceof ConnectionError) await this.destroy();
      throw failure;
    } finally {
      this.#load -= 1;
      this.#hear();
    }
  }

  /** The server answered. */
  #hear(): void {
    if (this.#load > 0 && this.isOpen) return void this.#watch?.refresh();
    if (this.#watch !== null) clearTimeout(this.#watch);
    this.#watch = null;
  }
}

/** Bytes of the longer of two messages: a statement, and the values that are sent for it. */
function measure(text: string, values: readonly NativeValue[]): number {
  let size = 16 + values.length * 12;
  for (const value of values) {
    if (typeof value === "string") size += Buffer.byteLength(value);
    else if (Buffer.isBuffer(value)) size += value.length;
  }
  return Math.max(size, text.length);
}

/**
 * Whether the server said that it ends the connection. Then the package must not: it would ask the server to kill what
 * is gone, and nobody could catch the refusal.
 */
function isEnding(error: unknown): boolean {
  if (!(error instanceof Error) || !("fatal" in error) || !("errno" in error)) return false;
  return error.fatal === true && Number(error.errno) > 0 && Number(error.errno) < PACKAGE_ERRORS;
}

function readResult(answer: unknown): Result {
  // With `rowsAsArray` the package answers an array of rows, or what a write did.
  if (Array.isArray(answer)) return { rows: answer, count: answer.length };
  const isWrite = typeof answer === "object" && answer !== null && "affectedRows" in answer;
  return { rows: [], count: isWrite ? Number(answer.affectedRows) : 0 };
}

/** What came from the server, and what says that there is no connection any more. */
function readError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const number = "errno" in error ? Number(error.errno) : 0;
  const message = "sqlMessage" in error && error.sqlMessage ? String(error.sqlMessage) : error.message;
  const isEnded = "fatal" in error && error.fatal === true && ![1040, 1044, 1045, 1049, 1130, 1203].includes(number);
  if (number > 0 && number < PACKAGE_ERRORS && !isEnded) return new ServerError(message, number, error);
  const cause = error.cause instanceof Error ? error.cause : error;
  const code = "code" in cause ? String(cause.code) : "";
  return new ConnectionError(cause.message, code, error);
}

async function loadPackage(): Promise<typeof import("mariadb")> {
  try {
    return await import("mariadb");
  } catch (cause) {
    throw new FootingError("FTG_CONFIG", {
      detail: "The package mariadb, which speaks to MySQL and MariaDB, is not installed.",
      fix: "Run: npm install mariadb",
      cause,
    });
  }
}

function createConfig(address: Address): ConnectionConfig {
  const { host, port, socket, database, user, password, connectTimeout } = address;
  return {
    ...(socket === null ? { host, port } : { socketPath: socket }),
    database,
    user,
    password,
    ssl: createTls(address),
    connectTimeout: connectTimeout * 1000,
    keepAliveDelay: 30_000,
    charset: "utf8mb4",
    rowsAsArray: true,
    checkDuplicate: false,
    autoJsonMap: false,
    foundRows: true,
    prepareCacheLength: MAX_PREPARED,
    logParam: false,
    // A password is sent to whoever answers only over a line that is secured.
    allowPublicKeyRetrieval: address.tls === "disable",
    logger: { warning: () => undefined },
  };
}

/** With the name, against which Node checks the certificate. */
function createTls({ tls, host, authorities }: Address): false | object {
  if (tls === "disable") return false;
  const trust = { servername: host, ...(authorities === null ? {} : { ca: authorities }) };
  if (tls === "require") return { ...trust, rejectUnauthorized: false };
  return tls === "verify-ca" ? { ...trust, checkServerIdentity: () => undefined } : trust;
}
