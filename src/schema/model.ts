/**
 * `model()`: the fields of one model with its key, indexes, checks and access rules, as declared. Names of other
 * models are left open; `createSchema` looks them up and checks everything.
 */
import type { ComputedFields, ComputedOption } from "./computed-builder.ts";
import type { CheckDeclaration, FieldBuilder, FieldBuilders, FieldTypes, types } from "./declarations.ts";
import type { KeptBuilder, ScalarBuilder } from "./scalar-builder.ts";

/**
 * Who is asking, as a rule sees it. An app may say what its users have:
 *
 * @example
 * ```ts
 * declare module "footing" {
 *   interface RuleUser { readonly team: string }
 * }
 * ```
 */
export interface RuleUser {
  readonly id?: unknown;
  readonly role?: unknown;
  readonly [claim: string]: unknown;
}

/** What a declared rule is told. `user` is null for an anonymous request. */
export interface DeclaredRuleContext {
  readonly user: RuleUser | null;
}

/** What a rule may answer: everything, nothing, or a `where` of the model. */
export type RuleAnswer = boolean | object;

/**
 * Who may do what with the rows of a model: a constant, or a function of the caller. An operation without a rule
 * is denied to everybody. `N` are the names a rule may use, the others what TypeScript learns from the rules.
 */
export interface AccessRules<N, Public, Read, Create, Update, Delete, Fields> {
  /** Which rows may be seen, in every position of a query. */
  readonly read?: Public | ((context: DeclaredRuleContext) => Read & CheckedAnswer<Read, N>);
  /** Which rows may be created. Values the rule demands are filled in when the caller leaves them out. */
  readonly create?: boolean | ((context: DeclaredRuleContext) => Create & CheckedAnswer<Create, N>);
  /** Which rows may be changed; it must hold before and after the change. */
  readonly update?: boolean | ((context: DeclaredRuleContext) => Update & CheckedAnswer<Update, N>);
  /** Which rows may be deleted. */
  readonly delete?: boolean | ((context: DeclaredRuleContext) => Delete & CheckedAnswer<Delete, N>);
  /** Who sees and who may set single fields of those rows; everybody where nothing is said. */
  readonly fields?: Fields & CheckedFieldRules<Fields, N>;
}

/** Rules of single fields, by their names. */
export type DeclaredFieldRules = Readonly<Record<string, DeclaredFieldRule>>;

/** The rules of one field. Keys have no `read`, and other relations than refs and manyToMany no rules of their own. */
export interface DeclaredFieldRule {
  /** In which rows the value shows; in the others it is null, in every position of a query. */
  readonly read?: DeclaredRule;
  /** In which rows the field may be set: before a change of the row, and in a new one. */
  readonly write?: DeclaredRule;
}

type DeclaredRule = boolean | ((context: DeclaredRuleContext) => RuleAnswer);

/** `unknown` for each rule of a field that fits, otherwise a message that no rule fits. Names not known yet fit. */
type CheckedFieldRules<Fields, N> = string extends keyof Fields
  ? unknown
  : {
      readonly [P in keyof Fields]: P extends N
        ? { readonly [Use in keyof Fields[P]]: CheckedFieldAnswer<Fields[P][Use], N> }
        : `${P & string} is no field of the model`;
    };

type CheckedFieldAnswer<Rule, N> = Rule extends (context: never) => infer Answer ? CheckedAnswer<Answer, N> : unknown;

/** The fields whose values do not show to everyone; none where no rules are given. */
type MaskedNames<Fields> = string extends keyof Fields
  ? never
  : {
      [P in keyof Fields]: Fields[P] extends { readonly read: infer Rule } ? (Rule extends true ? never : P) : never;
    }[keyof Fields];

/** What TypeScript must know of a model. */
export interface ModelTypes {
  readonly fields: FieldBuilders;
  /** One name, or several. */
  readonly key: string | readonly string[];
  /** True when everyone may read every row. */
  readonly public: boolean;
  /** The fields that the create rule fills in. */
  readonly forced: string;
  /** True when rows have versions. */
  readonly version: boolean;
  /** True when deleted rows stay. */
  readonly softDelete: boolean;
  /** The name of the table, if it was given. */
  readonly table: string;
}

