/** Keys of rows in their two forms: an object of key fields, as queries take it, and the value that a ref holds. */
import { FootingError } from "../../errors/footing-error.ts";
import type { DataQuery, SelectQuery, WhereQuery } from "../../plan/query.ts";
import { readRowKey } from "../../schema/read-row-key.ts";
import type { ModelSchema } from "../../schema/schema-model.ts";
import { createUuidV7 } from "../../util/uuid-v7.ts";

/** Key field → value. */
export type RowKey = DataQuery;

/** The key object of a key as a caller gives it: a value, or an object for a key of several fields. Throws FTG_INVALID. */
export function readKey(model: ModelSchema, value: unknown): RowKey {
  return readRowKey(model, value, createInvalid);
}

/** The value of a ref to the row with the key. */
export function refValue(model: ModelSchema, key: RowKey): unknown {
  const [first, second] = model.key;
  return first !== undefined && second === undefined ? key[first.field] : key;
}

/** The filter that finds the row with the key. */
export function whereKey(key: RowKey): WhereQuery {
  // As `eq`, so that an object is a wrong value and never an operator.
  return Object.fromEntries(Object.entries(key).map(([name, value]) => [name, { eq: value }]));
}

/** The filter that finds the rows with the keys. */
export function whereKeys(model: ModelSchema, keys: readonly RowKey[]): WhereQuery {
  const [first, second] = model.key;
  if (first !== undefined && second === undefined)
    return { [first.field]: { in: keys.map((key) => key[first.field]) } };
  return { any: keys.map(whereKey) };
}

/** The selection of a row's key. */
export function selectKey(model: ModelSchema): SelectQuery {
  return Object.fromEntries(model.key.map(({ field }) => [field, true]));
}

/**
 * The data of a new row with its key, which is made up where the field would do so; null when only the store or a rule
 * knows it.
 */
export function assignKey(
  model: ModelSchema,
  data: DataQuery,
): { readonly data: DataQuery; readonly key: RowKey } | null {
  const key: Record<string, unknown> = {};
  for (const { field: name } of model.key) {
    const field = model.fields[name];
    const fallback = field?.kind === "scalar" ? field.default : null;
    const value = data[name] ?? (fallback?.kind === "uuid" ? createUuidV7() : undefined);
    if (value === undefined || field?.hidden !== false || field.access !== undefined) return null;
    key[name] = value;
  }
  return { data: { ...data, ...key }, key };
}

/** The data of a new row with the key that stands beside it. Throws FTG_INVALID when the data gives a part of it again. */
export function joinKey(key: RowKey, data: DataQuery): DataQuery {
  const twice = Object.keys(key).find((name) => data[name] !== undefined);
  if (twice !== undefined) throw createInvalid(`${twice} stands beside the data already.`, `/${twice}`);
  return { ...data, ...key };
}

function createInvalid(detail: string, path = ""): FootingError {
  return new FootingError("FTG_INVALID", { detail, problems: [{ path, detail }] });
}
