/**
 * Compiles writes into programs that keep the order of `contract/violations.ts`. One statement does the work
 * where one is enough; what a plan leaves open (rules, links, references) becomes further steps.
 */

import { createColumn } from "../../plan/column-node.ts";
import { createParam } from "../../plan/param-node.ts";
import type { CreatePlan, DeletePlan, ReturningNode, TargetNode, UpdatePlan } from "../../plan/plan.ts";
import { always, createAnd, createCompare, isConstant, type PredicateNode } from "../../plan/predicate-node.ts";
import type { SelectNode } from "../../plan/rows-node.ts";
import type { AssignmentNode, BoundNode } from "../../plan/write-nodes.ts";
import { listCascaded } from "../../schema/cascades.ts";
import { listColumns } from "../../schema/list-columns.ts";
import type { ModelSchema, Schema } from "../../schema/schema-model.ts";
import { isPatch } from "../contract/patch-value.ts";
import { Compilation } from "./compilation.ts";
import { compileCheck } from "./compile-check.ts";
import { listPatched, readPatched } from "./compile-patches.ts";
import { compileConditions, compilePredicate, decided, joinWhere } from "./compile-predicate.ts";
import {
  compileLink,
  compileLinkReference,
  compileReference,
  findReferrers,
  listWrittenRefs,
} from "./compile-reference.ts";
import { compileSelect } from "./compile-rows.ts";
import { listWritten } from "./compile-search.ts";
import { compileTakenByChanged, compileTakenByNew } from "./compile-taken.ts";
import type { Dialect } from "./dialect.ts";
import { readsModel } from "./reads-model.ts";
import { createTableScope, findColumn, nameTable, type RowScope, writeJoins } from "./row-scope.ts";
import type { SqlProgram, SqlStep } from "./sql-program.ts";
import type { SqlText } from "./sql-text.ts";
import { isTarget, type TargetRows, writeUpdated } from "./target-rows.ts";
import { writeAssigned, writeChanges, writeRowsUpdate } from "./write-changes.ts";

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
  const shown = findShown(context, plan);
  return freezeProgram({
    plan,
    model,
    steps: [
      ...compileReferences(context, plan),
      { kind: shown === null ? "change" : "changeOne", text: compileInsert(context, plan.assignments, shown) },
      ...compileAfter(context, plan, target),
    ],
    taken: dialect.gaps === undefined ? [] : compileTakenByNew({ ...context, assignments: plan.assignments }),
    visible: null,
    current: null,
    atMost: null,
    references: listWrittenRefs(context, plan.assignments, true),
    checks: compileChecks(context, plan.assignments, null),
    keyTaken: compileStatement(
      context,
      (c, row, from) => `SELECT 1 FROM ${from}${joinWhere(isTarget(c, target, row))}`,
    ),
    referrers: [],
    keepsCircles: false,
    cascades: false,
  });
}

/** Compiles an update. */
export function compileUpdate(schema: Schema, dialect: Dialect, plan: UpdatePlan): SqlProgram {
  const context = createContext(schema, dialect, plan.model);
  const { target, assignments } = plan;
  // Of a target by key the change itself tells whether it may be written, unless something is judged before it.
  const needsKeys =
    plan.references.length > 0 ||
    isBlind(context, target) ||
    isPatchedEach(plan) ||
    (!target.single && (plan.links.length > 0 || plan.bounds.length > 0 || !isConstant(decided(plan.check), true)));
  const { find, rows } = findTargets(context, target, needsKeys);
  return freezeProgram({
    plan,
    model: context.model,
    steps: [
      ...find,
      ...compileReferences(context, plan),
      ...(isPatchedEach(plan) ? compilePatchEach(context, plan, rows) : compilePatches(context, assignments, rows)),
      isPatchedEach(plan)
        ? compileChangeEach(context, plan)
        : compileChange(context, { assignments, target: rows, shown: findShown(context, plan) }),
      ...compileAfter(context, plan, target.single ? { kind: "key", where: target.where } : rows),
    ],
    taken: dialect.gaps === undefined ? [] : compileTakenByChanged({ ...context, assignments }, target, rows),
    visible: compileVisible(context, target),
    current: compileCurrent(context, target),
    atMost: target.atMost?.index ?? null,
    references: listWrittenRefs(context, assignments, false),
    // Of rows that get values of their own, the database alone knows which check fails.
    checks: isPatchedEach(plan) ? [] : compileChecks(context, assignments, target),
    keyTaken: null,
    referrers: [],
    keepsCircles: false,
    cascades: false,
  });
}

