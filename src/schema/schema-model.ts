/**
 * The frozen, plain-data form of everything a developer declared. Every floor above reads this and only
 * this; it holds no function (access rules live in `rules.ts`) and knows no store.
 */

/** Any value that JSON can hold. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | { readonly [key: string]: JsonValue };

/** The twelve kinds of the value contract. */
export type ScalarKind =
  | "text"
  | "int"
  | "bigint"
  | "float"
  | "decimal"
  | "bool"
  | "date"
  | "datetime"
  | "uuid"
  | "bytes"
  | "json"
  | "enum";

/** The type of one value, with the limits that validation enforces. A limit that is absent does not apply. */
export interface ScalarType {
  readonly kind: ScalarKind;
  /** True for a list of such values; then the limits apply to each item. */
  readonly list: boolean;
  /** Text: shortest length in code points. Bytes: fewest octets. */
  readonly minLength?: number;
  /** Text: longest length in code points. Bytes: most octets. */
  readonly maxLength?: number;
  /** Smallest value, inclusive, in the JSON form of the kind (number for int and float, string for the others). */
  readonly min?: number | string;
  /** Largest value, inclusive, in the JSON form of the kind. */
  readonly max?: number | string;
  /** Text: regular expression (ECMAScript, flag `u`) that must match somewhere. */
  readonly pattern?: string;
  /** Text: a well-known form. */
  readonly format?: "email" | "url";
  /** Enum: the allowed strings, in declared order. */
  readonly values?: readonly string[];
  /** Decimal: digits in all, 1 to 38. */
  readonly precision?: number;
  /** Decimal: digits after the point, 0 to precision. The JSON form always shows all of them. */
  readonly scale?: number;
  /** Lists: most items. */
  readonly maxItems?: number;
}

/** What a field gets when a create leaves it out. */
export type FieldDefault =
  | { readonly kind: "value"; readonly value: JsonValue }
  | { readonly kind: "now" }
  | { readonly kind: "uuid" };

/**
 * A field that only Footing writes: the time of the creation, of the last update or of the delete of a row that stays, or
 * the number of the row's version.
 */
export type Keeping = "created" | "updated" | "deleted" | "version";

/** What all fields have. */
interface FieldBase {
  /** Name in the API, camelCase. */
  readonly name: string;
  /** Never leaves through a principal's door and is never accepted from it; `asSystem()` sees it. */
  readonly hidden: boolean;
  /** One sentence for the API documents. */
  readonly describe?: string;
  /** Who sees the value in a row that they see, and who may set it in one that they may write. Absent: everyone. */
  readonly access?: FieldAccess;
}

/** What the rules of a field come to before anybody asks. */
export interface FieldAccess {
  /** Where it does not hold, the value is null for the caller, in every position of a query. */
  readonly read: AccessLevel;
  readonly write: AccessLevel;
}

/** A field that holds a value of its own in one column. */
export interface ScalarField extends FieldBase {
  readonly kind: "scalar";
  readonly column: string;
  readonly type: ScalarType;
  readonly optional: boolean;
  readonly unique: boolean;
  /** Set at creation only. Key fields always are. */
  readonly immutable: boolean;
  readonly default: FieldDefault | null;
  /** What Footing keeps in it; null for a field that data gives. */
  readonly keeps: Keeping | null;
}

/** One column of a foreign key, or one part of a model's key. */
export interface KeyColumn {
  /** The column in this table. */
  readonly column: string;
  /** For a reference: the key field of the target this column points at. For a key: the field of this model. */
  readonly field: string;
  readonly type: ScalarType;
}

/** What becomes of a row when the row that it refers to is deleted. */
export type OnDelete = "restrict" | "cascade" | "setNull";

/** A foreign key to the key of another model; its own value is that key. */
export interface RefField extends FieldBase {
  readonly kind: "ref";
  readonly model: string;
  /** One per key part of the target, in key order. */
  readonly columns: readonly KeyColumn[];
  readonly optional: boolean;
  /** True makes the relation one-to-one. */
  readonly unique: boolean;
  readonly immutable: boolean;
  readonly onDelete: OnDelete;
}

/** The other side of a {@link RefField}: `many` lists the rows that refer here, `one` is the only such row or null. */
export interface InverseField extends FieldBase {
  readonly kind: "many" | "one";
  readonly model: string;
  /** The ref field of `model` that points back here. */
  readonly via: string;
}

/** A set of rows of another model, kept in a link table. */
export interface ManyToManyField extends FieldBase {
  readonly kind: "manyToMany";
  readonly model: string;
  /** The link table. Its primary key is all its columns; both sides cascade on delete. */
  readonly table: string;
  /** Columns of the link table that hold the key of this model, in key order (`field` = key field of this model). */
  readonly near: readonly KeyColumn[];
  /** Columns of the link table that hold the key of `model`, in key order (`field` = key field of the target). */
  readonly far: readonly KeyColumn[];
  /** False for the side that only mirrors a field of the other model. */
  readonly owner: boolean;
}

