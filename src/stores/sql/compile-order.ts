/** Compiles the order of a list and the place in it where a page starts. Reading backwards turns every term round. */

import type { NullRank, OrderNode } from "../../plan/order-node.ts";
import type { HopNode } from "../../plan/predicate-node.ts";
import { isConstant } from "../../plan/predicate-node.ts";
import type { SeekNode } from "../../plan/rows-node.ts";
import type { ScalarType } from "../../schema/schema-model.ts";
import type { Compilation } from "./compilation.ts";
import { compileRelatedMeasure } from "./compile-measure.ts";
import { compileConditions, decided } from "./compile-predicate.ts";
import { findColumn, findRelation, listColumns, type RowScope, relateRows } from "./row-scope.ts";

/** One sort key. */
export interface OrderTerm {
  /** The stored value. */
  readonly expression: string;
  readonly type: ScalarType;
  readonly nullable: boolean;
  /** In the direction of reading. */
  readonly descending: boolean;
  readonly nulls: NullRank;
}

/** An order: the joins it needs and its terms, strongest first. */
export interface CompiledOrder {
  readonly joins: readonly string[];
  readonly terms: readonly OrderTerm[];
}

/** The place where hops lead. */
interface Reached {
  readonly scope: RowScope;
  readonly nullable: boolean;
}

/** Compiles sort keys of the row `scope`. Hops become left joins, each path once. */
export function compileOrder(
  c: Compilation,
  order: readonly OrderNode[],
  { scope, backwards }: { readonly scope: RowScope; readonly backwards: boolean },
): CompiledOrder {
  const joins: string[] = [];
  const reached = new Map<string, Reached>();
  const terms = order.map((node) => {
    const place = followHops(c, node.hops, { start: { scope, nullable: false }, joins, reached });
    return { ...compileSorted(c, node.value, place), descending: node.descending !== backwards, nulls: node.nulls };
  });
  return { joins, terms };
}

function compileSorted(
  c: Compilation,
  value: OrderNode["value"],
  { scope, nullable }: Reached,
): Omit<OrderTerm, "descending" | "nulls"> {
  if (value.kind === "column") {
    const { name, type, optional } = findColumn(scope.model, value);
    return { expression: scope.column(name), type, nullable: nullable || optional };
  }
  const compiled = compileRelatedMeasure(c, value, scope);
  if (!nullable || compiled.nullable) return compiled;
  // The rows of a row that is not there are not none: there is nothing to count.
  const isThere = listColumns(scope, scope.model.key).map((column) => `${column} IS NOT NULL`);
  return { ...compiled, nullable, expression: `CASE WHEN ${isThere.join(" AND ")} THEN ${compiled.expression} END` };
}

/** The `ORDER BY` list, each value under the name that `rename` gives it. */
export function writeOrder(
  c: Compilation,
  terms: readonly OrderTerm[],
  rename: (expression: string) => string = keepName,
): string {
  return terms
    .map(({ expression, type, ...way }) => c.dialect.orderTerm(c.dialect.sortable(rename(expression), type), way))
    .join(", ");
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

function keepName(expression: string): string {
  return expression;
}

function followHops(
  c: Compilation,
  hops: readonly HopNode[],
  state: { readonly start: Reached; readonly joins: string[]; readonly reached: Map<string, Reached> },
): Reached {
  let place = state.start;
  let path = "";
  for (const hop of hops) {
    path = `${path}.${hop.relation}`;
    const known = state.reached.get(path) ?? joinHop(c, hop, { place, joins: state.joins });
    state.reached.set(path, known);
    place = known;
  }
  return place;
}

function joinHop(
  c: Compilation,
  hop: HopNode,
  { place, joins }: { readonly place: Reached; readonly joins: string[] },
): Reached {
  const { far, from, conditions } = relateRows(c, place.scope, hop.relation);
  const access = decided(hop.access);
  joins.push(`LEFT JOIN ${from} ON ${[...conditions, ...compileConditions(c, [access], far)].join(" AND ")}`);
  const field = findRelation(place.scope.model, hop.relation);
  const certain = field.kind === "ref" && !field.optional && isConstant(access, true);
  return { scope: far, nullable: place.nullable || !certain };
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
