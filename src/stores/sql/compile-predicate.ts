/**
 * Compiles conditions and what they compare: columns, and the expressions of computed fields, which hold conditions
 * again. A condition may come out null where SQL compares with null: callers only ever ask
 * whether it is true, and `not` turns it two-valued.
 */
import { FootingError } from "../../errors/footing-error.ts";
import type { ColumnNode } from "../../plan/column-node.ts";
import {
  type CompareColumnsNode,
  type ComparedNode,
  type CompareNode,
  type CompareOperator,
  type ExistsNode,
  isConstant,
  type ListNode,
  type PredicateNode,
} from "../../plan/predicate-node.ts";
import type { CheckSchema, Expression, ScalarType } from "../../schema/schema-model.ts";
import { Compilation } from "./compilation.ts";
import { compileSearch } from "./compile-search.ts";
import { createCheckPredicate } from "./create-check-predicate.ts";
import { findColumn, type RowScope, relateRows } from "./row-scope.ts";

const SIGNS = { lt: "<", lte: "<=", gt: ">", gte: ">=" } as const;

const SMALLEST_FLOAT = "1e-20";
const LARGEST_FLOAT = "1e20";

/** The rule of a reference. A plan in which one is undecided never reaches SQL. */
export function decided(access: PredicateNode | null): PredicateNode {
  if (access !== null) return access;
  throw new FootingError("FTG_INTERNAL", { detail: "A plan without an access decision reached the store." });
}

/** The SQL of a condition on the row `scope`. */
export function compilePredicate(c: Compilation, node: PredicateNode, scope: RowScope): string {
  switch (node.kind) {
    case "constant":
      return node.value ? "TRUE" : "FALSE";
    case "compare":
      return compileCompare(c, node, scope);
    case "compareColumns":
      return compileCompareColumns(c, node, scope);
    case "list":
      return compileList(c, node, scope);
    case "in": {
      const { expression, type } = compileCompared(c, node.column, scope);
      return c.dialect.isMember(expression, c.bind(node.values, "members"), type);
    }
    case "isNull":
      return `${compileCompared(c, node.column, scope).expression} IS NULL`;
    case "and":
      return compileJunction(c, node.items, { scope, word: "AND", empty: "TRUE" });
    case "or":
      return compileJunction(c, node.items, { scope, word: "OR", empty: "FALSE" });
    case "not":
      if (node.item.kind === "isNull") return `${compileCompared(c, node.item.column, scope).expression} IS NOT NULL`;
      // Never null; engines know how to look for what is not there.
      if (node.item.kind === "exists") return `NOT ${compileExists(c, node.item, scope)}`;
      return `(${compilePredicate(c, node.item, scope)}) IS NOT TRUE`;
    case "exists":
      return compileExists(c, node, scope);
    case "search":
      return compileSearch(c, node, scope);
  }
}

/** Several conditions that must all hold, without those that always do. */
export function compileConditions(c: Compilation, nodes: readonly PredicateNode[], scope: RowScope): readonly string[] {
  return nodes
    .flatMap((node) => (node.kind === "and" ? node.items : [node]))
    .filter((node) => !isConstant(node, true))
    .map((node) => compilePredicate(c, node, scope));
}

/** ` WHERE a AND b`, or nothing. */
export function joinWhere(conditions: readonly string[]): string {
  return conditions.length === 0 ? "" : ` WHERE ${conditions.join(" AND ")}`;
}

/** A column, or what stands inside json, as SQL with the type of its values. */
interface Compared {
  readonly expression: string;
  readonly type: ScalarType;
}

function compileCompared(c: Compilation, node: ComparedNode, scope: RowScope): Compared {
  if (node.kind === "column") return compileValue(c, node, scope);
  const { name } = findColumn(scope.model, { kind: "column", field: node.field, part: 0 });
  const steps = node.path.map((step) => ({
    place: c.bind(step, "jsonStep"),
    isIndex: step.type.kind === "int",
  }));
  const kind = node.reading === "value" || node.reading === "place" ? "text" : node.reading;
  return {
    expression: c.dialect.jsonPlace(scope.column(name), steps, node.reading),
    type: { kind, list: false },
  };
}

