/** What the stores on servers leave to each kind of server: how it begins, writes and refuses. It holds no connection. */
import type { Plan, WritePlan } from "../../plan/plan.ts";
import type { SqlCall, SqlGrammar, SqlRows } from "../contract/sql-door.ts";
import type { Abort, ResultOf, Statement, Values, WriteResult } from "../contract/store.ts";
import type { Compiled } from "./compile-plan.ts";
import type { Dialect } from "./dialect.ts";
import type { ReadRefusal } from "./run-program.ts";
import type { FailureKind } from "./server-failure.ts";
import type { Line, OwnLine, ServerLink, ServerResult } from "./server-link.ts";
import type { SqlProgram } from "./sql-program.ts";

/** A compiled read or count. */
export type Reading = Exclude<Compiled, { readonly kind: "write" }>;

/** A compiled write with its values. */
export interface Write {
  readonly program: SqlProgram;
  readonly values: Values;
}

/** Many rows to write. */
export interface Bulk {
  readonly statement: Statement<WritePlan>;
  readonly rows: Iterable<Values>;
  /** See `Session.executeMany`. */
  readonly onRow: (row: number) => void;
}

/** One kind of server, with what is known of the database at hand. */
export interface ServerKind<V, R extends ServerResult> {
  /** The database without its secret, for messages. */
  readonly name: string;
  readonly dialect: Dialect;
  /** SQL that begins a transaction for one write, for many rows, and for an app's code. */
  readonly begin: Readonly<Record<"write" | "bulk" | "work", readonly string[]>>;
  /** SQL that undoes what came after the savepoint `footing`, and SQL that lets go of it, if it must. */
  readonly savepoint: { readonly undo: string; readonly release: string | null };
  /** Whether a connection answers all statements in the order they are asked, prepared before or not. */
  readonly keepsOrder: boolean;
  /** Whether a commit undoes a transaction of which a statement failed. */
  readonly commitsWhole: boolean;
  readonly readRefusal: ReadRefusal;
  /** The text and the values of a reading statement. */
  bindReading(compiled: Reading, values: Values): { readonly text: string; readonly values: readonly V[] };
  /** What the rows of a reading statement answer. */
  readResult(compiled: Reading, result: R, values: Values): ResultOf<Plan>;
  /** Sends a write whose commit is on its way before the first answer comes; null for one that needs a transaction. */
  runWhole(link: ServerLink<V, R>, write: Write, abort: Abort | undefined): Promise<WriteResult> | null;
  /** Runs a write inside a transaction. A refused statement changes nothing; the caller undoes the rest. */
  runGuarded(line: Line<V, R>, write: Write): Promise<WriteResult>;
  /**
   * The same in a transaction that no refused statement survives. Where the server then answers nothing more, the error is its
   * own: who wants to know why runs all again, guarded.
   */
  runBare(line: Line<V, R>, write: Write): Promise<WriteResult>;
  /** Writes the rows in order; answers their number. */
  runBulk(line: Line<V, R>, bulk: Bulk): Promise<number>;
  /**
   * Sends all statements that create the rows before the first is answered; null, and nothing is sent, where one may depend on
   * the answer to another.
   */
  sendBulk(line: Line<V, R>, bulk: Bulk): Promise<number> | null;
  /** How the server writes SQL of the app's own. */
  readonly grammar: SqlGrammar;
  /** Runs a statement of the app's own. */
  runOwn(line: OwnLine<V, R>, call: SqlCall): Promise<SqlRows>;
  /** SQL that gathers new statistics of a table. */
  analyze(table: string): string;
  classifyError(error: unknown): FailureKind | null;
  /** What a caller sees when the database stands in the way of work that changed nothing. */
  translateError(error: unknown): unknown;
}

/**
 * Writes the rows in order; answers their number. What making a row throws comes behind the rows before it, of which one may
 * fail first.
 */
export async function runBulk<V, R extends ServerResult>(
  kind: ServerKind<V, R>,
  line: Line<V, R>,
  { rows, ...bulk }: Bulk,
): Promise<number> {
  const failures: unknown[] = [];
  function* make(): Generator<Values> {
    try {
      yield* rows;
    } catch (error) {
      failures.push(error);
    }
  }
  const affected = await kind.runBulk(line, { ...bulk, rows: make() });
  if (failures.length > 0) throw failures[0];
  return affected;
}

/** Runs a compiled read or count. */
export async function runReading<V, R extends ServerResult>(
  kind: ServerKind<V, R>,
  line: Line<V, R>,
  { compiled, values }: { readonly compiled: Reading; readonly values: Values },
): Promise<ResultOf<Plan>> {
  const call = kind.bindReading(compiled, values);
  return kind.readResult(compiled, await line.query(call.text, call.values), values);
}
