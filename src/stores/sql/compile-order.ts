/** Compiles the order of a list and the place in it where a page starts. Reading backwards turns every term round. */

import type { NullRank, OrderNode } from "../../plan/order-node.ts";
import type { HopNode } from "../../plan/predicate-node.ts";
import { isConstant } from "../../plan/predicate-node.ts";
import type { SeekNode } from "../../plan/rows-node.ts";
import type { RelevanceNode } from "../../plan/search-node.ts";
import type { ScalarType } from "../../schema/schema-model.ts";
import type { Compilation } from "./compilation.ts";
import { compileColumn } from "./compile-column.ts";
import { compileRelatedMeasure } from "./compile-measure.ts";
import { compileConditions, decided } from "./compile-predicate.ts";
import { compileRelevance } from "./compile-search.ts";
import { findRelation, listColumns, type RowScope, relateRows } from "./row-scope.ts";

const relevanceType: ScalarType = Object.freeze({ kind: "float", list: false });

/** One sort key. */
export interface OrderTerm {
  /** The stored value. */
  readonly expression: string;
  readonly type: ScalarType;
  readonly nullable: boolean;
  /** In the direction of reading. */
  readonly descending: boolean;
  readonly nulls: NullRank;
  /** Whether its values stay inside: they are no place in the list. */
  readonly isInner?: boolean;
  /** Whether a query of its own calculates it, so that it should be written only once. */
  readonly isQuery?: boolean;
}

/** An order: the joins it needs and its terms, strongest first. */
export interface CompiledOrder {
  readonly joins: readonly string[];
  readonly terms: readonly OrderTerm[];
  /** Whether the joins leave only rows that fit the list's search. */
  readonly isSearched: boolean;
}

/** The place where hops lead. */
interface Reached {
  readonly scope: RowScope;
  readonly nullable: boolean;
}

/** The rows that are put in order. */
interface OrderedRows {
  readonly scope: RowScope;
  readonly backwards: boolean;
  /** Whether all of them are read, so that the planner may begin at the far end of a hop that surely leads to a row. */
  readonly isWhole: boolean;
}

/** Compiles sort keys of rows. Hops become joins, each path once. */
export function compileOrder(
  c: Compilation,
  order: readonly OrderNode[],
  { scope, backwards, isWhole }: OrderedRows,
): CompiledOrder {
  const joins: string[] = [];
  const reached = new Map<string, Reached>();
  let isSearched = false;
  const terms = order.map((node): OrderTerm => {
    const place = followHops(c, node.hops, { start: { scope, nullable: false }, joins, reached, isWhole });
    const descending = node.descending !== backwards;
    const way = { descending, nulls: node.nulls };
    if (node.value.kind !== "relevance") return { ...compileSorted(c, node.value, place), ...way };
    const { expression, join } = compileRelevance(c, node.value, place.scope);
    if (join !== null) {
      joins.push(join);
      isSearched = true;
    }
    return { expression, type: relevanceType, nullable: false, ...way, isInner: true };
  });
  return { joins, terms, isSearched };
}

function compileSorted(
  c: Compilation,
  value: Exclude<OrderNode["value"], RelevanceNode>,
  { scope, nullable }: Reached,
): Omit<OrderTerm, "descending" | "nulls"> {
  if (value.kind === "column") {
    const { expression, type, nullable: optional } = compileColumn(c, value, scope);
    const isStored = scope.model.fields[value.field]?.kind !== "computed";
    const shown = isStored || !nullable ? expression : writeWhereThere(scope, expression);
    return { expression: shown, type, nullable: nullable || optional };
  }
  const compiled = { ...compileRelatedMeasure(c, value, scope), isQuery: true };
  if (!nullable || compiled.nullable) return compiled;
  return { ...compiled, nullable, expression: writeWhereThere(scope, compiled.expression) };
}

/** What is calculated of a row that is not there is nothing, not what is calculated of nulls, and its rows are not none. */
function writeWhereThere(scope: RowScope, expression: string): string {
  const isThere = listColumns(scope, scope.model.key).map((column) => `${column} IS NOT NULL`);
  return `CASE WHEN ${isThere.join(" AND ")} THEN ${expression} END`;
}

