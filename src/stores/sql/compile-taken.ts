/**
 * Compiles what finds out which unique values another row has, in the order of `contract/violations.ts`: for engines
 * that judge a row index by index, in an order of their own. It writes questions only.
 */
import type { TargetNode } from "../../plan/plan.ts";
import type { AssignmentNode } from "../../plan/write-nodes.ts";
import { listColumns } from "../../schema/list-columns.ts";
import type { ModelSchema, Schema } from "../../schema/schema-model.ts";
import { Compilation } from "./compilation.ts";
import { joinWhere } from "./compile-predicate.ts";
import type { Dialect } from "./dialect.ts";
import { createTableScope, findColumn, nameTable } from "./row-scope.ts";
import type { SqlProgram } from "./sql-program.ts";
import type { SqlText } from "./sql-text.ts";
import { isTarget, type TargetRows } from "./target-rows.ts";

/** A write that may collide. */
export interface UniqueWrite {
  readonly schema: Schema;
  readonly dialect: Dialect;
  readonly model: ModelSchema;
  readonly assignments: readonly AssignmentNode[];
}

/** For a new row: its key, then each unique index. */
export function compileTakenByNew(write: UniqueWrite): SqlProgram["taken"] {
  const key = write.model.key.map((part) => part.field);
  return [{ fields: key }, ...listChangedUnique(write.model, write.assignments)].map(({ fields }) => ({
    fields,
    text: compileTaken(write, fields),
  }));
}

/** For changed rows: each unique index that a changed column belongs to. Rows that change alike collide as well. */
export function compileTakenByChanged(write: UniqueWrite, target: TargetNode, rows: TargetRows): SqlProgram["taken"] {
  return listChangedUnique(write.model, write.assignments).map(({ fields }) => ({
    fields,
    text: compileTakenByOther(write, fields, target.single ? { kind: "key", where: target.where } : rows),
  }));
}

/** The unique indexes that the assignments touch, in declared order. */
export function listChangedUnique(
  model: ModelSchema,
  assignments: readonly AssignmentNode[],
): readonly { readonly fields: readonly string[] }[] {
  const isAssigned = (field: string) => assignments.some(({ column }) => column.field === field);
  return model.indexes.filter(({ unique, fields }) => unique && fields.some(isAssigned));
}

function compileTaken({ schema, dialect, model, assignments }: UniqueWrite, fields: readonly string[]): SqlText {
  const c = new Compilation(schema, dialect);
  const alias = c.alias("t");
  const row = createTableScope(c, model, alias);
  const values = readAssigned(c, model, assignments);
  const same = listNames(model, fields).map((name) => `${row.column(name)} = ${values.get(name) ?? "NULL"}`);
  return c.finish(`SELECT 1 FROM ${nameTable(c, model.table, alias)}${joinWhere(same)} LIMIT 1`);
}

function compileTakenByOther(
  { schema, dialect, model, assignments }: UniqueWrite,
  fields: readonly string[],
  target: TargetRows,
): SqlText {
  const c = new Compilation(schema, dialect);
  const [first, second] = [c.alias("t"), c.alias("t")];
  const row = createTableScope(c, model, first);
  const other = createTableScope(c, model, second);
  const values = readAssigned(c, model, assignments);
  const isTargetToo = joinAll(isTarget(c, target, other));
  const same = listNames(model, fields).map((name) => {
    const value = values.get(name);
    if (value === undefined) return `${other.column(name)} = ${row.column(name)}`;
    return `(${other.column(name)} = ${value} OR (${value} IS NOT NULL AND ${isTargetToo}))`;
  });
  const isOther = `NOT (${joinAll(model.key.map(({ column }) => `${other.column(column)} = ${row.column(column)}`))})`;
  const from = `${nameTable(c, model.table, first)} JOIN ${nameTable(c, model.table, second)} ON ${isOther}`;
  return c.finish(`SELECT 1 FROM ${from}${joinWhere([...isTarget(c, target, row), ...same])} LIMIT 1`);
}

function readAssigned(
  c: Compilation,
  model: ModelSchema,
  assignments: readonly AssignmentNode[],
): ReadonlyMap<string, string> {
  return new Map(assignments.map((node) => [findColumn(model, node.column).name, c.bind(node.value)]));
}

function listNames(model: ModelSchema, fields: readonly string[]): readonly string[] {
  const columns = listColumns(model);
  return fields.flatMap((name) => columns.filter(({ field }) => field === name).map(({ column }) => column));
}

function joinAll(conditions: readonly string[]): string {
  return conditions.length === 0 ? "TRUE" : conditions.join(" AND ");
}
