/**
 * Makes the app's hooks callable by the engine: gives each its `db`, its user and its key in the form the app knows,
 * and brings the data it answers into JSON form. Runs no hook by itself.
 */
import type { Actor } from "../../engine/actor.ts";
import type { Executor } from "../../engine/executor.ts";
import type { Hook, HookFacts, HookName, HookTable, ModelHooks } from "../../engine/hooks.ts";
import type { DataQuery } from "../../plan/query.ts";
import type { ModelSchema, Schema } from "../../schema/schema-model.ts";
import { isPlainObject } from "../../util/is-object.ts";
import { createJsonConverter, type JsonConverter } from "./create-json-converter.ts";

/** The hooks of a model as they were declared, their types forgotten. */
export type DeclaredHooks = Readonly<Partial<Record<HookName, (event: object) => unknown>>>;

/** What hooks are bound with. */
export interface HookBinding {
  readonly schema: Schema;
  /** Makes the `db` of some actor on an executor. */
  readonly bindDb: (executor: Executor, actor: Actor) => object;
}

/** The hooks by model. */
export function createHookTable(declared: Readonly<Record<string, DeclaredHooks>>, binding: HookBinding): HookTable {
  const bound = Object.entries(declared).flatMap(([name, hooks]): [string, ModelHooks][] => {
    const model = binding.schema.models[name];
    return model === undefined ? [] : [[name, bindHooks(model, hooks, binding)]];
  });
  return new Map(bound);
}

function bindHooks(model: ModelSchema, hooks: DeclaredHooks, { bindDb }: HookBinding): ModelHooks {
  const convert = createJsonConverter(model);
  const bound = Object.entries(hooks).map(([name, hook]): [string, Hook] => [
    name,
    async ({ facts, executor, actor }) => {
      const user = name === "afterCommit" ? {} : { user: readUser(actor) };
      return toJson(convert, await hook({ ...renderFacts(model, facts), ...user, db: bindDb(executor, actor) }));
    },
  ]);
  return Object.fromEntries(bound);
}

function renderFacts(model: ModelSchema, { key, changes, ...facts }: HookFacts): object {
  return {
    ...facts,
    ...(key !== undefined && { key: renderKey(model, key) }),
    ...(changes !== undefined && {
      changes: changes.map(({ actor, ...change }) => ({
        ...change,
        key: renderKey(model, change.key),
        user: readUser(actor),
      })),
    }),
  };
}

/** The value of a key of one field, as `db` takes it. */
function renderKey({ key: [first, second] }: ModelSchema, key: DataQuery | null): unknown {
  return key !== null && first !== undefined && second === undefined ? key[first.field] : key;
}

function readUser(actor: Actor): object | null {
  return actor.kind === "principal" ? actor.user : null;
}

function toJson(convert: JsonConverter | null, answer: unknown): unknown {
  return convert === null || !isPlainObject(answer) ? answer : convert(answer);
}
