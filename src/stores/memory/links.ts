/** The rows of link tables: what a manyToMany holds. A link table may be written from either side. */
import type { LinkNode } from "../../plan/write-nodes.ts";
import type { JsonValue, KeyColumn, ManyToManyField, ModelSchema } from "../../schema/schema-model.ts";
import { type Key, missingReference } from "../contract/violations.ts";
import {
  type Context,
  columnValues,
  enterRelation,
  modelRows,
  type Row,
  rowsWithKey,
  type Scope,
  tableRows,
} from "./database.ts";
import { listValue } from "./evaluator.ts";

/** Makes the given rows the only linked ones of `row`, links them as well, or links them no more. */
export function writeLinks(scope: Scope, link: LinkNode, row: Row): void {
  const field = manyToMany(scope.model, link.relation);
  const near = columnValues(row, scope.model.key);
  const target = enterRelation(scope, link.relation);
  const links = new Map<string, Row>();
  for (const key of keysValue(scope, link.keys.index)) {
    if (link.mode !== "remove" && rowsWithKey(modelRows(target), target.model.key, key).length === 0)
      throw missingReference(scope.model, field.name, key);
    links.set(JSON.stringify(key), Object.freeze({ ...named(field.near, near), ...named(field.far, key) }));
  }
  const all = tableRows(scope.data, field.table);
  const columns = [...field.near, ...field.far];
  const others =
    link.mode === "set"
      ? withoutKey(all, field.near, near)
      : [...links.values()].reduce((rows, gone) => withoutKey(rows, columns, columnValues(gone, columns)), all);
  scope.data.set(field.table, Object.freeze(link.mode === "remove" ? others : [...others, ...links.values()]));
}

/** Removes every link to or from a row that is gone. */
export function dropLinks({ schema, data, model }: Scope, row: Row): void {
  const key = columnValues(row, model.key);
  for (const holder of Object.values(schema.models)) {
    for (const field of Object.values(holder.fields)) {
      if (field.kind !== "manyToMany") continue;
      if (holder.name === model.name) data.set(field.table, withoutKey(tableRows(data, field.table), field.near, key));
      if (field.model === model.name) data.set(field.table, withoutKey(tableRows(data, field.table), field.far, key));
    }
  }
}

/** The bound value of a param of type `keys`. */
export function keysValue(context: Context, index: number): readonly Key[] {
  return listValue(context, index).filter((key) => Array.isArray(key));
}

function manyToMany(model: ModelSchema, name: string): ManyToManyField {
  const field = model.fields[name];
  if (field?.kind !== "manyToMany") throw new Error(`${model.name}.${name} is not a manyToMany field`);
  return field;
}

function withoutKey(rows: readonly Row[], columns: readonly KeyColumn[], key: Key): readonly Row[] {
  const gone = rowsWithKey(rows, columns, key);
  return Object.freeze(rows.filter((row) => !gone.includes(row)));
}

function named(columns: readonly KeyColumn[], key: Key): Record<string, JsonValue> {
  return Object.fromEntries(columns.map((column, part) => [column.column, key[part] ?? null]));
}
