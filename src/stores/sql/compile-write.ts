/**
 * Compiles writes into programs that keep the order of `contract/violations.ts`. One statement does the work
 * where one is enough; what a plan leaves open (rules, links, references) becomes further steps.
 */

import { createColumn } from "../../plan/column-node.ts";
import type { CreatePlan, DeletePlan, ReturningNode, TargetNode, UpdatePlan } from "../../plan/plan.ts";
import { createAnd, createCompare, isConstant, type PredicateNode } from "../../plan/predicate-node.ts";
import type { AssignmentNode } from "../../plan/write-nodes.ts";
import type { ModelSchema, Schema } from "../../schema/schema-model.ts";
import { Compilation } from "./compilation.ts";
import { compileConditions, compilePredicate, decided, joinWhere } from "./compile-predicate.ts";
import {
  compileLink,
  compileLinkReference,
  compileReference,
  findReferrers,
  listWrittenRefs,
} from "./compile-reference.ts";
import { compileSelect } from "./compile-rows.ts";
import type { Dialect } from "./dialect.ts";
import { createTableScope, findColumn, nameTable, type RowScope } from "./row-scope.ts";
import type { SqlProgram, SqlStep } from "./sql-program.ts";
import type { SqlText } from "./sql-text.ts";
import { isTarget, type TargetRows } from "./target-rows.ts";

/** What the compilation of one program has at hand. */
interface WriteContext {
  readonly schema: Schema;
  readonly dialect: Dialect;
  readonly model: ModelSchema;
}

/** Makes one statement of the program about a row `t1` of the written model. */
type Write = (c: Compilation, row: RowScope, from: string) => string;

/** Compiles a create. */
export function compileCreate(schema: Schema, dialect: Dialect, plan: CreatePlan): SqlProgram {
  const context = createContext(schema, dialect, plan.model);
  const { model } = context;
  const target: TargetRows = { kind: "key", where: createKeyPredicate(model, plan.assignments) };
  return freezeProgram({
    plan,
    model,
    steps: [
      ...compileReferences(context, plan),
      { kind: "change", text: compileInsert(context, plan.assignments) },
      ...compileAfter(context, plan, target),
    ],
    visible: null,
    references: listWrittenRefs(context, plan.assignments, true),
    keyTaken: compileStatement(
      context,
      (c, row, from) => `SELECT 1 FROM ${from}${joinWhere(isTarget(c, target, row))}`,
    ),
    referrers: [],
  });
}

/** Compiles an update. */
export function compileUpdate(schema: Schema, dialect: Dialect, plan: UpdatePlan): SqlProgram {
  const context = createContext(schema, dialect, plan.model);
  const { target, assignments } = plan;
  const needsKeys =
    !target.single && (plan.links.length > 0 || plan.references.length > 0 || !isConstant(decided(plan.check), true));
  const rows = createTargetRows(target, needsKeys);
  const find: SqlStep[] = [];
  if (needsKeys) find.push({ kind: "collect", text: compileCollect(context, target) });
  // Of a target by key the change itself tells whether it may be written, unless something is judged before it.
  if (target.single && plan.references.length > 0) find.push({ kind: "locate", text: compileLocate(context, target) });
  return freezeProgram({
    plan,
    model: context.model,
    steps: [
      ...find,
      ...compileReferences(context, plan),
      compileChange(context, { assignments, target: rows }),
      ...compileAfter(context, plan, target.single ? { kind: "key", where: target.where } : rows),
    ],
    visible: compileVisible(context, target),
    references: listWrittenRefs(context, assignments, false),
    keyTaken: null,
    referrers: [],
  });
}

/** Compiles a delete. What it returns is read before the row goes. */
export function compileDelete(schema: Schema, dialect: Dialect, plan: DeletePlan): SqlProgram {
  const context = createContext(schema, dialect, plan.model);
  const { target, returning } = plan;
  const rows = createTargetRows(target, false);
  const change = compileStatement(context, (c, row, from) => `DELETE FROM ${from}${joinWhere(isTarget(c, rows, row))}`);
  const read =
    target.single && returning !== null
      ? [compileReturn(context, returning, { kind: "key", where: target.where })]
      : [];
  return freezeProgram({
    plan,
    model: context.model,
    steps: [...read, { kind: "change", text: change }],
    visible: compileVisible(context, target),
    references: [],
    keyTaken: null,
    referrers: target.single ? findReferrers(context, rows) : [],
  });
}

function createContext(schema: Schema, dialect: Dialect, name: string): WriteContext {
  return { schema, dialect, model: new Compilation(schema, dialect).model(name) };
}

function compileStatement({ schema, dialect, model }: WriteContext, write: Write): SqlText {
  const c = new Compilation(schema, dialect);
  const alias = c.alias("t");
  return c.finish(write(c, createTableScope(c, model, alias), nameTable(c, model.table, alias)));
}

