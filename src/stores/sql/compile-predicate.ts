/**
 * Compiles conditions. A condition may come out null where SQL compares with null: callers only ever ask
 * whether it is true, and `not` turns it two-valued.
 */
import { FootingError } from "../../errors/footing-error.ts";
import { type CompareNode, type ExistsNode, isConstant, type PredicateNode } from "../../plan/predicate-node.ts";
import type { Compilation } from "./compilation.ts";
import { compileSearch } from "./compile-search.ts";
import { findColumn, type RowScope, relateRows } from "./row-scope.ts";

const SIGNS = { eq: "=", lt: "<", lte: "<=", gt: ">", gte: ">=" } as const;

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
    case "in": {
      const { name, type } = findColumn(scope.model, node.column);
      return c.dialect.isMember(scope.column(name), c.bind(node.values, "members"), type);
    }
    case "isNull":
      return `${scope.column(findColumn(scope.model, node.column).name)} IS NULL`;
    case "and":
      return compileJunction(c, node.items, { scope, word: "AND", empty: "TRUE" });
    case "or":
      return compileJunction(c, node.items, { scope, word: "OR", empty: "FALSE" });
    case "not":
      if (node.item.kind === "isNull")
        return `${scope.column(findColumn(scope.model, node.item.column).name)} IS NOT NULL`;
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

function compileCompare(c: Compilation, node: CompareNode, scope: RowScope): string {
  const { name, type } = findColumn(scope.model, node.column);
  const column = scope.column(name);
  switch (node.operator) {
    case "contains":
    case "startsWith":
    case "endsWith":
      return c.dialect[node.operator](column, c.bind(node.value));
    case "eq":
      return `${column} = ${c.bind(node.value)}`;
    default:
      return `${c.dialect.sortable(column, type)} ${SIGNS[node.operator]} ${c.bind(node.value, "sortable")}`;
  }
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
