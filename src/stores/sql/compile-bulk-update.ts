/**
 * Compiles an update of rows by key, each with values of its own, into statements about many of them at once: where those
 * say the same of all rows together as of one after the other. It refuses every update of which that is not sure.
 */
import type { UpdatePlan } from "../../plan/plan.ts";
import { isConstant, type PredicateNode } from "../../plan/predicate-node.ts";
import { listColumns } from "../../schema/list-columns.ts";
import type { ModelSchema, Schema } from "../../schema/schema-model.ts";
import { isPatch } from "../contract/patch-value.ts";
import { Compilation } from "./compilation.ts";
import { compileConditions, compilePredicate, decided, joinWhere } from "./compile-predicate.ts";
import { isMissing } from "./compile-reference.ts";
import { listWritten } from "./compile-search.ts";
import { listChangedUnique } from "./compile-taken.ts";
import { writeAssigned } from "./compile-write.ts";
import type { Dialect } from "./dialect.ts";
import { readsModel } from "./reads-model.ts";
import { createTableScope, findColumn, findRelation, nameTable, type RowScope } from "./row-scope.ts";
import type { SqlText } from "./sql-text.ts";

/** One statement about all rows. It must find no row (`nothing`), or write as many as there are (`all`). */
export interface BulkStep {
  readonly expects: "nothing" | "all";
  readonly text: SqlText;
}

/** An update of many rows. Where a step meets something else, the rows are to be written one by one. */
export interface BulkUpdate {
  readonly steps: readonly BulkStep[];
  /** The indexes of the params that hold the key of a row. */
  readonly key: readonly number[];
}

interface BulkContext {
  readonly schema: Schema;
  readonly dialect: Dialect;
  readonly model: ModelSchema;
  readonly plan: UpdatePlan;
  readonly rowParams: ReadonlySet<number>;
}

/** What is asked of each row: further tables, and the conditions. */
interface Question {
  readonly joins?: string;
  readonly conditions: readonly string[];
}

/** The statements of an update of many rows; null where rows must be written one by one. */
export function compileBulkUpdate(schema: Schema, dialect: Dialect, plan: UpdatePlan): BulkUpdate | null {
  const model = new Compilation(schema, dialect).model(plan.model);
  const key = listKeyParams(plan.target.where);
  if (dialect.rowTable === undefined || key === null || !isSeparate(schema, model, plan)) return null;
  const rowParams = new Set([...plan.assignments.map(({ value }) => value.index), ...key]);
  const context: BulkContext = { schema, dialect, model, plan, rowParams };
  const before = [...compileTaken(context), ...compileMissing(context)];
  const after = [...compileOutside(context), ...compileBroken(context)];
  const refuse = (text: SqlText): BulkStep => ({ expects: "nothing", text });
  const change: BulkStep = { expects: "all", text: compileChange(context) };
  return Object.freeze({ key, steps: [...before.map(refuse), change, ...after.map(refuse)] });
}

/**
 * Whether a row is judged by itself and by rows of other models alone, and keeps its key: then no row is in the way of
 * another, but for unique values.
 */
function isSeparate(schema: Schema, model: ModelSchema, plan: UpdatePlan): boolean {
  const { target, assignments, links, references, check, returning } = plan;
  const isKey = (name: string) => model.key.some(({ column }) => column === name);
  const reads = (of: ModelSchema | undefined, node: PredicateNode | null) =>
    readsModel(schema, model.name, { model: of, node });
  return (
    target.single &&
    target.expected === null &&
    links.length === 0 &&
    returning === null &&
    assignments.length > 0 &&
    assignments.every(({ column, operator }) => !isPatch(operator) && !isKey(findColumn(model, column).name)) &&
    ![target.readable, target.allowed, check].some((node) => reads(model, node)) &&
    references.every(({ relation, access }) => {
      const far = findRelation(model, relation).model;
      return far !== model.name && !reads(schema.models[far], access);
    })
  );
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
  const { dialect, model, plan } = context;
  const columns = listColumns(model);
  return listChangedUnique(model, plan.assignments).map(({ fields }) =>
    compileQuestion(
      context,
      (c, row) => {
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
          joins: ` JOIN ${nameTable(c, model.table, alias)} ON ${same.join(" AND ")}`,
          conditions: [`NOT (${isSelf.join(" AND ")})`],
        };
      },
      dialect.gaps?.forUpdate,
    ),
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

function compileQuestion(context: BulkContext, ask: (c: Compilation, row: RowScope) => Question, end = ""): SqlText {
  const { c, row, table, match } = openStep(context);
  const { joins = "", conditions } = ask(c, row);
  return c.finish(
    `SELECT 1 FROM ${c.rowTable()} JOIN ${table} ON ${match.join(" AND ")}${joins}${joinWhere(conditions)} LIMIT 1${end}`,
  );
}

function compileChange(context: BulkContext): SqlText {
  const { dialect, model, plan } = context;
  const { c, row, table, match } = openStep(context);
  const { readable, allowed } = plan.target;
  const conditions = compileConditions(c, [decided(readable), decided(allowed)], row);
  const changes = listWritten(model, plan.assignments).map(({ name, form, node }) => {
    const place = dialect.gaps === undefined ? dialect.quoteName(name) : row.column(name);
    return `${place} = ${form === "words" ? c.bind(node.value, form) : writeAssigned(c, node, row)}`;
  });
  const set = `SET ${changes.join(", ")}`;
  return c.finish(
    dialect.gaps === undefined
      ? `UPDATE ${table} ${set} FROM ${c.rowTable()}${joinWhere([...match, ...conditions])}`
      : `UPDATE ${table} JOIN ${c.rowTable()} ON ${match.join(" AND ")} ${set}${joinWhere(conditions)}`,
  );
}

/** A statement about rows of the table and the values that they are to get. */
function openStep({ schema, dialect, model, plan, rowParams }: BulkContext): {
  readonly c: Compilation;
  readonly row: RowScope;
  readonly table: string;
  readonly match: readonly string[];
} {
  const c = new Compilation(schema, dialect, rowParams);
  const alias = c.alias("t");
  const row = createTableScope(c, model, alias);
  return { c, row, table: nameTable(c, model.table, alias), match: compileConditions(c, [plan.target.where], row) };
}
