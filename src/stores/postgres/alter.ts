/**
 * Writes the statements that create tables. A table that exists is never changed here: that is for migrations.
 */
import type { TableWriter } from "../sql/compare-tables.ts";
import type { TableCheck, TableSearch, TableSpec } from "../sql/describe-tables.ts";
import { joinNames, writeColumns, writeIndex, writeReference } from "../sql/table-clauses.ts";
import { quoteText } from "./codec.ts";
import { dialect } from "./compiler.ts";
import { writeIndexed } from "./search.ts";

const quote = dialect.quoteName;

/** How tables are created in PostgreSQL. */
export const tableWriter: TableWriter = Object.freeze<TableWriter>({
  compileTable,
  compileIndex: (table, index) => writeIndex(quote, table, index),
  compileSearch,
});

/**
 * The statements that create the tables and their indexes, in order. The server tests unique indexes in the order of
 * their creation, so the first declared comes first.
 */
export function compileCreateTables(tables: readonly TableSpec[]): readonly string[] {
  return [
    ...tables.flatMap((table) => [
      ...createTable(table, []),
      ...table.indexes.toReversed().map((index) => writeIndex(quote, table, index)),
      ...(table.search === null ? [] : compileSearch(table, table.search)),
    ]),
    // Tables may refer to each other in circles.
    ...tables.flatMap((table) =>
      table.references.map((reference) => `ALTER TABLE ${quote(table.name)} ADD ${writeReference(quote, reference)}`),
    ),
  ];
}

/** What stands in the comment on a check, by which the introspector knows it: the server writes conditions its own way. */
export function describeCheck({ condition }: TableCheck): string {
  return `footing: ${condition}`;
}

function compileTable(table: TableSpec): readonly string[] {
  return createTable(
    table,
    table.references.map((reference) => writeReference(quote, reference)),
  );
}

function createTable(table: TableSpec, references: readonly string[]): readonly string[] {
  const name = quote(table.name);
  const parts = [
    ...writeColumns(quote, table),
    `PRIMARY KEY (${joinNames(quote, table.key)})`,
    ...references,
    ...table.checks.map((check) => `CONSTRAINT ${quote(check.name)} CHECK (${check.condition})`),
  ];
  const comments = table.checks.map(
    (check) => `COMMENT ON CONSTRAINT ${quote(check.name)} ON ${name} IS ${quoteText(describeCheck(check))}`,
  );
  return [`CREATE TABLE ${name} (\n  ${parts.join(",\n  ")}\n)`, ...comments];
}

function compileSearch(table: TableSpec, { name, columns }: TableSearch): readonly string[] {
  const indexed = writeIndexed(columns.map((column) => quote(column)));
  return [`CREATE INDEX ${quote(name)} ON ${quote(table.name)} USING gin (${indexed})`];
}
