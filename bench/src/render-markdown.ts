// Tables as people read them in a terminal and on a web page alike.

/** A table in Markdown, the first row its head. The first two columns are text, the others figures. */
export function renderMarkdown(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const isText = (column: number): boolean => column < 2;
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  const rule = widths.map((width, column) => (isText(column) ? "-".repeat(width) : `${"-".repeat(width - 1)}:`));
  const [head = "", ...body] = rows.map((row) =>
    line(
      row.map((cell, column) =>
        isText(column) ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      ),
    ),
  );
  return [head, line(rule), ...body].join("\n");
}
