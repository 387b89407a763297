/** The types of filters and sort keys, inferred from declarations. Types only. */
import type { FieldsOf, Models } from "./check-types.ts";
import type { FieldBuilders, FieldTypes, ValueKind } from "./declarations.ts";
import type { BareValue, Key, Names, NullOf, TypesOf } from "./row-types.ts";

/** Asks for null or for a value. */
export interface NullOperators {
  readonly isNull?: boolean;
}

/** Comparisons of equality. */
export interface EqualOperators<V> extends NullOperators {
  readonly eq?: V | null;
  readonly not?: V | null;
  readonly in?: readonly V[];
  readonly notIn?: readonly V[];
}

/** Comparisons of order. */
export interface OrderOperators<V> extends EqualOperators<V> {
  readonly lt?: V;
  readonly lte?: V;
  readonly gt?: V;
  readonly gte?: V;
}

/** Comparisons of text, by code point and case. */
export interface TextOperators<V> extends OrderOperators<V>, PartOperators<V> {}

/** Comparisons with part of a text; those with an `i`, also with all of it, do not regard case. */
export interface PartOperators<V> {
  readonly contains?: V;
  readonly startsWith?: V;
  readonly endsWith?: V;
  readonly ieq?: V;
  readonly icontains?: V;
  readonly istartsWith?: V;
  readonly iendsWith?: V;
}

/** Questions about the items of a list. */
export interface ListOperators<I> extends NullOperators {
  readonly has?: I;
  readonly hasAny?: readonly I[];
  readonly hasEvery?: readonly I[];
  /** Both answers are about a list that is there. */
  readonly isEmpty?: boolean;
}

/** Comparisons of what stands at a path inside json; each within the JSON type of its value. */
export interface JsonOperators extends NullOperators, PartOperators<string> {
  /** Names of members, and places in arrays from 0. */
  readonly path: readonly (string | number)[];
  readonly eq?: string | number | boolean | null;
  readonly not?: string | number | boolean | null;
  readonly in?: readonly string[] | readonly number[] | readonly boolean[];
  readonly notIn?: readonly string[] | readonly number[] | readonly boolean[];
  readonly lt?: string | number;
  readonly lte?: string | number;
  readonly gt?: string | number;
  readonly gte?: string | number;
  /** Whether anything stands there, null included. */
  readonly exists?: boolean;
}

/** What a filter may say of a value of each kind. */
interface Comparisons<V> {
  text: V | TextOperators<V>;
  int: V | OrderOperators<V>;
  bigint: V | OrderOperators<V>;
  float: V | OrderOperators<V>;
  decimal: V | OrderOperators<V>;
  date: V | OrderOperators<V>;
  datetime: V | OrderOperators<V>;
  uuid: V | OrderOperators<V>;
  bool: V | EqualOperators<V>;
  enum: V | EqualOperators<V>;
  bytes: NullOperators;
  json: NullOperators | JsonOperators;
  list: V extends readonly (infer I)[] ? ListOperators<I> : NullOperators;
}

/** Another field to compare with: one of the same type of the same row, or of a row that it refers to. */
export interface FieldOperand<in out M extends Models, in out N extends keyof M, in out S> {
  readonly field: SortNames<FieldsOf<M, N>, S> | HopNames<M, FieldsOf<M, N>, S>;
}

/** Comparisons with other fields. Beside comparisons with values they stand in a filter of their own: `{ all: […] }`. */
export interface FieldOperators<in out M extends Models, in out N extends keyof M, in out S>
  extends PartOperators<FieldOperand<M, N, S>> {
  readonly eq?: FieldOperand<M, N, S>;
  readonly not?: FieldOperand<M, N, S>;
  readonly lt?: FieldOperand<M, N, S>;
  readonly lte?: FieldOperand<M, N, S>;
  readonly gt?: FieldOperand<M, N, S>;
  readonly gte?: FieldOperand<M, N, S>;
}

/** A filter on the rows of the model `N`; all its conditions must hold. */
export type WhereInput<M extends Models, N extends keyof M, S = false> = {
  readonly [P in Names<FieldsOf<M, N>, FieldTypes["kind"], S>]?:
    | FieldWhere<M, TypesOf<FieldsOf<M, N>, P>, S>
    | FieldOperators<M, N, S>;
} & Combined<M, N, S>;

/** Filters made of filters. */
export interface Combined<in out M extends Models, in out N extends keyof M, in out S> {
  /** All of them hold. */
  readonly all?: readonly WhereInput<M, N, S>[];
  /** At least one holds. */
  readonly any?: readonly WhereInput<M, N, S>[];
  /** It does not hold. */
  readonly not?: WhereInput<M, N, S>;
}

