/** What front ends call: the query language in, JSON text out, under the rules of an actor. */
import type {
  AggregateQuery,
  CountQuery,
  CreateManyQuery,
  CreateQuery,
  DeleteManyQuery,
  DeleteQuery,
  PreviewDeleteQuery,
  ReadQuery,
  RestoreQuery,
  UpdateEachQuery,
  UpdateManyQuery,
  UpdateQuery,
  UpsertManyQuery,
  UpsertQuery,
} from "../plan/query.ts";
import type { ModelSchema } from "../schema/schema-model.ts";
import type { SqlDoor } from "../stores/contract/sql-door.ts";
import type { Abort, TransactOptions } from "../stores/contract/store.ts";
import type { Actor } from "./actor.ts";

/** A read's answer. */
export interface ReadAnswer {
  /** JSON text of the rows (array), the page object, or the one row or `null`. */
  readonly json: string;
  /** Whether more rows lie in the direction of reading. */
  readonly hasMore: boolean;
  /** Cursor of the far end in the direction of reading, when `hasMore`; null otherwise. */
  readonly cursor: string | null;
  /** How many rows the list has in all; only where the query asks for it. */
  readonly total?: Total;
}

/** How many rows a list has in all, wherever the page lies. */
export interface Total {
  readonly count: number;
  /** False for what the database only estimates. */
  readonly isExact: boolean;
}

/** A read's answer as the store gave it: text, or its bytes in UTF-8, which a socket takes as they are. */
export interface RawAnswer extends Omit<ReadAnswer, "json"> {
  readonly json: string | Buffer;
}

/** How many rows of each model a delete would take along, of those that the actor may read. The row itself is not counted. */
export interface DeletePreview {
  /** Rows that would be deleted too. */
  readonly deletes: Readonly<Record<string, number>>;
  /** Rows that would lose a ref. */
  readonly setsNull: Readonly<Record<string, number>>;
  /** Rows that keep the row, or one that would go along: the delete would be refused. */
  readonly blockedBy: Readonly<Record<string, number>>;
}

/** What work is that does nothing but create rows. */
export interface CreatingWork {
  /** The models of these rows. */
  readonly models: ReadonlySet<ModelSchema>;
  readonly actor: Actor;
  /** How many statements it asks for, all before it waits for the first; null when it does otherwise. */
  readonly statements: number | null;
}

/** What is known of the work of a transaction before it runs. */
export interface WorkOptions extends Pick<TransactOptions, "isRepeatable"> {
  /** Of work that does nothing but create rows. */
  readonly creates?: CreatingWork | null;
}

/**
 * Runs queries of one plan each, under the rules of `actor`. All methods throw FootingError: FTG_QUERY, FTG_VALUE,
 * FTG_CURSOR, FTG_COST, FTG_FORBIDDEN (no rule allows the operation at all) and, for writes, FTG_INVALID,
 * FTG_CONFLICT, FTG_REFERENCE, FTG_CHECK, FTG_NOT_FOUND, FTG_UNBOUNDED_WRITE.
 */
export interface PlainExecutor {
  /** Reads a list, a page or (`single`) one row. */
  read(query: ReadQuery, actor: Actor): Promise<ReadAnswer>;
  /**
   * The same without decoding, for front ends that only pass the answer on. A store may end the statement when nobody
   * waits for it any more, with FTG_TIMEOUT.
   */
  readRaw(query: ReadQuery, actor: Actor, abort?: Abort): Promise<RawAnswer>;
  /** Counts the rows that match and that the actor may read. */
  count(query: CountQuery, actor: Actor): Promise<number>;
  /** Groups the rows that match and that the actor may read; JSON text of the groups as an array. There is no cursor. */
  aggregate(query: AggregateQuery, actor: Actor, abort?: Abort): Promise<RawAnswer>;
  /** Creates one row; JSON text of it, or null when the actor may not read it. */
  create(query: CreateQuery, actor: Actor): Promise<string | null>;
  /** Creates rows in one transaction; their number. Errors are led by the place of the row. */
  createMany(query: CreateManyQuery, actor: Actor): Promise<number>;
  /** Changes the row with the key; JSON text of it afterwards, or null when the actor may not read it any more. */
  update(query: UpdateQuery, actor: Actor): Promise<string | null>;
  /** Changes rows, each in its own way, in one transaction; their number. Errors are led by the place of the row. */
  updateEach(query: UpdateEachQuery, actor: Actor): Promise<number>;
  /** Changes all matching rows the actor may change; their number. */
  updateMany(query: UpdateManyQuery, actor: Actor): Promise<number>;
  /** Ends the row with the key; JSON text of it as it was. */
  delete(query: DeleteQuery, actor: Actor): Promise<string | null>;
  /** Ends all matching rows the actor may end; their number. */
  deleteMany(query: DeleteManyQuery, actor: Actor): Promise<number>;
  /** Brings the deleted row with the key back; JSON text of it. */
  restore(query: RestoreQuery, actor: Actor): Promise<string | null>;
  /** What the delete of the row with the key would take along; fails as the delete would for a row that may not be deleted. */
  previewDelete(query: PreviewDeleteQuery, actor: Actor): Promise<DeletePreview>;
  /**
   * The door for SQL of the app's own, past all rules and hooks; for the app itself only.
   * @throws FootingError FTG_FORBIDDEN for every other actor; FTG_CONFIG when the store speaks no SQL.
   */
  sql(actor: Actor): SqlDoor;
  /**
   * Runs `work` in one transaction; what it rejects with undoes everything. Repeatable work may run again from its start, but
   * neither inside another transaction nor where own code runs with its writes.
   */
  transaction<T>(work: (executor: PlainExecutor) => Promise<T>, options?: WorkOptions): Promise<T>;
  /**
   * The same, but inside a transaction `work` is a part of it: what it rejects with undoes no more than what was written
   * since it began. Nothing else may write in the transaction meanwhile.
   */
  attempt<T>(work: (executor: PlainExecutor) => Promise<T>): Promise<T>;
}

/** What is known of work in a transaction before it runs. */
export interface PartOptions {
  /** Whether the first write that fails ends it: then no write needs to be undone alone, which takes statements. */
  readonly endsOnFailure?: boolean;
}

/** What became of the rows of an upsert. */
export interface UpsertCount {
  readonly created: number;
  readonly updated: number;
}

/**
 * What front ends talk to: it takes data that says something of related rows (`{ country: { create: … } }`), and
 * writes made of several. Errors as of {@link PlainExecutor}; those inside a composed write say where in its data.
 */
export interface Executor extends Omit<PlainExecutor, "transaction" | "attempt"> {
  /** Creates the row, or changes it when it is there; JSON text of it, or null when the actor may not read it. */
  upsert(query: UpsertQuery, actor: Actor): Promise<string | null>;
  /** Creates rows, or changes them where they are there, in one transaction; how many of each. */
  upsertMany(query: UpsertManyQuery, actor: Actor): Promise<UpsertCount>;
  /**
   * Runs `work` in one transaction; what it rejects with undoes everything. A write that fails inside it leaves nothing
   * behind, so that `work` may go on.
   */
  transaction<T>(work: (executor: Executor) => Promise<T>, options?: PartOptions): Promise<T>;
  /** See {@link PlainExecutor.attempt}. */
  attempt<T>(work: (executor: Executor) => Promise<T>, options?: PartOptions): Promise<T>;
}
