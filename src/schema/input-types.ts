/** The types of the data that creates and changes rows, inferred from declarations. Types only. */
import type { FieldsOf, Models } from "./check-types.ts";
import type { FieldBuilders, FieldTypes, types } from "./declarations.ts";
import type { IsShown, Key, OwnValue, TypesOf } from "./row-types.ts";

/**
 * The data of a new row. Required are the fields that are not optional and have no default, unless the create rule
 * fills them in. A ref takes a key, a manyToMany the whole list of keys.
 */
export type CreateInput<M extends Models, N extends keyof M, S = false> = {
  [P in RequiredNames<M, N, S>]: InputValue<M, TypesOf<FieldsOf<M, N>, P>>;
} & {
  [P in Exclude<WritableNames<FieldsOf<M, N>, S>, RequiredNames<M, N, S>>]?:
    | InputValue<M, TypesOf<FieldsOf<M, N>, P>>
    | undefined;
};

/** The data of a change: any fields but the key and immutable ones. A manyToMany takes the whole list of keys. */
export type UpdateInput<M extends Models, N extends keyof M, S = false> = {
  [P in ChangeableNames<M, N, S>]?: InputValue<M, TypesOf<FieldsOf<M, N>, P>> | undefined;
};

type InputValue<M extends Models, T extends FieldTypes> = T["kind"] extends "manyToMany"
  ? readonly Key<M, T["model"]>[]
  : OwnValue<M, T, "input">;

type WritableNames<F extends FieldBuilders, S> = {
  [P in keyof F]: TypesOf<F, P>["kind"] extends "many" | "one"
    ? never
    : IsShown<TypesOf<F, P>["flags"], S> extends true
      ? P
      : never;
}[keyof F] &
  string;

type RequiredNames<M extends Models, N extends keyof M, S> = Exclude<
  RequiredFields<FieldsOf<M, N>, S>,
  S extends true ? never : M[N][typeof types]["forced"]
>;

type RequiredFields<F extends FieldBuilders, S> = {
  [P in WritableNames<F, S>]: TypesOf<F, P>["kind"] extends "manyToMany"
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
