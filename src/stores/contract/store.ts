/**
 * What a store must provide. A store gets authorized plans only, compiles each once, and answers with the
 * JSON text of the value contract; it never sees a request, a principal or a rule.
 */
import type {
  AggregatePlan,
  CountPlan,
  CreatePlan,
  DeletePlan,
  Plan,
  ReadPlan,
  UpdatePlan,
  WritePlan,
} from "../../plan/plan.ts";
import type { Schema } from "../../schema/schema-model.ts";
import type { Capabilities } from "./capabilities.ts";
import type { SqlDoor } from "./sql-door.ts";

/**
 * The values of a plan's params, by index, in their canonical JSON form (`int` number, `bigint` and `decimal`
 * string, `bytes` base64 string, lists arrays, `keys` arrays of arrays, null). The store's codec turns them native.
 */
export type Values = readonly unknown[];

/** A compiled plan. Opaque: only the store that made it can run it. `P` remembers what it answers. */
export interface Statement<P extends Plan = Plan> {
  readonly plan: P;
}

/** The answer to a read or an aggregate, whose groups are rows of an array without an edge. */
export interface ReadResult {
  /**
   * JSON text, or the bytes of it in UTF-8: an array with each row on a line of its own, a page object, or for
   * `single` an object or `null`.
   */
  readonly json: string | Buffer;
  /** Of an array: whether more rows lie in the direction of reading. A page says so itself. */
  readonly hasMore: boolean;
  /**
   * Of an array: JSON text of the array of sort-key values of the row at the far end in the direction of reading (the
   * last row, or the first when reading before a cursor). Null for no row, a page and `single`.
   */
  readonly edge: string | null;
  /** Of an array: how many rows it shows. */
  readonly rows: number;
  /** Of a plan that counts: how many rows the list has in all. */
  readonly total?: number;
}

/** The answer to a count. */
export interface CountResult {
  readonly count: number;
  /** False for what was estimated. */
  readonly isExact: boolean;
}

/** The answer to a write. */
export interface WriteResult {
  /** Rows created, changed or ended. */
  readonly affected: number;
  /** JSON text of the returned row; null when nothing is returned or the row may not be read. */
  readonly json: string | null;
}

/** What the plan of kind `P` answers. */
export type ResultOf<P extends Plan> = P extends ReadPlan | AggregatePlan
  ? ReadResult
  : P extends CountPlan
    ? CountResult
    : P extends CreatePlan | UpdatePlan | DeletePlan
      ? WriteResult
      : never;

/** What a statement may ask about its caller. */
export interface Abort {
  /** Whether the caller is gone. It is asked from time to time, and costs nothing until then. */
  readonly aborted: boolean;
  /**
   * True: the statement is one of many that go through rows which nobody may ask for again soon. A store keeps none of them
   * in memory, where it has a choice.
   */
  readonly isScan?: boolean;
}

/**
 * Something that runs statements: the store itself (each in its own transaction) or one open transaction, which runs them
 * in the order in which they are asked.
 */
export interface Session {
  /**
   * Runs one statement. A store that can ends one that takes long and whose caller is gone (`abort`).
   * @throws FootingError FTG_CONFLICT, FTG_REFERENCE, FTG_CHECK, FTG_FORBIDDEN, FTG_NOT_FOUND; FTG_TIMEOUT when it was
   * ended. After any of them the statement changed nothing.
   */
  execute<P extends Plan>(statement: Statement<P>, values: Values, abort?: Abort): Promise<ResultOf<P>>;
  /**
   * Runs one writing statement for each row of values, in order, all or nothing; answers the rows affected in all.
   * `onRow` is told which row is next, or the first of those that are next at once: what then fails is about the row
   * that it was told of last.
   */
  executeMany(statement: Statement<WritePlan>, rows: Iterable<Values>, onRow?: (row: number) => void): Promise<number>;
  /**
   * The door for SQL of the app's own.
   * @throws FootingError FTG_CONFIG when the store speaks no SQL.
   */
  sql(): SqlDoor;
}

/** One open transaction. */
export interface Transaction extends Session {
  /**
   * Runs a part of the transaction: what it rejects with undoes what was written since it began, and nothing before.
   * Until it ends, whatever else is written belongs to it as well.
   */
  attempt<T>(work: () => Promise<T>): Promise<T>;
}

/** One engine with its connections. */
export interface Store extends Session {
  readonly capabilities: Capabilities;
  /**
   * Connects, creates missing tables when the database is empty and `createTables` is set, and checks that the
   * database has what the schema needs.
   * @throws FootingError FTG_DATABASE, FTG_DATABASE_MISMATCH
   */
  open(schema: Schema, options: OpenOptions): Promise<void>;
  /** Translates an authorized plan. Pure; the engine caches the result. */
  compile<P extends Plan>(plan: P): Statement<P>;
  /**
   * Runs `work` in one transaction: committed when it resolves, undone when it rejects. Repeatable work is begun again, a few
   * times, where the store undid the transaction because others were in its way.
   */
  transact<T>(work: (session: Transaction) => Promise<T>, options?: TransactOptions): Promise<T>;
  /** 32 random bytes, the same for every process on this database: signs cursors. */
  secret(): Buffer;
  /** Answers when the database does; rejects otherwise. For readiness. */
  ping(): Promise<void>;
  /** Ends all connections after running work is done. */
  close(): Promise<void>;
}

/** What may be done with the work of a transaction. */
export interface TransactOptions {
  /** True: running it several times is as good as once, because it does nothing beside its statements. */
  readonly isRepeatable?: boolean;
  /**
   * True: nothing that is read decides what is written, so that the work needs no more from the store than its writes would need
   * one by one.
   */
  readonly isIndependent?: boolean;
  /**
   * How many statements the work asks for, all before it waits for the first. Once they are on their way the store may commit
   * behind them, where one that fails makes the server undo all of them; null when that is not known.
   */
  readonly statements?: number | null;
}

/** How {@link Store.open} may treat the database. */
export interface OpenOptions {
  /** Create what is missing in an empty database. */
  readonly createTables: boolean;
}
