/** Which statements of an app's own SQL pass: those that read or write rows. It parses no more than the first word. */
import { FootingError } from "../../errors/footing-error.ts";

const READS: readonly string[] = ["select", "values", "table"];
const WRITES: readonly string[] = ["insert", "update", "delete", "merge", "replace", "with"];
/** Blanks, comments and brackets, and the word behind them. */
const FIRST_WORD = /^(?:[\s(]|--[^\n]*\n|\/\*[\s\S]*?\*\/)*([a-z]+)/i;

/**
 * Whether the statement may write rows.
 * @throws FootingError FTG_QUERY for what would change a session, a transaction or a table.
 */
export function isWritingStatement(text: string): boolean {
  const word = FIRST_WORD.exec(text)?.[1]?.toLowerCase() ?? "";
  if (READS.includes(word)) return false;
  if (WRITES.includes(word)) return true;
  throw new FootingError("FTG_QUERY", {
    detail: `sql: expected a statement that reads or writes rows, got one that begins with ${JSON.stringify(word)}.`,
    fix: "Use db.transaction for transactions, and migrations for tables.",
  });
}
