/**
 * The query language in its JSON form: what `db` takes, what REST's query string and GraphQL's arguments
 * parse into, and what an access rule returns as its `where`. It still holds names and values; the resolve
 * pass turns it into a plan. Types here are the untyped form; `schema/` infers the typed one for users.
 */
import type { MeasureFunction } from "../schema/measures.ts";
import type { BucketUnit } from "./aggregate-node.ts";

/**
 * A filter. Keys are field names or `all`, `any` (lists of filters) and `not` (a filter).
 *
 * - scalar field: a value (null asks for null), or an object of operators
 *   `eq not in notIn lt lte gt gte contains startsWith endsWith ieq icontains istartsWith iendsWith isNull`, all of
 *   which must hold. Those that compare take `{ field: "createdAt" }` instead of a value: another field of the same
 *   type, also one behind to-one relations;
 * - list field: `has` (a value), `hasAny`, `hasEvery` (values), `isEmpty isNull`;
 * - json field: `isNull`, or `path` (names of members and places in arrays) beside operators on what stands there,
 *   `exists` among them;
 * - ref field: a key value, the operators `eq not in notIn isNull`, or a filter on the target's fields;
 * - one: null, or a filter on the other row; many and manyToMany: `some`, `every`, `none`, each a filter.
 *
 * Logic is two-valued: a comparison with a null is false and `not` is its exact complement. Text compares
 * in binary (code point) order.
 */
export type WhereQuery = Readonly<Record<string, unknown>>;

/**
 * Sort keys, strongest first: `name`, `-population`, `region.name`, `-cities.count`, `cities.sum.population`. Null sorts
 * as the smallest value, unless `:nullsFirst` or `:nullsLast` behind the name says where it stands.
 */
export type OrderQuery = readonly (string | SortQuery)[];

/** A sort key in words. */
export interface SortQuery {
  readonly field: string;
  /** Absent: up. */
  readonly direction?: "asc" | "desc";
  /** Absent: null is the smallest value. */
  readonly nulls?: "first" | "last";
}

/** The output of one row: output name → what it holds. */
export type SelectQuery = Readonly<Record<string, SelectEntry>>;

/**
 * `true` is the field of that name: a scalar's value, a ref's key value, all visible own fields of the rows
 * of another relation.
 */
export type SelectEntry = true | FieldQuery | RelationQuery | RelatedAggregateQuery | ConstantQuery;

/** A scalar or ref field under another output name. */
export interface FieldQuery {
  readonly value: string;
}

/** A JSON scalar put into the output as it is (GraphQL's `__typename`). */
export interface ConstantQuery {
  readonly constant: string | number | boolean | null;
}

/** Related rows: an object or null for `ref` and `one`, an array (or a page) for the others. */
export interface RelationQuery extends RowsQuery {
  /** The relation field, when the output has another name. */
  readonly field?: string;
}

/** What is calculated over the related rows of a relation to many: one object, like a group without its key. */
export interface RelatedAggregateQuery {
  /** The relation field, when the output has another name. */
  readonly field?: string;
  readonly where?: WhereQuery;
  readonly search?: string;
  /** The functions with their fields, or an output that has no key. */
  readonly aggregate: MeasuresQuery | { readonly output: GroupOutputQuery };
}

/** Which rows, in which order, how many and in which form. */
export interface RowsQuery {
  /** Absent: every visible own field (a ref as its key value). */
  readonly select?: SelectQuery;
  readonly where?: WhereQuery;
  /** Words to find in the model's search fields: `lima "san juan" near* -south`. */
  readonly search?: string;
  /** Absent: by relevance of a search, otherwise by key. The key is always the last tie-break. */
  readonly orderBy?: OrderQuery;
  /** Rows at most. Absent: the default limit. */
  readonly limit?: number;
  /** Rows to skip. Not together with a cursor. */
  readonly offset?: number;
  /** Cursor: only rows behind it. A list by relevance has none. */
  readonly after?: string;
  /** Cursor: only rows before it, the nearest ones, in the list's own order. */
  readonly before?: string;
  /** True: the rows nearest to the end of the list, in the list's own order. Not together with a cursor or an offset. */
  readonly backwards?: boolean;
  /** Present: the answer is this object instead of a plain array, and `select` is not allowed beside it. */
  readonly page?: PageQuery;
}

