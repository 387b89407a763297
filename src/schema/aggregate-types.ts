/** The types of aggregates and of what they answer, inferred from declarations. Types only. */
import type { FieldsOf, Models } from "./check-types.ts";
import type { FieldBuilders, FieldTypes, types } from "./declarations.ts";
import type { MeasuredValue, MeasuresInput } from "./measure-types.ts";
import type { MeasureFunction } from "./measures.ts";
import type { BareValue, Names, ShownValue, TypesOf } from "./row-types.ts";
import type { CheckedWhere, RefNull } from "./select-types.ts";
import type {
  EqualOperators,
  HopNames,
  MeasureNames,
  NumberNames,
  Placed,
  ScalarNames,
  SortNames,
  Wanted,
  WhereInput,
} from "./where-types.ts";

/** What to group rows by, and what to calculate over each group. */
export interface AggregateInput<in out M extends Models, in out N extends keyof M, in out S>
  extends MeasuresInput<M, N, S> {
  /** Absent: all rows. */
  readonly where?: WhereInput<M, N, S>;
  /** Words to find in the fields that the model declares for it. */
  readonly search?: string;
  /** Of a model with `softDelete: true`: the deleted rows that the actor may read and delete as well, or only those. */
  readonly deleted?: M[N][typeof types]["softDelete"] extends true ? "include" | "only" : never;
  /** Fields, or fields of the row that a ref or a one refers to; dates and datetimes also by spans of time. Absent: one group of all rows. */
  readonly groupBy?: readonly GroupInput<M, N, S>[];
  /** What must hold of a group. */
  readonly having?: HavingInput<M, N, S>;
  /** Strongest first: what is calculated (`-sum.population`), or a key (`key.country.continent:nullsLast`). The keys break ties. */
  readonly orderBy?: readonly GroupOrderInput<M, N, S>[];
  /** Groups at most; absent: the default limit of the app. */
  readonly limit?: number;
  /** Groups to skip. */
  readonly offset?: number;
}

/** A value to group by. */
export type GroupInput<M extends Models, N extends keyof M, S> =
  | GroupNames<M, N, S>
  | DateBucket<TimeNames<M, FieldsOf<M, N>, { system: S; scalar: "date" }>>
  | DatetimeBucket<TimeNames<M, FieldsOf<M, N>, { system: S; scalar: "datetime" }>>;

/** Dates by the start of a span of days. A week starts on Monday. */
export interface DateBucket<P> {
  readonly field: P;
  readonly bucket: "week" | "month" | "quarter" | "year";
}

/** Datetimes by the start of a span of time. A week starts on Monday. */
export interface DatetimeBucket<P> {
  readonly field: P;
  readonly bucket: "hour" | "day" | "week" | "month" | "quarter" | "year";
  /** The IANA name of the zone whose clocks count, e.g. `Europe/Berlin`. Absent: UTC. */
  readonly timeZone?: string;
}

/** Conditions on groups; all must hold. */
export interface HavingInput<in out M extends Models, in out N extends keyof M, in out S> {
  readonly count?: Compared<number>;
  readonly countDistinct?: { readonly [P in SortNames<FieldsOf<M, N>, S>]?: Compared<number> };
  readonly sum?: { readonly [P in NumberNames<FieldsOf<M, N>, S>]?: Compared<SumInput<TypesOf<FieldsOf<M, N>, P>>> };
  readonly avg?: { readonly [P in NumberNames<FieldsOf<M, N>, S>]?: Compared<number> };
  readonly min?: EndConditions<M, N, S>;
  readonly max?: EndConditions<M, N, S>;
}

type EndConditions<M extends Models, N extends keyof M, S> = {
  readonly [P in SortNames<FieldsOf<M, N>, S>]?: Compared<BareValue<M, TypesOf<FieldsOf<M, N>, P>, "input">>;
};

/** A value that equals, or comparisons of order. */
type Compared<V> =
  | V
  | null
  | (EqualOperators<V> & { readonly lt?: V; readonly lte?: V; readonly gt?: V; readonly gte?: V });

type SumInput<T extends FieldTypes> = T["scalar"] extends "float" ? number : number | bigint | string;

type GroupOrderInput<M extends Models, N extends keyof M, S> = Placed<
  MeasureNames<FieldsOf<M, N>, S> | `key.${GroupNames<M, N, S>}`
>;

type GroupNames<M extends Models, N extends keyof M, S> = SortNames<FieldsOf<M, N>, S> | HopNames<M, FieldsOf<M, N>, S>;

/** The same, also behind one relation. */
type TimeNames<M extends Models, F extends FieldBuilders, Q extends Wanted> =
  | ScalarNames<F, Q>
  | {
      [P in Names<F, "ref" | "one", Q["system"]>]: TypesOf<F, P>["model"] extends keyof M
        ? `${P}.${ScalarNames<FieldsOf<M, TypesOf<F, P>["model"]>, Q>}`
        : never;
    }[Names<F, "ref" | "one", Q["system"]>];

/** What an aggregate must also be: names that it does not take get a message in the place of their value. */
export type CheckedAggregate<M extends Models, N extends keyof M, Q extends { query: unknown; system: unknown }> = {
  readonly [P in keyof Q["query"]]: P extends "where"
    ? CheckedWhere<M, N, { where: Q["query"][P]; system: Q["system"] }>
    : P extends keyof AggregateInput<M, N, Q["system"]>
      ? unknown
      : `An aggregate takes no ${P & string}`;
};

/** A group as an aggregate answers it: its key, if there is one, and what was calculated. */
export type AggregateRow<M extends Models, N extends keyof M, Q, S> = Q extends object
  ? {
      -readonly [P in AnsweredNames<Q>]: P extends "key"
        ? KeyRow<M, FieldsOf<M, N>, { paths: GroupPaths<Q>; system: S }>
        : MeasuredValue<M, FieldsOf<M, N>, { name: P; fields: Q[P & keyof Q] }>;
    }
  : never;

type AnsweredNames<Q> = ([GroupPaths<Q>] extends [never] ? never : "key") | Extract<keyof Q, MeasureFunction>;

/** The paths that an aggregate groups by. */
type GroupPaths<Q> = Q extends { readonly groupBy: readonly (infer Entry)[] }
  ? Entry extends { readonly field: infer P extends string }
    ? P
    : Entry & string
  : never;

type KeyRow<M extends Models, F extends FieldBuilders, Q extends { paths: string; system: unknown }> = {
  row: {
    [P in FirstName<Q["paths"]>]: P extends Q["paths"]
      ? ShownValue<M, TypesOf<F, P>, Q["system"]>
      : RelatedKey<M, TypesOf<F, P>, { names: RestOf<Q["paths"], P>; system: Q["system"] }>;
  };
}["row"];

type FirstName<P extends string> = P extends `${infer First}.${string}` ? First : P;
type RestOf<P extends string, First extends string> = P extends `${First}.${infer Rest}` ? Rest : never;

/** Null also where there is no related row, or none that may be read. */
type RelatedKey<
  M extends Models,
  T extends FieldTypes,
  Q extends { names: string; system: unknown },
> = T["model"] extends keyof M
  ? {
      [P in Q["names"]]:
        | ShownValue<M, TypesOf<FieldsOf<M, T["model"]>, P>, Q["system"]>
        | (T["kind"] extends "ref" ? RefNull<M, T, Q["system"]> : null);
    }
  : never;
