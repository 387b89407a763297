/**
 * What engines write differently where they search texts, as functions from SQL text to SQL text. Every engine indexes
 * words that were cut for it: they stand in a column of their own beside each searched text.
 */

/** A row that is searched. */
export interface SearchedRow {
  /** The name of the index. */
  readonly index: string;
  /** The SQL of one of its columns. */
  readonly column: (name: string) => string;
  /** The names of the columns that hold its words. */
  readonly words: readonly string[];
  /** The place of what is looked for, in one of the forms that the engine's codec makes of it. */
  readonly terms: (form: "search" | "phrases") => string;
}

/** How one engine searches. */
export interface SearchDialect {
  /** The type of a column of words. */
  readonly columnType: string;
  /** The condition that the row fits; it may be null where it does not. */
  matches(row: SearchedRow): string;
  /**
   * How well the row fits, as a number. With a `join`, beside which the row must stand, and which leaves no row that
   * does not fit; `alias` is free for it.
   */
  relevance(row: SearchedRow, alias: string): { readonly expression: string; readonly join: string | null };
}
