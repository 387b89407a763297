/** The rows a write aims at, as conditions in any of its statements. */
import type { PredicateNode } from "../../plan/predicate-node.ts";
import type { Compilation } from "./compilation.ts";
import { compileConditions } from "./compile-predicate.ts";
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
      const { key } = row.model;
      const rows = c.dialect.keyRows(
        c.bindCollected(),
        key.map((part) => part.type),
        c.alias("k"),
      );
      return [
        `${writeRow(key.map((part) => row.column(part.column)))} IN (SELECT ${rows.parts.join(", ")} FROM ${rows.from})`,
      ];
    }
  }
}

function writeRow(items: readonly string[]): string {
  return items.length === 1 ? items.join() : `(${items.join(", ")})`;
}