function compileCompare(c: Compilation, { column, operator, value }: CompareNode, scope: RowScope): string {
  const left = compileCompared(c, column, scope);
  const isOrder = operator === "lt" || operator === "lte" || operator === "gt" || operator === "gte";
  return writeComparison(c, operator, { left, right: c.bind(value, isOrder ? "sortable" : "value") });
}

/** The comparison of two values; of an order the right one is sortable already. */
function writeComparison(
  { dialect }: Compilation,
  operator: CompareOperator,
  { left: { expression, type }, right }: { readonly left: Compared; readonly right: string },
): string {
  switch (operator) {
    case "contains":
    case "startsWith":
    case "endsWith":
      return dialect[operator](expression, right);
    case "ieq":
      return `${dialect.fold(expression)} = ${dialect.fold(right)}`;
    case "icontains":
      return dialect.contains(dialect.fold(expression), dialect.fold(right));
    case "istartsWith":
      return dialect.startsWith(dialect.fold(expression), dialect.fold(right));
    case "iendsWith":
      return dialect.endsWith(dialect.fold(expression), dialect.fold(right));
    case "eq":
      return `${expression} = ${right}`;
    default:
      return `${dialect.sortable(expression, type)} ${SIGNS[operator]} ${right}`;
  }
}

function compileCompareColumns(c: Compilation, node: CompareColumnsNode, scope: RowScope): string {
  const left = compileCompared(c, node.column, scope);
  return compileBehind(c, node, { left, near: scope });
}

/** The comparison with a column of the row that hops lead to; false where there is none to see. */
function compileBehind(
  c: Compilation,
  node: CompareColumnsNode,
  { left, near }: { readonly left: Compared; readonly near: RowScope },
): string {
  const [hop, ...hops] = node.hops;
  if (hop === undefined) {
    const { expression, type } = compileCompared(c, node.other, near);
    const right = node.operator in SIGNS ? c.dialect.sortable(expression, type) : expression;
    const shown = node.other.shown === undefined ? [] : compileConditions(c, [node.other.shown], near);
    return [...shown, writeComparison(c, node.operator, { left, right })].join(" AND ");
  }
  const { far, from, conditions } = relateRows(c, near, hop.relation);
  const shown = hop.shown === undefined ? [] : compileConditions(c, [hop.shown], near);
  const access = compileConditions(c, [decided(hop.access)], far);
  const all = [...conditions, ...shown, ...access, compileBehind(c, { ...node, hops }, { left, near: far })];
  return `EXISTS (SELECT 1 FROM ${from}${joinWhere(all)})`;
}

function compileList(c: Compilation, { column, question, values }: ListNode, scope: RowScope): string {
  const { name } = findColumn(scope.model, column);
  const list = scope.column(name);
  if (values === null) return `${c.dialect.listLength(list)} = 0`;
  const isOne = values.type.kind !== "keys" && !values.type.list;
  const bound = c.bind(values, isOne ? "oneItem" : "value");
  if (c.dialect.askList !== undefined) return c.dialect.askList(question, list, bound);
  const given = c.dialect.listItems(bound, c.alias("i"));
  const held = c.dialect.listItems(list, c.alias("i"));
  if (question === "hasAny")
    return `EXISTS (SELECT 1 FROM ${held.from} WHERE ${held.item} IN (SELECT ${given.item} FROM ${given.from}))`;
  const missing = `${given.item} NOT IN (SELECT ${held.item} FROM ${held.from})`;
  return `(${list} IS NOT NULL AND NOT EXISTS (SELECT 1 FROM ${given.from} WHERE ${missing}))`;
}

/** The value of a column. */
export interface CompiledValue {
  readonly expression: string;
  readonly type: ScalarType;
  readonly optional: boolean;
}

