/** Runs the queries that are one plan each, every one by its phase. */

import { FootingError } from "../errors/footing-error.ts";
import type {
  AggregateQuery,
  CountQuery,
  CreateManyQuery,
  CreateQuery,
  DataQuery,
  DeleteManyQuery,
  DeleteQuery,
  PreviewDeleteQuery,
  ReadQuery,
  RestoreQuery,
  UpdateEachQuery,
  UpdateManyQuery,
  UpdateQuery,
} from "../plan/query.ts";
import { createClock } from "../schema/fill-row.ts";
import type { ModelSchema, Operation } from "../schema/schema-model.ts";
import type { SqlDoor } from "../stores/contract/sql-door.ts";
import type { Abort, Transaction } from "../stores/contract/store.ts";
import type { CacheStats } from "../util/lru-cache.ts";
import type { Actor } from "./actor.ts";
import type { CreatingWork, DeletePreview, PlainExecutor, RawAnswer, ReadAnswer, WorkOptions } from "./executor.ts";
import { guardFields } from "./guard-fields.ts";
import type { WriteOperation } from "./hooks.ts";
import { runPreviewDelete } from "./preview-delete.ts";
import { readsOwnRow } from "./reads-own-row.ts";
import { findModel, type Run, validateDraft } from "./run.ts";
import { runAggregate } from "./run-aggregate.ts";
import { type CreatedRow, runCreate, runCreateKeyed, runCreateMany, runCreateManyKeyed } from "./run-create.ts";
import { runDelete, runDeleteMany } from "./run-delete.ts";
import { runCount, runRead } from "./run-read.ts";
import { runRestore } from "./run-soft-delete.ts";
import { runUpdate, runUpdateMany } from "./run-update.ts";
import { runUpdateEach } from "./run-update-each.ts";

/** A write before own code has seen it. */
export interface Draft {
  readonly model: string;
  readonly operation: WriteOperation;
  /** Absent when there is none, or when it is looked at row by row. */
  readonly data?: DataQuery;
}

/** Runs queries on a store, or on one transaction of it. */
export class PlainEngine implements PlainExecutor {
  readonly #run: Run;
  /** The open transaction; null outside. */
  readonly #transaction: Transaction | null;

  /** A transaction makes its own engine on its session. */
  constructor(run: Run, transaction: Transaction | null) {
    this.#run = run;
    this.#transaction = transaction;
  }

  /** How often a request found its statement ready. */
  stats(): CacheStats {
    return this.#run.parts.planner.stats();
  }

