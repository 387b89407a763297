/**
 * The functions that the expressions of computed fields are written with. They note what was asked for as frozen data
 * and check nothing, so that `createSchema` can report everything that is wrong at once.
 */
import type { CheckDeclaration, FieldBuilder, FieldBuilders, FieldTypes, types } from "./declarations.ts";
import type { Calculation, ScalarKind } from "./schema-model.ts";

/** An operation as it was noted. */
export type DeclaredExpression =
  | { readonly kind: "field"; readonly field: unknown }
  | { readonly kind: "concat" | "coalesce"; readonly items: readonly unknown[] }
  | { readonly kind: "length" | "lower" | "upper"; readonly item: unknown }
  | { readonly kind: "calculate"; readonly operator: Calculation; readonly left: unknown; readonly right: unknown }
  | { readonly kind: "when"; readonly where: unknown; readonly result: unknown; readonly otherwise: unknown }
  | { readonly kind: "matches"; readonly where: unknown };

/** The kinds that an expression may be of. */
export type ComputedKind = Exclude<ScalarKind, "json" | "bytes" | "enum">;

/** The JSON form of a value of the kind. */
interface ValueOfKind {
  text: string;
  int: number;
  bigint: string;
  float: number;
  decimal: string;
  bool: boolean;
  date: string;
  datetime: string;
  uuid: string;
}

/** A value of the kind `K`, which may be null when `O` is true. As a field it can be read like any other. */
export interface Expression<K extends ComputedKind = ComputedKind, O extends boolean = boolean> extends FieldBuilder {
  readonly [types]: {
    kind: "scalar";
    scalar: K;
    value: ValueOfKind[K];
    flags: "computed" | (O extends true ? "optional" : never);
    model: never;
    via: never;
  };
}

/** The computed fields of a model. */
export type ComputedFields = Readonly<Record<string, Expression>>;

/** A number: an expression, a number that takes the type of what it stands beside, or a decimal as text. */
type NumberOperand = Expression<"int" | "bigint" | "float" | "decimal"> | number | bigint | string;

/** A value beside which another of its kind may stand. */
type Operand = Expression | string | number | bigint | boolean;

/** What a text can be made of. */
type TextOperand = Expression<"text" | "int" | "bigint"> | string;

/** The kind of a number that a calculation works in. */
type NumberKind<T> = T extends FieldBuilder
  ? T[typeof types]["scalar"] & ComputedKind
  : T extends bigint
    ? "bigint"
    : T extends string
      ? "decimal"
      : "int";

/** The kind that a choice works in: literals take that of the expressions beside them. */
type ChoiceKind<T> = [Extract<T, FieldBuilder>] extends [never]
  ? LiteralKind<T>
  : NumberIn<Extract<T, FieldBuilder>[typeof types]["scalar"] & ComputedKind>;

type NumberIn<K extends ComputedKind> = "float" extends K
  ? "float"
  : "decimal" extends K
    ? "decimal"
    : "bigint" extends K
      ? "bigint"
      : K;

type LiteralKind<T> = T extends string
  ? "text"
  : T extends boolean
    ? "bool"
    : T extends bigint
      ? "bigint"
      : ComputedKind & ("int" | "float");

/** Whether an operand may be null. */
type IsOptional<T> = T extends FieldBuilder ? ("optional" extends T[typeof types]["flags"] ? true : false) : false;

/** True when one of them may be null. */
type Some<B> = true extends B ? true : false;

/** True when all of them may be null. */
type Every<B> = false extends B ? false : true;

/** A sum, difference or product is null where the type cannot hold it; decimals always can. */
type Calculated<L, R> = Expression<
  NumberIn<NumberKind<L> | NumberKind<R>>,
  NumberIn<NumberKind<L> | NumberKind<R>> extends "decimal" ? Some<IsOptional<L> | IsOptional<R>> : true
>;

/** The kind of the expression that a stored field of the kind makes. */
type FieldKind<T extends FieldTypes> = T["scalar"] extends "enum" ? "text" : T["scalar"] & ComputedKind;

/** The names of the stored fields that an expression can read. */
type SourceNames<F extends FieldBuilders> = {
  [P in keyof F]: F[P][typeof types]["kind"] extends "scalar"
    ? F[P][typeof types]["scalar"] extends ComputedKind | "enum"
      ? "hidden" extends F[P][typeof types]["flags"]
        ? never
        : P
      : never
    : never;
}[keyof F] &
  string;

