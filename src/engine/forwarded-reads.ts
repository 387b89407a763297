/**
 * What executors that stand in front of another hand on as it is: everything that writes nothing. Writes are not here, so
 * that an executor that has something to do with them cannot forget one.
 */
import type { AggregateQuery, CountQuery, PreviewDeleteQuery, ReadQuery } from "../plan/query.ts";
import type { SqlDoor } from "../stores/contract/sql-door.ts";
import type { Abort } from "../stores/contract/store.ts";
import type { Actor } from "./actor.ts";
import type { DeletePreview, PlainExecutor, RawAnswer, ReadAnswer } from "./executor.ts";

/** The part of an executor that writes nothing by itself. */
type Reads = Pick<PlainExecutor, "read" | "readRaw" | "count" | "aggregate" | "previewDelete" | "sql">;

/** Reads by way of another executor. */
export class ForwardedReads implements Reads {
  readonly #behind: Reads;

  constructor(behind: Reads) {
    this.#behind = behind;
  }

  /** See {@link PlainExecutor.read}. */
  read(query: ReadQuery, actor: Actor): Promise<ReadAnswer> {
    return this.#behind.read(query, actor);
  }

  /** See {@link PlainExecutor.readRaw}. */
  readRaw(query: ReadQuery, actor: Actor, abort?: Abort): Promise<RawAnswer> {
    return this.#behind.readRaw(query, actor, abort);
  }

  /** See {@link PlainExecutor.count}. */
  count(query: CountQuery, actor: Actor): Promise<number> {
    return this.#behind.count(query, actor);
  }

  /** See {@link PlainExecutor.aggregate}. */
  aggregate(query: AggregateQuery, actor: Actor, abort?: Abort): Promise<RawAnswer> {
    return this.#behind.aggregate(query, actor, abort);
  }

  /** See {@link PlainExecutor.previewDelete}. */
  previewDelete(query: PreviewDeleteQuery, actor: Actor): Promise<DeletePreview> {
    return this.#behind.previewDelete(query, actor);
  }

  /** See {@link PlainExecutor.sql}. */
  sql(actor: Actor): SqlDoor {
    return this.#behind.sql(actor);
  }
}
