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
import type { SqlDoor } from "../../stores/contract/sql-door.ts";
import { isPlainObject } from "../../util/is-object.ts";
import type { Actor } from "../actor.ts";
import type { CreatingWork, Executor, PartOptions, PlainExecutor, UpsertCount } from "../executor.ts";
import { ForwardedReads } from "../forwarded-reads.ts";
import type { Composition } from "./composition.ts";
import { countStatements, createWithChildren, isOneStatement, planFamily } from "./create-with-children.ts";
import { listCreated } from "./list-created.ts";
import { type SplitData, splitData } from "./split-data.ts";
import { updateEach, upsertMany, upsertRow } from "./upsert.ts";
import { createNested, updateNested } from "./write-nested.ts";
import { WriteTurns } from "./write-turns.ts";

/** What composing needs to know of the engine. */
export interface ComposeContext extends Pick<Composition, "schema" | "maxLimit"> {
  /** The models with whose writes own code runs. */
  readonly hooked: ReadonlySet<string>;
}

/** Composes writes of what `plain` can do. */
export class ComposedExecutor extends ForwardedReads implements Executor {
  readonly #plain: PlainExecutor;
  readonly #context: ComposeContext;
  /** Whether it writes in a transaction that is open already. */
  readonly #isInside: boolean;
  /** In a transaction that may go on after a failure: then each write is undone alone. Null elsewhere. */
  readonly #turns: WriteTurns | null;

  /** `turns`: null or the turns of the open transaction that it writes in; absent outside of any. */
  constructor(plain: PlainExecutor, context: ComposeContext, turns?: WriteTurns | null) {
    super(plain);
    this.#plain = plain;
    this.#context = context;
    this.#isInside = turns !== undefined;
    this.#turns = turns ?? null;
  }

  /** See {@link PlainExecutor.create}. */
  async create(query: CreateQuery, actor: Actor): Promise<string | null> {
    const nested = this.#split(query, "create", actor);
    if (nested === null) return this.#writeOne(query.model, (plain) => plain.create(query, actor));
    const { schema, hooked } = this.#context;
    const row = { ...nested, query };
    const family = this.#isInside || hooked.size > 0 ? null : planFamily(schema.models, row, actor);
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
    const write = (plain: PlainExecutor) => plain.createMany(query, actor);
    const model = this.#findModel(query.model);
    return model !== null && isOneStatement(model) ? this.#writeOne(query.model, write) : this.#writeSeveral(write);
  }

  /** See {@link PlainExecutor.update}. */
  async update(query: UpdateQuery, actor: Actor): Promise<string | null> {
    const nested = this.#split(query, "update", actor);
    if (nested === null) return this.#writeOne(query.model, (plain) => plain.update(query, actor));
    return this.#compose(actor, (composition) => updateNested(composition, { ...nested, query }));
  }

  /** See {@link PlainExecutor.updateMany}. */
  updateMany(query: UpdateManyQuery, actor: Actor): Promise<number> {
    return this.#writeOne(query.model, (plain) => plain.updateMany(query, actor));
  }

  /** See {@link Executor.upsert}. */
  upsert(query: UpsertQuery, actor: Actor): Promise<string | null> {
    return this.#compose(actor, (composition) => upsertRow(composition, query));
  }

  /** See {@link Executor.updateEach}. */
  updateEach(query: UpdateEachQuery, actor: Actor): Promise<number> {
    const isNested = query.rows.some(({ data }) => this.#split({ ...query, data }, "update", actor) !== null);
    if (isNested) return this.#compose(actor, (composition) => updateEach(composition, query));
    return this.#writeSeveral((plain) =>
      plain.transaction((inside) => inside.updateEach(query, actor), { isRepeatable: true }),
    );
  }

  /** See {@link Executor.upsertMany}. */
  upsertMany(query: UpsertManyQuery, actor: Actor): Promise<UpsertCount> {
    return this.#compose(actor, (composition) => upsertMany(composition, query));
  }

  /** See {@link PlainExecutor.delete}. */
  delete(query: DeleteQuery, actor: Actor): Promise<string | null> {
    return this.#writeOne(query.model, (plain) => plain.delete(query, actor));
  }

  /** See {@link PlainExecutor.deleteMany}. */
  deleteMany(query: DeleteManyQuery, actor: Actor): Promise<number> {
    return this.#writeOne(query.model, (plain) => plain.deleteMany(query, actor));
  }

  /** See {@link PlainExecutor.restore}. */
  restore(query: RestoreQuery, actor: Actor): Promise<string | null> {
    return this.#writeOne(query.model, (plain) => plain.restore(query, actor));
  }

  /** See {@link PlainExecutor.sql}. */
  override sql(actor: Actor): SqlDoor {
    const door = super.sql(actor);
    const turns = this.#turns;
    return turns === null ? door : { ...door, run: (call) => turns.behind(() => door.run(call)) };
  }

  /** See {@link Executor.transaction}. */
  transaction<T>(work: (executor: Executor) => Promise<T>, { endsOnFailure = false }: PartOptions = {}): Promise<T> {
    const turns = endsOnFailure ? null : (this.#turns ?? new WriteTurns());
    return this.#plain.transaction((plain) => work(this.#enter(plain, turns)));
  }

  /** See {@link Executor.attempt}. */
  attempt<T>(work: (executor: Executor) => Promise<T>, { endsOnFailure = false }: PartOptions = {}): Promise<T> {
    const part = (plain: PlainExecutor): Promise<T> =>
      work(this.#enter(plain, endsOnFailure ? null : new WriteTurns()));
    const run = () => this.#plain.attempt(part);
    // What others write meanwhile would be undone with it.
    return this.#turns === null ? run() : this.#turns.alone(run);
  }

  /** A write that leaves nothing behind when it fails, unless the app's own code wrote beside it. */
  #writeOne<T>(model: string, write: (plain: PlainExecutor) => Promise<T>): Promise<T> {
    if (this.#context.hooked.has(model)) return this.#writeSeveral(write);
    return this.#turns === null ? write(this.#plain) : this.#turns.behind(() => write(this.#plain));
  }

  #writeSeveral<T>(write: (plain: PlainExecutor) => Promise<T>): Promise<T> {
    return this.#turns === null ? write(this.#plain) : this.#turns.alone(() => this.#plain.attempt(write));
  }

  #compose<T>(
    actor: Actor,
    work: (composition: Composition) => Promise<T>,
    creates: CreatingWork | null = null,
  ): Promise<T> {
    const compose = (plain: PlainExecutor): Promise<T> =>
      work({ ...this.#context, executor: this.#enter(plain, null), actor });
    // It is made of plans alone, so that a run that others were in the way of can be begun again.
    return this.#writeSeveral((plain) => plain.transaction(compose, { isRepeatable: true, creates }));
  }

  #enter(plain: PlainExecutor, turns: WriteTurns | null): ComposedExecutor {
    return new ComposedExecutor(plain, this.#context, turns);
  }

  /** The model and the parts of the data; null when the write is an ordinary one, also where the model is unknown. */
  #split(
    { model: name, data }: Pick<CreateQuery | UpdateQuery, "model" | "data">,
    use: WriteUse,
    actor: Actor,
  ): { readonly model: ModelSchema; readonly split: SplitData } | null {
    const model = this.#findModel(name);
    if (model === null || !isPlainObject(data)) return null;
    const split = splitData(model, data, { use, system: actor.kind === "system" });
    return split === null ? null : { model, split };
  }

  #findModel(name: string): ModelSchema | null {
    const { models } = this.#context.schema;
    return (Object.hasOwn(models, name) && models[name]) || null;
  }
}
