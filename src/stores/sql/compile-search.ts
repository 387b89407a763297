/** Compiles full-text search, and lists the columns that a write keeps the words of its texts in. */
import { FootingError } from "../../errors/footing-error.ts";
import type { PredicateNode } from "../../plan/predicate-node.ts";
import type { RelevanceNode, SearchNode } from "../../plan/search-node.ts";
import type { AssignmentNode } from "../../plan/write-nodes.ts";
import type { ModelSchema, ScalarType, SearchSchema } from "../../schema/schema-model.ts";
import type { Compilation } from "./compilation.ts";
import { findColumn, type RowScope } from "./row-scope.ts";
import type { SearchedRow } from "./search-dialect.ts";
import type { BindingForm } from "./sql-text.ts";

/** The condition that the row fits a search. */
export function compileSearch(c: Compilation, node: SearchNode, scope: RowScope): string {
  return c.dialect.search.matches(openSearch(c, node, scope));
}

/** How well the row fits a search, and what must be joined to it. */
export function compileRelevance(
  c: Compilation,
  { search }: RelevanceNode,
  scope: RowScope,
): { readonly expression: string; readonly join: string | null } {
  return c.dialect.search.relevance(openSearch(c, search, scope), c.alias("s"));
}

/** The condition without its search, which a join stands for already. */
export function withoutSearch(where: PredicateNode): readonly PredicateNode[] {
  return (where.kind === "and" ? where.items : [where]).filter(({ kind }) => kind !== "search");
}

function openSearch(c: Compilation, { columns, terms }: SearchNode, scope: RowScope): SearchedRow {
  const { name, parts } = searchOf(scope.model);
  const words = columns.flatMap(({ field }) => parts.filter((part) => part.field === field).map((part) => part.words));
  return { index: name, column: scope.column, words, terms: (form) => c.bind(terms, form) };
}

function searchOf({ name, search }: ModelSchema): SearchSchema {
  if (search !== null) return search;
  throw new FootingError("FTG_INTERNAL", { detail: `A plan searches ${name}, which declares no search.` });
}

/** A column that a write gives a value. */
export interface WrittenColumn {
  readonly name: string;
  readonly type: ScalarType;
  /** How the assigned value is bound: as it is, or as its words. */
  readonly form: BindingForm & ("value" | "words");
  readonly node: AssignmentNode;
}

/** The columns that assignments write: their own, and behind them those of the words of searched texts. */
export function listWritten(model: ModelSchema, assignments: readonly AssignmentNode[]): readonly WrittenColumn[] {
  const own = assignments.map((node): WrittenColumn => {
    const { name, type } = findColumn(model, node.column);
    return { name, type, form: "value", node };
  });
  const words = (model.search?.parts ?? []).flatMap((part) =>
    own
      .filter(({ node }) => node.column.field === part.field)
      .map((column): WrittenColumn => ({ ...column, name: part.words, form: "words" })),
  );
  return [...own, ...words];
}
