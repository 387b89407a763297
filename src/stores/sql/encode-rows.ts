/** Binds rows as one JSON list of lists, for engines that make a table of it. How a value is written, each engine says. */
import type { RowColumn } from "./sql-text.ts";

/** The encoder of rows: of each row the values of the columns, as what `createPart` makes writes them. */
export function createRowsEncoder(
  columns: readonly RowColumn[],
  createPart: (column: RowColumn) => (value: unknown) => string,
): (rows: unknown) => string {
  const parts = columns.map((column) => ({ index: column.index, write: createPart(column) }));
  return (value) => {
    const rows: readonly unknown[] = Array.isArray(value) ? value : [];
    const lists = rows.map((row) => {
      const values: readonly unknown[] = Array.isArray(row) ? row : [];
      return `[${parts.map(({ index, write }) => write(values[index] ?? null)).join(",")}]`;
    });
    return `[${lists.join(",")}]`;
  };
}
