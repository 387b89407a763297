/**
 * The executor that front ends talk to: it takes writes that are made of several, such as a row with its related rows,
 * and runs them in one transaction, each part as an ordinary write under its own rule. Everything else it hands on.
 */
import type {
  CreateManyQuery,
  CreateQuery,
  DeleteManyQuery,
  DeleteQuery,
  RestoreQuery,
  UpdateEachQuery,
  UpdateManyQuery,
  UpdateQuery,
  UpsertManyQuery,
  UpsertQuery,
} from "../../plan/query.ts";
import type { WriteUse } from "../../schema/related-verbs.ts";
import type { ModelSchema } from "../../schema/schema-model.ts";
import { isPlainObject } from "../../util/is-object.ts";
import type { Actor } from "../actor.ts";
import type { CreatingWork, Executor, PlainExecutor, UpsertCount } from "../executor.ts";
import { ForwardedReads } from "../forwarded-reads.ts";
import type { Composition } from "./composition.ts";
import { countStatements, createWithChildren, planFamily } from "./create-with-children.ts";
import { listCreated } from "./list-created.ts";
import { type SplitData, splitData } from "./split-data.ts";
import { updateEach, upsertMany, upsertRow } from "./upsert.ts";
import { createNested, updateNested } from "./write-nested.ts";

/** What composing needs to know of the engine. */
export interface ComposeContext extends Pick<Composition, "schema" | "maxLimit"> {
  /** Whether own code runs with writes, and may do so between any two of them. */
  readonly hasHooks: boolean;
}

/** Composes writes of what `plain` can do. */
export class ComposedExecutor extends ForwardedReads implements Executor {
  readonly #plain: PlainExecutor;
  readonly #context: ComposeContext;
  /** Whether it writes in a transaction of somebody who may go on after a failure. */
  readonly #isInside: boolean;

  constructor(plain: PlainExecutor, context: ComposeContext, isInside = false) {
    super(plain);
    this.#plain = plain;
    this.#context = context;
    this.#isInside = isInside;
  }

  /** See {@link PlainExecutor.create}. */
  async create(query: CreateQuery, actor: Actor): Promise<string | null> {
    const nested = this.#split(query, "create", actor);
    if (nested === null) return this.#plain.create(query, actor);
    const { schema, hasHooks } = this.#context;
    const row = { ...nested, query };
    const family = this.#isInside || hasHooks ? null : planFamily(schema.models, row, actor);
    if (family !== null) {
      const models = new Set([family.model, ...family.children.map(({ model }) => model)]);
      const creates = { models, actor, statements: countStatements(family) };
      return this.#compose(actor, (composition) => createWithChildren(composition, family), creates);
    }
    const models = listCreated(schema, nested.model, query.data);
    const creates = models === null ? null : { models, actor, statements: null };
    return this.#compose(actor, (composition) => createNested(composition, row), creates);
  }

  /** See {@link PlainExecutor.createMany}; takes data without related rows. */
  createMany(query: CreateManyQuery, actor: Actor): Promise<number> {
    return this.#plain.createMany(query, actor);
  }

  /** See {@link PlainExecutor.update}. */
  async update(query: UpdateQuery, actor: Actor): Promise<string | null> {
    const nested = this.#split(query, "update", actor);
    if (nested === null) return this.#plain.update(query, actor);
    return this.#compose(actor, (composition) => updateNested(composition, { ...nested, query }));
  }

  /** See {@link PlainExecutor.updateMany}. */
  updateMany(query: UpdateManyQuery, actor: Actor): Promise<number> {
    return this.#plain.updateMany(query, actor);
  }

  /** See {@link Executor.upsert}. */
  upsert(query: UpsertQuery, actor: Actor): Promise<string | null> {
    return this.#compose(actor, (composition) => upsertRow(composition, query));
  }

  /** See {@link Executor.updateEach}. */
  updateEach(query: UpdateEachQuery, actor: Actor): Promise<number> {
    const isNested = query.rows.some(({ data }) => this.#split({ ...query, data }, "update", actor) !== null);
    if (isNested) return this.#compose(actor, (composition) => updateEach(composition, query));
    return this.#plain.transaction((plain) => plain.updateEach(query, actor), { isRepeatable: true });
  }

  /** See {@link Executor.upsertMany}. */
  upsertMany(query: UpsertManyQuery, actor: Actor): Promise<UpsertCount> {
    return this.#compose(actor, (composition) => upsertMany(composition, query));
  }

  /** See {@link PlainExecutor.delete}. */
  delete(query: DeleteQuery, actor: Actor): Promise<string | null> {
    return this.#plain.delete(query, actor);
  }

  /** See {@link PlainExecutor.deleteMany}. */
  deleteMany(query: DeleteManyQuery, actor: Actor): Promise<number> {
    return this.#plain.deleteMany(query, actor);
  }

  /** See {@link PlainExecutor.restore}. */
  restore(query: RestoreQuery, actor: Actor): Promise<string | null> {
    return this.#plain.restore(query, actor);
  }

  /** See {@link Executor.transaction}. */
  transaction<T>(work: (executor: Executor) => Promise<T>): Promise<T> {
    return this.#plain.transaction((plain) => work(this.#enter(plain)));
  }

  /** See {@link Executor.attempt}. */
  attempt<T>(work: (executor: Executor) => Promise<T>): Promise<T> {
    return this.#plain.attempt((plain) => work(this.#enter(plain)));
  }

  #compose<T>(
    actor: Actor,
    work: (composition: Composition) => Promise<T>,
    creates: CreatingWork | null = null,
  ): Promise<T> {
    const compose = (plain: PlainExecutor): Promise<T> =>
      work({ ...this.#context, executor: this.#enter(plain), actor });
    // It is made of plans alone, so that a run that others were in the way of can be begun again.
    return this.#plain.transaction(compose, { isRepeatable: true, creates });
  }

  #enter(plain: PlainExecutor): ComposedExecutor {
    return new ComposedExecutor(plain, this.#context, true);
  }

  /** The model and the parts of the data; null when the write is an ordinary one, also where the model is unknown. */
  #split(
    { model: name, data }: Pick<CreateQuery | UpdateQuery, "model" | "data">,
    use: WriteUse,
    actor: Actor,
  ): { readonly model: ModelSchema; readonly split: SplitData } | null {
    const { models } = this.#context.schema;
    const model = Object.hasOwn(models, name) ? models[name] : undefined;
    if (model === undefined || !isPlainObject(data)) return null;
    const split = splitData(model, data, { use, system: actor.kind === "system" });
    return split === null ? null : { model, split };
  }
}
