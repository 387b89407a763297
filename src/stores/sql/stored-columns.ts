/** The stored columns of a schema by table and name, for who reads rows of SQL that is not ours. */
import { listColumns } from "../../schema/list-columns.ts";
import type { ScalarType, Schema } from "../../schema/schema-model.ts";

/** The types of columns, by `table.column`. */
export type StoredTypes = ReadonlyMap<string, ScalarType>;

/** The types of all columns of the schema's tables. */
export function listStoredTypes(schema: Schema): StoredTypes {
  const types = new Map<string, ScalarType>();
  for (const model of Object.values(schema.models)) {
    for (const { column, type } of listColumns(model)) types.set(`${model.table}.${column}`, type);
    for (const field of Object.values(model.fields)) {
      if (field.kind !== "manyToMany") continue;
      for (const { column, type } of [...field.near, ...field.far]) types.set(`${field.table}.${column}`, type);
    }
  }
  return types;
}

/** A whole number as JavaScript has it: a number while it is exact. */
export function readWhole(value: bigint): number | bigint {
  return value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : value;
}
