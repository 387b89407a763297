/**
 * Connections to MySQL and MariaDB over the package `mariadb`: statements in the order they are asked, several under way at
 * once, JSON as the bytes that came. It knows no plan and no transaction.
 */
import { isIP, Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { Connection, ConnectionConfig, FieldInfo } from "mariadb";
import { FootingError } from "../../errors/footing-error.ts";
import type { Abort } from "../contract/store.ts";
import { LinkQueue, type LinkWatch, refuseAborted } from "../sql/link-queue.ts";
import { ConnectionError, createAbortError } from "../sql/server-failure.ts";
import type {
  AnswerColumn,
  Line as ServerLine,
  ServerLink,
  OwnLine as ServerOwnLine,
  ServerResult,
} from "../sql/server-link.ts";
import type { Address } from "./address.ts";
import type { NativeValue } from "./codec.ts";
import { OrderedStatements, type Sender } from "./ordered-statements.ts";

/** A row as it came: bytes for binary values, else texts and numbers. */
export type Row = readonly unknown[];

/** The answer to one statement; of a write the rows that it found count. */
export type Result = ServerResult;

/** Something that takes statements. */
export type Line = ServerLine<NativeValue, Result>;

/** Something that takes statements of the app's own too. */
export type OwnLine = ServerOwnLine<NativeValue, Result>;

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
  readonly watch: LinkWatch;
  /** Where to connect instead: one of the servers behind the name in the address. */
  readonly host?: string;
}

/** Different statements that a connection keeps prepared; the package lets the least used go. */
const MAX_PREPARED = 250;
/** The lowest number of errors that the package itself makes. */
const PACKAGE_ERRORS = 45_000;
/** The server's numbers for a message that is too long, and for a statement that was cancelled. */
const TOO_LONG = 1153;
const INTERRUPTED = 1317;
/** Errors that the package takes for the end of a connection: no connection was made, or a statement alone ended. */
const HARMLESS: readonly number[] = [1040, 1044, 1045, 1049, 1130, 1203, INTERRUPTED, 1969];

/** What a server says of itself and of a connection. */
const FACTS = "SELECT CONNECTION_ID(), @@max_allowed_packet, CONCAT_WS(' ', @@hostname, @@port, @@server_id)";

/** The server may not send us elsewhere, where nobody would find what to cancel. The types of the package leave it out. */
const STAY = { permitRedirect: false };

interface LinkFacts {
  /** The server's number of the connection. */
  readonly thread: number;
  /** Bytes of the longest message that the server takes. */
  readonly limit: number;
  /** Tells one server from another behind the same name. */
  readonly server: string;
}

/** What a connection is made of. */
interface LinkParts {
  readonly connection: Connection;
  readonly socket: Socket;
  readonly facts: LinkFacts;
}

/** One connection. When it ends, what is under way fails and nothing more can be asked. */
export class Link implements ServerLink<NativeValue, Result> {
  readonly #connection: Connection;
  readonly #sender: Sender;
  readonly #socket: Socket;
  readonly #facts: LinkFacts;
  readonly #options: LinkOptions;
  readonly #queue: LinkQueue;
  /** What fails the statements that are under way. */
  readonly #pending = new Set<(error: Error) => void>();
  #isOpen = true;

