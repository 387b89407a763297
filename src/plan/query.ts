/**
 * The query language in its JSON form: what `db` takes, what REST's query string and GraphQL's arguments
 * parse into, and what an access rule returns as its `where`. It still holds names and values; the resolve
 * pass turns it into a plan. Types here are the untyped form; `schema/` infers the typed one for users.
 */

/**
 * A filter. Keys are field names or `all`, `any` (lists of filters) and `not` (a filter).
 *
 * - scalar field: a value (null asks for null), or an object of operators
 *   `eq not in notIn lt lte gt gte contains startsWith endsWith isNull`, all of which must hold;
 * - ref field: a key value, the operators `eq not in notIn isNull`, or a filter on the target's fields;
 * - one: null, or a filter on the other row; many and manyToMany: `some`, `every`, `none`, each a filter.
 *
 * Logic is two-valued: a comparison with a null is false and `not` is its exact complement. Text compares
 * in binary (code point) order.
 */
export type WhereQuery = Readonly<Record<string, unknown>>;

/** Sort keys, strongest first: `name`, `-population`, `region.name`. Null sorts as the smallest value. */
export type OrderQuery = readonly string[];

/** The output of one row: output name → what it holds. */
export type SelectQuery = Readonly<Record<string, SelectEntry>>;

/**
 * `true` is the field of that name: a scalar's value, a ref's key value, all visible own fields of the rows
 * of another relation.
 */
export type SelectEntry = true | FieldQuery | RelationQuery | ConstantQuery;

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

/** Which rows, in which order, how many and in which form. */
export interface RowsQuery {
  /** Absent: every visible own field (a ref as its key value). */
  readonly select?: SelectQuery;
  readonly where?: WhereQuery;
  /** Absent: by key. The key is always the last tie-break. */
  readonly orderBy?: OrderQuery;
  /** Rows at most. Absent: the default limit. */
  readonly limit?: number;
  /** Rows to skip. Not together with a cursor. */
  readonly offset?: number;
  /** Cursor: only rows behind it. */
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
  | { readonly object: PageQuery }
  | ConstantQuery;

/** The output of one edge (Relay): output name → the row, its cursor or a constant. */
export type EdgeQuery = Readonly<
  Record<string, { readonly row: SelectQuery } | { readonly info: "cursor" } | ConstantQuery>
>;

/** A list of rows of a model. */
export interface ReadQuery extends RowsQuery {
  readonly model: string;
  /** True: at most one row, answered as an object or null; limit, offset, cursors and backwards are not allowed. */
  readonly single?: boolean;
}

/** How many rows match. */
export interface CountQuery {
  readonly model: string;
  readonly where?: WhereQuery;
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
  readonly select?: SelectQuery;
}

/** A change of all rows that match; the answer is their number. */
export interface UpdateManyQuery {
  readonly model: string;
  readonly where?: WhereQuery;
  /** Must be true when `where` is absent or empty. */
  readonly all?: boolean;
  readonly data: DataQuery;
}

/** The end of one row, named by its whole key. The answer is the row as it was, as far as the caller may read it. */
export interface DeleteQuery {
  readonly model: string;
  readonly key: WhereQuery;
  readonly select?: SelectQuery;
}

/** The end of all rows that match; the answer is their number. */
export interface DeleteManyQuery {
  readonly model: string;
  readonly where?: WhereQuery;
  /** Must be true when `where` is absent or empty. */
  readonly all?: boolean;
}
