/**
 * A client of the package `pg` that takes many statements at once and hands out rows as the bytes that came. The only
 * file that knows the package; what is prepared, what an error means and when to connect is decided elsewhere.
 */
import { EventEmitter } from "node:events";
import { readFileSync } from "node:fs";
import { findPackageJSON } from "node:module";
import type { Duplex } from "node:stream";
import type { ConnectionOptions } from "node:tls";
import pg from "pg";
import { FootingError } from "../../errors/footing-error.ts";

/** The columns of a row as text in UTF-8: slices of what the socket read, to be sent or copied but not kept. */
export type Row = readonly (Buffer | null)[];

/** A statement as it is sent. */
export interface Request {
  readonly text: string;
  /** Null for SQL that has none, which may be several statements at once. */
  readonly values: readonly (string | null)[] | null;
  /** What the server shall call it; empty when it shall not keep it. */
  readonly name: string;
  /** Whether the server has it under this name already. */
  readonly isPrepared: boolean;
  /** The name of a statement that it need not keep any more. */
  readonly dropped: string | null;
  /** Whether it shall say what the columns are. */
  readonly isDescribed?: boolean;
}

/** What the server says of a column. */
export interface DescribedColumn {
  readonly name: string;
  readonly dataTypeID: number;
  /** The numbers of the table and of the column in it; 0 for what is no stored column. */
  readonly tableID: number;
  readonly columnID: number;
}

/** Takes the answer to a request; exactly one of the two is called. */
export interface Receiver {
  /** `tag` says what was done, e.g. `INSERT 0 1`. */
  succeed(rows: readonly Row[], tag: string, columns: readonly DescribedColumn[]): void;
  /** `error` has `severity` and `code` if it came from the server. */
  fail(error: unknown): void;
}

/** Where to connect, and how. */
export interface ClientOptions {
  /** A name, an IP address, or the folder of a socket. */
  readonly host: string;
  readonly port: number;
  /** `user`, `database` and settings of the session, as the first message has them. */
  readonly parameters: Readonly<Record<string, string>>;
  /** Called when the server asks for it. */
  readonly password: () => string;
  readonly tls: ConnectionOptions | false;
}

/** Oldest version that has what is used here. */
const NEEDED = "8.23.1";
/** Milliseconds without traffic after which the system looks whether the other side is there. */
const KEEP_ALIVE = 60_000;
const TERMINATE = Buffer.from([0x58, 0, 0, 0, 4]);
const DATA_ROW = 0x44;

/** What is used of the package beyond its types. A class that lacks one of these would fail in silence. */
const USED = {
  Client: ["getStartupConf", "getTransactionStatus", "query"],
  Connection: "attachListeners bind cancel close connect describe execute parse query requestSsl sync".split(" "),
  Query: ["handleCommandComplete", "handleDataRow", "handleError", "handleReadyForQuery", "prepare", "submit"],
} as const;

/** A connection as it is, which is more than the package's types say. */
interface Wire extends EventEmitter {
  readonly stream: Duplex;
  attachListeners(stream: EventEmitter): void;
  bind(message: { portal: string; statement: string; values: readonly (string | null)[] }): void;
  cancel(process: number, secret: number): void;
  close(message: { type: "S"; name: string }): void;
  connect(port: number | string, host?: string): void;
  describe(message: { type: "P"; name: string }): void;
  execute(message: { portal: string }): void;
  parse(message: { name: string; text: string }): void;
  requestSsl(): void;
  sync(): void;
}

// The types of the package describe an older form of these methods and leave the rest out; `checkPackage` looks.
const WireConnection = pg.Connection as unknown as new (options: pg.ClientConfig) => Wire;

/**
 * Looks whether the package is one that this file knows.
 * @throws FootingError FTG_CONFIG
 */
export function checkPackage(found: typeof pg = pg): void {
  const missing = Object.entries(USED).flatMap(([name, members]) => {
    const parts: unknown = Reflect.get(Object(Reflect.get(found, name)), "prototype");
    return members.filter((member) => !(member in Object(parts))).map((member) => `${name}.${member}`);
  });
  if (missing.length === 0 && !new found.Client({ pipeline: true }).pipeline) missing.push("Client.pipeline");
  if (missing.length === 0) return;
  throw new FootingError("FTG_CONFIG", {
    detail: `The package pg ${readVersion()} cannot be used: it lacks ${missing.join(", ")}.`,
    fix: `Run: npm install "pg@>=${NEEDED} <9"`,
  });
}

/** One connection to a server. Emits `error` or `end` when it is gone, for good. */
export class ByteClient extends pg.Client {
  readonly #bytes: ByteConnection;
  readonly #options: ClientOptions;

  constructor(options: ClientOptions) {
    const { host, port, parameters, password, tls } = options;
    const socket = { ssl: tls, keepAlive: true, keepAliveInitialDelayMillis: KEEP_ALIVE };
    const bytes = new ByteConnection(socket);
    // The package would look for what is left out in the environment.
    const { user, database } = parameters;
    const config = { ...socket, host, port, user, database, password, pipeline: true, connection: bytes };
    super({ ...config, sslnegotiation: "postgres" });
    this.#bytes = bytes;
    this.#options = options;
  }

  /** The number of the server's process behind this connection, and the secret that lets others cancel what it does. */
  get identity(): readonly [process: number, secret: number] {
    // The types of the package leave both out.
    return [Number(Reflect.get(this, "processID")), Number(Reflect.get(this, "secretKey"))];
  }

  /** What the package sends first. */
  getStartupConf(): Readonly<Record<string, string>> {
    return this.#options.parameters;
  }

