/**
 * Connections to PostgreSQL: statements in the order they are asked, several under way at once, each prepared once per
 * connection. It knows no plan and no transaction.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { ConnectionOptions } from "node:tls";
import { FootingError } from "../../errors/footing-error.ts";
import type { Abort } from "../contract/store.ts";
import { LinkQueue, type LinkWatch, refuseAborted, type Turn } from "../sql/link-queue.ts";
import { ConnectionError, createAbortError } from "../sql/server-failure.ts";
import type {
  AnswerColumn,
  Line as ServerLine,
  ServerLink,
  OwnLine as ServerOwnLine,
  ServerResult,
} from "../sql/server-link.ts";
import type { Address } from "./address.ts";
import type { ByteClient, DescribedColumn, Request, Row } from "./byte-client.ts";
import type { NativeValue } from "./codec.ts";
import { StatementNames } from "./statement-names.ts";

/** The answer to one statement. */
export interface Result extends ServerResult {
  readonly rows: readonly Row[];
  /** The first word of what was done. */
  readonly command: string;
}

/** Something that takes statements. */
export type Line = ServerLine<NativeValue, Result>;

/** Something that takes statements of the app's own too. */
export type OwnLine = ServerOwnLine<NativeValue, Result>;

/** The server refused a statement. */
export class ServerError extends Error {
  override readonly name = "ServerError";
  /** SQLSTATE, five characters. */
  readonly state: string;
  readonly constraint: string | null;

  constructor(message: string, details: { readonly state: string; readonly constraint: string | null }) {
    super(message);
    this.state = details.state;
    this.constraint = details.constraint;
  }
}

/** A statement that was prepared before is gone or has become another, and is prepared anew the next time. */
export class StaleError extends ServerError {}

/** How connections are opened. */
export interface LinkOptions {
  readonly address: Address;
  /** Settings of the session, sent with its first message. */
  readonly settings: Readonly<Record<string, string>>;
  readonly watch: LinkWatch;
}

/** What the server says with its last breath. */
const LAST_WORDS = /^(08|57P0[1245])/;
/** A prepared statement is gone or has become another: a table was changed, or a pooler gave us another process. */
const STALE: readonly string[] = ["0A000", "26000", "42P05"];
const CANCELED = "57014";

/** Who waits for an answer. */
interface Settlement {
  readonly abort: Abort | undefined;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

/** A statement under way. */
interface Sent {
  readonly request: Request;
  readonly settlement: Settlement;
  readonly turn: Turn;
}

/**
 * One connection. When it ends, what is under way fails and nothing more can be asked: a transaction can never go on
 * over another connection.
 */
export class Link implements ServerLink<NativeValue, Result> {
  readonly #client: ByteClient;
  readonly #names: StatementNames;
  readonly #queue: LinkQueue;
  readonly #patience: number;
  #isOpen = true;

