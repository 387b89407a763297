/** The types of what is calculated over rows: what can be asked for, and what it answers. Types only. */
import type { FieldsOf, Models } from "./check-types.ts";
import type { FieldBuilders, FieldTypes } from "./declarations.ts";
import type { MeasureFunction } from "./measures.ts";
import type { BareValue, NullOf, TypesOf } from "./row-types.ts";
import type { NumberNames, SortNames } from "./where-types.ts";

/** What to calculate over rows. */
export interface MeasuresInput<in out M extends Models, in out N extends keyof M, in out S> {
  /** How many rows there are. */
  readonly count?: true;
  /** How many different values there are, null aside. */
  readonly countDistinct?: readonly SortNames<FieldsOf<M, N>, S>[];
  /** Exact sums: text for whole numbers and decimals, a number for floats. */
  readonly sum?: readonly NumberNames<FieldsOf<M, N>, S>[];
  /** The sum divided by the number of values, as a float. */
  readonly avg?: readonly NumberNames<FieldsOf<M, N>, S>[];
  /** The first value in order. */
  readonly min?: readonly SortNames<FieldsOf<M, N>, S>[];
  /** The last value in order. */
  readonly max?: readonly SortNames<FieldsOf<M, N>, S>[];
}

/** What is calculated, as it is answered. */
export type MeasuredRow<M extends Models, N extends keyof M, Q> = Q extends object
  ? { -readonly [P in Extract<keyof Q, MeasureFunction>]: MeasuredValue<M, FieldsOf<M, N>, { name: P; fields: Q[P] }> }
  : never;

/** What one function answers. */
export type MeasuredValue<
  M extends Models,
  F extends FieldBuilders,
  Q extends { name: unknown; fields: unknown },
> = Q["name"] extends "count" ? number : MeasuredFields<M, F, Q>;

type MeasuredFields<M extends Models, F extends FieldBuilders, Q extends { name: unknown; fields: unknown }> = {
  row: {
    [P in Q["fields"] extends readonly (infer Name extends string)[] ? Name : never]: Measured<
      M,
      TypesOf<F, P>,
      Q["name"]
    >;
  };
}["row"];

type Measured<M extends Models, T extends FieldTypes, Name> = Name extends "countDistinct"
  ? number
  : Name extends "avg"
    ? number | null
    : Name extends "sum"
      ? (T["scalar"] extends "float" ? number : string) | null
      : Exclude<BareValue<M, T, "json">, NullOf<T["flags"]>> | null;
