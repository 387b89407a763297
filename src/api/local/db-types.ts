/** The types of `db`, inferred from declared models. Types only. `S` is true for the app itself. */
import type { Kysely } from "kysely";
import type { CountForm, DeletedQuery, ExpectedVersion } from "../../plan/query.ts";
import type { AggregateInput, AggregateRow, CheckedAggregate } from "../../schema/aggregate-types.ts";
import type { Models } from "../../schema/check-types.ts";
import type { types } from "../../schema/declarations.ts";
import type { CreateInput, UniqueInput, UpdateInput, UpsertInput } from "../../schema/input-types.ts";

import type { Key } from "../../schema/row-types.ts";
import type { CheckedSelect, IsReadable, SelectInput, SelectResult } from "../../schema/select-types.ts";
import type { SqlTables } from "../../schema/sql-types.ts";
import type { OrderInput, WhereInput } from "../../schema/where-types.ts";

/** The data under the access rules of one actor: one property per model. */
export type Db<M extends Models, S extends boolean = false> = ModelApis<M, S> & DbMethods<M, S>;

// `in out`: two of these are related when their models are the same. Without it TypeScript would find the variance out
// by comparing all methods for made-up models, which these types are too deep for.

/** The models of `db`. */
export type ModelApis<in out M extends Models, in out S extends boolean> = {
  readonly [N in keyof M]: ModelApi<M, N, S>;
};

/** What `db` can do beside reaching its models. */
export interface DbMethods<in out M extends Models, in out S extends boolean> {
  /** The same data under the rules for this user; null or undefined is anonymous. */
  as(user: object | null | undefined): Db<M>;
  /** The same data past all rules, hidden fields included. */
  asSystem(): Db<M, true>;
  /**
   * [Kysely](https://kysely.dev), typed from the models, for what the query language cannot say: past all rules and hooks,
   * with the tables and columns as they are in the database. Only the app itself has it, and inside `transaction` its
   * statements belong to the transaction.
   *
   * @example
   * ```ts
   * await db.asSystem().sql.selectFrom("city").select("name").where("country_code", "=", "PE").execute();
   * ```
   */
  readonly sql: S extends true ? Kysely<SqlTables<M>> : never;
  /**
   * Runs `work` in one transaction: committed when it resolves, undone when it rejects. Only calls on `tx` belong to it. A
   * write that fails leaves nothing behind, so that `work` may catch its error and go on. Inside a transaction `work` is a
   * part of it, which is undone alone; writes beside it wait for its end, so it must not wait for them.
   *
   * @example
   * ```ts
   * await db.transaction(async (tx) => {
   *   const country = await tx.Country.create({ code: "PE", name: "Peru" });
   *   await tx.City.create({ id: 1, name: "Lima", country: "PE" });
   * });
   * ```
   */
  transaction<T>(work: (tx: Db<M, S>) => Promise<T>): Promise<T>;
  /**
   * Runs `work` in a transaction that is undone however it ends, and answers what it answered. Hooks run, constraints are
   * checked; only `afterCommit` has nothing to follow. What hooks do elsewhere, such as sending mail, is done.
   *
   * @example
   * ```ts
   * const gone = await db.dryRun((tx) => tx.City.deleteMany({ where: { country: "PE" } }));
   * ```
   */
  dryRun<T>(work: (tx: Db<M, S>) => Promise<T>): Promise<T>;
}

/** What to select: names that are no field are an error at their place. */
export interface Selecting<M extends Models, N extends keyof M, Q, S> {
  /** The fields to answer; absent: all own fields. */
  readonly select?: Q & CheckedSelect<M, N, { select: Q; system: S }>;
}

/** Which row to answer first, and in which form. */
export interface FirstQuery<M extends Models, N extends keyof M, Q, S> extends Selecting<M, N, Q, S> {
  /** Absent: all rows. */
  readonly where?: WhereInput<M, N, S>;
  /** Words to find in the fields that the model declares for it: `lima "san juan" near* -south`. */
  readonly search?: string;
  /** Strongest first; absent: by relevance of a search, otherwise by key. The key is always the last tie-break. */
  readonly orderBy?: readonly OrderInput<M, N, S>[];
}

/** Which rows to answer, in which order and form. */
export interface FindQuery<M extends Models, N extends keyof M, Q, S> extends FirstQuery<M, N, Q, S> {
  /** Rows at most; absent: the default limit of the app. */
  readonly limit?: number;
  /** Rows to skip; not together with a cursor. */
  readonly offset?: number;
  /** A cursor: only rows behind it. */
  readonly after?: string;
  /** A cursor: only rows before it, the nearest ones, in the list's own order. */
  readonly before?: string;
}

