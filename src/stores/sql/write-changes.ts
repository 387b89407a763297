/** Writes what an update makes of the columns of its rows. Which rows those are, others say. */
import type { AssignmentNode } from "../../plan/write-nodes.ts";
import { isPatch } from "../contract/patch-value.ts";
import type { Compilation } from "./compilation.ts";
import { joinWhere } from "./compile-predicate.ts";
import { listWritten } from "./compile-search.ts";
import { findColumn, type RowScope } from "./row-scope.ts";

/** The rows of a table that bound rows change: which row is whose, and what else must be true of it. */
export interface MatchedRows {
  readonly row: RowScope;
  readonly table: string;
  readonly match: readonly string[];
  readonly conditions: readonly string[];
}

/** The SQL that gives each of many rows its own values: those that the statement binds as rows. */
export function writeRowsUpdate(
  c: Compilation,
  assignments: readonly AssignmentNode[],
  { row, table, match, conditions }: MatchedRows,
): string {
  const set = writeChanges(c, assignments, row);
  return c.dialect.gaps === undefined
    ? `UPDATE ${table} SET ${set} FROM ${c.rowTable()}${joinWhere([...match, ...conditions])}`
    : `UPDATE ${table} JOIN ${c.rowTable()} ON ${match.join(" AND ")} SET ${set}${joinWhere(conditions)}`;
}

/** What follows SET: each written column and what it becomes, with the words of a search. */
export function writeChanges(c: Compilation, assignments: readonly AssignmentNode[], row: RowScope): string {
  const changes = listWritten(row.model, assignments).map(({ name, form, node }) => {
    const place = c.dialect.gaps === undefined ? c.dialect.quoteName(name) : row.column(name);
    return `${place} = ${form === "words" ? c.bind(node.value, form) : writeAssigned(c, node, row)}`;
  });
  return changes.join(", ");
}

/** The SQL of what a column becomes. */
export function writeAssigned(c: Compilation, { column, operator, value }: AssignmentNode, row: RowScope): string {
  if (operator === "set" || isPatch(operator)) return c.bind(value);
  const { name, type } = findColumn(row.model, column);
  return c.dialect.calculate(operator, { left: row.column(name), right: c.bind(value), type });
}