function freezeProgram(program: SqlProgram): SqlProgram {
  Object.freeze(program.steps);
  return Object.freeze(program);
}

function createTargetRows(target: TargetNode, collected: boolean): TargetRows {
  if (collected) return { kind: "collected" };
  return { kind: "filter", conditions: [target.where, decided(target.readable), decided(target.allowed)] };
}

function createKeyPredicate(model: ModelSchema, assignments: readonly AssignmentNode[]): PredicateNode {
  const isKey = (node: AssignmentNode) => model.key.some((part) => part.column === findColumn(model, node.column).name);
  return createAnd(
    assignments
      .filter(isKey)
      .map(({ column, value }) => createCompare(createColumn(column.field, column.part), "eq", value)),
  );
}

function compileReferences(context: WriteContext, plan: CreatePlan | UpdatePlan): readonly SqlStep[] {
  return plan.references.map((node) => ({ kind: "reference", reference: compileReference(context, node) }));
}

/** What follows the change: links, the rule on the new row, the answer. */
function compileAfter(context: WriteContext, plan: CreatePlan | UpdatePlan, target: TargetRows): readonly SqlStep[] {
  const steps: SqlStep[] = plan.links.map((node) => ({
    kind: "link",
    texts: compileLink(context, node, { target, isNew: plan.kind === "create" }),
    reference: compileLinkReference(context, node),
  }));
  const rule = decided(plan.check);
  if (!isConstant(rule, true)) steps.push({ kind: "rule", text: compileRule(context, rule, target) });
  const isOne = plan.kind === "create" || plan.target.single;
  if (isOne && plan.returning !== null) steps.push(compileReturn(context, plan.returning, target));
  return steps;
}

function compileRule(context: WriteContext, rule: PredicateNode, target: TargetRows): SqlText {
  return compileStatement(context, (c, row, from) => {
    const conditions = [...isTarget(c, target, row), `(${compilePredicate(c, rule, row)}) IS NOT TRUE`];
    return `SELECT 1 FROM ${from}${joinWhere(conditions)} LIMIT 1`;
  });
}

function compileReturn(context: WriteContext, returning: ReturningNode, target: TargetRows): SqlStep {
  const text = compileStatement(context, (c, row, from) => {
    const json = compileSelect(c, returning.select, row);
    const conditions = [...isTarget(c, target, row), ...compileConditions(c, [decided(returning.access)], row)];
    return `SELECT ${json} FROM ${from}${joinWhere(conditions)}`;
  });
  return { kind: "return", text };
}

function compileInsert(context: WriteContext, assignments: readonly AssignmentNode[]): SqlText {
  const { schema, dialect, model } = context;
  const c = new Compilation(schema, dialect);
  const columns = assignments.map((node) => dialect.quoteName(findColumn(model, node.column).name));
  const values = assignments.map((node) => c.bind(node.value));
  return c.finish(
    `INSERT INTO ${dialect.quoteName(model.table)} (${columns.join(", ")}) VALUES (${values.join(", ")})`,
  );
}

/** The change of the rows themselves; an update of links alone only counts the rows it reaches. */
function compileChange(
  context: WriteContext,
  { assignments, target }: { readonly assignments: readonly AssignmentNode[]; readonly target: TargetRows },
): SqlStep {
  const { dialect, model } = context;
  const kind = assignments.length === 0 ? "count" : "change";
  const text = compileStatement(context, (c, row, from) => {
    const set = assignments.map(
      (node) => `${dialect.quoteName(findColumn(model, node.column).name)} = ${c.bind(node.value)}`,
    );
    const head = kind === "count" ? `SELECT count(*) FROM ${from}` : `UPDATE ${from} SET ${set.join(", ")}`;
    return `${head}${joinWhere(isTarget(c, target, row))}`;
  });
  return { kind, text };
}

function compileCollect(context: WriteContext, target: TargetNode): SqlText {
  const { dialect, model } = context;
  return compileStatement(context, (c, row, from) => {
    const parts = model.key.map((part) => row.column(part.column));
    const keys = dialect.collectKeys(
      parts,
      model.key.map((part) => part.type),
    );
    return `SELECT count(*), ${keys} FROM ${from}${joinWhere(isTarget(c, createTargetRows(target, false), row))}`;
  });
}

function compileLocate(context: WriteContext, target: TargetNode): SqlText {
  return compileStatement(context, (c, row, from) => {
    return `SELECT 1 FROM ${from}${joinWhere(isTarget(c, createTargetRows(target, false), row))}`;
  });
}

function compileVisible(context: WriteContext, target: TargetNode): SqlText | null {
  if (!target.single) return null;
  const rows: TargetRows = { kind: "filter", conditions: [target.where, decided(target.readable)] };
  return compileStatement(context, (c, row, from) => `SELECT 1 FROM ${from}${joinWhere(isTarget(c, rows, row))}`);
}