/** The SQL of what a row holds in a column, or of what is computed of it. */
export function compileValue(c: Compilation, node: ColumnNode, scope: RowScope): CompiledValue {
  const field = scope.model.fields[node.field];
  if (field?.kind === "computed")
    return {
      expression: compileExpression(c, field.expression, scope),
      type: field.type,
      optional: field.optional,
    };
  const { name, type, optional } = findColumn(scope.model, node);
  return { expression: scope.column(name), type, optional };
}

function compileExpression(c: Compilation, node: Expression, scope: RowScope): string {
  const { expressions } = c.dialect;
  const compile = (item: Expression): string => compileExpression(c, item, scope);
  switch (node.kind) {
    case "field":
      return scope.column(findColumn(scope.model, { kind: "column", field: node.field, part: 0 }).name);
    case "value":
      return expressions.constant(
        c.dialect.literal({ kind: "param", index: 0, type: node.type, form: "value" }, node.value),
        node.type,
      );
    case "convert":
      return expressions.convert(compile(node.item), node.item.type, node.type);
    case "bounded": {
      const item = compile(node.item);
      return `CASE WHEN ${item} = 0 OR abs(${item}) BETWEEN ${SMALLEST_FLOAT} AND ${LARGEST_FLOAT} THEN ${item} END`;
    }
    case "calculate": {
      const operands = { left: `(${compile(node.left)})`, right: `(${compile(node.right)})`, type: node.type };
      return node.operator === "divide" || node.type.kind === "float"
        ? writeFloats(node.operator, operands)
        : expressions.calculate(node.operator, operands);
    }
    case "concat":
      return expressions.concat(node.items.map((item) => `(${compile(item)})`));
    case "length":
      return expressions.length(compile(node.item));
    case "lower":
      return c.dialect.fold(compile(node.item));
    case "upper":
      return expressions.upper(compile(node.item));
    case "coalesce":
      return node.items.length === 1
        ? node.items.map(compile).join()
        : `coalesce(${node.items.map(compile).join(", ")})`;
    case "when": {
      const otherwise = node.otherwise === null ? "" : ` ELSE ${compile(node.otherwise)}`;
      return `CASE WHEN ${compileWhere(c, node.where, scope)} THEN ${compile(node.result)}${otherwise} END`;
    }
    case "matches":
      return `((${compileWhere(c, node.where, scope)}) IS TRUE)`;
  }
}

const floatSigns = { add: "+", subtract: "-", multiply: "*", divide: "/" } as const;

/** Adding zero makes a zero of minus zero. */
function writeFloats(
  operator: keyof typeof floatSigns,
  { left, right }: { readonly left: string; readonly right: string },
): string {
  const divisor = operator === "divide" ? `nullif(${right}, 0)` : right;
  return `(${left} ${floatSigns[operator]} ${divisor} + 0e0)`;
}

/** A condition of the schema's own: its values are literals. */
function compileWhere(c: Compilation, where: CheckSchema["where"], scope: RowScope): string {
  const { predicate, values } = createCheckPredicate(scope.model, where);
  const own = new Compilation(c.schema, c.dialect);
  return own.inline(compilePredicate(own, predicate, scope), values);
}

interface Junction {
  readonly scope: RowScope;
  readonly word: string;
  readonly empty: string;
}

function compileJunction(c: Compilation, items: readonly PredicateNode[], { scope, word, empty }: Junction): string {
  if (items.length === 0) return empty;
  return `(${items.map((item) => compilePredicate(c, item, scope)).join(` ${word} `)})`;
}

function compileExists(c: Compilation, node: ExistsNode, scope: RowScope): string {
  const { far, from, conditions } = relateRows(c, scope, node.relation);
  const all = [...conditions, ...compileConditions(c, [decided(node.access), node.where], far)];
  return `EXISTS (SELECT 1 FROM ${from}${joinWhere(all)})`;
}
