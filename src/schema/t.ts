/** The field kinds a developer declares a model with. Each function starts a builder and checks nothing. */
import type { FieldBuilder, FieldTypes, types } from "./declarations.ts";
import { createListBuilder, createRefBuilder, type ListBuilder, type RefBuilder } from "./relation-builder.ts";
import { createKeptBuilder, createScalarBuilder, type KeptBuilder, type ScalarBuilder } from "./scalar-builder.ts";
import type { JsonValue } from "./schema-model.ts";

/** The functions of {@link t}. */
export interface FieldKinds {
  /** Text, compared by code point. */
  readonly text: () => ScalarBuilder<"text", string>;
  /** An integer within ±(2^53 − 1). */
  readonly int: () => ScalarBuilder<"int", number>;
  /** An integer of 64 bits; a string in JSON. */
  readonly bigint: () => ScalarBuilder<"bigint", string>;
  /** A binary floating-point number of 64 bits. */
  readonly float: () => ScalarBuilder<"float", number>;
  /** A decimal number of `precision` digits (1 to 38), `scale` of them after the point; a string in JSON. */
  readonly decimal: (precision: number, scale: number) => ScalarBuilder<"decimal", string>;
  /** True or false. */
  readonly bool: () => ScalarBuilder<"bool", boolean>;
  /** A day, `YYYY-MM-DD`. */
  readonly date: () => ScalarBuilder<"date", string>;
  /** An instant in UTC to the millisecond. */
  readonly datetime: () => ScalarBuilder<"datetime", string>;
  /** The time at which the row was created. Footing sets it; nobody else can. */
  readonly createdAt: () => KeptBuilder<"datetime", string>;
  /** The time at which the row was created or updated last. Footing sets it; nobody else can. */
  readonly updatedAt: () => KeptBuilder<"datetime", string>;
  /** A uuid of any version. */
  readonly uuid: () => ScalarBuilder<"uuid", string>;
  /** Octets; base64 in JSON. */
  readonly bytes: () => ScalarBuilder<"bytes", string>;
  /** Any JSON value but null. */
  readonly json: () => ScalarBuilder<"json", JsonValue>;
  /** One of the given strings. */
  readonly enum: <const V extends string>(...values: readonly V[]) => ScalarBuilder<"enum", V>;
  /** A list of values: `t.list(t.text().max(20))`. Limits of the item apply to each item. */
  readonly list: <B extends FieldBuilder<ItemTypes>>(item: B) => ScalarBuilder<"list", B[typeof types]["value"][]>;
  /** A reference to one row of another model; its value is the key of that row. */
  readonly ref: <const M extends string>(model: M) => RefBuilder<M>;
  /** The rows of `model` whose ref `via` is this row. */
  readonly many: <const M extends string, const V extends string>(model: M, via: V) => ListBuilder<"many", M, V>;
  /** The one row of `model` whose unique ref `via` is this row, or null. */
  readonly one: <const M extends string, const V extends string>(model: M, via: V) => ListBuilder<"one", M, V>;
  /** A set of rows of `model`, kept in a link table; with `via`, the other side of that field of `model`. */
  readonly manyToMany: ManyToManyKind;
}

/** Declares one side of a manyToMany: without `via` the side that owns the link table. */
export interface ManyToManyKind {
  <const M extends string>(model: M): ListBuilder<"manyToMany", M, never>;
  <const M extends string, const V extends string>(model: M, via: V): ListBuilder<"manyToMany", M, V>;
}

/** A field that may be the item of a list: a scalar without modifiers. */
export interface ItemTypes extends FieldTypes {
  readonly kind: "scalar";
  readonly scalar: Exclude<FieldTypes["scalar"], "list">;
  readonly flags: never;
}

/**
 * The field kinds.
 *
 * @example
 * ```ts
 * import { model, t } from "footing";
 *
 * const City = model({
 *   name: t.text().max(120),
 *   population: t.int().min(0).default(0),
 *   country: t.ref("Country"),
 * });
 * ```
 */
export const t: FieldKinds = Object.freeze({
  text: () => createScalarBuilder<"text", string>("text"),
  int: () => createScalarBuilder<"int", number>("int"),
  bigint: () => createScalarBuilder<"bigint", string>("bigint"),
  float: () => createScalarBuilder<"float", number>("float"),
  decimal: (precision: number, scale: number) =>
    createScalarBuilder<"decimal", string>("decimal", { precision, scale }),
  bool: () => createScalarBuilder<"bool", boolean>("bool"),
  date: () => createScalarBuilder<"date", string>("date"),
  datetime: () => createScalarBuilder<"datetime", string>("datetime"),
  createdAt: () => createKeptBuilder<"datetime", string>("datetime", "created"),
  updatedAt: () => createKeptBuilder<"datetime", string>("datetime", "updated"),
  uuid: () => createScalarBuilder<"uuid", string>("uuid"),
  bytes: () => createScalarBuilder<"bytes", string>("bytes"),
  json: () => createScalarBuilder<"json", JsonValue>("json"),
  enum: <const V extends string>(...values: readonly V[]) => createScalarBuilder<"enum", V>("enum", { values }),
  list: <B extends FieldBuilder<ItemTypes>>(item: B) =>
    createScalarBuilder<"list", B[typeof types]["value"][]>("list", { item }),
  ref: <const M extends string>(model: M) => createRefBuilder(model),
  many: <const M extends string, const V extends string>(model: M, via: V) => createListBuilder("many", model, via),
  one: <const M extends string, const V extends string>(model: M, via: V) => createListBuilder("one", model, via),
  manyToMany: createManyToMany,
});

function createManyToMany<M extends string>(model: M): ListBuilder<"manyToMany", M, never>;
function createManyToMany<M extends string, V extends string>(model: M, via: V): ListBuilder<"manyToMany", M, V>;
function createManyToMany<M extends string, V extends string>(model: M, via?: V): ListBuilder<"manyToMany", M, V> {
  return createListBuilder<"manyToMany", M, V>("manyToMany", model, via);
}
