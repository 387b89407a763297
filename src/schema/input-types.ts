/**
 * The types of the data that creates and changes rows, and of what it says of related rows, which is such data again.
 * Inferred from declarations. Types only.
 */
import type { FieldsOf, Models } from "./check-types.ts";
import type { FieldBuilders, FieldTypes, Flag, types } from "./declarations.ts";
import type { BareValue, Key, Names, OwnValue, TypesOf } from "./row-types.ts";
import type { Convenience } from "./scalar-builder.ts";

/**
 * The data of a new row. Required are the fields that are not optional and have no default, unless the create rule
 * fills them in. A ref takes a key, a manyToMany a list of keys, and every relation what is to be done with its rows.
 */
export type CreateInput<M extends Models, N extends keyof M, S = false> = {
  [P in RequiredNames<M, N, S>]: InputValue<M, TypesOf<FieldsOf<M, N>, P>, { use: "create"; system: S }>;
} & {
  [P in Exclude<WritableNames<FieldsOf<M, N>, S>, RequiredNames<M, N, S>>]?:
    | InputValue<M, TypesOf<FieldsOf<M, N>, P>, { use: "create"; system: S }>
    | undefined;
};

/**
 * The data of a change: any fields but the key and immutable ones. A manyToMany takes the whole list of keys, and every
 * relation what is to be done with its rows.
 */
export type UpdateInput<M extends Models, N extends keyof M, S = false> = {
  [P in ChangeableNames<M, N, S>]?: InputValue<M, TypesOf<FieldsOf<M, N>, P>, { use: "update"; system: S }> | undefined;
};

type InputValue<
  M extends Models,
  T extends FieldTypes,
  Q extends { use: "create" | "update"; system: unknown },
> = T["kind"] extends "scalar"
  ? OwnValue<M, T, "input"> | (Q["use"] extends "update" ? CalculationInput<T> | PatchInput<T> : never)
  : T["kind"] extends "ref"
    ? OwnValue<M, T, "input"> | NestedInput<M, T, Q>
    : T["kind"] extends "manyToMany"
      ? readonly Key<M, T["model"]>[] | NestedInput<M, T, Q>
      : NestedInput<M, T, Q>;

/** What an update may do to a number instead of setting it. */
type CalculationInput<T extends FieldTypes> = T["scalar"] extends "int" | "float" | "bigint" | "decimal"
  ?
      | { readonly increment: T["value"] | Convenience[T["scalar"]] }
      | { readonly decrement: T["value"] | Convenience[T["scalar"]] }
      | (T["scalar"] extends "decimal" ? never : { readonly multiply: T["value"] | Convenience[T["scalar"]] })
  : never;

/** What an update may change inside a list or json instead of setting it. */
type PatchInput<T extends FieldTypes> = T["scalar"] extends "list"
  ? { readonly append: T["value"] } | { readonly remove: T["value"] }
  : T["scalar"] extends "json"
    ? JsonPatchInput
    : never;

/** A JSON Merge Patch (RFC 7396), or json that looks like one and is to be set. */
export interface JsonPatchInput {
  readonly merge?: Readonly<Record<string, unknown>>;
  readonly set?: unknown;
}

type WritableNames<F extends FieldBuilders, S> = {
  [P in keyof F]: IsWritable<TypesOf<F, P>["flags"], S> extends true ? P : never;
}[keyof F] &
  string;

/** What is computed, or kept by Footing, is seen and not written. */
type IsWritable<F extends Flag, S> = [F & ("computed" | "kept")] extends [never]
  ? S extends true
    ? true
    : "hidden" extends F
      ? false
      : true
  : false;

type RequiredNames<M extends Models, N extends keyof M, S> = Exclude<
  RequiredFields<FieldsOf<M, N>, S>,
  S extends true ? never : M[N][typeof types]["forced"]
>;

type RequiredFields<F extends FieldBuilders, S> = {
  [P in WritableNames<F, S>]: TypesOf<F, P>["kind"] extends "manyToMany" | "many" | "one"
    ? never
    : [TypesOf<F, P>["flags"] & ("optional" | "default")] extends [never]
      ? P
      : never;
}[WritableNames<F, S>];

type ChangeableNames<M extends Models, N extends keyof M, S> = Exclude<
  UnfixedNames<FieldsOf<M, N>, S>,
  KeyNames<M[N][typeof types]["key"]>
>;

type UnfixedNames<F extends FieldBuilders, S> = {
  [P in WritableNames<F, S>]: "immutable" extends TypesOf<F, P>["flags"] ? never : P;
}[WritableNames<F, S>];

type KeyNames<K> = K extends readonly (infer P)[] ? P : K;

// `V` is the field of the related model that this write sets, or never.

