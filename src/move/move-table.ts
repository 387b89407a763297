/**
 * One stored table as a move sees it, and how a row of it is taken apart: its key, its columns, and the refs that can
 * be set only when all rows are there. Pure; it reads and writes nothing.
 */
import { compareValues } from "../schema/compare-values.ts";
import { listColumns, type StoredColumn } from "../schema/list-columns.ts";
import type { JsonValue, ModelSchema } from "../schema/schema-model.ts";

/** A row as a plan answers it: every scalar in its JSON form, every ref as its key. */
export type Row = Readonly<Record<string, JsonValue>>;

/** The rows of a model, or the links of a manyToMany as rows of their own. */
export interface MoveTable {
  readonly model: ModelSchema;
  /** All stored columns, in the order that rows of values follow. */
  readonly columns: readonly StoredColumn[];
  /** The stored columns of the key, in key order. */
  readonly key: readonly StoredColumn[];
  /** The name of the model that a report counts the rows under. */
  readonly owner: string;
  readonly isLink: boolean;
  /** Refs that may lead to a row that is not there yet when their own row is written. */
  readonly deferred: readonly DeferredRef[];
}

/** A ref that is set in a second step where it must be. */
export interface DeferredRef {
  readonly name: string;
  /** In key order of its target. */
  readonly columns: readonly StoredColumn[];
  readonly optional: boolean;
  /** Whether it leads to rows of its own table. */
  readonly isOwn: boolean;
}

/** What a {@link MoveTable} is made of. */
export interface MoveTableParts {
  readonly owner: string;
  readonly isLink: boolean;
  readonly deferred: readonly (Omit<DeferredRef, "columns"> & { readonly columns: readonly string[] })[];
}

/** Makes a {@link MoveTable}; refs are given with the names of their columns. */
export function createMoveTable(model: ModelSchema, { owner, isLink, deferred }: MoveTableParts): MoveTable {
  const columns = listColumns(model);
  const find = (names: readonly string[]) => names.flatMap((name) => columns.filter(({ column }) => column === name));
  return Object.freeze({
    model,
    columns,
    key: find(model.key.map(({ column }) => column)),
    owner,
    isLink,
    deferred: deferred.map((ref) => Object.freeze({ ...ref, columns: find(ref.columns) })),
  });
}

/** The fields that stored columns belong to, each once. */
export function listFields(columns: readonly StoredColumn[]): readonly string[] {
  return [...new Set(columns.map(({ field }) => field))];
}

/** The value of one stored column of a row. */
export function readColumn({ model }: MoveTable, row: Row, { field, part }: StoredColumn): JsonValue {
  const value = row[field] ?? null;
  const ref = model.fields[field];
  if (value === null || ref?.kind !== "ref" || ref.columns.length === 1) return value;
  // The key of several fields leaves as an object of them.
  return (value as Row)[ref.columns[part]?.field ?? ""] ?? null;
}

/** The key of a row, in key order. */
export function readKey(table: MoveTable, row: Row): readonly JsonValue[] {
  return table.key.map((column) => readColumn(table, row, column));
}

/** The values of the columns of a ref, in key order of its target. */
export function readRef(table: MoveTable, ref: DeferredRef, row: Row): readonly JsonValue[] {
  return ref.columns.map((column) => readColumn(table, row, column));
}

/** Negative, zero or positive as one key comes before, beside or after another. */
export function compareKeys({ key }: MoveTable, a: readonly JsonValue[], b: readonly JsonValue[]): number {
  for (const [part, { type }] of key.entries()) {
    const order = compareValues(type, a[part] ?? null, b[part] ?? null);
    if (order !== 0) return order;
  }
  return 0;
}

/** A key for messages: `"PE"`, or `{"country":"PE","number":1}`. */
export function renderKey({ key }: MoveTable, values: readonly JsonValue[]): string {
  if (values.length === 1) return JSON.stringify(values[0]);
  return JSON.stringify(Object.fromEntries(key.map(({ field }, part) => [field, values[part] ?? null])));
}

/**
 * Whether a deferred ref must wait until all rows are there. A ref to a row of the same model that comes no later in
 * key order, the order of writing, need not.
 */
export function mustWait(table: MoveTable, ref: DeferredRef, row: Row): boolean {
  const value = readRef(table, ref, row);
  if (value.includes(null)) return false;
  return !ref.isOwn || compareKeys(table, value, readKey(table, row)) > 0;
}

/**
 * What the columns of a ref that must wait hold until then: nothing, or where a ref is required the key of the row
 * itself, since a row may refer to itself.
 */
export function createStandIn(table: MoveTable, ref: DeferredRef, row: Row): readonly JsonValue[] {
  return ref.optional ? ref.columns.map(() => null) : readKey(table, row);
}
