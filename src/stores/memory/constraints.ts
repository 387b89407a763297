/** What must hold of stored rows whatever the rules say: references, checks, keys, unique indexes. */
import type { ReferenceNode } from "../../plan/write-nodes.ts";
import type { KeyColumn, ModelSchema, RefField } from "../../schema/schema-model.ts";
import {
  checkViolation,
  type Key,
  missingReference,
  stillReferenced,
  uniqueViolation,
} from "../contract/violations.ts";
import { meetsCheck } from "./check.ts";
import { type Context, columnValues, modelRows, type Row, rowsWithKey } from "./database.ts";
import { decided, holds, listValue, paramValue } from "./evaluator.ts";

/** Every row that the write points at must be there for the writer to see, before the write. */
export function judgeReferences(context: Context, model: ModelSchema, references: readonly ReferenceNode[]): void {
  for (const reference of references) {
    for (const key of referencedKeys(context, model, reference)) {
      const target = modelRows(context, targetName(model, reference.relation));
      const found = rowsWithKey(target.rows, target.model.key, key);
      const access = decided(reference.access);
      if (!found.some((row) => holds(context, target.model, access, row)))
        throw missingReference(model, reference.relation, key);
    }
  }
}

/** A new or changed row must meet the checks of its model and differ from the `others` in its key and unique fields. */
export function judgeRow(model: ModelSchema, row: Row, others: readonly Row[]): void {
  for (const check of model.checks) {
    if (!meetsCheck(model, check.where, row)) throw checkViolation(model, check.name);
  }
  const collides = (columns: readonly KeyColumn[]) =>
    rowsWithKey(others, columns, columnValues(row, columns)).length > 0;
  if (collides(model.key))
    throw uniqueViolation(
      model,
      model.key.map((part) => part.field),
    );
  for (const index of model.indexes) {
    if (index.unique && collides(indexColumns(model, index.fields))) throw uniqueViolation(model, index.fields);
  }
}

/** Every ref of the written rows must lead to a row. */
export function judgeForeignKeys(context: Context, model: ModelSchema, rows: readonly Row[]): void {
  for (const field of Object.values(model.fields)) {
    if (field.kind !== "ref") continue;
    const target = modelRows(context, field.model);
    for (const row of rows) {
      const key = columnValues(row, field.columns);
      if (!key.includes(null) && rowsWithKey(target.rows, target.model.key, key).length === 0) {
        throw missingReference(model, field.name, key);
      }
    }
  }
}

/** No row may still refer to a row that is gone. */
export function judgeReferrers(
  context: Context,
  model: ModelSchema,
  { ended, single }: { readonly ended: readonly Row[]; readonly single: boolean },
): void {
  for (const referrer of Object.values(context.schema.models)) {
    for (const field of Object.values(referrer.fields)) {
      if (field.kind !== "ref" || field.model !== model.name) continue;
      const key = ended
        .map((row) => columnValues(row, model.key))
        .find((gone) => isReferenced(context, referrer, field, gone));
      if (key !== undefined) throw stillReferenced(model, single ? key : null, single ? referrer.name : null);
    }
  }
}

function isReferenced(context: Context, referrer: ModelSchema, field: RefField, key: Key): boolean {
  return rowsWithKey(modelRows(context, referrer.name).rows, field.columns, key).length > 0;
}

/** The keys a reference names; a ref with a null part names none. */
function referencedKeys(context: Context, model: ModelSchema, reference: ReferenceNode): readonly Key[] {
  if (model.fields[reference.relation]?.kind === "manyToMany") {
    // The one param has the type `keys`: a list of keys.
    return reference.values.flatMap((value) => listValue(context, value.index) as readonly Key[]);
  }
  const key = reference.values.map((value) => paramValue(context, value.index));
  return key.includes(null) ? [] : [key];
}

function targetName(model: ModelSchema, relation: string): string {
  const field = model.fields[relation];
  if (field === undefined || field.kind === "scalar") throw new Error(`${model.name}.${relation} is not a relation`);
  return field.model;
}

/** The columns of an index; a ref stands for all its columns. */
function indexColumns(model: ModelSchema, names: readonly string[]): readonly KeyColumn[] {
  return names.flatMap((name) => {
    const field = model.fields[name];
    if (field?.kind === "ref") return field.columns;
    if (field?.kind === "scalar") return [{ column: field.column, field: name, type: field.type }];
    throw new Error(`an index of ${model.name} names ${name}, which has no column`);
  });
}
