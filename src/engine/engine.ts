/**
 * The engine: takes queries of the query language, finds or makes the statement of their shape, and runs it
 * with their values under the rules of an actor. It knows no transport and no store's words; each phase has a
 * file of its own.
 */
import { defaultQueryLimits, type QueryLimits } from "../passes/resolve-context.ts";
import type {
  CountQuery,
  CreateManyQuery,
  CreateQuery,
  DeleteManyQuery,
  DeleteQuery,
  ReadQuery,
  UpdateManyQuery,
  UpdateQuery,
} from "../plan/query.ts";
import type { RuleTable } from "../schema/rules.ts";
import type { Schema } from "../schema/schema-model.ts";
import { DataValidator } from "../schema/validate-data.ts";
import type { Session, Store } from "../stores/contract/store.ts";
import type { CacheStats } from "../util/lru-cache.ts";
import type { Actor } from "./actor.ts";
import type { Executor, RawAnswer, ReadAnswer } from "./executor.ts";
import { Planner } from "./planner.ts";
import type { EngineParts, Run } from "./run.ts";
import { runCreate, runCreateMany } from "./run-create.ts";
import { runDelete, runDeleteMany } from "./run-delete.ts";
import { runCount, runRead } from "./run-read.ts";
import { runUpdate, runUpdateMany } from "./run-update.ts";
import { createFillers } from "./write-input.ts";

/** What an engine is made of. */
export interface EngineOptions {
  readonly schema: Schema;
  readonly rules: RuleTable;
  /** An open store. */
  readonly store: Store;
  readonly limits?: Partial<QueryLimits>;
  /** Shapes kept ready, default 1,000. */
  readonly cacheSize?: number;
}

/**
 * Makes the engine of a schema on an open store.
 *
 * @example
 * ```ts
 * const engine = createEngine({ schema, rules, store });
 * const { json } = await engine.read({ model: "City", limit: 5 }, anonymousActor);
 * ```
 */
export function createEngine(options: EngineOptions): Engine {
  const { schema, rules, store } = options;
  const limits = Object.freeze({ ...defaultQueryLimits, ...options.limits });
  const planner = new Planner({ schema, rules, store, limits, cacheSize: options.cacheSize ?? 1000 });
  return new Engine(
    { schema, store, planner, validator: new DataValidator(schema), fillers: createFillers(schema) },
    store,
    false,
  );
}

/** Runs queries on a store, or on one transaction of it. */
export class Engine implements Executor {
  readonly #run: Run;
  readonly #inTransaction: boolean;

  /** Use {@link createEngine}; a transaction makes its own engine on its session. */
  constructor(parts: EngineParts, session: Session, inTransaction: boolean) {
    this.#run = { parts, session };
    this.#inTransaction = inTransaction;
  }

  /** How often a request found its statement ready. */
  stats(): CacheStats {
    return this.#run.parts.planner.stats();
  }

  /** See {@link Executor.read}. */
  async read(query: ReadQuery, actor: Actor): Promise<ReadAnswer> {
    const answer = await runRead(this.#run, query, actor);
    return { ...answer, json: answer.json.toString() };
  }

  /** See {@link Executor.readRaw}. */
  readRaw(query: ReadQuery, actor: Actor): Promise<RawAnswer> {
    return runRead(this.#run, query, actor);
  }

  /** See {@link Executor.count}. */
  count(query: CountQuery, actor: Actor): Promise<number> {
    return runCount(this.#run, query, actor);
  }

  /** See {@link Executor.create}. */
  create(query: CreateQuery, actor: Actor): Promise<string | null> {
    return runCreate(this.#run, query, actor);
  }

  /** See {@link Executor.createMany}. */
  createMany(query: CreateManyQuery, actor: Actor): Promise<number> {
    if (this.#inTransaction) return runCreateMany(this.#run, query, actor);
    return this.transaction((executor) => executor.createMany(query, actor));
  }

  /** See {@link Executor.update}. */
  update(query: UpdateQuery, actor: Actor): Promise<string | null> {
    return runUpdate(this.#run, query, actor);
  }

  /** See {@link Executor.updateMany}. */
  updateMany(query: UpdateManyQuery, actor: Actor): Promise<number> {
    return runUpdateMany(this.#run, query, actor);
  }

  /** See {@link Executor.delete}. */
  delete(query: DeleteQuery, actor: Actor): Promise<string | null> {
    return runDelete(this.#run, query, actor);
  }

  /** See {@link Executor.deleteMany}. */
  deleteMany(query: DeleteManyQuery, actor: Actor): Promise<number> {
    return runDeleteMany(this.#run, query, actor);
  }

  /** See {@link Executor.transaction}; inside a transaction, `work` joins it. */
  transaction<T>(work: (executor: Executor) => Promise<T>): Promise<T> {
    if (this.#inTransaction) return work(this);
    const { parts } = this.#run;
    return parts.store.transact((session) => work(new Engine(parts, session, true)));
  }
}