/** The functions that expressions over the fields `F` are written with. */
export interface ExpressionBuilder<in out F extends FieldBuilders> {
  /** A stored field of the row; an enum is a text. */
  readonly field: <P extends SourceNames<F>>(
    name: P,
  ) => Expression<FieldKind<F[P][typeof types]>, "optional" extends F[P][typeof types]["flags"] ? true : false>;
  /** The texts one after the other; whole numbers as their digits. Null when one of them is null. */
  readonly concat: <const T extends readonly TextOperand[]>(
    ...items: T
  ) => Expression<"text", Some<IsOptional<T[number]>>>;
  /** How many code points a text has. */
  readonly length: <T extends Expression<"text">>(text: T) => Expression<"int", IsOptional<T>>;
  /** The text in lower case, as `ieq` compares it: letter by letter, whatever the language. */
  readonly lower: <T extends Expression<"text">>(text: T) => Expression<"text", IsOptional<T>>;
  /** The text in upper case, letter by letter, whatever the language; a letter without, such as `ß`, stays as it is. */
  readonly upper: <T extends Expression<"text">>(text: T) => Expression<"text", IsOptional<T>>;
  /** The sum; null where its type cannot hold it. */
  readonly add: <L extends NumberOperand, R extends NumberOperand>(left: L, right: R) => Calculated<L, R>;
  /** The difference; null where its type cannot hold it. */
  readonly subtract: <L extends NumberOperand, R extends NumberOperand>(left: L, right: R) => Calculated<L, R>;
  /** The product; null where its type cannot hold it. */
  readonly multiply: <L extends NumberOperand, R extends NumberOperand>(left: L, right: R) => Calculated<L, R>;
  /** The quotient as a float, also of whole numbers; null for a division by zero. */
  readonly divide: (left: NumberOperand, right: NumberOperand) => Expression<"float", true>;
  /** The first of them that is not null. */
  readonly coalesce: <const T extends readonly [Operand, ...Operand[]]>(
    ...items: T
  ) => Expression<ChoiceKind<T[number]>, Every<IsOptional<T[number]>>>;
  /** One of two values, or null instead of the second, by a condition on the fields as a check has it. */
  readonly when: <const T extends Operand, const E extends Operand | null = null>(
    where: CheckDeclaration<keyof F & string>,
    result: T,
    otherwise?: E,
  ) => Expression<ChoiceKind<T | E>, null extends E ? true : Some<IsOptional<T | E>>>;
  /** Whether the row meets a condition on its fields as a check has it; never null. */
  readonly matches: (where: CheckDeclaration<keyof F & string>) => Expression<"bool", false>;
}

/** The declaration of computed fields. */
export interface ComputedOption<in out F extends FieldBuilders, in out C extends ComputedFields> {
  /**
   * Fields whose values are made of the other fields of their row whenever they are asked for. They are read, filtered,
   * sorted and aggregated like others, and cannot be written.
   */
  readonly computed?: (build: ExpressionBuilder<F>) => C;
}

type Builders = Readonly<Record<keyof ExpressionBuilder<FieldBuilders>, (...operands: unknown[]) => object>>;

/** The functions themselves, the same for all models. */
export const expressionBuilder: Builders = Object.freeze<Builders>({
  field: (field) => note({ kind: "field", field }),
  concat: (...items) => note({ kind: "concat", items }),
  length: (item) => note({ kind: "length", item }),
  lower: (item) => note({ kind: "lower", item }),
  upper: (item) => note({ kind: "upper", item }),
  add: (left, right) => note({ kind: "calculate", operator: "add", left, right }),
  subtract: (left, right) => note({ kind: "calculate", operator: "subtract", left, right }),
  multiply: (left, right) => note({ kind: "calculate", operator: "multiply", left, right }),
  divide: (left, right) => note({ kind: "calculate", operator: "divide", left, right }),
  coalesce: (...items) => note({ kind: "coalesce", items }),
  when: (where, result, otherwise = null) => note({ kind: "when", where, result, otherwise }),
  matches: (where) => note({ kind: "matches", where }),
});

/** What an expression notes, or null for what is no expression. */
export function readNoted(value: unknown): DeclaredExpression | null {
  return value instanceof Note ? value.noted : null;
}

function note(expression: DeclaredExpression): object {
  return new Note(expression);
}

/** An expression at run time. */
class Note {
  readonly noted: DeclaredExpression;

  constructor(noted: DeclaredExpression) {
    this.noted = Object.freeze(noted);
    Object.freeze(this);
  }
}
