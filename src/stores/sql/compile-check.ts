/** Writes a check as a condition on the columns of one row, with its values as literals. */
import type { CheckSchema, ModelSchema, Schema } from "../../schema/schema-model.ts";
import { Compilation } from "./compilation.ts";
import { compilePredicate } from "./compile-predicate.ts";
import { createCheckPredicate } from "./create-check-predicate.ts";
import type { Dialect } from "./dialect.ts";
import type { RowScope } from "./row-scope.ts";

/** The condition, never null: a check passes on null in SQL, but ours is two-valued. */
export function compileCheck(
  schema: Schema,
  dialect: Dialect,
  { model, check }: { readonly model: ModelSchema; readonly check: CheckSchema },
): string {
  const { predicate, values } = createCheckPredicate(model, check.where);
  const c = new Compilation(schema, dialect);
  const row: RowScope = { model, column: (name) => dialect.quoteName(name), joins: [] };
  return `(${c.inline(compilePredicate(c, predicate, row), values)}) IS TRUE`;
}