/** A declared model. */
export interface Model<T extends ModelTypes = ModelTypes> {
  readonly [types]: T;
  /** As declared, without the `id` that a model without a key gets. */
  readonly fields: FieldBuilders;
  /** As declared. */
  readonly options: Readonly<Record<string, unknown>>;
}

/** The field a model gets that declares no key. */
export type IdBuilder = ScalarBuilder<"uuid", string, "default">;

/** All fields of a model: the declared ones, and `id` when the key is `id` and nothing of that name was declared. */
export type AllFields<F extends FieldBuilders, K> = "id" extends keyof F
  ? F
  : K extends "id"
    ? { readonly id: IdBuilder } & F
    : F;

/** The same with the `version` that a model with that option has. */
export type WithVersion<F extends FieldBuilders, V> = V extends true ? F & { readonly version: VersionBuilder } : F;

/** The field in which Footing counts the updates of a row. */
export type VersionBuilder = KeptBuilder<"int", number>;

/** The same with the `deletedAt` that a model with `softDelete` has. */
export type WithDeleted<F extends FieldBuilders, D> = D extends true ? F & { readonly deletedAt: DeletedBuilder } : F;

/** The field in which Footing notes when a row was deleted. */
export type DeletedBuilder = KeptBuilder<"datetime", string, "kept" | "optional">;

/** Everything of a model but its fields. */
export interface ModelOptions<N extends string, K, O extends RowOptions, A, W extends string = string> {
  /** The field or fields that identify a row. Absent: an added field `id`, a uuid of version 7. */
  readonly key?: K;
  /** camelCase plural for addresses and lists. Absent: derived from the name. */
  readonly plural?: string;
  /** Indexes, each a list of fields. Refs and unique fields have theirs already. */
  readonly index?: readonly (readonly N[])[];
  /** Lists of fields whose values together are unique. */
  readonly unique?: readonly (readonly N[])[];
  /** Conditions every row must meet, by name: a `where` over the model's own scalar fields. */
  readonly check?: Readonly<Record<string, CheckDeclaration<N>>>;
  /**
   * True adds a field `version`: 1 in a new row, one more after every update. It cannot be written; `ifVersion` demands one of
   * an update or delete, and REST serves it as `ETag`.
   */
  readonly version?: O["version"];
  /**
   * True keeps deleted rows: a field `deletedAt` says when, nothing but `deleted: "include"` shows them, and `restore` brings
   * them back. `delete(key, { permanently: true })` removes a row for good.
   */
  readonly softDelete?: O["softDelete"];
  /** Texts that full-text search looks into. */
  readonly search?: readonly W[];
  /** Who may do what. An operation without a rule is denied. */
  readonly access?: A;
  /** One sentence for the API documents. */
  readonly describe?: string;
}

/** The options that add fields to a model. */
export interface RowOptions {
  readonly version: boolean;
  readonly softDelete: boolean;
}

/** Where a model's rows are kept. */
export interface TableOption<T> {
  /** Name of the table. Absent: snake_case of the model. */
  readonly table?: T;
}

/** The names that may stand in a key, an index or a rule: the declared fields and `id`. */
export type FieldName<F> = (keyof F & string) | "id";

/** The names that full-text search may be given: texts that are not hidden. */
export type TextFieldName<F extends FieldBuilders> = {
  [P in keyof F & string]: F[P][typeof types]["kind"] extends "scalar"
    ? F[P][typeof types]["scalar"] extends "text"
      ? "hidden" extends F[P][typeof types]["flags"]
        ? never
        : P
      : never
    : never;
}[keyof F & string];

/** `unknown` for an answer that names only fields of the model, otherwise a message that no answer fits. */
export type CheckedAnswer<R, N> = [WrongNames<R, N>] extends [never]
  ? unknown
  : `The rule names ${WrongNames<R, N> & string}, which is no field of the model`;