  /** See {@link PlainExecutor.read}. */
  async read(query: ReadQuery, actor: Actor): Promise<ReadAnswer> {
    const answer = await runRead(this.#run, query, actor);
    return { ...answer, json: answer.json.toString() };
  }

  /** See {@link PlainExecutor.readRaw}. */
  readRaw(query: ReadQuery, actor: Actor, abort?: Abort): Promise<RawAnswer> {
    return runRead(this.#until(abort), query, actor);
  }

  /** See {@link PlainExecutor.count}. */
  count(query: CountQuery, actor: Actor): Promise<number> {
    return runCount(this.#run, query, actor);
  }

  /** See {@link PlainExecutor.aggregate}. */
  aggregate(query: AggregateQuery, actor: Actor, abort?: Abort): Promise<RawAnswer> {
    return runAggregate(this.#until(abort), query, actor);
  }

  /** See {@link PlainExecutor.create}. */
  create(query: CreateQuery, actor: Actor): Promise<string | null> {
    return runCreate(this.#run, query, actor);
  }

  /** See {@link PlainExecutor.createMany}. */
  createMany(query: CreateManyQuery, actor: Actor): Promise<number> {
    if (this.#transaction !== null) return runCreateMany(this.#run, query, actor);
    return this.transaction((executor) => executor.createMany(query, actor));
  }

  /** See {@link PlainExecutor.update}. */
  update(query: UpdateQuery, actor: Actor): Promise<string | null> {
    return runUpdate(this.#run, query, actor);
  }

  /** See {@link PlainExecutor.updateEach}. */
  updateEach(query: UpdateEachQuery, actor: Actor): Promise<number> {
    if (this.#transaction !== null) return runUpdateEach(this.#run, query, actor);
    return this.transaction((executor) => executor.updateEach(query, actor));
  }

  /** See {@link PlainExecutor.updateMany}. */
  updateMany(query: UpdateManyQuery, actor: Actor): Promise<number> {
    return runUpdateMany(this.#run, query, actor);
  }

  /** See {@link PlainExecutor.delete}. */
  delete(query: DeleteQuery, actor: Actor): Promise<string | null> {
    return runDelete(this.#run, query, actor);
  }

  /** See {@link PlainExecutor.deleteMany}. */
  deleteMany(query: DeleteManyQuery, actor: Actor): Promise<number> {
    return runDeleteMany(this.#run, query, actor);
  }

  /** See {@link PlainExecutor.restore}. */
  restore(query: RestoreQuery, actor: Actor): Promise<string | null> {
    return runRestore(this.#run, query, actor);
  }

  /** See {@link PlainExecutor.sql}. */
  sql(actor: Actor): SqlDoor {
    if (actor.kind === "system") return this.#run.session.sql();
    throw new FootingError("FTG_FORBIDDEN", {
      detail: "sql goes past all access rules, and this db acts under them.",
      fix: "Say db.asSystem().sql, and check yourself what the caller may do.",
    });
  }

  /** See {@link PlainExecutor.previewDelete}. */
  previewDelete(query: PreviewDeleteQuery, actor: Actor): Promise<DeletePreview> {
    return runPreviewDelete(this.#run, query, actor);
  }

  /** See {@link PlainExecutor.transaction}; inside a transaction, `work` joins it. */
  transaction<T>(work: (executor: PlainEngine) => Promise<T>, options: WorkOptions = {}): Promise<T> {
    if (this.#transaction !== null) return work(this);
    const clock = createClock();
    const { isRepeatable = false, creates = null } = options;
    const isIndependent = creates !== null && this.#isIndependent(creates);
    return this.#run.parts.store.transact(
      (session) => work(new PlainEngine({ ...this.#run, session, clock }, session)),
      { isRepeatable, isIndependent, statements: isIndependent ? creates.statements : null },
    );
  }

  /** See {@link PlainExecutor.attempt}. */
  attempt<T>(work: (executor: PlainEngine) => Promise<T>): Promise<T> {
    return this.#transaction === null ? this.transaction(work) : this.#transaction.attempt(() => work(this));
  }

  /** The same for data that has been through the app's own code; `sent` is what the caller sent, row by row. */
  trusting(sent: readonly DataQuery[]): PlainEngine {
    return new PlainEngine({ ...this.#run, trusted: true, sent }, this.#transaction);
  }

  /**
   * Checks what can be known of a write before own code has seen it; every row of `data` may lack required fields.
   * @throws FootingError FTG_QUERY, FTG_FORBIDDEN (no rule allows the operation at all), FTG_INVALID.
   */
  admit({ model: name, operation, data }: Draft, actor: Actor): void {
    const model = findModel(this.#run, name);
    const isEnd = operation === "delete" || operation === "restore";
    this.#run.parts.planner.demand(name, isEnd ? "delete" : operation, actor);
    if (isEnd || data === undefined) return;
    validateDraft(this.#run, { model, operation, data, actor });
    guardFields(this.#run, model, { data, actor });
  }

  /** See {@link PlainExecutor.create}; with the key of the row. */
  createKeyed(query: CreateQuery, actor: Actor): Promise<CreatedRow> {
    return runCreateKeyed(this.#run, query, actor);
  }

  /** See {@link PlainExecutor.createMany}; only in a transaction. The keys of the rows. */
  createManyKeyed(query: CreateManyQuery, actor: Actor): Promise<readonly DataQuery[]> {
    return runCreateManyKeyed(this.#run, query, actor);
  }

  /** Whether no rule of the rows that are created looks at others. */
  #isIndependent({ models, actor }: CreatingWork): boolean {
    if (actor.kind === "system") return true;
    const { planner } = this.#run.parts;
    const isOwn = (model: ModelSchema, operation: Operation) =>
      readsOwnRow(model, planner.ask({ model: model.name, operation }, actor).answer);
    const isOpen = ({ fields }: ModelSchema) => Object.values(fields).every(({ access }) => access === undefined);
    try {
      return [...models].every((model) => isOpen(model) && isOwn(model, "create") && isOwn(model, "read"));
    } catch {
      // What a rule throws is told of the row that it was to judge.
      return false;
    }
  }

  #until(abort: Abort | undefined): Run {
    return abort === undefined ? this.#run : { ...this.#run, abort };
  }
}
