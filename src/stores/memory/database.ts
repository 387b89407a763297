/**
 * The rows of the memory store, and how a plan's names find them. A database is a map of frozen arrays, so a
 * copy of the map is a snapshot. Nothing here knows a plan's conditions.
 */
import type { ColumnNode } from "../../plan/column-node.ts";
import {
  isValueField,
  type JsonValue,
  type KeyColumn,
  type ModelSchema,
  type RelationField,
  type ScalarType,
  type Schema,
} from "../../schema/schema-model.ts";
import type { Values } from "../contract/store.ts";
import type { Key } from "../contract/violations.ts";

/** Column name → value in its canonical JSON form. Every column of the table is there. */
export type Row = Readonly<Record<string, JsonValue>>;

/** Table name → its rows, link tables included. Writing replaces an array, never changes one. */
export type Database = Map<string, readonly Row[]>;

/** What running a plan needs. */
export interface Context {
  readonly schema: Schema;
  readonly data: Database;
  readonly values: Values;
}

/** A context with the model whose rows are looked at. */
export interface Scope extends Context {
  readonly model: ModelSchema;
}

/** Some rows of the scope's model. */
export interface ScopedRows {
  readonly scope: Scope;
  readonly rows: readonly Row[];
}

/** The scope of the model of that name. */
export function enterModel({ schema, data, values }: Context, name: string): Scope {
  const model = schema.models[name];
  if (model === undefined) throw new Error(`the plan names the unknown model ${name}`);
  return { schema, data, values, model };
}

/** The scope of the model that a relation field leads to. */
export function enterRelation(scope: Scope, relation: string): Scope {
  return enterModel(scope, relationField(scope.model, relation).model);
}

/** All rows of a table. */
export function tableRows(data: Database, table: string): readonly Row[] {
  return data.get(table) ?? [];
}

/** All rows of the scope's model. */
export function modelRows(scope: Scope): readonly Row[] {
  return tableRows(scope.data, scope.model.table);
}

/** The type of what a plan's column holds, stored or computed. */
export function columnType(model: ModelSchema, column: ColumnNode): ScalarType {
  const field = model.fields[column.field];
  return isValueField(field) ? field.type : storedColumn(model, column).type;
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
export function relatedRows(scope: Scope, relation: string, row: Row): ScopedRows {
  const field = relationField(scope.model, relation);
  const target = enterRelation(scope, relation);
  const found = (columns: readonly KeyColumn[], key: Key) => rowsWithKey(modelRows(target), columns, key);
  if (field.kind === "ref") return { scope: target, rows: found(target.model.key, columnValues(row, field.columns)) };
  const own = columnValues(row, scope.model.key);
  if (field.kind === "manyToMany") {
    const links = rowsWithKey(tableRows(scope.data, field.table), field.near, own);
    return { scope: target, rows: links.flatMap((link) => found(target.model.key, columnValues(link, field.far))) };
  }
  const via = target.model.fields[field.via];
  if (via?.kind !== "ref") throw new Error(`${target.model.name}.${field.via} is not a ref`);
  return { scope: target, rows: found(via.columns, own) };
}

function relationField(model: ModelSchema, name: string): RelationField {
  const field = model.fields[name];
  if (field === undefined || isValueField(field)) throw new Error(`${model.name}.${name} is not a relation`);
  return field;
}