/** What a new row says of one related row: one of these. */
export interface NewOne<in out M extends Models, in out N extends keyof M, in out V, in out S> {
  /** The data of a new row. */
  readonly create?: RelatedInput<M, N, V, S>;
  /** The key of a row that is there. */
  readonly connect?: Key<M, N>;
  /** The key of a row, and the rest of its data should it not be there. */
  readonly connectOrCreate?: { readonly key: Key<M, N>; readonly create: KeylessInput<M, N, V, S> };
}

/** What a change says of one related row: one of these. */
export interface ChangeOne<in out M extends Models, in out N extends keyof M, in out V, in out S>
  extends NewOne<M, N, V, S> {
  /** Leaves the row without one. */
  readonly disconnect?: true;
  /** Changes the related row. */
  readonly update?: UpdateInput<M, N, S>;
  /** Changes the related row, or creates one where there is none. */
  readonly upsert?: { readonly create: RelatedInput<M, N, V, S>; readonly update: UpdateInput<M, N, S> };
  /** Deletes the related row. */
  readonly delete?: true;
}

/** What a new row says of many related rows. */
export interface NewMany<in out M extends Models, in out N extends keyof M, in out V, in out S> {
  /** The data of new rows. */
  readonly create?: readonly RelatedInput<M, N, V, S>[];
  /** The keys of rows that are there. */
  readonly connect?: readonly Key<M, N>[];
  /** Keys of rows, and the rest of their data should they not be there. */
  readonly connectOrCreate?: readonly { readonly key: Key<M, N>; readonly create: KeylessInput<M, N, V, S> }[];
}

/** What a change says of many related rows. */
export interface ChangeMany<in out M extends Models, in out N extends keyof M, in out V, in out S>
  extends NewMany<M, N, V, S> {
  /** The keys of related rows that shall be so no more. */
  readonly disconnect?: readonly Key<M, N>[];
  /** The keys of all rows that shall be related. */
  readonly set?: readonly Key<M, N>[];
  /** Changes related rows. */
  readonly update?: readonly { readonly key: Key<M, N>; readonly data: UpdateInput<M, N, S> }[];
  /** Changes related rows, or creates them where they are not related. */
  readonly upsert?: readonly {
    readonly key: Key<M, N>;
    readonly create: KeylessInput<M, N, V, S>;
    readonly update: UpdateInput<M, N, S>;
  }[];
  /** The keys of related rows to delete. */
  readonly delete?: readonly Key<M, N>[];
}

/** What the data of a write may say of the rows behind a relation. */
export type NestedInput<
  M extends Models,
  T extends FieldTypes,
  Q extends { use: "create" | "update"; system: unknown },
> = T["model"] extends keyof M
  ? T["kind"] extends "many" | "manyToMany"
    ? Q["use"] extends "create"
      ? NewMany<M, T["model"], ViaOf<T>, Q["system"]>
      : ChangeMany<M, T["model"], ViaOf<T>, Q["system"]>
    : Q["use"] extends "create"
      ? NewOne<M, T["model"], ViaOf<T>, Q["system"]>
      : ChangeOne<M, T["model"], ViaOf<T>, Q["system"]>
  : never;

/** A row named by one of its unique fields: `{ email: "a@b.c" }`. */
export type UniqueInput<M extends Models, N extends keyof M, S> = {
  [P in UniqueNames<M, N, S>]: { readonly [K in P]: BareValue<M, TypesOf<FieldsOf<M, N>, P>, "input"> };
}[UniqueNames<M, N, S>];

/** The data of a row to create if it is not there; what names the row may be left out. */
export type UpsertInput<M extends Models, N extends keyof M, S> = Without<
  CreateInput<M, N, S>,
  KeyNames<M[N][typeof types]["key"]> | UniqueNames<M, N, S>
> & { readonly [P in UniqueNames<M, N, S>]?: BareValue<M, TypesOf<FieldsOf<M, N>, P>, "input"> };

type UniqueNames<M extends Models, N extends keyof M, S> = {
  [P in Names<FieldsOf<M, N>, "scalar" | "ref", S>]: "unique" extends TypesOf<FieldsOf<M, N>, P>["flags"] ? P : never;
}[Names<FieldsOf<M, N>, "scalar" | "ref", S>];

type ViaOf<T extends FieldTypes> = T["kind"] extends "many" | "one" ? T["via"] : never;

/** The data of a row that this write relates: without the field that says to whom. */
type RelatedInput<M extends Models, N extends keyof M, V, S> = Without<CreateInput<M, N, S>, V>;

/** The same without the key, which stands beside it. */
type KeylessInput<M extends Models, N extends keyof M, V, S> = Without<
  CreateInput<M, N, S>,
  V | KeyNames<M[N][typeof types]["key"]>
>;

type Without<T, K> = [K] extends [never] ? T : { [P in keyof T as P extends K ? never : P]: T[P] };
