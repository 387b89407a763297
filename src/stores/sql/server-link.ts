/** What the stores on servers ask of a connection, whatever its driver is. */
import type { Abort } from "../contract/store.ts";
import type { PooledLink } from "./link-pool.ts";

/** What a server says of a column of an answer. */
export interface AnswerColumn {
  readonly name: string;
  /** The server's number of the type. */
  readonly type: number;
  /** Where it is stored, as the server calls both; of what is no stored column it says nothing that leads anywhere. */
  readonly table: string | number;
  readonly column: string | number;
}

/** The answer of a server to one statement. */
export interface ServerResult {
  readonly rows: readonly (readonly unknown[])[];
  /** Rows that were written, or read. */
  readonly count: number;
  /** How long the server was at it, in milliseconds: without the time that it waited behind others. */
  readonly took: number;
  /** What the columns are, where that was asked for. */
  readonly columns?: readonly AnswerColumn[];
  /** What was done, where a server says so: `COMMIT`, or `ROLLBACK` where a commit was asked of a broken transaction. */
  readonly command?: string;
}

/** Something that takes statements: values of type `V`, answers of type `R`. */
export interface Line<V, R extends ServerResult> {
  /** Runs one statement with values. */
  query(text: string, values: readonly V[]): Promise<R>;
  /** Runs SQL of our own without values. */
  exec(sql: string): Promise<R>;
}

/** Something that takes statements of the app's own too. */
export interface OwnLine<V, R extends ServerResult> extends Line<V, R> {
  /** Runs one statement of the app's with values, and asks what its columns are. */
  own(text: string, values: readonly V[]): Promise<R>;
}

/** One connection. Statements are answered in the order they are asked. */
export interface ServerLink<V, R extends ServerResult> extends Line<V, R>, PooledLink {
  /** Statements without an answer yet. */
  readonly load: number;
  /** Runs one statement with values. It is cancelled if it takes long and its caller is gone. */
  query(text: string, values: readonly V[], abort?: Abort): Promise<R>;
  /** Runs one statement of the app's with values, and asks what its columns are. It is cancelled if it takes long and its caller is gone. */
  own(text: string, values: readonly V[], abort?: Abort): Promise<R>;
  /** Ends the connection when what is under way is done, or after so many milliseconds. */
  finish(patience: number): Promise<void>;
}

/** A line over a connection that cancels what takes long once `abort` says so. */
export function withAbort<V, R extends ServerResult>(link: ServerLink<V, R>, abort: Abort | undefined): OwnLine<V, R> {
  if (abort === undefined) return link;
  return {
    query: (text, values) => link.query(text, values, abort),
    exec: (sql) => link.exec(sql),
    own: (text, values) => link.own(text, values, abort),
  };
}