/** How all rows of a list are counted. */
export interface Counting {
  /**
   * Says in `page.total` how many rows the list has in all: counted one by one, or what the database expects, which costs
   * little and may be far off. Absent: nobody counts.
   */
  readonly count?: CountForm;
}

/** Which rows a bulk write aims at: those of a filter, or all, said aloud. */
export type BulkTarget<W> =
  | { readonly where: W; readonly all?: never }
  | { readonly all: true; readonly where?: never };

/** Rows with the way to the next ones. */
export interface Page<R> {
  readonly data: R[];
  readonly page: {
    /** Whether more rows lie in the direction of reading. */
    readonly hasMore: boolean;
    /** The cursor to go on with, or null at the end. */
    readonly next: string | null;
    /** How many rows the list has in all; `isExact` is false for an estimate. Only with `count`. */
    readonly total?: { readonly count: number; readonly isExact: boolean };
  };
}

/** Which version a row must have for the write to be done, or FTG_VERSION_MISMATCH: of a model with `version: true`. */
export type Expecting<M extends Models, N extends keyof M> = M[N][typeof types]["version"] extends true
  ? { readonly ifVersion?: ExpectedVersion }
  : unknown;

/** Which rows a read of a model with `softDelete: true` means. */
export type WithDeletedRows<M extends Models, N extends keyof M> = M[N][typeof types]["softDelete"] extends true
  ? {
      /** The deleted rows that the actor may read and delete as well, or only those. */
      readonly deleted?: DeletedQuery;
    }
  : unknown;

/** Whether a delete of a model with `softDelete: true` removes what it means for good. */
export type Permanently<M extends Models, N extends keyof M> = M[N][typeof types]["softDelete"] extends true
  ? {
      /** True removes rows, also those that were deleted before. */
      readonly permanently?: boolean;
    }
  : unknown;

/** The key of a row that can be restored: only of a model with `softDelete: true`. */
export type RestorableKey<M extends Models, N extends keyof M> = M[N][typeof types]["softDelete"] extends true
  ? Key<M, N>
  : never;

/** How many rows of each model a delete would take along, of those that the actor may read. The row itself is not counted. */
export interface DeletePreview<N> {
  /** Rows that would be deleted too. */
  readonly deletes: { readonly [name in N & string]?: number };
  /** Rows that would lose a ref. */
  readonly setsNull: { readonly [name in N & string]?: number };
  /** Rows that keep the row, or one that would go along: the delete would be refused. */
  readonly blockedBy: { readonly [name in N & string]?: number };
}

/** How many rows a bulk write may reach. */
export interface AtMost {
  /** Where the write would reach more rows, nothing is written: FTG_TOO_MANY_ROWS. */
  readonly atMost?: number;
}

/** A written row as the writer may read it: null when the rules hide it from them. */
export type WrittenRow<M extends Models, N extends keyof M, Q, S> =
  | SelectResult<M, N, Q, S>
  | (IsReadable<M, N, S> extends true ? never : null);

/**
 * The rows of one model. Every method runs under the actor's access rules and rejects with a FootingError: FTG_QUERY,
 * FTG_VALUE, FTG_COST, FTG_CURSOR, FTG_FORBIDDEN, and for writes FTG_INVALID, FTG_CONFLICT, FTG_REFERENCE, FTG_CHECK,
 * FTG_NOT_FOUND, FTG_VERSION_MISMATCH, FTG_TOO_MANY_ROWS and FTG_UNBOUNDED_WRITE.
 */
