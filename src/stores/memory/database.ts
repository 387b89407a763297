/**
 * The rows of the memory store, and how a plan's names find them. A database is a map of frozen arrays, so a
 * copy of the map is a snapshot. Nothing here knows a plan's conditions.
 */
import type { ColumnNode } from "../../plan/column-node.ts";
import type { JsonValue, KeyColumn, ModelSchema, ScalarType, Schema } from "../../schema/schema-model.ts";
import type { Values } from "../contract/store.ts";
import type { Key } from "../contract/violations.ts";

/** Column name → value in its canonical JSON form. Every column of the table is there. */
export type Row = Readonly<Record<string, JsonValue>>;

/** Table name → its rows, link tables included. Writing replaces an array, never changes one. */
export type Database = Map<string, readonly Row[]>;

/** What evaluating a plan needs. */
export interface Context {
  readonly schema: Schema;
  readonly data: Database;
  readonly values: Values;
}

/** Rows and the model they belong to. */
export interface ModelRows {
  readonly model: ModelSchema;
  readonly rows: readonly Row[];
}

/** The model of that name. */
export function modelNamed(schema: Schema, name: string): ModelSchema {
  const model = schema.models[name];
  if (model === undefined) throw new Error(`the plan names the unknown model ${name}`);
  return model;
}

/** All rows of a table. */
export function tableRows(data: Database, table: string): readonly Row[] {
  return data.get(table) ?? [];
}

/** All rows of a model. */
export function modelRows(context: Context, name: string): ModelRows {
  const model = modelNamed(context.schema, name);
  return { model, rows: tableRows(context.data, model.table) };
}

/** The stored column that a plan's column means, with its type. */
export function storedColumn(
  model: ModelSchema,
  column: ColumnNode,
): { readonly column: string; readonly type: ScalarType } {
  const field = model.fields[column.field];
  if (field?.kind === "scalar") return field;
  const part = field?.kind === "ref" ? field.columns[column.part] : undefined;
  if (part === undefined)
    throw new Error(`the plan names the unknown column ${model.name}.${column.field}[${column.part}]`);
  return part;
}

/** The values of some columns of a row, in order. */
export function columnValues(row: Row, columns: readonly KeyColumn[]): Key {
  return columns.map((column) => row[column.column] ?? null);
}

/** The rows whose `columns` hold exactly `key`; a key with a null part has none. */
export function rowsWithKey(rows: readonly Row[], columns: readonly KeyColumn[], key: Key): readonly Row[] {
  if (key.includes(null)) return [];
  return rows.filter((row) => columns.every((column, part) => row[column.column] === key[part]));
}

/** The rows behind a relation field of `row`, in no particular order and past any rule. */
export function relatedRows(context: Context, model: ModelSchema, relation: string, row: Row): ModelRows {
  const field = model.fields[relation];
  if (field === undefined || field.kind === "scalar") throw new Error(`${model.name}.${relation} is not a relation`);
  const target = modelRows(context, field.model);
  const found = (columns: readonly KeyColumn[], key: Key) => rowsWithKey(target.rows, columns, key);
  if (field.kind === "ref")
    return { model: target.model, rows: found(target.model.key, columnValues(row, field.columns)) };
  const own = columnValues(row, model.key);
  if (field.kind === "manyToMany") {
    const links = rowsWithKey(tableRows(context.data, field.table), field.near, own);
    return {
      model: target.model,
      rows: links.flatMap((link) => found(target.model.key, columnValues(link, field.far))),
    };
  }
  const via = target.model.fields[field.via];
  if (via?.kind !== "ref") throw new Error(`${target.model.name}.${field.via} is not a ref`);
  return { model: target.model, rows: found(via.columns, own) };
}
