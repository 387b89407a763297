/**
 * What engines write differently where the values of many rows are bound at once, as functions from SQL text to SQL text.
 */
import type { RowColumn } from "./sql-text.ts";

/** How one engine makes a table of bound rows. */
export interface RowTableDialect {
  /** The value of the column at a place, from 0. */
  part(column: RowColumn, place: number): string;
  /** The table; `bind` gives the place of the values of some of its columns. */
  from(columns: readonly RowColumn[], bind: (columns: readonly RowColumn[]) => string): string;
}
