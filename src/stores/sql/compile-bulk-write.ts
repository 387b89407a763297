/**
 * Compiles a write of rows, each with values of its own, into statements about many of them at once: where those say the
 * same of all rows together as of one after the other. It refuses every write of which that is not sure.
 */
import type { CreatePlan, UpdatePlan } from "../../plan/plan.ts";
import { isConstant, type PredicateNode } from "../../plan/predicate-node.ts";
import { listColumns } from "../../schema/list-columns.ts";
import type { ModelSchema, Schema } from "../../schema/schema-model.ts";
import { isPatch } from "../contract/patch-value.ts";
import { Compilation } from "./compilation.ts";
import { compileConditions, compilePredicate, decided, joinWhere } from "./compile-predicate.ts";
import { isMissing } from "./compile-reference.ts";
import { listWritten } from "./compile-search.ts";
import { listChangedUnique } from "./compile-taken.ts";
import { createKeyPredicate } from "./compile-write.ts";
import type { Dialect } from "./dialect.ts";
import { readsModel } from "./reads-model.ts";
import { createTableScope, findColumn, findRelation, nameTable, type RowScope } from "./row-scope.ts";
import type { SqlText } from "./sql-text.ts";
import { writeAssigned, writeRowsUpdate } from "./write-changes.ts";

/** One statement about all rows. It must find no row (`nothing`), or write as many as there are (`all`). */
export interface BulkStep {
  readonly expects: "nothing" | "all";
  readonly text: SqlText;
}

/** A write of many rows. Where a step meets something else, the rows are to be written one by one. */
export interface BulkWrite {
  readonly steps: readonly BulkStep[];
  /** The indexes of the params that hold the key of a row. */
  readonly key: readonly number[];
}

interface BulkContext {
  readonly schema: Schema;
  readonly dialect: Dialect;
  readonly model: ModelSchema;
  readonly plan: CreatePlan | UpdatePlan;
  /** The condition that names the row by its key. */
  readonly where: PredicateNode;
  readonly rowParams: ReadonlyMap<number, number>;
}

/** What is asked of each row: the conditions, and a further table whose rows must stay as they are. */
interface Question {
  readonly other?: { readonly join: string; readonly alias: string };
  readonly conditions: readonly string[];
}

/** The statements of a write of many rows; null where rows must be written one by one. */
export function compileBulkWrite(schema: Schema, dialect: Dialect, plan: CreatePlan | UpdatePlan): BulkWrite | null {
  const model = new Compilation(schema, dialect).model(plan.model);
  const where = plan.kind === "update" ? plan.target.where : createKeyPredicate(model, plan.assignments);
  const key = listKeyParams(where);
  if (key === null || !isSeparate(schema, model, plan)) return null;
  const rowParams = new Map(
    [...plan.assignments.map(({ value }) => value.index), ...key].map((index) => [index, index]),
  );
  const context: BulkContext = { schema, dialect, model, plan, where, rowParams };
  const before = [...compileTaken(context), ...compileMissing(context)];
  const after = [...compileOutside(context), ...compileBroken(context)];
  const refuse = (text: SqlText): BulkStep => ({ expects: "nothing", text });
  const change: BulkStep = { expects: "all", text: compileChange(context) };
  return Object.freeze({ key, steps: [...before.map(refuse), change, ...after.map(refuse)] });
}

/** Whether a row is judged by itself and by rows of other models alone: then no row is in the way of another, but for unique values. */
function isSeparate(schema: Schema, model: ModelSchema, plan: CreatePlan | UpdatePlan): boolean {
  const { links, references, check, returning } = plan;
  const reads = (of: ModelSchema | undefined, node: PredicateNode | null) =>
    readsModel(schema, model.name, { model: of, node });
  const judges = plan.kind === "update" ? [plan.target.readable, plan.target.allowed, check] : [check];
  return (
    links.length === 0 &&
    returning === null &&
    (plan.kind === "update" ? staysInPlace(model, plan) : !refersToItself(model)) &&
    !judges.some((node) => reads(model, node)) &&
    references.every(({ relation, access }) => {
      const far = findRelation(model, relation).model;
      return far !== model.name && !reads(schema.models[far], access);
    })
  );
}

/** Whether an update takes a row by its key, which it keeps, and works out nothing that a statement cannot. */
function staysInPlace(model: ModelSchema, { target, assignments }: UpdatePlan): boolean {
  const isKey = (name: string) => model.key.some(({ column }) => column === name);
  return (
    target.single &&
    target.expected === null &&
    assignments.length > 0 &&
    assignments.every(({ column, operator }) => !isPatch(operator) && !isKey(findColumn(model, column).name))
  );
}

/** Some servers ask about refs at the end of a statement alone, when a later row is there too. */
function refersToItself(model: ModelSchema): boolean {
  return Object.values(model.fields).some((field) => field.kind === "ref" && field.model === model.name);
}