/** The output of a page of rows: output name → what it holds. */
export type PageQuery = Readonly<Record<string, PageEntry>>;

/** One value of a page. `hasNext` and `hasPrevious` are booleans, cursors strings or null when there is no row. */
export type PageEntry =
  | { readonly rows: SelectQuery }
  | { readonly edges: EdgeQuery }
  | { readonly info: "hasNext" | "hasPrevious" | "startCursor" | "endCursor" }
  | { readonly total: true | "estimated" }
  | { readonly object: PageQuery }
  | ConstantQuery;

/** The output of one edge (Relay): output name → the row, its cursor or a constant. */
export type EdgeQuery = Readonly<
  Record<string, { readonly row: SelectQuery } | { readonly info: "cursor" } | ConstantQuery>
>;

/**
 * Which rows of a model that keeps deleted ones: the deleted ones as well, or nothing else. Absent: none of them. Of
 * deleted rows, those that the caller may read and delete.
 */
export type DeletedQuery = "include" | "only";

/**
 * How all rows of a list are counted: each of them, or by what the database knows without looking at them. Where it knows
 * nothing of the kind, or would tell of rows that the caller may not read, an estimate is exact.
 */
export type CountForm = "exact" | "estimated";

/** A list of rows of a model. */
export interface ReadQuery extends RowsQuery {
  readonly model: string;
  /** Present: the answer also says how many rows the list has in all; not together with a page, whose entries say so. */
  readonly count?: CountForm;
  readonly deleted?: DeletedQuery;
  /** True: at most one row, answered as an object or null; limit, offset, cursors and backwards are not allowed. */
  readonly single?: boolean;
}

/** How many rows match. */
export interface CountQuery {
  readonly model: string;
  readonly where?: WhereQuery;
  readonly search?: string;
  readonly deleted?: DeletedQuery;
}

/** A value to group by: a field, or one behind to-one relations (`country.continent`). */
export interface KeyQuery {
  readonly field: string;
  /** Of a date or datetime: the start of the span of time that the value lies in. */
  readonly bucket?: BucketUnit;
  /** Of a bucket of a datetime: the IANA name of the zone whose clocks count. Absent: UTC. */
  readonly timeZone?: string;
}

/** Field → condition: a value that equals, or an object of the operators `eq not in notIn lt lte gt gte isNull`. */
export type MeasureConditions = Readonly<Record<string, unknown>>;

/** Conditions on what is calculated over a group; all must hold. */
export interface HavingQuery {
  readonly count?: unknown;
  readonly countDistinct?: MeasureConditions;
  readonly sum?: MeasureConditions;
  readonly avg?: MeasureConditions;
  readonly min?: MeasureConditions;
  readonly max?: MeasureConditions;
}

/** What is calculated over the rows of each group. */
export interface MeasuresQuery {
  readonly count?: boolean;
  readonly countDistinct?: readonly string[];
  readonly sum?: readonly string[];
  readonly avg?: readonly string[];
  readonly min?: readonly string[];
  readonly max?: readonly string[];
}

/** The output of a group under names of the caller's own: output name → what it holds. */
export type GroupOutputQuery = Readonly<Record<string, GroupOutputEntry>>;

/** One value of a group. */
export type GroupOutputEntry =
  | { readonly key: KeyQuery }
  | { readonly measure: MeasureFunction; readonly field?: string }
  | { readonly object: GroupOutputQuery }
  | ConstantQuery;

/**
 * Groups of the rows that match. Each leaves as `{ key, count, countDistinct, sum, avg, min, max }`, of which only what
 * was asked for is there; without `groupBy` all rows are one group.
 */
export interface AggregateQuery extends MeasuresQuery {
  readonly model: string;
  readonly where?: WhereQuery;
  readonly search?: string;
  readonly deleted?: DeletedQuery;
  readonly groupBy?: readonly (string | KeyQuery)[];
  /** Present: what leaves of a group, and what it is grouped by; `groupBy` and the functions are not allowed beside it. */
  readonly output?: GroupOutputQuery;
  readonly having?: HavingQuery;
  /**
   * Strongest first: `count`, `-sum.population`, or the place of a key in the output, `key.country.continent`. Nulls stand
   * as in a list.
   */
  readonly orderBy?: OrderQuery;
  /** Groups at most. Absent: the default limit. */
  readonly limit?: number;
  /** Groups to skip. */
  readonly offset?: number;
}