/** What an expression does with two numbers of one type. */
export type Calculation = "add" | "subtract" | "multiply" | "divide";

/** What every part of an expression has. */
interface ExpressionBase {
  /** The type of its value, without limits. */
  readonly type: ScalarType;
  /** Whether the value may be null. */
  readonly optional: boolean;
}

/**
 * A value made of the stored fields of one row. Operands have the type that their operation works in: a `convert` stands
 * wherever a type changes. Null in, null out, but for `coalesce`, `when` and `matches`.
 */
export type Expression = ExpressionBase &
  (
    | { readonly kind: "field"; readonly field: string }
    | { readonly kind: "value"; readonly value: JsonValue }
    /** The same value in the type of this node. */
    | { readonly kind: "convert"; readonly item: Expression }
    /** A float that may be calculated with: null for one beyond ±1e20, or nearer to 0 than 1e-20 and not 0. */
    | { readonly kind: "bounded"; readonly item: Expression }
    /** Null where the result is no value of the type, and for a division by zero. A division is one of floats. */
    | {
        readonly kind: "calculate";
        readonly operator: Calculation;
        readonly left: Expression;
        readonly right: Expression;
      }
    | { readonly kind: "concat"; readonly items: readonly Expression[] }
    /** In code points. */
    | { readonly kind: "length"; readonly item: Expression }
    /** Letter by letter (`util/fold-case.ts`). */
    | { readonly kind: "lower" | "upper"; readonly item: Expression }
    /** The first that is not null. */
    | { readonly kind: "coalesce"; readonly items: readonly Expression[] }
    /** `where` is a condition like that of a check; `otherwise` null stands for no value. */
    | {
        readonly kind: "when";
        readonly where: CheckSchema["where"];
        readonly result: Expression;
        readonly otherwise: Expression | null;
      }
    | { readonly kind: "matches"; readonly where: CheckSchema["where"] }
  );

/** A field that is read only: its value is made of the stored fields of its row whenever it is asked for. */
export interface ComputedField extends FieldBase {
  readonly kind: "computed";
  readonly type: ScalarType;
  readonly optional: boolean;
  readonly expression: Expression;
  /** The stored fields that the expression reads, each once. Who may not read one of them may not read this field. */
  readonly sources: readonly string[];
}

/** A field that holds one value. */
export type ValueField = ScalarField | ComputedField;

/** A field that names another model. */
export type RelationField = RefField | InverseField | ManyToManyField;

/** Any field. */
export type Field = ValueField | RelationField;

/** Whether a field holds one value, stored or computed. */
export function isValueField(field: Field | undefined): field is ValueField {
  return field?.kind === "scalar" || field?.kind === "computed";
}

/** An index over fields of one model; a ref field stands for all its columns. */
export interface IndexSchema {
  readonly name: string;
  readonly fields: readonly string[];
  readonly unique: boolean;
}

/** A condition every row must meet: a `where` over the model's own scalar fields, values inline. */
export interface CheckSchema {
  readonly name: string;
  readonly where: { readonly [key: string]: JsonValue };
}

/** A text that full-text search looks into. */
export interface SearchPart {
  readonly field: string;
  readonly column: string;
  /** The column in which a store that needs it keeps the words of the text. */
  readonly words: string;
}

/** What full-text search looks into. */
export interface SearchSchema {
  /** Name of the index. */
  readonly name: string;
  /** Never empty. */
  readonly parts: readonly SearchPart[];
}

/** How a model answers an operation: to everyone, to nobody, or as a rule decides. */
export type AccessLevel = "everyone" | "nobody" | "rule";

/** The four operations that rules guard. */
export type Operation = "read" | "create" | "update" | "delete";

/** One model. */
export interface ModelSchema {
  /** PascalCase, e.g. `BlogPost`. */
  readonly name: string;
  /** camelCase plural for REST paths and GraphQL lists, e.g. `blogPosts`. */
  readonly plural: string;
  readonly table: string;
  readonly describe?: string;
  /** In declared order; the key first when it was added by default. */
  readonly fields: Readonly<Record<string, Field>>;
  /** The key's parts in order. A part is a required scalar field or a required ref to a model with a one-part key. */
  readonly key: readonly KeyColumn[];
  /** Every index to create, foreign keys and unique fields included. */
  readonly indexes: readonly IndexSchema[];
  readonly checks: readonly CheckSchema[];
  /** Null for a model that is not searched. */
  readonly search: SearchSchema | null;
  readonly access: Readonly<Record<Operation, AccessLevel>>;
}

/** Everything that was declared. */
export interface Schema {
  readonly models: Readonly<Record<string, ModelSchema>>;
  /** Changes whenever a table, column, key, index or check changes; compared with the database at start. */
  readonly fingerprint: string;
}
