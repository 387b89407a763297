/**
 * Runs the app's hooks around the writes of a plain engine, in the transaction of the write. A model without hooks
 * costs one look into a table; everything that is not a write goes straight through.
 */
import { FootingError } from "../errors/footing-error.ts";
import type {
  CreateManyQuery,
  CreateQuery,
  DataQuery,
  DeleteManyQuery,
  DeleteQuery,
  ReadQuery,
  RestoreQuery,
  UpdateEachQuery,
  UpdateManyQuery,
  UpdateQuery,
} from "../plan/query.ts";
import { describeValue } from "../util/describe-value.ts";
import { isPlainObject } from "../util/is-object.ts";
import { type Actor, anonymousActor, systemActor } from "./actor.ts";
import { atPath } from "./at-path.ts";
import { whereKey } from "./composed/row-keys.ts";
import type { Executor, PlainExecutor } from "./executor.ts";
import { ForwardedReads } from "./forwarded-reads.ts";
import {
  concerns,
  type HookChange,
  type HookFacts,
  type HookName,
  type HookTable,
  type ModelHooks,
  type WriteOperation,
} from "./hooks.ts";
import type { PlainEngine } from "./plain-engine.ts";

/** Is told what a hook threw that nobody hears of; `hook` is its name, like `City.afterCommit`. */
export type ReportFailure = (error: unknown, hook: string) => void;

/** What the executors of one engine share. */
export interface HookContext {
  readonly hooks: HookTable;
  /** Makes the executor that hooks are given. */
  readonly compose: (inside: PlainExecutor) => Executor;
  readonly report: ReportFailure;
}

/** Where an executor stands. */
interface Scope {
  /** The hooks that are running, outermost first. */
  readonly trail: readonly string[];
  /** What the open transaction has written so far; null outside. */
  readonly changes: Changes | null;
}

/** By model, each in the order of the writes. */
type Changes = Map<string, HookChange[]>;

/** A write with hooks around it. */
interface HookedWrite {
  readonly model: string;
  readonly hooks: ModelHooks;
  readonly operation: WriteOperation;
  readonly actor: Actor;
}

/** Hooks that may run inside one another; more are taken for hooks that set each other off without end. */
const MAX_TRAIL = 16;

const outside: Scope = Object.freeze({ trail: Object.freeze([]), changes: null });

/** A plain engine with hooks. */
export class HookedExecutor extends ForwardedReads implements PlainExecutor {
  readonly #plain: PlainEngine;
  readonly #context: HookContext;
  readonly #scope: Scope;

  constructor(plain: PlainEngine, context: HookContext, scope: Scope = outside) {
    super(plain);
    this.#plain = plain;
    this.#context = context;
    this.#scope = scope;
  }

  /** See {@link PlainExecutor.create}. */
  create(query: CreateQuery, actor: Actor): Promise<string | null> {
    const write = this.#findHooks(query.model, "create", actor);
    if (write === null) return this.#plain.create(query, actor);
    return this.#transact((inside) => inside.#create(write, query));
  }

  /** See {@link PlainExecutor.createMany}. */
  createMany(query: CreateManyQuery, actor: Actor): Promise<number> {
    const write = this.#findHooks(query.model, "create", actor);
    if (write === null) return this.#plain.createMany(query, actor);
    return this.#transact((inside) => inside.#createMany(write, query));
  }

  /** See {@link PlainExecutor.update}. */
  update(query: UpdateQuery, actor: Actor): Promise<string | null> {
    const write = this.#findHooks(query.model, "update", actor);
    if (write === null) return this.#plain.update(query, actor);
    return this.#transact((inside) => inside.#update(write, query));
  }

  /** See {@link PlainExecutor.updateEach}. */
  updateEach(query: UpdateEachQuery, actor: Actor): Promise<number> {
    const write = this.#findHooks(query.model, "update", actor);
    if (write === null) return this.#plain.updateEach(query, actor);
    return this.#transact((inside) => inside.#updateEach(write, query));
  }

  /** See {@link PlainExecutor.updateMany}. */
  updateMany(query: UpdateManyQuery, actor: Actor): Promise<number> {
    const write = this.#findHooks(query.model, "update", actor);
    if (write === null) return this.#plain.updateMany(query, actor);
    return this.#transact((inside) => inside.#updateMany(write, query));
  }

  /** See {@link PlainExecutor.delete}. */
  delete(query: DeleteQuery, actor: Actor): Promise<string | null> {
    const write = this.#findHooks(query.model, "delete", actor);
    if (write === null) return this.#plain.delete(query, actor);
    return this.#transact((inside) => inside.#delete(write, query));
  }

  /** See {@link PlainExecutor.deleteMany}. */
  deleteMany(query: DeleteManyQuery, actor: Actor): Promise<number> {
    const write = this.#findHooks(query.model, "delete", actor);
    if (write === null) return this.#plain.deleteMany(query, actor);
    return this.#transact((inside) => inside.#deleteMany(write, query));
  }