/** Compiles a delete. What it returns is read before the row goes. */
export function compileDelete(schema: Schema, dialect: Dialect, plan: DeletePlan): SqlProgram {
  const context = createContext(schema, dialect, plan.model);
  const { target, returning } = plan;
  const released = dialect.gaps === undefined ? [] : listReleased(context.model);
  const cascaded = listCascaded(Object.values(schema.models), plan.model);
  // Which of many rows that go along with each other are counted depends on the engine.
  const isCounted = !target.single && cascaded.has(plan.model);
  const { find, rows } = findTargets(context, target, released.length > 0 || isCounted || isBlind(context, target));
  const change = compileStatement(context, (c, row, from) => {
    const head = dialect.gaps?.deleteFrom(context.model.table, "t1") ?? `DELETE FROM ${from}`;
    return `${head}${joinWhere(isTarget(c, rows, row))}`;
  });
  const read =
    target.single && returning !== null
      ? [compileReturn(context, returning, { kind: "key", where: target.where })]
      : [];
  return freezeProgram({
    plan,
    model: context.model,
    steps: [...find, ...read, ...compileRelease(context, released, rows), { kind: "change", text: change }],
    taken: [],
    visible: compileVisible(context, target),
    current: compileCurrent(context, target),
    atMost: target.atMost?.index ?? null,
    references: [],
    checks: [],
    keyTaken: null,
    referrers: target.single ? findReferrers(context, rows) : [],
    keepsCircles: dialect.gaps !== undefined && refersToItself(context.model),
    cascades: cascaded.size > 0,
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

/** The steps that find the target rows before they change, where something needs that, and the rows for what follows. */
function findTargets(
  context: WriteContext,
  target: TargetNode,
  needsKeys: boolean,
): { readonly find: readonly SqlStep[]; readonly rows: TargetRows } {
  if (!needsKeys) return { find: [], rows: createTargetRows(target) };
  if (!target.single)
    return { find: [{ kind: "collect", text: compileCollect(context, target) }], rows: { kind: "collected" } };
  // With gaps, what was located is locked, and the change must not judge it once more.
  const rows = context.dialect.gaps === undefined ? createTargetRows(target) : createKeyRows(target);
  return { find: [{ kind: "locate", text: compileLocate(context, target) }], rows };
}

/** Whether the engine cannot judge the target while it changes it. */
function isBlind({ schema, dialect, model }: WriteContext, target: TargetNode): boolean {
  if (dialect.gaps === undefined) return false;
  return [target.where, target.readable, target.allowed].some((node) =>
    readsModel(schema, model.name, { model, node }),
  );
}

/** The columns by which rows of the model may refer to each other, which would keep the one or the other from going. */
function listReleased(model: ModelSchema): readonly string[] {
  return Object.values(model.fields).flatMap((field) =>
    field.kind === "ref" && field.model === model.name && field.optional && field.onDelete !== "cascade"
      ? field.columns.map(({ column }) => column).filter((column) => model.key.every((part) => part.column !== column))
      : [],
  );
}

/** Whether rows refer to rows of the model by a ref that cannot be let go of. */
function refersToItself(model: ModelSchema): boolean {
  return Object.values(model.fields).some(
    (field) => field.kind === "ref" && field.model === model.name && !field.optional && field.onDelete === "restrict",
  );
}

function compileRelease(context: WriteContext, columns: readonly string[], target: TargetRows): readonly SqlStep[] {
  if (columns.length === 0) return [];
  const text = compileStatement(context, (c, row, from) => {
    const rows = writeUpdated(c, target, { row, from });
    const set = columns.map((column) => `${row.column(column)} = NULL`);
    return `UPDATE ${rows.from} SET ${set.join(", ")}${joinWhere(rows.conditions)}`;
  });
  return [{ kind: "release", text }];
}

function createKeyRows(target: TargetNode): TargetRows {
  return { kind: "key", where: target.where };
}

function createTargetRows(target: TargetNode): TargetRows {
  const { where, readable, allowed, expected } = target;
  return { kind: "filter", conditions: [where, decided(readable), decided(allowed), expected ?? always] };
}

/** The condition that a new row has the key that it is given. */
export function createKeyPredicate(model: ModelSchema, assignments: readonly AssignmentNode[]): PredicateNode {
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

/** What a write answers by itself: fields of its one row, when nothing follows that could change or forbid it. */
function findShown({ dialect }: WriteContext, plan: CreatePlan | UpdatePlan): SelectNode | null {
  const { kind, returning, links, check, assignments } = plan;
  if (returning === null || links.length > 0 || assignments.length === 0 || !dialect.returns.includes(kind))
    return null;
  if (kind === "update" && (!plan.target.single || plan.bounds.length > 0)) return null;
  if (![check, returning.access].every((rule) => isConstant(decided(rule), true))) return null;
  const isOwn = returning.select.items.every(
    (item) => item.kind === "constant" || (item.kind === "field" && item.shown === undefined),
  );
  return isOwn ? returning.select : null;
}

function writeReturning(c: Compilation, shown: SelectNode | null, row: RowScope): string {
  return shown === null ? "" : ` RETURNING ${nameAnswer(c, compileSelect(c, shown, row))}`;
}

/** With gaps, a column without a name is called by its whole text. */
function nameAnswer(c: Compilation, json: string): string {
  return c.dialect.gaps === undefined ? json : `${json} AS j0`;
}

/** What follows the change: links, the rule on the new row, the answer. */
function compileAfter(context: WriteContext, plan: CreatePlan | UpdatePlan, target: TargetRows): readonly SqlStep[] {
  const bounds = plan.kind === "create" ? [] : plan.bounds.map((node) => compileBound(context, node, target));
  const links = plan.links.map(
    (node): SqlStep => ({
      kind: "link",
      texts: compileLink(context, node, { target, isNew: plan.kind === "create" }),
      reference: compileLinkReference(context, node),
    }),
  );
  const steps: SqlStep[] = [...bounds, ...links];
  const rule = decided(plan.check);
  if (!isConstant(rule, true)) steps.push({ kind: "rule", text: compileRule(context, rule, target) });
  const isOne = plan.kind === "create" || plan.target.single;
  if (isOne && plan.returning !== null && findShown(context, plan) === null)
    steps.push(compileReturn(context, plan.returning, target));
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
    const json = nameAnswer(c, compileSelect(c, returning.select, row));
    const conditions = [...isTarget(c, target, row), ...compileConditions(c, [decided(returning.access)], row)];
    return `SELECT ${json} FROM ${from}${writeJoins(row.joins)}${joinWhere(conditions)}`;
  });
  return { kind: "return", text };
}

function compileInsert(
  context: WriteContext,
  assignments: readonly AssignmentNode[],
  shown: SelectNode | null,
): SqlText {
  const { schema, dialect, model } = context;
  const c = new Compilation(schema, dialect);
  const written = listWritten(model, assignments);
  const columns = written.map(({ name }) => dialect.quoteName(name));
  const values = written.map(({ node, form }) => c.bind(node.value, form));
  const row: RowScope = { model, column: dialect.quoteName, joins: [] };
  const into = `${dialect.quoteName(model.table)} (${columns.join(", ")})`;
  return c.finish(`INSERT INTO ${into} VALUES (${values.join(", ")})${writeReturning(c, shown, row)}`);
}

/** The change of the rows themselves; an update of links alone only counts the rows it reaches. */
function compileChange(
  context: WriteContext,
  {
    assignments,
    target,
    shown,
  }: {
    readonly assignments: readonly AssignmentNode[];
    readonly target: TargetRows;
    readonly shown: SelectNode | null;
  },
): SqlStep {
  const kind = assignments.length === 0 ? "count" : shown === null ? "change" : "changeOne";
  const text = compileStatement(context, (c, row, from) => {
    if (kind === "count") return `SELECT count(*) FROM ${from}${joinWhere(isTarget(c, target, row))}`;
    const rows = writeUpdated(c, target, { row, from });
    return `UPDATE ${rows.from} SET ${writeChanges(c, assignments, row)}${joinWhere(rows.conditions)}${writeReturning(c, shown, row)}`;
  });
  return { kind, text };
}

/** Whether many rows get values of their own, as a patch makes one of each row's own. */
function isPatchedEach({ target, assignments }: UpdatePlan): boolean {
  return !target.single && assignments.some(({ operator }) => isPatch(operator));
}

function compilePatchEach(context: WriteContext, { assignments }: UpdatePlan, target: TargetRows): readonly SqlStep[] {
  const text = compileStatement(context, (c, row, from) => readPatched(c, row, { from, target, assignments }));
  return [{ kind: "patchEach", patches: listPatched(assignments), text }];
}

/** The change of rows that get values of their own. */
function compileChangeEach({ schema, dialect, model }: WriteContext, { assignments }: UpdatePlan): SqlStep {
  // No param of a plan has the index of one of these.
  const key = model.key.map(({ type }, part) => createParam(-1 - part, type));
  // In the order in which they are read.
  const own = [...key.map(({ index }) => index), ...listPatched(assignments).map(({ param }) => param)];
  const c = new Compilation(schema, dialect, new Map(own.map((index, place) => [index, place])));
  const alias = c.alias("t");
  const row = createTableScope(c, model, alias);
  const match = key.map((param, part) => `${row.column(model.key[part]?.column ?? "")} = ${c.bind(param)}`);
  const table = nameTable(c, model.table, alias);
  return { kind: "change", text: c.finish(writeRowsUpdate(c, assignments, { row, table, match, conditions: [] })) };
}

/** What reads the columns that are patched: what becomes of them, the store works out. */
function compilePatches(
  context: WriteContext,
  assignments: readonly AssignmentNode[],
  target: TargetRows,
): readonly SqlStep[] {
  return assignments.flatMap(({ column, operator, value }): readonly SqlStep[] => {
    if (!isPatch(operator)) return [];
    const text = compileStatement(context, (c, row, from) => {
      const { name, type } = findColumn(row.model, column);
      const json = nameAnswer(c, c.dialect.toJson(row.column(name), type, true));
      return `SELECT ${json} FROM ${from}${joinWhere(isTarget(c, target, row))}${c.dialect.locked}`;
    });
    return [{ kind: "patch", field: column.field, operator, param: value.index, text }];
  });
}

/** What finds a written row in which a calculated column left its range. */
function compileBound(context: WriteContext, { column, min, max }: BoundNode, target: TargetRows): SqlStep {
  const text = compileStatement(context, (c, row, from) => {
    const { name, type } = findColumn(row.model, column);
    const value = c.dialect.sortable(row.column(name), type);
    const outside = `(${value} < ${c.bind(min, "sortable")} OR ${value} > ${c.bind(max, "sortable")})`;
    return `SELECT 1 FROM ${from}${joinWhere([...isTarget(c, target, row), outside])} LIMIT 1`;
  });
  return { kind: "bound", field: column.field, bounds: [min.index, max.index], text };
}

/**
 * What finds the check that a row fails, for a model with several: on the assigned values, and on the row as it was
 * for the columns that an update leaves alone.
 */
function compileChecks(
  context: WriteContext,
  assignments: readonly AssignmentNode[],
  target: TargetNode | null,
): SqlProgram["checks"] {
  const { schema, dialect, model } = context;
  if (model.checks.length < 2) return [];
  return model.checks.map((check) => {
    const c = new Compilation(schema, dialect);
    const alias = c.alias("t");
    const old = createTableScope(c, model, alias);
    const columns = listColumns(model).map(({ column }) => {
      const assigned = assignments.find((node) => findColumn(model, node.column).name === column);
      const value = assigned === undefined ? old.column(column) : writeAssigned(c, assigned, old);
      return `${value} AS ${dialect.quoteName(column)}`;
    });
    const from = target === null ? "" : ` FROM ${nameTable(c, model.table, alias)}`;
    const where = target === null ? "" : joinWhere(isTarget(c, createTargetRows(target), old));
    const row = `(SELECT ${columns.join(", ")}${from}${where}) AS ${c.alias("v")}`;
    return {
      name: check.name,
      text: c.finish(`SELECT 1 FROM ${row} WHERE NOT (${compileCheck(schema, dialect, { model, check })}) LIMIT 1`),
    };
  });
}

function compileCollect(context: WriteContext, target: TargetNode): SqlText {
  const { dialect, model } = context;
  return compileStatement(context, (c, row, from) => {
    const parts = model.key.map((part) => row.column(part.column));
    const keys = dialect.collectKeys(
      parts,
      model.key.map((part) => part.type),
    );
    const where = joinWhere(isTarget(c, createTargetRows(target), row));
    const name = dialect.gaps === undefined ? "" : " AS k0";
    return `SELECT count(*), ${keys}${name} FROM ${from}${where}${dialect.gaps?.forUpdate ?? ""}`;
  });
}

function compileLocate(context: WriteContext, target: TargetNode): SqlText {
  return compileStatement(context, (c, row, from) => {
    const where = joinWhere(isTarget(c, createTargetRows(target), row));
    return `SELECT 1 FROM ${from}${where}${context.dialect.gaps?.forUpdate ?? ""}`;
  });
}

function compileVisible(context: WriteContext, target: TargetNode): SqlText | null {
  if (!target.single) return null;
  const rows: TargetRows = { kind: "filter", conditions: [target.where, decided(target.readable)] };
  return compileStatement(context, (c, row, from) => `SELECT 1 FROM ${from}${joinWhere(isTarget(c, rows, row))}`);
}

function compileCurrent(context: WriteContext, { expected, ...target }: TargetNode): SqlText | null {
  if (expected?.kind !== "compare" && expected?.kind !== "in") return null;
  const { column } = expected;
  if (column.kind !== "column") return null;
  const rows = createTargetRows({ ...target, expected: null });
  return compileStatement(context, (c, row, from) => {
    const version = row.column(findColumn(context.model, column).name);
    return `SELECT ${version} FROM ${from}${joinWhere(isTarget(c, rows, row))}`;
  });
}
