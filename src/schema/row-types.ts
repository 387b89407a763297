/**
 * The types of values and keys, inferred from declarations. Types only. `S` is true for the app itself, which sees
 * hidden fields.
 */
import type { FieldsOf, Models } from "./check-types.ts";
import type { FieldBuilders, FieldTypes, Flag, types } from "./declarations.ts";
import type { Convenience } from "./scalar-builder.ts";

/** What TypeScript knows of the field `P`. */
export type TypesOf<F extends FieldBuilders, P extends keyof F> = F[P][typeof types];

/** The names of the fields of one of the kinds `K` that may be seen. */
export type Names<F extends FieldBuilders, K extends FieldTypes["kind"], S> = {
  [P in keyof F]: TypesOf<F, P>["kind"] extends K
    ? IsShown<TypesOf<F, P>["flags"], S> extends true
      ? P
      : never
    : never;
}[keyof F] &
  string;

/** Whether a field with the flags is seen. */
export type IsShown<F extends Flag, S> = S extends true ? true : "hidden" extends F ? false : true;

/** `null` for an optional field. */
export type NullOf<F extends Flag> = "optional" extends F ? null : never;

/** `null` for a field that does not show in every row. */
export type MaskNull<F extends Flag, S> = S extends true ? never : "masked" extends F ? null : never;

/** The form of values: `json` as they are answered, `input` with what is taken beside that (`Date`, `bigint`, `Uint8Array`). */
export type Form = "json" | "input";

/** The value of a scalar or ref field. */
export type OwnValue<M extends Models, T extends FieldTypes, V extends Form> = BareValue<M, T, V> | NullOf<T["flags"]>;

/** The value of a scalar or ref field as it is answered: null also where it does not show. */
export type ShownValue<M extends Models, T extends FieldTypes, S> = T["kind"] extends "ref"
  ? Key<M, T["model"], "json"> | NullOf<T["flags"]> | MaskNull<T["flags"], S>
  : T["value"] | NullOf<T["flags"]> | MaskNull<T["flags"], S>;

/** A value without null. */
export type BareValue<M extends Models, T extends FieldTypes, V extends Form> = T["kind"] extends "ref"
  ? Key<M, T["model"], V>
  : T["value"] | (V extends "input" ? Convenience[T["scalar"]] : never);

/** The key of a row of `N`: a value, or an object for a key of several fields. */
export type Key<M extends Models, N, V extends Form = "input"> = N extends keyof M
  ? KeyValue<M, FieldsOf<M, N>, { key: M[N][typeof types]["key"]; form: V }>
  : never;

interface KeyAndForm {
  key: string | readonly string[];
  form: Form;
}

type KeyValue<M extends Models, F extends FieldBuilders, K extends KeyAndForm> = K["key"] extends string
  ? PartValue<M, F, { part: K["key"]; form: K["form"] }>
  : K["key"] extends readonly [infer Only extends string]
    ? PartValue<M, F, { part: Only; form: K["form"] }>
    : { [P in K["key"][number] & string]: PartValue<M, F, { part: P; form: K["form"] }> };

type PartValue<
  M extends Models,
  F extends FieldBuilders,
  P extends { part: string; form: Form },
> = P["part"] extends keyof F ? BareValue<M, TypesOf<F, P["part"]>, P["form"]> : never;