  /** See {@link PlainExecutor.restore}. */
  restore(query: RestoreQuery, actor: Actor): Promise<string | null> {
    const write = this.#findHooks(query.model, "restore", actor);
    if (write === null) return this.#plain.restore(query, actor);
    return this.#transact((inside) => inside.#restore(write, query));
  }

  /** See {@link PlainExecutor.transaction}; inside a transaction, `work` joins it. */
  transaction<T>(work: (executor: PlainExecutor) => Promise<T>): Promise<T> {
    return this.#transact(work);
  }

  /** See {@link PlainExecutor.attempt}; what was undone is not announced. */
  attempt<T>(work: (executor: PlainExecutor) => Promise<T>): Promise<T> {
    const { changes } = this.#scope;
    if (changes === null) return this.#transact(work);
    return this.#plain.attempt(async (inside) => {
      const own: Changes = new Map();
      const result = await work(new HookedExecutor(inside, this.#context, { ...this.#scope, changes: own }));
      for (const [model, list] of own) changes.set(model, [...(changes.get(model) ?? []), ...list]);
      return result;
    });
  }

  async #create(write: HookedWrite, query: CreateQuery): Promise<string | null> {
    this.#plain.admit({ ...write, data: query.data }, write.actor);
    const data = await this.#replaceData(write, "beforeCreate", { data: query.data });
    const { json, key } = await this.#writer(data, query.data).createKeyed({ ...query, data }, write.actor);
    await this.#afterCreate(write, key);
    return json ?? (await this.#readCreated(write, query, key));
  }

