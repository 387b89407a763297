/** Writes the parts of `CREATE TABLE` and `CREATE INDEX` that engines word alike. What stands around them is each engine's. */
import { onDeleteClauses, type TableIndex, type TableReference, type TableSpec } from "./describe-tables.ts";

/** Quotes a name for an engine. */
export type QuoteName = (name: string) => string;

/** `"a", "b"`. */
export function joinNames(quote: QuoteName, names: readonly string[]): string {
  return names.map((name) => quote(name)).join(", ");
}

/** The columns of a table, one by one. */
export function writeColumns(quote: QuoteName, { columns }: TableSpec): readonly string[] {
  return columns.map(({ name, type, isNullable }) => `${quote(name)} ${type}${isNullable ? "" : " NOT NULL"}`);
}

/** Without a rule of its own a reference is judged after the whole statement, so rows that refer to each other can go together. */
export function writeReference(quote: QuoteName, { columns, table, targets, onDelete }: TableReference): string {
  const rule = onDeleteClauses[onDelete];
  return `FOREIGN KEY (${joinNames(quote, columns)}) REFERENCES ${quote(table)} (${joinNames(quote, targets)})${rule}`;
}

/** The statement that creates an index. */
export function writeIndex(quote: QuoteName, table: TableSpec, { name, expressions, unique }: TableIndex): string {
  const kind = unique ? "UNIQUE INDEX" : "INDEX";
  return `CREATE ${kind} ${quote(name)} ON ${quote(table.name)} (${expressions.join(", ")})`;
}
