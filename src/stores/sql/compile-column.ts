/** Compiles what a reader sees in a column: its value, or null in rows in which the value does not show. */
import type { MaskedColumnNode, PredicateNode } from "../../plan/predicate-node.ts";
import type { ScalarType } from "../../schema/schema-model.ts";
import type { Compilation } from "./compilation.ts";
import { compilePredicate, compileValue } from "./compile-predicate.ts";
import type { RowScope } from "./row-scope.ts";

/** The SQL of a value. */
export interface CompiledColumn {
  readonly expression: string;
  readonly type: ScalarType;
  readonly nullable: boolean;
}

/** The value of a column of the row `scope`. */
export function compileColumn(c: Compilation, node: MaskedColumnNode, scope: RowScope): CompiledColumn {
  const { expression: value, type, optional } = compileValue(c, node, scope);
  if (node.shown === undefined) return { expression: value, type, nullable: optional };
  return { expression: `${writeWhere(c, node.shown, scope)} ${value} END`, type, nullable: true };
}

/** A JSON object that shows in rows that meet the condition, and is JSON null in the others. */
export function maskJson(
  c: Compilation,
  json: string,
  { shown, scope }: { readonly shown: PredicateNode | undefined; readonly scope: RowScope },
): string {
  if (shown === undefined) return json;
  return `${writeWhere(c, shown, scope)} ${json} ELSE ${c.dialect.jsonConstant("null")} END`;
}

function writeWhere(c: Compilation, shown: PredicateNode, scope: RowScope): string {
  return `CASE WHEN ${compilePredicate(c, shown, scope)} THEN`;
}
