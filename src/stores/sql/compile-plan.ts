/** Compiles an authorized plan of any kind. Pure: the same schema and plan always give the same text. */
import type { CountPlan, Plan } from "../../plan/plan.ts";
import type { Schema } from "../../schema/schema-model.ts";
import { Compilation } from "./compilation.ts";
import { compileAggregate } from "./compile-aggregate.ts";
import { compileConditions, decided, joinWhere } from "./compile-predicate.ts";
import { type CompiledRows, compileRead } from "./compile-rows.ts";
import { compileCreate, compileDelete, compileUpdate } from "./compile-write.ts";
import type { Dialect } from "./dialect.ts";
import { createTableScope, nameTable } from "./row-scope.ts";
import type { SqlProgram } from "./sql-program.ts";
import type { SqlText } from "./sql-text.ts";

/**
 * What a plan compiles to. `read`: one row that `readList` takes, or for a page or one object a row of its JSON, if
 * any. `count`: one row with the number. `estimate`: rows that its own function takes. `aggregate`: one row that `readGroups` takes, cut to the value `limit`.
 */
export type Compiled =
  | ({ readonly kind: "read"; readonly text: SqlText } & Omit<CompiledRows, "text">)
  | { readonly kind: "count"; readonly text: SqlText }
  | { readonly kind: "estimate"; readonly text: SqlText; readonly read: NonNullable<Dialect["estimate"]>["read"] }
  | { readonly kind: "aggregate"; readonly text: SqlText; readonly limit: number }
  | { readonly kind: "write"; readonly program: SqlProgram };

/** Compiles a plan for one engine. */
export function compilePlan(schema: Schema, dialect: Dialect, plan: Plan): Compiled {
  switch (plan.kind) {
    case "read": {
      const c = new Compilation(schema, dialect);
      const { text, ...answer } = compileRead(c, plan);
      return { kind: "read", text: c.finish(text), ...answer };
    }
    case "count":
      return compileCount(new Compilation(schema, dialect), plan);
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

function compileCount(c: Compilation, plan: CountPlan): Compiled {
  const model = c.model(plan.model);
  const alias = c.alias("t");
  const conditions = compileConditions(c, [decided(plan.access), plan.where], createTableScope(c, model, alias));
  const from = `FROM ${nameTable(c, model.table, alias)}${joinWhere(conditions)}`;
  const { estimate } = c.dialect;
  if (plan.estimated !== true || estimate === undefined)
    return { kind: "count", text: c.finish(`SELECT count(*) ${from}`) };
  return { kind: "estimate", text: c.finish(estimate.explain(`SELECT 1 ${from}`)), read: estimate.read };
}