/** What a filter may say of one field. */
export type FieldWhere<M extends Models, T extends FieldTypes, S> = T["kind"] extends "scalar"
  ? Comparisons<BareValue<M, T, "input">>[T["scalar"]] | NullOf<T["flags"]>
  : T["model"] extends keyof M
    ? RelationWhere<M, T, S>
    : never;

/** What a filter may say of a relation. */
type RelationWhere<M extends Models, T extends FieldTypes, S> = T["kind"] extends "ref"
  ? Key<M, T["model"]> | EqualOperators<Key<M, T["model"]>> | WhereInput<M, T["model"], S> | NullOf<T["flags"]>
  : T["kind"] extends "one"
    ? WhereInput<M, T["model"], S> | null
    : Quantified<M, T["model"], S>;

/** Filters on many related rows. */
export interface Quantified<in out M extends Models, in out N extends keyof M, in out S> {
  /** At least one related row meets it. */
  readonly some?: WhereInput<M, N, S>;
  /** No related row fails it. */
  readonly every?: WhereInput<M, N, S>;
  /** No related row meets it. */
  readonly none?: WhereInput<M, N, S>;
}

/**
 * A sort key of the model `N`: a field, a field of the row that a ref or a one refers to, or what is calculated over the
 * rows of a relation to many (`cities.count`); `-` before it sorts down, and `:nullsLast` behind it says where null stands.
 */
export type OrderInput<M extends Models, N extends keyof M, S = false> = Placed<
  SortNames<FieldsOf<M, N>, S> | HopNames<M, FieldsOf<M, N>, S> | RelatedNames<M, FieldsOf<M, N>, S>
>;

/** A sort key up or down, with or without a place for null. */
export type Placed<K extends string> = Signed<K> | `${Signed<K>}:nulls${"First" | "Last"}` | SortInput<K>;

/** A sort key in words. */
export interface SortInput<out K extends string> {
  readonly field: K;
  /** Absent: up. */
  readonly direction?: "asc" | "desc";
  /** Absent: null is the smallest value. */
  readonly nulls?: "first" | "last";
}

/** A sort key up, or down. */
export type Signed<K extends string> = K | `-${K}`;

/** The fields with an order, refs included: they sort by their key. */
export type SortNames<F extends FieldBuilders, S> = {
  [P in Names<F, "scalar" | "ref", S>]: TypesOf<F, P>["scalar"] extends Exclude<ValueKind, "json" | "bytes" | "list">
    ? P
    : never;
}[Names<F, "scalar" | "ref", S>];

/** The fields with an order behind a ref or a one. */
export type HopNames<M extends Models, F extends FieldBuilders, S> = {
  [P in Names<F, "ref" | "one", S>]: TypesOf<F, P>["model"] extends keyof M
    ? `${P}.${SortNames<FieldsOf<M, TypesOf<F, P>["model"]>, S>}`
    : never;
}[Names<F, "ref" | "one", S>];

/** What is calculated over the rows of relations to many: `cities.count`, `cities.sum.population`. */
type RelatedNames<M extends Models, F extends FieldBuilders, S> = {
  [P in Names<F, "many" | "manyToMany", S>]: TypesOf<F, P>["model"] extends keyof M
    ? `${P}.${MeasureNames<FieldsOf<M, TypesOf<F, P>["model"]>, S>}`
    : never;
}[Names<F, "many" | "manyToMany", S>];

/** What can be calculated over rows: `count`, `sum.population`. */
export type MeasureNames<F extends FieldBuilders, S> =
  | "count"
  | `${"sum" | "avg"}.${NumberNames<F, S>}`
  | `${"countDistinct" | "min" | "max"}.${SortNames<F, S>}`;

/** The fields that hold numbers. */
export type NumberNames<F extends FieldBuilders, S> = ScalarNames<
  F,
  { system: S; scalar: "int" | "bigint" | "float" | "decimal" }
>;

/** Fields of which kind, as who sees them. */
export interface Wanted {
  system: unknown;
  scalar: ValueKind;
}

/** The fields that hold values of the kind. */
export type ScalarNames<F extends FieldBuilders, Q extends Wanted> = {
  [P in Names<F, "scalar", Q["system"]>]: TypesOf<F, P>["scalar"] extends Q["scalar"] ? P : never;
}[Names<F, "scalar", Q["system"]>];
