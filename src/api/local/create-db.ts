/**
 * `db`: the typed way to the data from the app's own code. It acts as nobody in particular until it is told whom to
 * act for, and goes past the rules only as `asSystem()`.
 */

import type { Kysely } from "kysely";
import { type Actor, anonymousActor, createActor, systemActor } from "../../engine/actor.ts";
import { runDry } from "../../engine/dry-run.ts";
import type { Executor } from "../../engine/executor.ts";
import { FootingError } from "../../errors/footing-error.ts";
import type { Models } from "../../schema/check-types.ts";
import type { Schema } from "../../schema/schema-model.ts";
import { describeValue } from "../../util/describe-value.ts";
import { createJsonConverter } from "./create-json-converter.ts";
import { createSql } from "./create-sql.ts";
import type { Db } from "./db-types.ts";
import { type ClientModel, ModelClient } from "./model-client.ts";

/**
 * The data behind the executor, as an anonymous principal.
 *
 * @example
 * ```ts
 * const db = createDb<typeof models>(engine, schema);
 * const cities = await db.as(user).City.find({ where: { country: "PE" }, limit: 5 });
 * ```
 */
export function createDb<M extends Models>(executor: Executor, schema: Schema): Db<M> {
  const db: unknown = createDbBinder(schema)(executor, anonymousActor);
  // The class has a getter per model of the schema, which is what the type says of models `M`.
  return db as Db<M>;
}

/** Makes the `db` of some actor on some executor, for code whose types are not known here. */
export function createDbBinder(schema: Schema): (executor: Executor, actor: Actor) => object {
  const models = Object.values(schema.models).map(
    (model): ClientModel => ({ model, convert: createJsonConverter(model) }),
  );
  const BoundDb = createDbClass(models);
  return (executor, actor) => new BoundDb(executor, actor);
}

/** A `db` is made for every request, so its models are getters of a class that is made once per schema. */
function createDbClass(models: readonly ClientModel[]): typeof LocalDb {
  class BoundDb extends LocalDb {}
  for (const model of models) {
    Object.defineProperty(BoundDb.prototype, model.model.name, {
      enumerable: true,
      get(this: BoundDb) {
        return this.client(model);
      },
    });
  }
  return BoundDb;
}

class LocalDb {
  readonly #executor: Executor;
  readonly #actor: Actor;
  readonly #clients: Map<string, ModelClient> = new Map();
  #sql: Kysely<unknown> | null = null;

  constructor(executor: Executor, actor: Actor) {
    this.#executor = executor;
    this.#actor = actor;
  }

  as(user: object | null | undefined): LocalDb {
    // Nobody signed in must never become somebody without a name.
    if (user === null || user === undefined) return this.#rebind(this.#executor, anonymousActor);
    if (typeof user === "object") return this.#rebind(this.#executor, createActor({ ...user }));
    throw new FootingError("FTG_QUERY", { detail: `db.as: expected a user or null, got ${describeValue(user)}.` });
  }

  asSystem(): LocalDb {
    return this.#rebind(this.#executor, systemActor);
  }

  async transaction<T>(work: (tx: LocalDb) => Promise<T>): Promise<T> {
    return await this.#executor.attempt((executor) => work(this.#rebind(executor, this.#actor)));
  }

  async dryRun<T>(work: (tx: LocalDb) => Promise<T>): Promise<T> {
    return await runDry(this.#executor, (executor) => work(this.#rebind(executor, this.#actor)));
  }

  /** SQL of the app's own. Throws FTG_FORBIDDEN unless this acts as the app itself. */
  get sql(): Kysely<unknown> {
    this.#sql ??= createSql(this.#executor.sql(this.#actor));
    return this.#sql;
  }

  /** The client of a model, made when it is first used. */
  client(model: ClientModel): ModelClient {
    const known = this.#clients.get(model.model.name);
    if (known !== undefined) return known;
    const client = new ModelClient(model, this.#executor, this.#actor);
    this.#clients.set(model.model.name, client);
    return client;
  }

  #rebind(executor: Executor, actor: Actor): LocalDb {
    return Reflect.construct(this.constructor, [executor, actor]);
  }
}
