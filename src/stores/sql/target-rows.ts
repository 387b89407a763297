/** The rows a write aims at, as conditions in any of its statements. */
import type { PredicateNode } from "../../plan/predicate-node.ts";
import type { Compilation } from "./compilation.ts";
import { compileConditions } from "./compile-predicate.ts";
import type { KeyRows } from "./dialect.ts";
import type { RowScope } from "./row-scope.ts";

/** One row by its key, rows by conditions, or the rows whose keys an earlier statement collected. */
export type TargetRows =
  | { readonly kind: "key"; readonly where: PredicateNode }
  | { readonly kind: "filter"; readonly conditions: readonly PredicateNode[] }
  | { readonly kind: "collected" };

/** The conditions that `row` is one of the target rows. */
export function isTarget(c: Compilation, target: TargetRows, row: RowScope): readonly string[] {
  switch (target.kind) {
    case "key":
      return compileConditions(c, [target.where], row);
    case "filter":
      return compileConditions(c, target.conditions, row);
    case "collected": {
      const rows = listCollected(c, row);
      const key = row.model.key.map((part) => row.column(part.column));
      return [`${writeRow(key)} IN (SELECT ${rows.parts.join(", ")} FROM ${rows.from})`];
    }
  }
}

/**
 * The rows of an update: what stands behind UPDATE, and the conditions. Engines with gaps look keys up one by one in
 * the table only when the keys are joined to it.
 */
export function writeUpdated(
  c: Compilation,
  target: TargetRows,
  { row, from }: { readonly row: RowScope; readonly from: string },
): { readonly from: string; readonly conditions: readonly string[] } {
  if (target.kind !== "collected" || c.dialect.gaps === undefined)
    return { from, conditions: isTarget(c, target, row) };
  const rows = listCollected(c, row);
  const match = row.model.key.map((part, index) => `${row.column(part.column)} = ${rows.parts[index]}`);
  return { from: `${from} JOIN ${rows.from} ON ${match.join(" AND ")}`, conditions: [] };
}

function listCollected(c: Compilation, row: RowScope): KeyRows {
  const types = row.model.key.map((part) => part.type);
  return c.dialect.keyRows(c.bindCollected(), types, c.alias("k"));
}

function writeRow(items: readonly string[]): string {
  return items.length === 1 ? items.join() : `(${items.join(", ")})`;
}
