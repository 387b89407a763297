/** What the engine calls the app's hooks with. It knows them as functions of plain facts; their types are the app's. */
import type { DataQuery, WhereQuery } from "../plan/query.ts";
import type { Operation } from "../schema/schema-model.ts";
import type { Actor } from "./actor.ts";
import type { Executor } from "./executor.ts";

/** A write that hooks can stand around. */
export type WriteOperation = Exclude<Operation, "read"> | "restore";

/** When a hook runs. */
export type HookName =
  | "beforeCreate"
  | "afterCreate"
  | "beforeUpdate"
  | "afterUpdate"
  | "beforeDelete"
  | "afterDelete"
  | "beforeRestore"
  | "afterRestore"
  | "afterCommit";

/** One write of a committed transaction. */
export interface HookChange {
  readonly operation: WriteOperation;
  /** The key by its fields; null when the write meant all rows that match. */
  readonly key: DataQuery | null;
  readonly count: number;
  readonly actor: Actor;
}

/** What a hook is told of its write; which members are there, the name of the hook says. */
export interface HookFacts {
  readonly data?: DataQuery;
  readonly key?: DataQuery | null;
  readonly where?: WhereQuery | null;
  readonly row?: unknown;
  readonly count?: number;
  readonly changes?: readonly HookChange[];
}

/** A call of a hook. */
export interface HookEvent {
  readonly facts: HookFacts;
  /** In the transaction of the write; for `afterCommit` in none. */
  readonly executor: Executor;
  readonly actor: Actor;
}

/** A hook. What one before a create or update answers is written instead of the data, when it is not undefined. */
export type Hook = (event: HookEvent) => unknown;

/** The hooks of one model. */
export type ModelHooks = Readonly<Partial<Record<HookName, Hook>>>;

/** The hooks of the models that have any. */
export type HookTable = ReadonlyMap<string, ModelHooks>;

const around: Readonly<Record<WriteOperation, readonly HookName[]>> = {
  create: ["beforeCreate", "afterCreate", "afterCommit"],
  update: ["beforeUpdate", "afterUpdate", "afterCommit"],
  delete: ["beforeDelete", "afterDelete", "afterCommit"],
  restore: ["beforeRestore", "afterRestore", "afterCommit"],
};

/** Whether any of the hooks has to do with the operation. */
export function concerns(hooks: ModelHooks, operation: WriteOperation): boolean {
  return around[operation].some((name) => hooks[name] !== undefined);
}
