/**
 * The types of selections and of what they answer, inferred from declarations. Types only. A selection is checked by
 * walking what was written, so the cost grows with the selection and not with the schema.
 */
import type { FieldsOf, Models } from "./check-types.ts";
import type { FieldBuilders, FieldTypes, types } from "./declarations.ts";
import type { MeasuredRow, MeasuresInput } from "./measure-types.ts";
import type { Operator } from "./operators.ts";
import type { IsShown, MaskNull, Names, NullOf, ShownValue, TypesOf } from "./row-types.ts";
import type { JsonOperators, OrderInput, WhereInput } from "./where-types.ts";

/** The fields a row is answered with: `true`, or for a relation what to answer of the related rows. */
export type SelectInput<M extends Models, N extends keyof M, S = false> = {
  readonly [P in Names<FieldsOf<M, N>, FieldTypes["kind"], S>]?: SelectEntry<M, TypesOf<FieldsOf<M, N>, P>, S>;
};

type SelectEntry<M extends Models, T extends FieldTypes, S> = T["kind"] extends "scalar"
  ? true
  : T["model"] extends keyof M
    ?
        | true
        | (T["kind"] extends "ref" | "one"
            ? ToOneInput<M, T["model"], S>
            : ToManyInput<M, T["model"], S> | RelatedMeasuresInput<M, T["model"], S>)
    : never;

/** What to answer of the one related row: `{}` for all its own fields. */
export interface ToOneInput<in out M extends Models, in out N extends keyof M, in out S> {
  readonly select?: SelectInput<M, N, S>;
}

/** Which of the related rows to answer, in which order and form. */
export interface ToManyInput<in out M extends Models, in out N extends keyof M, in out S> extends ToOneInput<M, N, S> {
  readonly where?: WhereInput<M, N, S>;
  /** Words to find in the fields that the model declares for it. */
  readonly search?: string;
  readonly orderBy?: readonly OrderInput<M, N, S>[];
  /** Rows at most; absent: the default limit of the app. */
  readonly limit?: number;
  /** Rows to skip; not together with a cursor. */
  readonly offset?: number;
  /** A cursor: only rows behind it. */
  readonly after?: string;
  /** A cursor: only rows before it, the nearest ones, in the list's own order. */
  readonly before?: string;
}

/** What to answer instead of the related rows: what is calculated over them. */
export interface RelatedMeasuresInput<in out M extends Models, in out N extends keyof M, in out S> {
  readonly where?: WhereInput<M, N, S>;
  readonly search?: string;
  readonly aggregate: MeasuresInput<M, N, S>;
}

/** What a selection must also be: names that are no field get a message in the place of their value. */
export type CheckedSelect<M extends Models, N extends keyof M, Q extends { select: unknown; system: unknown }> = {
  readonly [P in keyof Q["select"]]: P extends keyof FieldsOf<M, N>
    ? IsShown<TypesOf<FieldsOf<M, N>, P>["flags"], Q["system"]> extends true
      ? CheckedEntry<M, TypesOf<FieldsOf<M, N>, P>, { entry: Q["select"][P]; system: Q["system"] }>
      : UnknownField<N, P>
    : UnknownField<N, P>;
};

type UnknownField<N, P> = `${N & string} has no field ${P & string}`;

type CheckedEntry<
  M extends Models,
  T extends FieldTypes,
  Q extends { entry: unknown; system: unknown },
> = Q["entry"] extends true ? true : T["model"] extends keyof M ? CheckedRelation<M, T, Q> : true;

type CheckedRelation<M extends Models, T extends FieldTypes, Q extends { entry: unknown; system: unknown }> = {
  readonly [O in keyof Q["entry"]]: O extends "select"
    ? CheckedSelect<M, T["model"], { select: Q["entry"][O]; system: Q["system"] }>
    : O extends "where"
      ? CheckedWhere<M, T["model"], { where: Q["entry"][O]; system: Q["system"] }>
      : O extends "search" | "orderBy" | "limit" | "offset" | "after" | "before" | "aggregate"
        ? unknown
        : `A relation takes no ${O & string}`;
};

/** What a filter inside a selection must also be: names that are no field get a message in the place of their value. */
export type CheckedWhere<M extends Models, N extends keyof M, Q extends { where: unknown; system: unknown }> = {
  readonly [P in keyof Q["where"]]: P extends "all" | "any"
    ? { readonly [I in keyof Q["where"][P]]: CheckedWhere<M, N, { where: Q["where"][P][I]; system: Q["system"] }> }
    : P extends "not"
      ? CheckedWhere<M, N, { where: Q["where"][P]; system: Q["system"] }>
      : P extends Names<FieldsOf<M, N>, FieldTypes["kind"], Q["system"]>
        ? CheckedCondition<M, TypesOf<FieldsOf<M, N>, P>, { where: Q["where"][P]; system: Q["system"] }>
        : UnknownField<N, P>;
};

