/** What engines write differently where they compute values of the fields of a row, as functions from SQL text to SQL text. */
import type { Calculation, ScalarType } from "../../schema/schema-model.ts";

/** Two numbers of a type, as SQL. */
export interface Calculated {
  readonly left: string;
  readonly right: string;
  readonly type: ScalarType;
}

/** How one engine computes. Of null, each gives null. */
export interface ExpressionDialect {
  /** A literal of the type, as it stands beside columns. */
  constant(literal: string, type: ScalarType): string;
  /** Texts one after the other. */
  concat(items: readonly string[]): string;
  /** The number of code points of a text. */
  length(text: string): string;
  /** A text in upper case (`raiseCase` of `util/fold-case.ts`). */
  upper(text: string): string;
  /** A value in another type: whole numbers as text, and numbers in a wider type. */
  convert(expression: string, from: ScalarType, to: ScalarType): string;
  /** Two numbers added, subtracted or multiplied, no floats; null where the result does not fit the type. */
  calculate(operator: Exclude<Calculation, "divide">, of: Calculated): string;
}
