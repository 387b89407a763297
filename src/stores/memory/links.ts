/** The rows of link tables: what a manyToMany holds. A link table may be written from either side. */
import type { LinkNode } from "../../plan/write-nodes.ts";
import type { JsonValue, KeyColumn, ManyToManyField, ModelSchema } from "../../schema/schema-model.ts";
import { type Key, missingReference } from "../contract/violations.ts";
import { type Context, columnValues, modelRows, type Row, rowsWithKey, tableRows } from "./database.ts";
import { listValue } from "./evaluator.ts";

/** Makes the linked rows of `row` exactly the given ones. */
export function replaceLinks(context: Context, model: ModelSchema, link: LinkNode, row: Row): void {
  const field = manyToMany(model, link.relation);
  const near = columnValues(row, model.key);
  const target = modelRows(context, field.model);
  const links = new Map<string, Row>();
  for (const key of listValue(context, link.keys.index) as readonly Key[]) {
    // a param of type keys
    if (rowsWithKey(target.rows, target.model.key, key).length === 0) throw missingReference(model, field.name, key);
    links.set(JSON.stringify(key), Object.freeze({ ...named(field.near, near), ...named(field.far, key) }));
  }
  const others = without(context, field.table, field.near, near);
  context.data.set(field.table, Object.freeze([...others, ...links.values()]));
}

/** Removes every link to or from a row that is gone. */
export function dropLinks(context: Context, model: ModelSchema, row: Row): void {
  const key = columnValues(row, model.key);
  for (const holder of Object.values(context.schema.models)) {
    for (const field of Object.values(holder.fields)) {
      if (field.kind !== "manyToMany") continue;
      if (holder.name === model.name) context.data.set(field.table, without(context, field.table, field.near, key));
      if (field.model === model.name) context.data.set(field.table, without(context, field.table, field.far, key));
    }
  }
}

/** The manyToMany field of that name. */
function manyToMany(model: ModelSchema, name: string): ManyToManyField {
  const field = model.fields[name];
  if (field?.kind !== "manyToMany") throw new Error(`${model.name}.${name} is not a manyToMany field`);
  return field;
}

function without(context: Context, table: string, columns: readonly KeyColumn[], key: Key): readonly Row[] {
  const rows = tableRows(context.data, table);
  const gone = rowsWithKey(rows, columns, key);
  return Object.freeze(rows.filter((row) => !gone.includes(row)));
}

function named(columns: readonly KeyColumn[], key: Key): Record<string, JsonValue> {
  return Object.fromEntries(columns.map((column, part) => [column.column, key[part] ?? null]));
}
