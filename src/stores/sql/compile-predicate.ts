/**
 * Compiles conditions. A condition may come out null where SQL compares with null: callers only ever ask
 * whether it is true, and `not` turns it two-valued.
 */
import { FootingError } from "../../errors/footing-error.ts";
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
import type { ScalarType } from "../../schema/schema-model.ts";
import type { Compilation } from "./compilation.ts";
import { findColumn, type RowScope, relateRows } from "./row-scope.ts";

const SIGNS = { lt: "<", lte: "<=", gt: ">", gte: ">=" } as const;

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
  if (node.kind === "column") {
    const { name, type } = findColumn(scope.model, node);
    return { expression: scope.column(name), type };
  }
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
    return writeComparison(c, node.operator, { left, right });
  }
  const { far, from, conditions } = relateRows(c, near, hop.relation);
  const rest = compileBehind(c, { ...node, hops }, { left, near: far });
  const all = [...conditions, ...compileConditions(c, [decided(hop.access)], far), rest];
  return `EXISTS (SELECT 1 FROM ${from}${joinWhere(all)})`;
}

function compileList(c: Compilation, { column, question, values }: ListNode, scope: RowScope): string {
  const { name } = findColumn(scope.model, column);
  const list = scope.column(name);
  if (values === null) return `${c.dialect.listLength(list)} = 0`;
  const isOne = values.type.kind !== "keys" && !values.type.list;
  const given = c.dialect.listItems(c.bind(values, isOne ? "oneItem" : "value"), c.alias("i"));
  const held = c.dialect.listItems(list, c.alias("i"));
  if (question === "hasAny")
    return `EXISTS (SELECT 1 FROM ${held.from} WHERE ${held.item} IN (SELECT ${given.item} FROM ${given.from}))`;
  const missing = `${given.item} NOT IN (SELECT ${held.item} FROM ${held.from})`;
  return `(${list} IS NOT NULL AND NOT EXISTS (SELECT 1 FROM ${given.from} WHERE ${missing}))`;
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