  constructor(client: ByteClient, { address, watch }: LinkOptions) {
    this.#client = client;
    this.#names = new StatementNames(address.prepare);
    this.#queue = new LinkQueue(this, watch);
    this.#patience = address.connectTimeout * 1000;
    client.on("error", () => this.#end());
    client.on("end", () => this.#end());
  }

  /**
   * Opens a connection.
   * @throws ConnectionError, ServerError; FootingError FTG_CONFIG when the package is not installed or another version.
   */
  static async connect(options: LinkOptions): Promise<Link> {
    const { address, settings } = options;
    const { ByteClient, checkPackage } = await loadPackage();
    checkPackage();
    const client = new ByteClient(createClientOptions(address, settings));
    const link = new Link(client, options);
    const tooLate = new ConnectionError("The server does not answer.", "CONNECT_TIMEOUT", undefined);
    const timer = setTimeout(() => client.cut(tooLate), address.connectTimeout * 1000);
    try {
      await client.connect();
      return link;
    } catch (error) {
      link.#break();
      throw readError(error);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Whether statements can still be sent. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Statements without an answer yet. */
  get load(): number {
    return this.#queue.load;
  }

  /** The number of the server's process behind this connection. Behind a pooler it changes. */
  get process(): number {
    return this.#client.identity[0];
  }

  /**
   * Runs one statement with values, prepared once per connection. One that the server has lost or that has become stale
   * is prepared anew and run again, behind what was sent meanwhile, unless a transaction is open.
   */
  query(text: string, values: readonly NativeValue[], abort?: Abort): Promise<Result> {
    return new Promise((resolve, reject) => {
      refuseAborted(abort);
      this.#prepare(text, values, { abort, resolve, reject });
    });
  }

  /** Runs SQL of our own without values, several statements at once too: then the last rows are the answer. */
  exec(sql: string): Promise<Result> {
    const request = { text: sql, values: null, name: "", isPrepared: false, dropped: null };
    return new Promise((resolve, reject) => this.#send(request, { abort: undefined, resolve, reject }));
  }

  /** Runs one statement of somebody else's, which is not kept prepared. */
  own(text: string, values: readonly NativeValue[], abort?: Abort): Promise<Result> {
    const request = { text, values, name: "", isPrepared: false, dropped: null, isDescribed: true };
    return new Promise((resolve, reject) => {
      refuseAborted(abort);
      this.#send(request, { abort, resolve, reject });
    });
  }

  /** Asks the server over another connection to end what runs. Nothing that is sent after it resolves can be hit. */
  cancel(): Promise<void> {
    return this.#client.cancel(this.#patience);
  }

  /** Ends the connection at once; what is under way fails. */
  async destroy(): Promise<void> {
    // A server at work would not hear us take leave.
    if (this.load > 0) this.#break();
    this.#end();
    await this.#client.leave();
  }

  /** Ends the connection when what is under way is done, or after so many milliseconds. */
  async finish(patience: number): Promise<void> {
    const end = performance.now() + patience;
    while (this.load > 0 && performance.now() < end) await sleep(5);
    await this.destroy();
  }

  #prepare(text: string, values: readonly NativeValue[], settlement: Settlement): void {
    this.#send({ text, values, ...this.#names.take(text) }, settlement);
  }

  #send(request: Request, settlement: Settlement): void {
    if (!this.#isOpen) {
      settlement.reject(createEndedError());
      return;
    }
    const turn = this.#queue.begin(settlement.abort);
    const settle = (done: () => void) => {
      const quiet = this.#queue.quiet(turn);
      if (quiet === null) done();
      else void quiet.then(done);
    };
    this.#client.send(request, {
      succeed: (rows, tag, columns) => {
        const result = describeResult(createResult(rows, tag, this.#queue.end(turn)), columns);
        settle(() => settlement.resolve(result));
      },
      fail: (error) => {
        this.#queue.end(turn);
        settle(() => this.#fail(readError(error), { request, settlement, turn }));
      },
    });
  }

  #fail(error: unknown, { request, settlement, turn }: Sent): void {
    const { text, values, name, isPrepared } = request;
    if (error instanceof ConnectionError) this.#break();
    const state = error instanceof ServerError ? error.state : "";
    const isStale = isPrepared && STALE.includes(state);
    const isStray = state === CANCELED && this.#queue.isStray(turn);
    // Whether a statement was prepared before it failed is not known.
    if (name !== "" && (isStale || !isPrepared)) this.#names.forget(text);
    // A lone statement that failed has done nothing.
    if ((isStale || isStray) && values !== null && this.#client.getTransactionStatus() === "I")
      this.#repeat(request, settlement);
    else if (state === CANCELED && settlement.abort?.aborted) settlement.reject(createAbortError(error));
    else settlement.reject(isStale && error instanceof ServerError ? new StaleError(error.message, error) : error);
  }

  #repeat(request: Request, settlement: Settlement): void {
    if (request.isDescribed === true) this.#send(request, settlement);
    else this.#prepare(request.text, request.values ?? [], settlement);
  }

  #break(): void {
    this.#end();
    this.#client.cut();
  }

  #end(): void {
    this.#isOpen = false;
  }
}

/** What came from the server, and what says that there is no connection any more. */
function readError(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof ServerError || error instanceof ConnectionError) return error;
  const code = "code" in error && error.code !== undefined ? String(error.code) : "CONNECTION_CLOSED";
  if (!("severity" in error) || LAST_WORDS.test(code)) return createConnectionError(error, code);
  const constraint = "constraint" in error && error.constraint !== undefined ? String(error.constraint) : null;
  return new ServerError(error.message, { state: code, constraint });
}

function createConnectionError(error: Error, code: string): ConnectionError {
  // The package's answer to a server without TLS has no code.
  const known = /not support SSL/.test(error.message) ? "ECONNRESET" : code;
  // Several addresses that all refuse make an error without a message.
  return new ConnectionError(error.message || known, known, error);
}

function createEndedError(): ConnectionError {
  return new ConnectionError("The connection has ended.", "CONNECTION_CLOSED", undefined);
}

function createResult(rows: readonly Row[], tag: string, took: number): Result {
  const [command = ""] = tag.split(" ", 1);
  return { rows, command, took, count: Number(tag.slice(tag.lastIndexOf(" ") + 1)) || 0 };
}

function describeResult(result: Result, columns: readonly DescribedColumn[]): Result {
  if (columns.length === 0) return result;
  return {
    ...result,
    columns: columns.map(
      ({ name, dataTypeID, tableID, columnID }): AnswerColumn => ({
        name,
        type: dataTypeID,
        table: tableID,
        column: columnID,
      }),
    ),
  };
}

async function loadPackage(): Promise<typeof import("./byte-client.ts")> {
  try {
    return await import("./byte-client.ts");
  } catch (cause) {
    throw new FootingError("FTG_CONFIG", {
      detail: "The package pg, which speaks to PostgreSQL, is not installed.",
      fix: "Run: npm install pg",
      cause,
    });
  }
}

function createClientOptions(
  address: Address,
  settings: Readonly<Record<string, string>>,
): ConstructorParameters<typeof ByteClient>[0] {
  const { host, port, user, database, password, applicationName } = address;
  return {
    host,
    port,
    parameters: { user, database, application_name: applicationName, ...settings },
    password: () => {
      if (password !== "") return password;
      throw new ServerError("The server asks for a password.", { state: "28P01", constraint: null });
    },
    tls: createTls(address),
  };
}

/** The package adds the host, against which Node checks the certificate. */
function createTls({ tls, authorities }: Address): ConnectionOptions | false {
  if (tls === "disable") return false;
  const trust = authorities === null ? {} : { ca: authorities };
  if (tls === "require") return { ...trust, rejectUnauthorized: false };
  return tls === "verify-ca" ? { ...trust, checkServerIdentity: () => undefined } : trust;
}