/**
 * The fields of a new or changed row. A ref takes a key value (an object for a key of several fields) or
 * null; a manyToMany takes the whole list of key values.
 */
export type DataQuery = Readonly<Record<string, unknown>>;

/** One new row; the answer is the row as the caller may read it. */
export interface CreateQuery {
  readonly model: string;
  readonly data: DataQuery;
  readonly select?: SelectQuery;
}

/** Many new rows in one transaction; the answer is their number. */
export interface CreateManyQuery {
  readonly model: string;
  readonly data: Iterable<DataQuery>;
}

/** A change of one row, named by its whole key; the answer is the row as the caller may read it. */
export interface UpdateQuery {
  readonly model: string;
  /** Key field → value. */
  readonly key: WhereQuery;
  readonly data: DataQuery;
  readonly ifVersion?: ExpectedVersion;
  readonly select?: SelectQuery;
}

/** The version that the row must have, or one of several; only of a model that keeps versions. */
export type ExpectedVersion = number | readonly number[];

/** A change of all rows that match; the answer is their number. */
export interface UpdateManyQuery {
  readonly model: string;
  readonly where?: WhereQuery;
  /** Must be true when `where` is absent or empty. */
  readonly all?: boolean;
  /** Rows at most; where the write would reach more, nothing is written. */
  readonly atMost?: number;
  readonly data: DataQuery;
}

/**
 * A row that is created or, when it is there, changed. The answer is the row as the caller may read it. What the
 * caller cannot see counts as not there.
 */
export interface UpsertQuery {
  readonly model: string;
  /** The fields of the key, or of a unique index, with their values. */
  readonly key: WhereQuery;
  /** The data of the new row, beside the key. */
  readonly create: DataQuery;
  /** What changes in the row that is there. */
  readonly update: DataQuery;
  readonly select?: SelectQuery;
}

/** Changes of many rows, each with data of its own, in one transaction; the answer is their number. */
export interface UpdateEachQuery {
  readonly model: string;
  readonly rows: readonly { readonly key: WhereQuery; readonly data: DataQuery }[];
}

/**
 * Many rows that are created or, when they are there, changed, in one transaction; the answer is how many of each. A
 * row is found by its key, which its data holds.
 */
export interface UpsertManyQuery {
  readonly model: string;
  readonly data: readonly DataQuery[];
  /** The fields that change in a row that is there; absent: all that its data gives. */
  readonly update?: readonly string[];
}

/**
 * The end of one row, named by its whole key. The answer is the row as it was, as far as the caller may read it; of a
 * model that keeps deleted rows, the row with the time.
 */
export interface DeleteQuery {
  readonly model: string;
  readonly key: WhereQuery;
  readonly ifVersion?: ExpectedVersion;
  /** True removes the row, deleted already or not, of a model that keeps deleted rows. */
  readonly permanently?: boolean;
  readonly select?: SelectQuery;
}

/** The return of a deleted row, named by its whole key; the answer is the row. Only of a model that keeps deleted rows. */
export interface RestoreQuery {
  readonly model: string;
  readonly key: WhereQuery;
  readonly ifVersion?: ExpectedVersion;
  readonly select?: SelectQuery;
}

/** What a delete of the row would take along. */
export interface PreviewDeleteQuery {
  readonly model: string;
  readonly key: WhereQuery;
  /** As of {@link DeleteQuery}. */
  readonly permanently?: boolean;
}

/** The end of all rows that match; the answer is their number. */
export interface DeleteManyQuery {
  readonly model: string;
  readonly where?: WhereQuery;
  /** Must be true when `where` is absent or empty. */
  readonly all?: boolean;
  /** Rows at most; where the write would reach more, nothing is written. */
  readonly atMost?: number;
  /** True removes the rows, deleted already or not, of a model that keeps deleted rows. */
  readonly permanently?: boolean;
}