/** Names in a `where` that are no field, looking through `all`, `any` and `not`. */
type WrongNames<W, N> = W extends readonly (infer E)[]
  ? WrongNames<E, N>
  : W extends object
    ? Exclude<keyof W, N | Combiner> | WrongNames<W[keyof W & Combiner], N>
    : never;

type Combiner = "all" | "any" | "not";

/** The fields that an answer of a create rule compares with one value. */
export type ForcedFields<R> = R extends object
  ? { [P in keyof R]-?: R[P] extends object ? never : P }[keyof R] & string
  : never;

/** What else the options of a model decide. */
interface More<Create, Version extends boolean, SoftDelete extends boolean, Masked> {
  create: Create;
  version: Version;
  softDelete: SoftDelete;
  masked: Masked;
}

/** What `model()` answers. */
export type DeclaredModel<
  F extends FieldBuilders,
  K extends ModelTypes["key"],
  Public extends boolean,
  More extends RowOptions & { create: unknown; masked: unknown },
  C extends ComputedFields = NoFields,
  T extends string = never,
> = Model<{
  fields: WithComputed<MaskedFields<WithKept<AllFields<F, K>, More>, More["masked"]>, C>;
  key: Settled<K>;
  public: Settled<Public>;
  forced: ForcedFields<More["create"]>;
  version: Settled<More["version"]>;
  softDelete: Settled<More["softDelete"]>;
  table: Settled<T>;
}>;

/** The fields, those noted that show only where a rule says so. */
type MaskedFields<F extends FieldBuilders, Masked> = [Masked] extends [never]
  ? F
  : { readonly [P in keyof F]: P extends Masked ? FieldBuilder<MaskedTypes<F[P][typeof types]>> : F[P] };

type MaskedTypes<T extends FieldTypes> = { readonly [P in keyof T]: P extends "flags" ? T[P] | "masked" : T[P] };
type WithKept<F extends FieldBuilders, O extends RowOptions> = WithDeleted<
  WithVersion<F, Settled<O["version"]>>,
  Settled<O["softDelete"]>
>;

type WithComputed<F extends FieldBuilders, C extends ComputedFields> = [keyof C] extends [never] ? F : F & Settled<C>;

/** The computed fields of a model that declares none. */
type NoFields = Readonly<Record<never, never>>;

/** `T`, but no place to infer it from: where a model stands must not decide what its key is. */
type Settled<T> = [T][T extends unknown ? 0 : never];

/**
 * Declares a model.
 *
 * @example
 * ```ts
 * import { model, t } from "footing";
 *
 * const Region = model(
 *   { code: t.text().max(8), name: t.text(), country: t.ref("Country"), cities: t.many("City", "region") },
 *   { key: "code", access: { read: true, update: ({ user }) => user?.role === "editor" } },
 * );
 * ```
 */
export function model<
  F extends FieldBuilders,
  const K extends FieldName<F> | readonly FieldName<F>[] = "id",
  const Version extends boolean = false,
  const SoftDelete extends boolean = false,
  const Public extends boolean = false,
  Read extends RuleAnswer = false,
  Create extends RuleAnswer = false,
  Update extends RuleAnswer = false,
  Delete extends RuleAnswer = false,
  const Fields extends DeclaredFieldRules = DeclaredFieldRules,
  C extends ComputedFields = NoFields,
  const T extends string = never,
>(
  fields: F,
  options?: ModelOptions<
    FieldName<F>,
    K,
    { version: Version; softDelete: SoftDelete },
    AccessRules<FieldName<F>, Public, Read, Create, Update, Delete, Fields>,
    TextFieldName<F>
  > &
    ComputedOption<F, C> &
    TableOption<T>,
): DeclaredModel<F, K, Public, More<Create, Version, SoftDelete, MaskedNames<Fields>>, C, T> {
  const declared: unknown = Object.freeze({
    fields: Object.freeze({ ...fields }),
    options: Object.freeze({ ...options }),
  });
  // The type adds what TypeScript must remember; see `declarations.ts`.
  return declared as DeclaredModel<F, K, Public, More<Create, Version, SoftDelete, MaskedNames<Fields>>, C, T>;
}