  constructor({ connection, socket, facts }: LinkParts, options: LinkOptions) {
    this.#connection = connection;
    // To MariaDB the package sends both halves of a statement at once.
    this.#sender = this.isMariadb ? connection : new OrderedStatements(connection, MAX_PREPARED);
    this.#socket = socket;
    this.#facts = facts;
    this.#options = options;
    this.#queue = new LinkQueue(this, options.watch);
    // An idle connection that ends says so here alone. Statements hear of it from the package, unless it forgets one.
    const end = () => {
      this.#isOpen = false;
      setImmediate(() => {
        for (const fail of this.#pending) fail(createEndedError());
      });
    };
    connection.on("error", end);
    connection.on("end", end);
    socket.once("close", end);
  }

  /**
   * Opens a connection.
   * @throws ConnectionError, ServerError; FootingError FTG_CONFIG when the package is not installed.
   */
  static async connect(options: LinkOptions): Promise<Link> {
    const { createConnection } = await loadPackage();
    const { address, host = address.host } = options;
    const socket = new Socket();
    // The package stops its own clock when it is let in; the server may fall silent after that.
    const late = setTimeout(() => socket.destroy(createLateError(address)), address.connectTimeout * 1000);
    try {
      // The package waits for what a socket says after this.
      const open = () => connectSocket(socket, { host, port: address.port });
      const connection = await createConnection(createConfig(address, open));
      const [row = []] = await connection.query<readonly Row[]>(FACTS);
      const facts = { thread: Number(row[0]), limit: Number(row[1]), server: String(row[2]) };
      return new Link({ connection, socket, facts }, options);
    } catch (error) {
      socket.destroy();
      throw readError(error);
    } finally {
      clearTimeout(late);
    }
  }

  /** Whether the server says that it is MariaDB. */
  get isMariadb(): boolean {
    return this.#connection.info?.isMariaDB() ?? false;
  }

  /** Whether statements can still be sent. */
  get isOpen(): boolean {
    return this.#isOpen && this.#connection.isValid();
  }

  /** Statements without an answer yet. */
  get load(): number {
    return this.#queue.load;
  }

  /** Runs one statement with values, prepared once per connection. */
  async query(text: string, values: readonly NativeValue[], abort?: Abort): Promise<Result> {
    refuseAborted(abort);
    // The server would end the connection.
    if (measure(text, values) >= this.#facts.limit)
      throw new ServerError("The statement is too long.", TOO_LONG, undefined);
    return this.#run(() => this.#sender.execute(text, [...values]), abort);
  }

  /** Runs one statement of somebody else's, and says what its columns are. */
  async own(text: string, values: readonly NativeValue[], abort?: Abort): Promise<Result> {
    refuseAborted(abort);
    if (measure(text, values) >= this.#facts.limit)
      throw new ServerError("The statement is too long.", TOO_LONG, undefined);
    return this.#run(() => this.#sender.execute(text, [...values]), abort, readDescribed);
  }

  /** Runs one statement of our own without values. */
  exec(sql: string): Promise<Result> {
    return this.#run(() => this.#sender.query(sql), undefined);
  }

  /** Asks the server over another connection to end what runs. Nothing that is sent after it resolves can be hit. */
  async cancel(): Promise<void> {
    const { thread, server } = this.#facts;
    // Behind one name there may be several servers, with connections of the same number.
    const { remoteAddress: host = this.#options.address.host } = this.#socket;
    const other = await Link.connect({ ...this.#options, host });
    await other.within(this.#options.address.connectTimeout, async () => {
      if (other.#facts.server !== server || this.#connection.info?.threadId !== thread)
        throw new ConnectionError("The server cannot be told what to cancel.", "CONNECTION_CLOSED", undefined);
      await other.exec(`KILL QUERY ${thread}`);
    });
    await other.destroy();
  }

  /** Runs work, and ends the connection when the work fails or takes longer than so many seconds. */
  async within(seconds: number, work: () => Promise<void>): Promise<void> {
    const late = setTimeout(() => void this.destroy(), seconds * 1000);
    try {
      await work();
    } catch (error) {
      await this.destroy();
      throw error;
    } finally {
      clearTimeout(late);
    }
  }

  /** Ends the connection at once; what is under way fails. */
  async destroy(): Promise<void> {
    this.#isOpen = false;
    // The package would ask the server to kill what may be gone by then, and nobody could catch the refusal. An end
    // that it did not ask for lets it fail what is under way, over TLS too.
    this.#socket.emit("end");
    this.#socket.destroy();
  }

  /** Ends the connection when what is under way is done, or after so many milliseconds. */
  async finish(patience: number): Promise<void> {
    const end = performance.now() + patience;
    while (this.isOpen && this.load > 0 && performance.now() < end) await sleep(5);
    if (!this.isOpen || this.load > 0) return this.destroy();
    this.#isOpen = false;
    await this.#connection.end().catch(() => this.destroy());
  }

  /** Sends a statement; again if it was hit by a cancel that was meant for another. */
  async #run(send: () => Promise<unknown>, abort: Abort | undefined, read = readResult): Promise<Result> {
    if (!this.isOpen) throw createEndedError();
    const turn = this.#queue.begin(abort);
    let answer: unknown;
    let failure: unknown = null;
    try {
      this.#gather();
      answer = await this.#orEnd(send());
    } catch (error) {
      failure = readError(error);
      if (failure instanceof ConnectionError) await this.destroy();
    }
    const took = this.#queue.end(turn);
    const quiet = this.#queue.quiet(turn);
    if (quiet !== null) await quiet;
    if (failure === null) return read(answer, took);
    const isInterrupted = failure instanceof ServerError && failure.number === INTERRUPTED;
    if (isInterrupted && this.#queue.isStray(turn)) return this.#run(send, abort, read);
    throw isInterrupted && abort?.aborted ? createAbortError(failure) : failure;
  }

  /** What is sent in one turn of the event loop goes out together: a write costs as much as making what is written. */
  #gather(): void {
    if (this.#socket.writableCorked > 0) return;
    this.#socket.cork();
    setImmediate(() => this.#socket.uncork());
  }

  /** What was sent, or the end of the connection if that comes first. */
  #orEnd(sent: Promise<unknown>): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#pending.add(reject);
      void sent.then(resolve, reject).then(() => this.#pending.delete(reject));
    });
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

function readResult(answer: unknown, took: number): Result {
  // With `rowsAsArray` the package answers an array of rows, or what a write did.
  if (Array.isArray(answer)) return { rows: answer, count: answer.length, took };
  const isWrite = typeof answer === "object" && answer !== null && "affectedRows" in answer;
  return { rows: [], count: isWrite ? Number(answer.affectedRows) : 0, took };
}

/** The package hangs what it knows of the columns on the array of rows. */
function readDescribed(answer: unknown, took: number): Result {
  const result = readResult(answer, took);
  if (!Array.isArray(answer) || !("meta" in answer) || !Array.isArray(answer.meta)) return result;
  const meta: readonly FieldInfo[] = answer.meta;
  return {
    ...result,
    columns: meta.map(
      (column): AnswerColumn => ({
        name: column.name(),
        type: column.columnType,
        table: column.orgTable(),
        column: column.orgName(),
      }),
    ),
  };
}

/** What came from the server, and what says that there is no connection any more. */
function readError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const number = "errno" in error ? Number(error.errno) : 0;
  const message = "sqlMessage" in error && error.sqlMessage ? String(error.sqlMessage) : error.message;
  const isEnded = "fatal" in error && error.fatal === true && !HARMLESS.includes(number);
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

function createLateError({ connectTimeout }: Address): ConnectionError {
  return new ConnectionError(`No connection within ${connectTimeout} s.`, "CONNECT_TIMEOUT", undefined);
}

function createEndedError(): ConnectionError {
  return new ConnectionError("The connection has ended.", "CONNECTION_CLOSED", undefined);
}

/** Connects to a host, or to a local socket, whose path begins with a slash. */
function connectSocket(socket: Socket, { host, port }: { readonly host: string; readonly port: number }): Socket {
  return (host.startsWith("/") ? socket.connect(host) : socket.connect(port, host)).setNoDelay(true);
}

function createConfig(address: Address, open: () => Socket): ConnectionConfig {
  const { host, port, database, user, password, connectTimeout } = address;
  return {
    host,
    port,
    stream: (callback) => callback(undefined, open()),
    database,
    user,
    password,
    ssl: createTls(address),
    connectTimeout: connectTimeout * 1000,
    keepAliveDelay: 30_000,
    charset: "utf8mb4",
    rowsAsArray: true,
    dateStrings: true,
    checkDuplicate: false,
    autoJsonMap: false,
    foundRows: true,
    prepareCacheLength: MAX_PREPARED,
    logParam: false,
    ...STAY,
    // A password is sent to whoever answers only over a line that is secured.
    allowPublicKeyRetrieval: address.tls === "disable",
    logger: { warning: () => undefined },
  };
}

/** With the host, against which Node checks the certificate. */
function createTls({ tls, host, authorities }: Address): false | object {
  if (tls === "disable") return false;
  const name = isIP(host) === 0 ? { servername: host } : {};
  const trust = { host, ...name, ...(authorities === null ? {} : { ca: authorities }) };
  if (tls === "require") return { ...trust, rejectUnauthorized: false };
  return tls === "verify-ca" ? { ...trust, checkServerIdentity: () => undefined } : trust;
}
