/** Compiles an authorized plan of any kind. Pure: the same schema and plan always give the same text. */
import type { CountPlan, Plan } from "../../plan/plan.ts";
import type { RowsNode } from "../../plan/rows-node.ts";
import type { Schema } from "../../schema/schema-model.ts";
import { Compilation } from "./compilation.ts";
import { compileAggregate } from "./compile-aggregate.ts";
import { compileConditions, decided, joinWhere } from "./compile-predicate.ts";
import { compileRead } from "./compile-rows.ts";
import { compileCreate, compileDelete, compileUpdate } from "./compile-write.ts";
import type { Dialect } from "./dialect.ts";
import type { ListCut } from "./read-list.ts";
import { createTableScope, nameTable } from "./row-scope.ts";
import type { SqlProgram } from "./sql-program.ts";
import type { SqlText } from "./sql-text.ts";

/**
 * What a plan compiles to. `read`: one row that `readList` takes, or for a page or one object a row of its JSON, if
 * any. `count`: one row with the number. `aggregate`: one row that `readGroups` takes, cut to the value `limit`.
 */
export type Compiled =
  | { readonly kind: "read"; readonly text: SqlText; readonly cut: ListCut | null; readonly joined: RowsNode | null }
  | { readonly kind: "count"; readonly text: SqlText }
  | { readonly kind: "aggregate"; readonly text: SqlText; readonly limit: number }
  | { readonly kind: "write"; readonly program: SqlProgram };

/** Compiles a plan for one engine. */
export function compilePlan(schema: Schema, dialect: Dialect, plan: Plan): Compiled {
  switch (plan.kind) {
    case "read": {
      const c = new Compilation(schema, dialect);
      const { text, cut, joined } = compileRead(c, plan.rows);
      return { kind: "read", text: c.finish(text), cut, joined };
    }
    case "count":
      return { kind: "count", text: compileCount(new Compilation(schema, dialect), plan) };
    case "aggregate": {
      const c = new Compilation(schema, dialect);
      const text = c.finish(compileAggregate(c, plan.groups));
      return { kind: "aggregate", text, limit: plan.groups.limit?.index ?? -1 };
    }
    case "create":
      return { kind: "write", program: compileCreate(schema, dialect, plan) };
    case "update":
      return { kind: "write", program: compileUpdate(schema, dialect, plan) };
    case "delete":
      return { kind: "write", program: compileDelete(schema, dialect, plan) };
  }
}

function compileCount(c: Compilation, plan: CountPlan): SqlText {
  const model = c.model(plan.model);
  const alias = c.alias("t");
  const conditions = compileConditions(c, [decided(plan.access), plan.where], createTableScope(c, model, alias));
  return c.finish(`SELECT count(*) FROM ${nameTable(c, model.table, alias)}${joinWhere(conditions)}`);
}
