/** The tables of a database as SQL of the app's own sees them, inferred from declared models. Types only. */
import type { ColumnType } from "kysely";
import type { FieldsOf, Models } from "./check-types.ts";
import type { FieldTypes, types } from "./declarations.ts";
import type { NullOf, TypesOf } from "./row-types.ts";
import type { JsonValue } from "./schema-model.ts";

/** All tables by their names, with their columns by theirs: link tables too, and hidden fields. */
export type SqlTables<M extends Models> = {
  [N in keyof M & string as TableName<M, N>]: Columns<ModelColumns<M, N>>;
} & {
  [L in LinkTables<M> as L["name"]]: Columns<L["columns"]>;
};

interface Column {
  name: string;
  value: unknown;
}

/** One property per column. */
type Columns<C extends Column> = { [P in C as P["name"]]: P["value"] };

type TableName<M extends Models, N extends keyof M & string> = [M[N][typeof types]["table"]] extends [never]
  ? SnakeCase<N>
  : M[N][typeof types]["table"];

/** A column of each stored field, and of each part of the key that a reference holds. */
type ModelColumns<M extends Models, N extends keyof M> = {
  [P in keyof FieldsOf<M, N> & string]: FieldColumns<M, P, TypesOf<FieldsOf<M, N>, P>>;
}[keyof FieldsOf<M, N> & string];

type FieldColumns<M extends Models, P extends string, T extends FieldTypes> = "computed" extends T["flags"]
  ? never
  : T["kind"] extends "scalar"
    ? { name: SnakeCase<P>; value: SqlValue<T> | NullOf<T["flags"]> }
    : T["kind"] extends "ref"
      ? T["model"] extends keyof M
        ? KeyColumns<M, T["model"], { prefix: P; null: NullOf<T["flags"]> }>
        : never
      : never;

type KeyColumns<M extends Models, N extends keyof M, Q extends { prefix: string; null: unknown }> = {
  [K in KeyNames<M, N>]: { name: SnakeCase<`${Q["prefix"]}_${K}`>; value: KeyValue<M, N, K> | Q["null"] };
}[KeyNames<M, N>];

type KeyNames<M extends Models, N extends keyof M> = M[N][typeof types]["key"] extends readonly (infer P)[]
  ? P & string
  : M[N][typeof types]["key"] & string;

/** The value of a part of a key, which may be the key of another model. */
type KeyValue<M extends Models, N extends keyof M, K extends string> = K extends keyof FieldsOf<M, N>
  ? TypesOf<FieldsOf<M, N>, K>["kind"] extends "ref"
    ? TypesOf<FieldsOf<M, N>, K>["model"] extends infer Target extends keyof M
      ? KeyValue<M, Target, KeyNames<M, Target>>
      : never
    : SqlValue<TypesOf<FieldsOf<M, N>, K>>
  : never;

/** The link tables, each named by the side that declared it. */
type LinkTables<M extends Models> = {
  [N in keyof M & string]: {
    [P in keyof FieldsOf<M, N> & string]: LinkTable<M, { model: N; field: P }, TypesOf<FieldsOf<M, N>, P>>;
  }[keyof FieldsOf<M, N> & string];
}[keyof M & string];

type LinkTable<
  M extends Models,
  At extends { model: keyof M & string; field: string },
  T extends FieldTypes,
> = T["kind"] extends "manyToMany"
  ? [T["via"]] extends [never]
    ? T["model"] extends keyof M
      ? {
          name: `${TableName<M, At["model"]>}_${SnakeCase<At["field"]>}`;
          columns: SideColumns<M, At["model"], "source"> | SideColumns<M, T["model"], "target">;
        }
      : never
    : never
  : never;

type SideColumns<M extends Models, N extends keyof M, Side extends string> = {
  [K in KeyNames<M, N>]: { name: `${Side}_${KeyColumnName<M, N, K>}`; value: KeyValue<M, N, K> };
}[KeyNames<M, N>];

/** The column of a part of a key in the model's own table. */
type KeyColumnName<M extends Models, N extends keyof M, K extends string> = K extends keyof FieldsOf<M, N>
  ? TypesOf<FieldsOf<M, N>, K>["kind"] extends "ref"
    ? TypesOf<FieldsOf<M, N>, K>["model"] extends infer Target extends keyof M
      ? SnakeCase<`${K}_${KeyNames<M, Target>}`>
      : never
    : SnakeCase<K>
  : never;

/** What goes in and comes out of a column. JSON and lists go in as text. */
type SqlValue<T extends FieldTypes> = T["scalar"] extends keyof SqlKinds
  ? SqlKinds[T["scalar"]]
  : T["scalar"] extends "list"
    ? ColumnType<T["value"], string, string>
    : T["value"];

/** The kinds that SQL has other values for than JSON. */
interface SqlKinds {
  bigint: bigint;
  datetime: Date;
  bytes: Uint8Array;
  json: ColumnType<JsonValue, string, string>;
}

/** `officialName` to `official_name`, as `naming.ts` does it. */
export type SnakeCase<S extends string, Before extends string = ""> = S extends `${infer C}${infer Rest}`
  ? C extends Lowercase<C>
    ? `${C}${SnakeCase<Rest, C>}`
    : `${StartsWord<Before, Rest> extends true ? "_" : ""}${Lowercase<C>}${SnakeCase<Rest, C>}`
  : S;

/** Whether a capital starts a word: behind a small letter or digit, or the last of several before a small letter. */
type StartsWord<Before extends string, Rest extends string> = Before extends "" | "_"
  ? false
  : Before extends Lowercase<Before>
    ? true
    : Rest extends `${infer Next}${string}`
      ? Next extends Uppercase<Next>
        ? false
        : true
      : false;