/** The `ORDER BY` list, each value under the name that `name` gives it. */
export function writeOrder(
  c: Compilation,
  terms: readonly OrderTerm[],
  name: (term: OrderTerm) => string = keepName,
): string {
  return terms.map((term) => c.dialect.orderTerm(c.dialect.sortable(name(term), term.type), term)).join(", ");
}

/** The same terms in the opposite direction. */
export function reverseTerms(terms: readonly OrderTerm[]): readonly OrderTerm[] {
  return terms.map((term) => ({ ...term, descending: !term.descending }));
}

/** The condition that a row lies behind the place, in the direction of reading. */
export function compileSeek(c: Compilation, seek: SeekNode, terms: readonly OrderTerm[]): string {
  const keys = terms.map((term, index): SeekKey => {
    const value = seek.values[index];
    return {
      ...term,
      key: c.dialect.sortable(term.expression, term.type),
      value: value === undefined ? "NULL" : c.bind(value, "sortable"),
    };
  });
  const [first] = keys;
  if (first === undefined) return "TRUE";
  const isPlain =
    keys.every((key) => !key.nullable && key.descending === first.descending) &&
    (keys.length === 1 || c.dialect.gaps === undefined);
  if (isPlain)
    return `${joinRow(keys.map(({ key }) => key))} ${sign(first)} ${joinRow(keys.map(({ value }) => value))}`;
  const behind = writeBehind(c, keys);
  // The outer bound says nothing new; it lets an index on the strongest key find the place.
  return first.nullable ? behind : `(${first.key} ${sign(first)}= ${first.value} AND ${behind})`;
}

interface SeekKey extends OrderTerm {
  readonly key: string;
  readonly value: string;
}

function keepName({ expression }: OrderTerm): string {
  return expression;
}

/** The hops of an order that were followed so far. */
interface HopState extends Pick<OrderedRows, "isWhole"> {
  readonly start: Reached;
  readonly joins: string[];
  readonly reached: Map<string, Reached>;
}

function followHops(c: Compilation, hops: readonly HopNode[], state: HopState): Reached {
  let place = state.start;
  let path = "";
  for (const hop of hops) {
    path = `${path}.${hop.relation}`;
    const known = state.reached.get(path) ?? joinHop(c, hop, { ...state, place });
    state.reached.set(path, known);
    place = known;
  }
  return place;
}

function joinHop(
  c: Compilation,
  hop: HopNode,
  { place, joins, isWhole }: Pick<HopState, "joins" | "isWhole"> & { readonly place: Reached },
): Reached {
  const { far, from, conditions } = relateRows(c, place.scope, hop.relation);
  const access = decided(hop.access);
  const shown = hop.shown === undefined ? [] : compileConditions(c, [hop.shown], place.scope);
  const field = findRelation(place.scope.model, hop.relation);
  const isOpen = isConstant(access, true) && hop.shown === undefined;
  const certain = !place.nullable && field.kind === "ref" && !field.optional && isOpen;
  const join = isWhole && certain ? "JOIN" : "LEFT JOIN";
  joins.push(`${join} ${from} ON ${[...conditions, ...shown, ...compileConditions(c, [access], far)].join(" AND ")}`);
  return { scope: far, nullable: !certain };
}

function sign(key: OrderTerm): "<" | ">" {
  return key.descending ? "<" : ">";
}

function joinRow(items: readonly string[]): string {
  return items.length === 1 ? items.join() : `(${items.join(", ")})`;
}

/** Behind in the strongest key, or equal in it and behind in the rest. */
function writeBehind(c: Compilation, keys: readonly SeekKey[]): string {
  const [first, ...rest] = keys;
  if (first === undefined) return "FALSE";
  const behind = writeBehindOne(first);
  if (rest.length === 0) return behind;
  const equal = first.nullable ? c.dialect.isSame(first.key, first.value) : `${first.key} = ${first.value}`;
  return `(${behind} OR (${equal} AND ${writeBehind(c, rest)}))`;
}

/** Behind in one key. Where null is the smallest value, going up everything lies behind it, and going down it lies behind everything. */
function writeBehindOne(key: SeekKey): string {
  const plain = `${key.key} ${sign(key)} ${key.value}`;
  if (!key.nullable) return plain;
  return key.descending === (key.nulls === "smallest")
    ? `(${plain} OR (${key.key} IS NULL AND ${key.value} IS NOT NULL))`
    : `(${plain} OR (${key.value} IS NULL AND ${key.key} IS NOT NULL))`;
}
