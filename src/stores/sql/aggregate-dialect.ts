/** What engines write differently where they calculate over groups, as functions from SQL text to SQL text. */
import type { BucketUnit } from "../../plan/aggregate-node.ts";
import type { ScalarType } from "../../schema/schema-model.ts";

/** How one engine calculates over the rows of a group. Nulls are left out; of no values each gives null. */
export interface AggregateDialect {
  /** The exact sum; of floats, as exact as the engine has it. */
  sum(expression: string, type: ScalarType): string;
  /** The sum, as near to it as a float can be, divided by the number of values. */
  average(expression: string, type: ScalarType): string;
  /** The first value in order. */
  least(expression: string, type: ScalarType): string;
  /** The last value in order. */
  greatest(expression: string, type: ScalarType): string;
  /** A datetime moved by a number of seconds. */
  shift(expression: string, seconds: string): string;
  /** The start of the span of time that a date or datetime lies in, as a value of the same type. */
  truncate(expression: string, unit: BucketUnit, type: ScalarType): string;
}
