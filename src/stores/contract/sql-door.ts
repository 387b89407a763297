/**
 * The way past the query language: one statement of the app's own SQL with its values. A store that speaks no SQL has no
 * such door. Nothing that comes through it is authorized.
 */
import type { Dialect } from "kysely";

/** One statement that reads or writes rows. */
export interface SqlCall {
  readonly text: string;
  /** Bound at the placeholders: text, numbers, bigints, booleans, null, `Date` and `Uint8Array`. */
  readonly values: readonly unknown[];
}

/** Its answer. */
export interface SqlRows {
  /**
   * By the names of the columns. Stored columns as JavaScript has their kind: `bigint`, `Date` for datetime, `Uint8Array`
   * for bytes, parsed JSON, decimals as text. Of all else a whole number beyond 2^53 is a `bigint`.
   */
  readonly rows: readonly Readonly<Record<string, unknown>>[];
  /** Rows that a write found; null for what only read. */
  readonly affected: number | null;
}

/** How the store writes SQL, as Kysely asks for it. */
export type SqlGrammar = Pick<Dialect, "createAdapter" | "createIntrospector" | "createQueryCompiler">;

/** Takes statements of the app's own. */
export interface SqlDoor {
  readonly grammar: SqlGrammar;
  /**
   * Runs a statement, in the transaction if there is one. One that fails changes nothing.
   * @throws FootingError FTG_QUERY for what is no statement on rows; FTG_INTERNAL with the refusal as its cause.
   */
  run(call: SqlCall): Promise<SqlRows>;
}