  /** Sends a request behind all others; those of one turn of the event loop go out together. */
  send(request: Request, receiver: Receiver): void {
    const { stream } = this.#bytes;
    if (stream.writableCorked === 0) {
      stream.cork();
      setImmediate(() => stream.uncork());
    }
    this.query(new ByteQuery(request, receiver));
  }

  /** Breaks the connection off; what is under way fails, with `error` if there is one. */
  cut(error?: Error): void {
    this.#bytes.stream.destroy(error);
  }

  /**
   * Asks the server over another connection to end what it does for this one; resolves when the server has done so.
   * Rejects when that is not known within so many milliseconds.
   */
  cancel(patience: number): Promise<void> {
    const { host, port, tls } = this.#options;
    const wire = new WireConnection({ ssl: tls });
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const timer = setTimeout(() => reject(new Error("The server does not answer.")), patience);
    const send = () => wire.cancel(...this.identity);
    wire.once("connect", () => (tls === false ? send() : wire.requestSsl()));
    wire.once("sslconnect", send);
    wire.once("end", resolve);
    wire.on("error", reject);
    if (host.startsWith("/")) wire.connect(`${host}/.s.PGSQL.${port}`);
    else wire.connect(port, host);
    return promise.finally(() => {
      clearTimeout(timer);
      wire.stream.destroy();
    });
  }

  /** Takes leave of the server; resolves when the connection is gone. */
  leave(): Promise<void> {
    const { stream } = this.#bytes;
    return new Promise((resolve) => {
      if (stream.closed) return resolve();
      stream.once("close", resolve);
      stream.end(TERMINATE, () => stream.destroy());
    });
  }
}

/** A connection that cuts rows out of what comes, because the package would turn every column into a string. */
class ByteConnection extends WireConnection {
  override attachListeners(stream: EventEmitter): void {
    const rest = new EventEmitter();
    super.attachListeners(rest);
    let parts: Buffer[] = [];
    let length = 0;
    let needed = 0;
    stream.on("end", () => rest.emit("end"));
    stream.on("data", (data: Buffer) => {
      parts.push(data);
      length += data.length;
      if (length < needed) return;
      const chunk = parts.length === 1 ? data : Buffer.concat(parts, length);
      const end = this.#readMessages(chunk, rest);
      parts = end < length ? [chunk.subarray(end)] : [];
      length -= end;
      needed = length < 5 ? 5 : 1 + chunk.readUInt32BE(end + 1);
    });
  }

  /** Hands on the whole messages in the chunk; where the rest begins. */
  #readMessages(chunk: Buffer, rest: EventEmitter): number {
    let at = 0;
    let from = 0;
    while (at + 5 <= chunk.length) {
      const next = at + 1 + chunk.readUInt32BE(at + 1);
      if (next > chunk.length) break;
      if (chunk[at] === DATA_ROW) {
        if (from < at) rest.emit("data", chunk.subarray(from, at));
        this.emit("dataRow", { fields: readFields(chunk, at + 5) });
        from = next;
      }
      at = next;
    }
    if (from < at) rest.emit("data", chunk.subarray(from, at));
    return at;
  }
}

/** A statement with text for values, whose columns the server describes only where it is asked to. */
class ByteQuery extends pg.Query {
  readonly #request: Request;
  readonly #receiver: Receiver;
  #rows: Row[] = [];
  #columns: readonly DescribedColumn[] = [];
  #tag = "";

  constructor(request: Request, receiver: Receiver) {
    super(request.text);
    this.#request = request;
    this.#receiver = receiver;
  }

  requiresPreparation(): boolean {
    return this.#request.values !== null;
  }

  prepare(connection: Wire): void {
    const { text, values, name, isPrepared, dropped, isDescribed = false } = this.#request;
    if (dropped !== null) connection.close({ type: "S", name: dropped });
    if (!isPrepared) {
      // Whatever had the name before, perhaps in the hands of a pooler, is in the way.
      if (name !== "") connection.close({ type: "S", name });
      connection.parse({ name, text });
    }
    connection.bind({ portal: "", statement: name, values: values ?? [] });
    if (isDescribed) connection.describe({ type: "P", name: "" });
    connection.execute({ portal: "" });
    connection.sync();
  }

  /** Comes where it was asked for, and for SQL without values; of several statements the last one's rows count. */
  handleRowDescription({ fields }: { readonly fields: readonly DescribedColumn[] }): void {
    this.#rows = [];
    this.#columns = fields;
  }

  handleDataRow({ fields }: { readonly fields: Row }): void {
    this.#rows.push(fields);
  }

  handleCommandComplete({ text }: { readonly text: string }): void {
    this.#tag = text;
  }

  handleReadyForQuery(): void {
    this.#receiver.succeed(this.#rows, this.#tag, this.#columns);
  }

  handleError(error: unknown): void {
    this.#receiver.fail(error);
  }
}

function readVersion(): string {
  const path = findPackageJSON("pg", import.meta.url);
  const { version }: { readonly version?: unknown } = path === undefined ? {} : JSON.parse(readFileSync(path, "utf8"));
  return String(version);
}

function readFields(chunk: Buffer, start: number): Row {
  const fields: (Buffer | null)[] = [];
  const count = chunk.readUInt16BE(start);
  let at = start + 2;
  for (let column = 0; column < count; column++) {
    const length = chunk.readInt32BE(at);
    const from = at + 4;
    at = length < 0 ? from : from + length;
    fields.push(length < 0 ? null : chunk.subarray(from, at));
  }
  return fields;
}
