/** What an app declares as the hooks of its models, with types. The engine runs them. */
import type { Db } from "../api/local/db-types.ts";
import type { Models } from "../schema/check-types.ts";
import type { CreateInput, UpdateInput } from "../schema/input-types.ts";
import type { RuleUser } from "../schema/model.ts";
import type { Key } from "../schema/row-types.ts";
import type { Row } from "../schema/select-types.ts";
import type { WhereInput } from "../schema/where-types.ts";

/** What every hook inside a write is given. */
export interface HookContext<in out M extends Models> {
  /** Acts as whoever writes, inside the transaction of the write: what it writes is undone with it. */
  readonly db: Db<M>;
  /** Whoever writes; null for an anonymous caller and for the app itself. */
  readonly user: RuleUser | null;
}

/** A row that is about to be created. */
export interface BeforeCreate<in out M extends Models, in out N extends keyof M> extends HookContext<M> {
  /** What was sent of the own fields: each is of its type, but required ones may still be missing. */
  readonly data: Partial<Row<M, N, true>>;
}

/** A row that was created. */
export interface AfterCreate<in out M extends Models, in out N extends keyof M> extends HookContext<M> {
  readonly key: Key<M, N>;
  /** All own fields, hidden ones included. */
  readonly row: Row<M, N, true>;
}

/** The rows that a write means: one by `key`, or (`updateMany`, `deleteMany`) all that match `where`. */
export interface HookTarget<in out M extends Models, in out N extends keyof M> extends HookContext<M> {
  /** Null when the write means all rows that match. */
  readonly key: Key<M, N> | null;
  /** Null when the write means one row; empty for all rows. */
  readonly where: WhereInput<M, N, true> | null;
}

/** Rows that are about to be changed. */
export interface BeforeUpdate<in out M extends Models, in out N extends keyof M> extends HookTarget<M, N> {
  /** What was sent of the own fields, each of its type. */
  readonly data: Partial<Row<M, N, true>>;
}

/** Rows that were changed, deleted or restored. */
export interface AfterWrite<in out M extends Models, in out N extends keyof M> extends HookTarget<M, N> {
  /** The row as it is after a change or restore, as it was before a delete; null when the write meant all that match. */
  readonly row: Row<M, N, true> | null;
  /** How many rows. */
  readonly count: number;
}

/** One write of a transaction that is committed. */
export interface Change<in out M extends Models, in out N extends keyof M> {
  readonly operation: "create" | "update" | "delete" | "restore";
  /** Null for `updateMany` and `deleteMany`. */
  readonly key: Key<M, N> | null;
  /** How many rows. */
  readonly count: number;
  /** Who wrote; null for an anonymous caller and for the app itself. */
  readonly user: RuleUser | null;
}

/** What a committed transaction did to one model. */
export interface AfterCommit<in out M extends Models, in out N extends keyof M> {
  /** In the order of the writes. */
  readonly changes: readonly Change<M, N>[];
  /** Acts as nobody, in no transaction; `db.asSystem()` is past all rules. */
  readonly db: Db<M>;
}

/** Data to write instead, or nothing to write what was sent. */
type NewData<D> = D | undefined | Promise<D | undefined>;

/** Nothing, now or later. */
type Done = undefined | Promise<undefined>;

/**
 * The hooks of one model. All but `afterCommit` run inside the write's transaction: what they throw refuses the write
 * and undoes everything; a FootingError answers the caller.
 */
export interface ModelHooks<in out M extends Models, in out N extends keyof M> {
  /** Before a row is created, for each row of `createMany` too. What it returns is written instead; it may set hidden fields. */
  readonly beforeCreate?: (event: BeforeCreate<M, N>) => NewData<Partial<CreateInput<M, N, true>>>;
  /** After a row is created; of `createMany` for each row, when all are there. */
  readonly afterCreate?: (event: AfterCreate<M, N>) => Done;
  /** Before rows are changed. What it returns is written instead; it may set hidden fields. */
  readonly beforeUpdate?: (event: BeforeUpdate<M, N>) => NewData<UpdateInput<M, N, true>>;
  readonly afterUpdate?: (event: AfterWrite<M, N>) => Done;
  readonly beforeDelete?: (event: HookTarget<M, N>) => Done;
  readonly afterDelete?: (event: AfterWrite<M, N>) => Done;
  /** Before a deleted row is restored. */
  readonly beforeRestore?: (event: HookTarget<M, N>) => Done;
  readonly afterRestore?: (event: AfterWrite<M, N>) => Done;
  /** When the transaction is committed; the answer waits for it. What it throws is logged and changes nothing. */
  readonly afterCommit?: (event: AfterCommit<M, N>) => Done;
}

/** The hooks of an app, by model. */
export type Hooks<in out M extends Models> = { readonly [N in keyof M]?: ModelHooks<M, N> };