  /**
   * A new row that its writer could not read until a hook let them in: made a member of the organisation that they
   * created, say. Null when they still may not read it.
   */
  async #readCreated(
    { model, hooks, actor }: HookedWrite,
    { select }: CreateQuery,
    key: DataQuery,
  ): Promise<string | null> {
    if (hooks.afterCreate === undefined) return null;
    const query = { model, where: whereKey(key), single: true, ...(select !== undefined && { select }) };
    try {
      const { json } = await this.#plain.read(query, actor);
      return json === "null" ? null : json;
    } catch (error) {
      if (error instanceof FootingError && error.code === "FTG_FORBIDDEN") return null;
      throw error;
    }
  }

  async #createMany(write: HookedWrite, query: CreateManyQuery): Promise<number> {
    this.#plain.admit(write, write.actor);
    const isReplaced = write.hooks.beforeCreate !== undefined;
    const sent = isReplaced ? [...query.data] : [];
    const data = isReplaced ? await this.#replaceRows(write, sent) : query.data;
    const writer = isReplaced ? this.#plain.trusting(sent) : this.#plain;
    const keys = await writer.createManyKeyed({ ...query, data }, write.actor);
    for (const [index, key] of keys.entries()) await atPath(`/${index}`, () => this.#afterCreate(write, key));
    return keys.length;
  }

  async #update(write: HookedWrite, query: UpdateQuery): Promise<string | null> {
    const target = { key: query.key, where: null };
    this.#plain.admit({ ...write, data: query.data }, write.actor);
    const data = await this.#replaceData(write, "beforeUpdate", { ...target, data: query.data });
    const json = await this.#writer(data, query.data).update({ ...query, data }, write.actor);
    if (write.hooks.afterUpdate !== undefined)
      await this.#run(write, "afterUpdate", { ...target, row: await this.#readRow(write, query.key), count: 1 });
    this.#note(write, { key: query.key, count: 1 });
    return json;
  }

  async #updateEach(write: HookedWrite, { model, rows }: UpdateEachQuery): Promise<number> {
    for (const [index, row] of rows.entries())
      await atPath(`/${index}`, () => this.#update(write, { ...row, model, select: {} }));
    return rows.length;
  }

  async #updateMany(write: HookedWrite, query: UpdateManyQuery): Promise<number> {
    const target = { key: null, where: query.where ?? {} };
    this.#plain.admit({ ...write, data: query.data }, write.actor);
    const data = await this.#replaceData(write, "beforeUpdate", { ...target, data: query.data });
    const count = await this.#writer(data, query.data).updateMany({ ...query, data }, write.actor);
    await this.#run(write, "afterUpdate", { ...target, row: null, count });
    this.#note(write, { key: null, count });
    return count;
  }

  async #delete(write: HookedWrite, query: DeleteQuery): Promise<string | null> {
    const target = { key: query.key, where: null };
    this.#plain.admit(write, write.actor);
    await this.#run(write, "beforeDelete", target);
    const deleted = query.permanently === true ? ({ deleted: "include" } as const) : {};
    const row = write.hooks.afterDelete === undefined ? null : await this.#readRow(write, query.key, deleted);
    const json = await this.#plain.delete(query, write.actor);
    await this.#run(write, "afterDelete", { ...target, row, count: 1 });
    this.#note(write, { key: query.key, count: 1 });
    return json;
  }

  async #deleteMany(write: HookedWrite, query: DeleteManyQuery): Promise<number> {
    const target = { key: null, where: query.where ?? {} };
    this.#plain.admit(write, write.actor);
    await this.#run(write, "beforeDelete", target);
    const count = await this.#plain.deleteMany(query, write.actor);
    await this.#run(write, "afterDelete", { ...target, row: null, count });
    this.#note(write, { key: null, count });
    return count;
  }

  async #restore(write: HookedWrite, query: RestoreQuery): Promise<string | null> {
    const target = { key: query.key, where: null };
    this.#plain.admit(write, write.actor);
    await this.#run(write, "beforeRestore", target);
    const json = await this.#plain.restore(query, write.actor);
    if (write.hooks.afterRestore !== undefined)
      await this.#run(write, "afterRestore", { ...target, row: await this.#readRow(write, query.key), count: 1 });
    this.#note(write, { key: query.key, count: 1 });
    return json;
  }

  async #afterCreate(write: HookedWrite, key: DataQuery): Promise<void> {
    if (write.hooks.afterCreate !== undefined)
      await this.#run(write, "afterCreate", { key, row: await this.#readRow(write, key) });
    this.#note(write, { key, count: 1 });
  }

  /** The rows of a bulk write after their hooks; each is checked before its hook sees it. */
  async #replaceRows(write: HookedWrite, rows: Iterable<DataQuery>): Promise<readonly DataQuery[]> {
    const replaced: DataQuery[] = [];
    for (const data of rows) {
      const row = await atPath(`/${replaced.length}`, () => {
        this.#plain.admit({ ...write, data }, write.actor);
        return this.#replaceData(write, "beforeCreate", { data });
      });
      replaced.push(row);
    }
    return replaced;
  }

  /** What is to be written: the data a hook answers, or the data that was sent. */
  async #replaceData(
    write: HookedWrite,
    name: "beforeCreate" | "beforeUpdate",
    facts: HookFacts & { readonly data: DataQuery },
  ): Promise<DataQuery> {
    // A hook that changes what it was given instead of answering is to hear of it.
    const answer = await this.#run(write, name, { ...facts, data: Object.freeze({ ...facts.data }) });
    if (answer === undefined) return facts.data;
    if (isPlainObject(answer)) return answer;
    throw new FootingError("FTG_HOOK", {
      detail: `${write.model}.${name} must answer the data to write, or nothing; got ${describeValue(answer)}.`,
    });
  }

  /** What own code has answered may set hidden fields. */
  #writer(data: DataQuery, sent: DataQuery): PlainEngine {
    return data === sent ? this.#plain : this.#plain.trusting([sent]);
  }

  async #run({ model, hooks, actor }: HookedWrite, name: HookName, facts: HookFacts): Promise<unknown> {
    const hook = hooks[name];
    if (hook === undefined) return undefined;
    const inside = this.#enter(`${model}.${name}`, this.#scope.changes);
    return await hook({ facts, actor, executor: this.#context.compose(inside) });
  }

  /** The executor of a hook. Throws FTG_HOOK when too many run inside one another. */
  #enter(hook: string, changes: Changes | null): HookedExecutor {
    const trail = [...this.#scope.trail, hook];
    if (trail.length <= MAX_TRAIL) return new HookedExecutor(this.#plain, this.#context, { trail, changes });
    throw new FootingError("FTG_HOOK", {
      detail: `More than ${MAX_TRAIL} hooks run inside one another: ${trail.slice(-4).join(" > ")}.`,
      fix: "Let no hook write what sets the same hook off again, or let it stop at some condition.",
    });
  }

  async #readRow({ model }: HookedWrite, key: DataQuery, which: Pick<ReadQuery, "deleted"> = {}): Promise<unknown> {
    const { json } = await this.#plain.read({ ...which, model, where: whereKey(key), single: true }, systemActor);
    return JSON.parse(json);
  }

  #findHooks(model: string, operation: WriteOperation, actor: Actor): HookedWrite | null {
    const hooks = this.#context.hooks.get(model);
    return hooks === undefined || !concerns(hooks, operation) ? null : { model, hooks, operation, actor };
  }

  #note({ model, hooks, operation, actor }: HookedWrite, what: { key: DataQuery | null; count: number }): void {
    const { changes } = this.#scope;
    if (hooks.afterCommit === undefined || changes === null) return;
    const change = { operation, actor, ...what };
    const known = changes.get(model);
    if (known === undefined) changes.set(model, [change]);
    else known.push(change);
  }

  /** Runs work in the open transaction, or in a new one whose changes are announced when it is committed. */
  async #transact<T>(work: (inside: HookedExecutor) => Promise<T>): Promise<T> {
    if (this.#scope.changes !== null) return work(this);
    const changes: Changes = new Map();
    const result = await this.#plain.transaction((inside) =>
      work(new HookedExecutor(inside, this.#context, { ...this.#scope, changes })),
    );
    for (const [model, own] of changes) await this.#announce(model, own);
    return result;
  }

  async #announce(model: string, changes: readonly HookChange[]): Promise<void> {
    const name = `${model}.afterCommit`;
    try {
      const inside = this.#enter(name, null);
      const event = { facts: { changes }, actor: anonymousActor, executor: this.#context.compose(inside) };
      await this.#context.hooks.get(model)?.afterCommit?.(event);
    } catch (error) {
      this.#context.report(error, name);
    }
  }
}
