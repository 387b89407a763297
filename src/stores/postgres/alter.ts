/**
 * Writes the statements that create tables. A table that exists is never changed here: that is for migrations.
 */
import type { TableWriter } from "../sql/compare-tables.ts";
import {
  onDeleteClauses,
  type TableCheck,
  type TableIndex,
  type TableReference,
  type TableSearch,
  type TableSpec,
} from "../sql/describe-tables.ts";
import { quoteText } from "./codec.ts";
import { dialect } from "./compiler.ts";
import { writeIndexed } from "./search.ts";

/** How tables are created in PostgreSQL. */
export const tableWriter: TableWriter = Object.freeze<TableWriter>({ compileTable, compileIndex, compileSearch });

/**
 * The statements that create the tables and their indexes, in order. The server tests unique indexes in the order of
 * their creation, so the first declared comes first.
 */
export function compileCreateTables(tables: readonly TableSpec[]): readonly string[] {
  return [
    ...tables.flatMap((table) => [
      ...createTable(table, []),
      ...table.indexes.toReversed().map((index) => compileIndex(table, index)),
      ...(table.search === null ? [] : compileSearch(table, table.search)),
    ]),
    // Tables may refer to each other in circles.
    ...tables.flatMap((table) =>
      table.references.map(
        (reference) => `ALTER TABLE ${dialect.quoteName(table.name)} ADD ${compileReference(reference)}`,
      ),
    ),
  ];
}

/** What stands in the comment on a check, by which the introspector knows it: the server writes conditions its own way. */
export function describeCheck({ condition }: TableCheck): string {
  return `footing: ${condition}`;
}

function compileTable(table: TableSpec): readonly string[] {
  return createTable(table, table.references.map(compileReference));
}

function createTable(table: TableSpec, references: readonly string[]): readonly string[] {
  const name = dialect.quoteName(table.name);
  const parts = [
    ...table.columns.map(
      (column) => `${dialect.quoteName(column.name)} ${column.type}${column.isNullable ? "" : " NOT NULL"}`,
    ),
    `PRIMARY KEY (${joinNames(table.key)})`,
    ...references,
    ...table.checks.map((check) => `CONSTRAINT ${dialect.quoteName(check.name)} CHECK (${check.condition})`),
  ];
  const comments = table.checks.map(
    (check) =>
      `COMMENT ON CONSTRAINT ${dialect.quoteName(check.name)} ON ${name} IS ${quoteText(describeCheck(check))}`,
  );
  return [`CREATE TABLE ${name} (\n  ${parts.join(",\n  ")}\n)`, ...comments];
}

/** Without a rule of its own a reference is judged after the whole statement, so rows that refer to each other can go together. */
function compileReference({ columns, table, targets, onDelete }: TableReference): string {
  const rule = onDeleteClauses[onDelete];
  return `FOREIGN KEY (${joinNames(columns)}) REFERENCES ${dialect.quoteName(table)} (${joinNames(targets)})${rule}`;
}

function compileIndex(table: TableSpec, { name, expressions, unique }: TableIndex): string {
  const kind = unique ? "UNIQUE INDEX" : "INDEX";
  return `CREATE ${kind} ${dialect.quoteName(name)} ON ${dialect.quoteName(table.name)} (${expressions.join(", ")})`;
}

function compileSearch(table: TableSpec, { name, columns }: TableSearch): readonly string[] {
  const indexed = writeIndexed(columns.map((column) => dialect.quoteName(column)));
  return [`CREATE INDEX ${dialect.quoteName(name)} ON ${dialect.quoteName(table.name)} USING gin (${indexed})`];
}

function joinNames(names: readonly string[]): string {
  return names.map((name) => dialect.quoteName(name)).join(", ");
}
