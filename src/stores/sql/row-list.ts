/**
 * One list of rows inside a statement: the inner query that filters, sorts and cuts, and the names under which
 * its columns come out. The inner query carries only the columns that somebody asked for.
 */
import type { RowsNode } from "../../plan/rows-node.ts";
import type { Compilation } from "./compilation.ts";
import {
  type CompiledOrder,
  compileOrder,
  compileSeek,
  type OrderTerm,
  reverseTerms,
  writeOrder,
} from "./compile-order.ts";
import { compileConditions, decided, joinWhere } from "./compile-predicate.ts";
import { withoutSearch } from "./compile-search.ts";
import { createTableScope, nameTable, type RelatedRows, type RowScope, writeJoins } from "./row-scope.ts";

/** A list of rows that is being compiled. First ask for columns, then for the {@link RowList.query}. */
export class RowList {
  /** The alias under which the inner query must stand. */
  readonly alias: string;
  readonly #c: Compilation;
  readonly #node: RowsNode;
  readonly #rows: RelatedRows;
  readonly #order: CompiledOrder;
  readonly #carried = new Map<string, string>();

  constructor(c: Compilation, node: RowsNode, related: RelatedRows | null) {
    this.#c = c;
    this.#node = node;
    this.#rows = related ?? selectTable(c, node.model);
    this.#order = compileOrder(c, node.order, { scope: this.#rows.far, backwards: isBackwards(node), isWhole: false });
    this.alias = c.alias("r");
  }

  /** A row as it comes out of the inner query, with nothing joined to it yet. */
  openRow(): RowScope {
    const { far } = this.#rows;
    return { model: far.model, column: (name) => this.#carry(far.column(name)), joins: [] };
  }

  /** The sort keys of a row that came out, as far as they tell its place. */
  get keys(): readonly OrderTerm[] {
    const places = this.#order.terms.filter(({ isInner }) => isInner !== true);
    return places.map((term) => ({ ...term, expression: this.#carry(term.expression) }));
  }

  /**
   * The `ORDER BY` list that puts rows into the order of reading, or into the list's own; empty where they come so by
   * themselves.
   */
  orderOf(use: "read" | "list", { joins }: RowScope): string {
    const isTurned = use === "list" && isBackwards(this.#node);
    if (!isTurned && (joins.length === 0 || this.#c.dialect.joinsKeepOrder)) return "";
    const { terms } = this.#order;
    return writeOrder(this.#c, isTurned ? reverseTerms(terms) : terms, ({ expression }) => this.#carry(expression));
  }

  /** A query of how many rows the list has in all. */
  get total(): string {
    return compileTotal(this.#c, this.#node, this.#rows);
  }

  /** The inner query, cut by the given `LIMIT` text. */
  query(limit: string): string {
    const c = this.#c;
    const { offset } = this.#node;
    const source = compileSource(c, this.#node, { rows: this.#rows, order: this.#order, joins: [] });
    const order = writeOrder(c, this.#order.terms, (term) => this.#shorten(term));
    const skip = offset === null ? "" : ` OFFSET ${cutAt(c, c.bind(offset))}`;
    const rows = `SELECT ${this.#columns()} ${source} ORDER BY ${order}`;
    const most = this.#most;
    if (most === null) return `${rows} LIMIT ${limit}${skip}`;
    return `SELECT * FROM (${rows} LIMIT ${most}${skip}) AS ${c.alias("b")} LIMIT ${limit}`;
  }

  /** The most rows that can be read, for a planner that would guess; null where it need not be told, or has no bound. */
  get #most(): number | null {
    const { type } = this.#node.limit ?? { type: null };
    if (!this.#c.dialect.guessesLimit || type === null || type.kind === "keys") return null;
    return typeof type.max === "number" ? type.max + 1 : null;
  }

  /** What is calculated and leaves the query anyway is sorted by its name, or the engine would calculate it twice. */
  #shorten({ expression, isQuery = false }: OrderTerm): string {
    if (!this.#c.dialect.sortsByName || !isQuery) return expression;
    return this.#carried.get(expression) ?? expression;
  }

  #carry(expression: string): string {
    const known = this.#carried.get(expression) ?? `c${this.#carried.size + 1}`;
    this.#carried.set(expression, known);
    return `${this.alias}.${known}`;
  }

  #columns(): string {
    if (this.#carried.size === 0) return "1";
    return [...this.#carried].map(([expression, name]) => `${expression} AS ${name}`).join(", ");
  }
}

/** `FROM … WHERE …` of a list: its rows, what their order and what is shown of them join, and where they start. */
export function compileSource(
  c: Compilation,
  { access, where, seek }: RowsNode,
  {
    rows,
    order,
    joins,
  }: { readonly rows: RelatedRows; readonly order: CompiledOrder; readonly joins: readonly string[] },
): string {
  const { far, from, conditions } = rows;
  const asked = order.isSearched ? withoutSearch(where) : [where];
  const all = [...conditions, ...compileConditions(c, [decided(access), ...asked], far)];
  if (seek !== null && seek.values.length > 0) all.push(compileSeek(c, seek, order.terms));
  return `FROM ${from}${writeJoins([...order.joins, ...joins])}${joinWhere(all)}`;
}

/** A query of how many rows a list has in all, wherever it starts and ends. */
export function compileTotal(c: Compilation, { access, where }: RowsNode, rows: RelatedRows): string {
  const { far, from, conditions } = rows;
  const all = [...conditions, ...compileConditions(c, [decided(access), where], far)];
  return `(SELECT count(*) FROM ${from}${joinWhere(all)})`;
}

/**
 * A place behind LIMIT or OFFSET. Never alone, unless the engine takes nothing else: a bare parameter there makes one
 * engine plan the statement anew for every value.
 */
function cutAt(c: Compilation, place: string): string {
  return c.dialect.gaps === undefined ? `${place} + 0` : place;
}

/** Whether the list is read from its end towards its start. */
export function isBackwards(node: RowsNode): boolean {
  return node.seek?.direction === "before";
}

/** All rows of a model. */
export function selectTable(c: Compilation, name: string): RelatedRows {
  const model = c.model(name);
  const alias = c.alias("t");
  const table = nameTable(c, model.table, alias);
  return { far: createTableScope(c, model, alias), table, alias, from: table, conditions: [], fixed: null };
}