export interface ModelApi<in out M extends Models, in out N extends keyof M, in out S extends boolean> {
  /**
   * A list of rows.
   *
   * @example
   * ```ts
   * await db.City.find({ select: { name: true, region: {} }, where: { country: "PE" }, orderBy: ["-population"], limit: 5 });
   * ```
   */
  find<const Q extends SelectInput<M, N, S> | undefined = undefined>(
    query?: FindQuery<M, N, Q, S> & WithDeletedRows<M, N>,
  ): Promise<SelectResult<M, N, Q, S>[]>;
  /** A list of rows with the cursor of the next one. */
  findPage<const Q extends SelectInput<M, N, S> | undefined = undefined>(
    query?: FindQuery<M, N, Q, S> & Counting & WithDeletedRows<M, N>,
  ): Promise<Page<SelectResult<M, N, Q, S>>>;
  /** The first row, or null. */
  first<const Q extends SelectInput<M, N, S> | undefined = undefined>(
    query?: FirstQuery<M, N, Q, S> & WithDeletedRows<M, N>,
  ): Promise<SelectResult<M, N, Q, S> | null>;
  /** The row with the key, or null. */
  get<const Q extends SelectInput<M, N, S> | undefined = undefined>(
    key: Key<M, N>,
    query?: Selecting<M, N, Q, S> & WithDeletedRows<M, N>,
  ): Promise<SelectResult<M, N, Q, S> | null>;
  /** How many rows there are. */
  count(
    query?: { readonly where?: WhereInput<M, N, S>; readonly search?: string } & WithDeletedRows<M, N>,
  ): Promise<number>;
  /**
   * Groups of rows and what is calculated over them; without `groupBy` all rows are the one group.
   *
   * @example
   * ```ts
   * await db.City.aggregate({ groupBy: ["country.continent"], count: true, sum: ["population"], orderBy: ["-sum.population"] });
   * // [{ key: { country: { continent: "Asia" } }, count: 5, sum: { population: "123" } }, …]
   * ```
   */
  aggregate<const Q extends AggregateInput<M, N, S>>(
    query: Q & CheckedAggregate<M, N, { query: Q; system: S }>,
  ): Promise<AggregateRow<M, N, Q, S>[]>;
  /** Creates a row and answers it. */
  create<const Q extends SelectInput<M, N, S> | undefined = undefined>(
    data: CreateInput<M, N, S>,
    query?: Selecting<M, N, Q, S>,
  ): Promise<WrittenRow<M, N, Q, S>>;
  /** Creates rows in one transaction, all or none, taking them one by one; answers their number. */
  createMany(data: Iterable<CreateInput<M, N, S>>): Promise<number>;
  /** Changes the row with the key and answers it. */
  update<const Q extends SelectInput<M, N, S> | undefined = undefined>(
    key: Key<M, N>,
    data: UpdateInput<M, N, S>,
    query?: Selecting<M, N, Q, S> & Expecting<M, N>,
  ): Promise<WrittenRow<M, N, Q, S>>;
  /** Changes all rows that match and that the actor may change; answers their number. */
  updateMany(
    query: BulkTarget<WhereInput<M, N, S>> & AtMost & { readonly data: UpdateInput<M, N, S> },
  ): Promise<number>;
  /**
   * Changes the row with the key, or with the value of a unique field, or creates it when it is not there, and answers
   * it. A row that the actor may not read counts as not there.
   *
   * @example
   * ```ts
   * await db.Country.upsert("PE", { create: { name: "Peru" }, update: { name: "Perú" } });
   * ```
   */
  upsert<const Q extends SelectInput<M, N, S> | undefined = undefined>(
    key: Key<M, N> | UniqueInput<M, N, S>,
    data: { readonly create: UpsertInput<M, N, S>; readonly update: UpdateInput<M, N, S> },
    query?: Selecting<M, N, Q, S>,
  ): Promise<WrittenRow<M, N, Q, S>>;
  /** Changes rows, each in its own way, in one transaction; answers their number. */
  updateEach(rows: Iterable<{ readonly key: Key<M, N>; readonly data: UpdateInput<M, N, S> }>): Promise<number>;
  /**
   * Creates rows, or changes them where their key is there, in one transaction; answers how many of each. `update`
   * names the fields that change in a row that is there; absent: all that are given.
   */
  upsertMany(
    data: Iterable<CreateInput<M, N, S>>,
    query?: { readonly update?: readonly (keyof UpdateInput<M, N, S> & string)[] },
  ): Promise<{ readonly created: number; readonly updated: number }>;
  /** Deletes the row with the key and answers it: as it was, or with `deletedAt` where deleted rows stay. */
  delete<const Q extends SelectInput<M, N, S> | undefined = undefined>(
    key: Key<M, N>,
    query?: Selecting<M, N, Q, S> & Expecting<M, N> & Permanently<M, N>,
  ): Promise<WrittenRow<M, N, Q, S>>;
  /** Deletes all rows that match and that the actor may delete; answers their number. */
  deleteMany(query: BulkTarget<WhereInput<M, N, S>> & AtMost & Permanently<M, N>): Promise<number>;
  /** Brings the deleted row with the key back, under the delete rule, and answers it. */
  restore<const Q extends SelectInput<M, N, S> | undefined = undefined>(
    key: RestorableKey<M, N>,
    query?: Selecting<M, N, Q, S> & Expecting<M, N>,
  ): Promise<WrittenRow<M, N, Q, S>>;
  /**
   * What deleting the row with the key would take along; rejects as the delete would when the actor may not delete it.
   *
   * @example
   * ```ts
   * await db.Country.previewDelete("PE"); // { deletes: { City: 12 }, setsNull: {}, blockedBy: { Region: 3 } }
   * ```
   */
  previewDelete(key: Key<M, N>, query?: Permanently<M, N>): Promise<DeletePreview<keyof M>>;
}