/** Operators of scalars and quantifiers must be known; a filter on one related row is checked like any other. */
type CheckedCondition<
  M extends Models,
  T extends FieldTypes,
  Q extends { where: unknown; system: unknown },
> = Q["where"] extends Date | Uint8Array | readonly unknown[]
  ? unknown
  : Q["where"] extends object
    ? { readonly [O in keyof Q["where"]]: CheckedOperator<M, T, { where: Q["where"]; name: O; system: Q["system"] }> }
    : unknown;

type CheckedOperator<
  M extends Models,
  T extends FieldTypes,
  Q extends { where: unknown; name: unknown; system: unknown },
> = Q["name"] extends "some" | "every" | "none"
  ? T["model"] extends keyof M
    ? CheckedWhere<M, T["model"], { where: Q["where"][Q["name"] & keyof Q["where"]]; system: Q["system"] }>
    : never
  : T["kind"] extends "scalar"
    ? Q["name"] extends OperatorName
      ? unknown
      : `There is no operator ${Q["name"] & string}`
    : T["kind"] extends "ref" | "one"
      ? Q["name"] extends OperatorName | "all" | "any" | "not" | keyof FieldsOf<M, T["model"]>
        ? unknown
        : UnknownField<T["model"], Q["name"]>
      : `A relation to many takes some, every and none, not ${Q["name"] & string}`;

type OperatorName = Operator | keyof JsonOperators;

// What is answered stands as `row` in an object and is taken out of it: so editors show its fields, and not the name of a
// type with all models behind it.

/**
 * A row with all its own fields in their JSON form: bigint, decimal, date, datetime, uuid and bytes are strings, a
 * ref is the key of its target. Hidden fields are absent.
 */
export type Row<M extends Models, N extends keyof M, S = false> = {
  row: { [P in Names<FieldsOf<M, N>, "scalar" | "ref", S>]: ShownValue<M, TypesOf<FieldsOf<M, N>, P>, S> };
}["row"];

/** The row that a selection answers; all own fields when there is no selection. */
export type SelectResult<M extends Models, N extends keyof M, Q, S = false> = [Q] extends [undefined]
  ? Row<M, N, S>
  : SelectedRow<M, FieldsOf<M, N>, { select: Q; system: S }>;

type SelectedRow<M extends Models, F extends FieldBuilders, Q extends { select: unknown; system: unknown }> = {
  row: {
    -readonly [P in keyof Q["select"] & keyof F]: SelectedValue<
      M,
      TypesOf<F, P>,
      { entry: Q["select"][P]; system: Q["system"] }
    >;
  };
}["row"];

type SelectedValue<
  M extends Models,
  T extends FieldTypes,
  Q extends { entry: unknown; system: unknown },
> = T["kind"] extends "scalar"
  ? ShownValue<M, T, Q["system"]>
  : T["kind"] extends "ref"
    ? Q["entry"] extends true
      ? ShownValue<M, T, Q["system"]>
      : ExpandedRow<M, T, Q> | RefNull<M, T, Q["system"]>
    : T["kind"] extends "one"
      ? ExpandedRow<M, T, Q> | null
      : T["model"] extends keyof M
        ? Q["entry"] extends { readonly aggregate: infer A }
          ? MeasuredRow<M, T["model"], A>
          : ExpandedRow<M, T, Q>[]
        : never;

type ExpandedRow<
  M extends Models,
  T extends FieldTypes,
  Q extends { entry: unknown; system: unknown },
> = T["model"] extends keyof M
  ? Q["entry"] extends { readonly select: infer Inner }
    ? SelectedRow<M, FieldsOf<M, T["model"]>, { select: Inner; system: Q["system"] }>
    : Row<M, T["model"], Q["system"]>
  : never;

/** An expanded ref may be null when it is optional, or when the target may be hidden from the reader, or deleted. */
export type RefNull<M extends Models, T extends FieldTypes, S> =
  | NullOf<T["flags"]>
  | MaskNull<T["flags"], S>
  | (M[T["model"]][typeof types]["softDelete"] extends true
      ? null
      : IsReadable<M, T["model"], S> extends true
        ? never
        : null);

/** Whether every row of the model can be read: by the app itself, or because the read rule says `true`. */
export type IsReadable<M extends Models, N extends keyof M, S> = S extends true
  ? true
  : M[N][typeof types]["public"] extends true
    ? true
    : false;
