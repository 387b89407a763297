/**
 * One list of rows read straight from its table, for engines with gaps: no derived table stands between the rows and
 * what leaves of them. It writes queries, never JSON.
 */
import { FootingError } from "../../errors/footing-error.ts";
import type { ParamNode } from "../../plan/param-node.ts";
import { isConstant } from "../../plan/predicate-node.ts";
import type { RowsNode } from "../../plan/rows-node.ts";
import type { Compilation } from "./compilation.ts";
import { type CompiledOrder, compileOrder, type OrderTerm, writeOrder } from "./compile-order.ts";
import { decided, joinWhere } from "./compile-predicate.ts";
import type { DialectGaps, KeyRows } from "./dialect.ts";
import { findOrderedIndex, listFixed } from "./find-ordered-index.ts";
import { compileSource, compileTotal, isBackwards, selectTable } from "./row-list.ts";
import { type RelatedRows, type RowScope, writeJoins } from "./row-scope.ts";

/** A list that is being compiled. */
export class DirectList {
  readonly #c: Compilation;
  readonly #node: RowsNode;
  readonly #rows: RelatedRows;
  readonly #order: CompiledOrder;
  /** Sort keys that the query calculates once, by their expressions. */
  readonly #named = new Map<string, string>();

  constructor(c: Compilation, node: RowsNode, related: RelatedRows | null) {
    this.#c = c;
    this.#node = node;
    this.#rows = related ?? selectTable(c, node.model);
    this.#order = compileOrder(c, node.order, { scope: this.#rows.far, backwards: isBackwards(node), isWhole: false });
  }

  /** A row of the table, with nothing joined to it yet. */
  openRow(): RowScope {
    return { ...this.#rows.far, joins: [] };
  }

  /** The sort keys of a row, as far as they tell its place. */
  get keys(): readonly OrderTerm[] {
    const places = this.#order.terms.filter(({ isInner }) => isInner !== true);
    return places.map((term) => {
      const name = this.#named.get(term.expression);
      return name === undefined ? term : { ...term, expression: `(SELECT ${name})` };
    });
  }

  /**
   * Has the query calculate sort keys that are subqueries once and call them by name, where it would do so once to sort and
   * again to show; first ask for this, then for the keys. How many columns then stand before those that were asked for.
   */
  nameKeys(): number {
    // No column is called so.
    for (const { expression, isQuery = false } of this.keys)
      if (isQuery) this.#named.set(expression, `k${this.#named.size}$`);
    return this.#named.size;
  }

  /** The number of all rows behind the place where the page starts. */
  get count(): string {
    const { offset } = this.#node;
    const count = `(SELECT count(*) ${this.#writeSource([])})`;
    return offset === null ? count : `${count} - ${this.#c.bind(offset)}`;
  }

  /** A query of how many rows the list has in all. */
  get total(): string {
    return compileTotal(this.#c, this.#node, this.#rows);
  }

  /** The query of these columns of the row, cut by the given `LIMIT` text. */
  query(row: RowScope, columns: string, limit: string): string {
    const order = writeOrder(this.#c, this.#order.terms, ({ expression }) => this.#named.get(expression) ?? expression);
    const skip = this.#offset === null ? "" : ` OFFSET ${this.#offset}`;
    const named = [...this.#named].map(([expression, name]) => `${expression} AS ${name}, `).join("");
    return `SELECT ${named}${columns} ${this.#writeSource(row.joins, this.#exact)} ORDER BY ${order} LIMIT ${limit}${skip}`;
  }

  /**
   * A scalar subquery of all rows' texts, in the list's own order, cut to its limit. The rows are found by their keys
   * first, so that those beyond the limit cost no more than that.
   */
  join(row: RowScope, item: string, separator: string): string {
    const order = isBackwards(this.#node) ? " DESC" : "";
    return this.#join(row, item, { separator, order, limit: this.#c.bind(this.#limit) });
  }

  /** The same in the order of reading, with the row that tells whether more follow. */
  joinRead(row: RowScope, item: string, separator: string): string {
    return this.#join(row, item, { separator, order: "", limit: this.#c.bind(this.#limit, "plusOne") });
  }

  get #limit(): ParamNode {
    const { model, limit } = this.#node;
    if (limit === null) throw new FootingError("FTG_INTERNAL", { detail: `A list of ${model} has no limit.` });
    return limit;
  }

  #join(
    row: RowScope,
    item: string,
    { separator, order: way, limit }: { readonly separator: string; readonly order: string; readonly limit: string },
  ): string {
    const c = this.#c;
    const rows = this.#firstRows(limit);
    const match = row.model.key.map(({ column }, part) => `${row.column(column)} = ${rows.parts[part]}`);
    const joins = writeJoins([...this.#order.joins, ...row.joins]);
    const from = `${rows.from} JOIN ${this.#rows.table} ON ${match.join(" AND ")}${joins}`;
    return `(SELECT ${c.dialect.joinRows(item, separator, `${rows.position}${way}`)} FROM ${from})`;
  }

  #firstRows(limit: string): KeyRows {
    const { far } = this.#rows;
    return requireGaps(this.#c).firstRows({
      key: far.model.key.map(({ column, type }) => ({ expression: far.column(column), type })),
      source: this.#writeSource([]),
      indexed: this.#indexed,
      order: this.#order.terms,
      limit,
      offset: this.#offset,
      alias: this.#c.alias("a"),
    });
  }

  #writeSource(joins: readonly string[], from: string = this.#rows.from): string {
    return compileSource(this.#c, this.#node, { rows: { ...this.#rows, from }, order: this.#order, joins });
  }

  /**
   * The table, read by the index that holds just the asked rows in their order where there is one: at every run the server
   * would look into all others first.
   */
  get #exact(): string {
    const { access, where, order } = this.#node;
    const { far, table, from, conditions } = this.#rows;
    const fixed = conditions.length > 0 ? null : listFixed(far.model, [decided(access), where], order);
    const index = fixed === null ? null : findOrderedIndex(far.model, fixed, order);
    return (index === null ? null : requireGaps(this.#c).readBy(table, index)) ?? from;
  }

  /** Conditions beyond the fixed columns would make an index no better than reading all rows once. */
  get #indexed(): string | null {
    const { access, where, seek, offset } = this.#node;
    const { far, table, conditions, fixed } = this.#rows;
    const isPlain = isConstant(decided(access), true) && isConstant(where, true);
    if (!isPlain || offset !== null || (seek !== null && seek.values.length > 0)) return null;
    const index = fixed === null ? null : findOrderedIndex(far.model, fixed, this.#node.order);
    const from = index === null ? null : requireGaps(this.#c).readBy(table, index);
    return from === null ? null : `FROM ${from}${joinWhere(conditions)}`;
  }

  get #offset(): string | null {
    return this.#node.offset === null ? null : this.#c.bind(this.#node.offset);
  }
}

/** How the engine gets by with its gaps. */
export function requireGaps(c: Compilation): DialectGaps {
  if (c.dialect.gaps !== undefined) return c.dialect.gaps;
  throw new FootingError("FTG_INTERNAL", { detail: "An engine without gaps was asked how it gets by with them." });
}
