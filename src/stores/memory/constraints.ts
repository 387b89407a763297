/** What must hold of stored rows whatever the rules say: references, checks, keys, unique indexes. */
import type { ReferenceNode } from "../../plan/write-nodes.ts";
import { listReferrers, nameReferrer } from "../../schema/cascades.ts";
import type { KeyColumn, ModelSchema } from "../../schema/schema-model.ts";
import {
  checkViolation,
  type Key,
  missingReference,
  type Referring,
  stillReferenced,
  uniqueViolation,
} from "../contract/violations.ts";
import { meetsCheck } from "./check.ts";
import {
  columnValues,
  enterModel,
  enterRelation,
  modelRows,
  type Row,
  rowsWithKey,
  type Scope,
  type ScopedRows,
} from "./database.ts";
import { decided, holds, paramValue } from "./evaluator.ts";
import { keysValue } from "./links.ts";

/** Every row that the write points at must be there for the writer to see, before the write. */
export function judgeReferences(scope: Scope, references: readonly ReferenceNode[]): void {
  for (const reference of references) {
    const target = enterRelation(scope, reference.relation);
    const access = decided(reference.access);
    for (const key of referencedKeys(scope, reference)) {
      const found = rowsWithKey(modelRows(target), target.model.key, key);
      if (!found.some((row) => holds(target, access, row)))
        throw missingReference(scope.model, reference.relation, key);
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
  const keyFields = model.key.map((part) => part.field);
  if (collides(model.key)) throw uniqueViolation(model, keyFields);
  for (const index of model.indexes) {
    if (index.unique && collides(indexColumns(model, index.fields))) throw uniqueViolation(model, index.fields);
  }
}

/** Every ref of the written rows must lead to a row. */
export function judgeForeignKeys(scope: Scope, rows: readonly Row[]): void {
  for (const field of Object.values(scope.model.fields)) {
    if (field.kind !== "ref") continue;
    const target = enterRelation(scope, field.name);
    for (const row of rows) {
      const key = columnValues(row, field.columns);
      const leadsNowhere = !key.includes(null) && rowsWithKey(modelRows(target), target.model.key, key).length === 0;
      if (leadsNowhere) throw missingReference(scope.model, field.name, key);
    }
  }
}

/** What a delete meant: one row only, or many; and the rows that went along. */
interface DeleteExtent {
  readonly single: boolean;
  readonly cascaded: readonly ScopedRows[];
}

/** No row may still refer to a row that is gone. */
export function judgeReferrers(scope: Scope, ended: readonly Row[], { single, cascaded }: DeleteExtent): void {
  const { model } = scope;
  const key = single && ended[0] !== undefined ? columnValues(ended[0], model.key) : null;
  const direct = findReferrer({ scope, rows: ended });
  if (direct !== null) throw stillReferenced(model, key, key === null ? null : direct);
  if (cascaded.some((rows) => findReferrer(rows) !== null)) throw stillReferenced(model, key, null);
}

/** The first model with a row that still refers to one of the given rows. */
function findReferrer({ scope, rows }: ScopedRows): Referring | null {
  const keys = rows.map((row) => columnValues(row, scope.model.key));
  for (const referrer of listReferrers(Object.values(scope.schema.models), scope.model.name)) {
    const others = modelRows(enterModel(scope, referrer.model.name));
    if (keys.some((gone) => rowsWithKey(others, referrer.field.columns, gone).length > 0))
      return { model: nameReferrer(referrer) };
  }
  return null;
}

/** The keys a reference names; a ref with a null part names none. */
function referencedKeys(scope: Scope, reference: ReferenceNode): readonly Key[] {
  if (scope.model.fields[reference.relation]?.kind === "manyToMany") {
    return reference.values.flatMap((value) => keysValue(scope, value.index));
  }
  const key = reference.values.map((value) => paramValue(scope, value.index));
  return key.includes(null) ? [] : [key];
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