/** The params of a key; null for anything but one comparison for each of its parts. */
function listKeyParams(where: PredicateNode): readonly number[] | null {
  if (where.kind === "compare") return where.operator === "eq" ? [where.value.index] : null;
  if (where.kind !== "and") return null;
  const parts = where.items.map(listKeyParams);
  return parts.some((part) => part === null) ? null : parts.flatMap((part) => part ?? []);
}

/** Which rows get unique values that other rows have so far: the order in which they change would decide. */
function compileTaken(context: BulkContext): readonly SqlText[] {
  const { model, plan } = context;
  // New rows are in each other's way in any order.
  if (plan.kind === "create") return [];
  const columns = listColumns(model);
  return listChangedUnique(model, plan.assignments).map(({ fields }) =>
    compileQuestion(context, (c, row) => {
      const alias = c.alias("t");
      const other = createTableScope(c, model, alias);
      const values = new Map(plan.assignments.map((node) => [findColumn(model, node.column).name, node]));
      const same = columns
        .filter(({ field }) => fields.includes(field))
        .map(({ column }) => {
          const node = values.get(column);
          return `${other.column(column)} = ${node === undefined ? row.column(column) : writeAssigned(c, node, row)}`;
        });
      const isSelf = model.key.map(({ column }) => `${other.column(column)} = ${row.column(column)}`);
      return {
        other: { join: ` JOIN ${nameTable(c, model.table, alias)} ON ${same.join(" AND ")}`, alias },
        conditions: [`NOT (${isSelf.join(" AND ")})`],
      };
    }),
  );
}

/** Which refs lead nowhere that the writer could see. */
function compileMissing({ schema, dialect, model, plan, rowParams }: BulkContext): readonly SqlText[] {
  return plan.references.map(({ relation, values, access }) => {
    const c = new Compilation(schema, dialect, rowParams);
    const missing = isMissing(c, { target: findRelation(model, relation).model, params: values, access });
    return c.finish(`SELECT 1 FROM ${c.rowTable()}${joinWhere(missing)} LIMIT 1`);
  });
}

/** Which calculated columns left their range. */
function compileOutside(context: BulkContext): readonly SqlText[] {
  const { model, plan } = context;
  if (plan.kind === "create") return [];
  return plan.bounds.map(({ column, min, max }) =>
    compileQuestion(context, (c, row) => {
      const { name, type } = findColumn(model, column);
      const value = c.dialect.sortable(row.column(name), type);
      return { conditions: [`(${value} < ${c.bind(min, "sortable")} OR ${value} > ${c.bind(max, "sortable")})`] };
    }),
  );
}

/** Which rows became what the rule does not allow. */
function compileBroken(context: BulkContext): readonly SqlText[] {
  const rule = decided(context.plan.check);
  if (isConstant(rule, true)) return [];
  return [compileQuestion(context, (c, row) => ({ conditions: [`(${compilePredicate(c, rule, row)}) IS NOT TRUE`] }))];
}

function compileQuestion(context: BulkContext, ask: (c: Compilation, row: RowScope) => Question): SqlText {
  const { c, alias, row, table, match } = openStep(context);
  const { other, conditions } = ask(c, row);
  const joins = ` JOIN ${table} ON ${match.join(" AND ")}${other?.join ?? ""}`;
  const end = other === undefined ? "" : (context.dialect.gaps?.forUpdateOf([alias, other.alias]) ?? "");
  return c.finish(`SELECT 1 FROM ${c.rowTable()}${joins}${joinWhere(conditions)} LIMIT 1${end}`);
}

function compileChange(context: BulkContext): SqlText {
  const { plan } = context;
  if (plan.kind === "create") return compileInsert(context, plan);
  const { c, row, table, match } = openStep(context);
  const { readable, allowed } = plan.target;
  const conditions = compileConditions(c, [decided(readable), decided(allowed)], row);
  return c.finish(writeRowsUpdate(c, plan.assignments, { row, table, match, conditions }));
}

function compileInsert({ schema, dialect, model, rowParams }: BulkContext, plan: CreatePlan): SqlText {
  const c = new Compilation(schema, dialect, rowParams);
  const written = listWritten(model, plan.assignments);
  const names = written.map(({ name }) => dialect.quoteName(name)).join(", ");
  const values = written.map(({ node, form }) => c.bind(node.value, form)).join(", ");
  return c.finish(`INSERT INTO ${dialect.quoteName(model.table)} (${names}) SELECT ${values} FROM ${c.rowTable()}`);
}

/** A statement about rows of the table and the values that they are to get. */
function openStep({ schema, dialect, model, where, rowParams }: BulkContext): {
  readonly c: Compilation;
  readonly alias: string;
  readonly row: RowScope;
  readonly table: string;
  readonly match: readonly string[];
} {
  const c = new Compilation(schema, dialect, rowParams);
  const alias = c.alias("t");
  const row = createTableScope(c, model, alias);
  return { c, alias, row, table: nameTable(c, model.table, alias), match: compileConditions(c, [where], row) };
}
