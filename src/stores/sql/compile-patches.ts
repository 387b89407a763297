/**
 * Compiles what reads lists and json that are changed in part. What becomes of them no statement says; the store works it out
 * before it writes them.
 */
import type { AssignmentNode } from "../../plan/write-nodes.ts";
import type { ScalarType } from "../../schema/schema-model.ts";
import { isPatch } from "../contract/patch-value.ts";
import type { Compilation } from "./compilation.ts";
import { joinWhere } from "./compile-predicate.ts";
import { findColumn, type RowScope } from "./row-scope.ts";
import type { PatchedParam } from "./sql-program.ts";
import { isTarget, type TargetRows } from "./target-rows.ts";

/** The assignments that patch a value. */
export function listPatched(assignments: readonly AssignmentNode[]): readonly PatchedParam[] {
  return assignments.flatMap(({ column, operator, value }) =>
    isPatch(operator) ? [{ field: column.field, operator, param: value.index }] : [],
  );
}

/** A query of the keys of the target rows with their values before the patches: one JSON list of lists. */
export function readPatched(
  c: Compilation,
  row: RowScope,
  {
    from,
    target,
    assignments,
  }: { readonly from: string; readonly target: TargetRows; readonly assignments: readonly AssignmentNode[] },
): string {
  const { dialect } = c;
  const keys = row.model.key.map(({ column, type }) => dialect.toJson(row.column(column), type, false));
  const values = listColumns(row, assignments).map(({ name, type }) => dialect.toJson(row.column(name), type, true));
  const item = dialect.jsonArray(dialect.jsonItems([...keys, ...values]));
  const json = dialect.jsonArray(dialect.joinRows(item, ",", ""));
  return `SELECT ${json}${dialect.gaps === undefined ? "" : " AS j0"} FROM ${from}${joinWhere(isTarget(c, target, row))}`;
}

function listColumns(
  { model }: RowScope,
  assignments: readonly AssignmentNode[],
): readonly { readonly name: string; readonly type: ScalarType }[] {
  return assignments.filter(({ operator }) => isPatch(operator)).map(({ column }) => findColumn(model, column));
}
