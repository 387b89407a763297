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
import { dialect } from "./compiler.ts";
import { listIndexed, ROWID } from "./search.ts";

/** How tables are created in SQLite. */
export const tableWriter: TableWriter = Object.freeze<TableWriter>({
  compileTable: (table) => [compileTable(table)],
  compileIndex,
  compileSearch: ({ name }, search) => compileSearch(name, search),
});

/** The text of a check inside its table, by which the introspector finds it again. */
export function compileCheck({ name, condition }: TableCheck): string {
  return `CONSTRAINT ${dialect.quoteName(name)} CHECK (${condition})`;
}

/**
 * The tables of models keep their rowid: measured, a table without one is as fast to read by key but several
 * times slower to list once its rows are long. Link tables hold nothing but their key.
 */
function compileTable(table: TableSpec): string {
  const parts = [
    ...table.columns.map(
      (column) => `${dialect.quoteName(column.name)} ${column.type}${column.isNullable ? "" : " NOT NULL"}`,
    ),
    `PRIMARY KEY (${joinNames(table.key)})`,
    ...table.references.map(compileReference),
    ...table.checks.map(compileCheck),
  ];
  const options = table.isLink ? "STRICT, WITHOUT ROWID" : "STRICT";
  return `CREATE TABLE ${dialect.quoteName(table.name)} (\n  ${parts.join(",\n  ")}\n) ${options}`;
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

/**
 * The index knows each row by its rowid, and must be told the words that it is to forget: of a row that it does not know,
 * which another program wrote, that would spoil it. New rows are for `index-writer.ts`.
 */
export function compileSearch(table: string, { name, columns }: TableSearch): readonly string[] {
  const [index, rows] = [dialect.quoteName(name), dialect.quoteName(table)];
  const words = columns.map((column) => dialect.quoteName(column));
  const places = `rowid, ${words.join(", ")}`;
  const read = (row: "new" | "old") => [ROWID, ...words].map((name) => `${row}.${name}`).join(", ");
  const isKnown = `EXISTS (SELECT 1 FROM ${dialect.quoteName(listIndexed(name))} AS i WHERE i.id = old.${ROWID})`;
  const add = `INSERT INTO ${index} (${places}) VALUES (${read("new")});`;
  const remove = `INSERT INTO ${index} (${index}, ${places}) SELECT 'delete', ${read("old")} WHERE ${isKnown};`;
  const trigger = (event: string, moment: string, work: string) =>
    `CREATE TRIGGER ${dialect.quoteName(`${name}_${event}`)} AFTER ${moment} ON ${rows} BEGIN ${work} END`;
  return [
    `CREATE VIRTUAL TABLE ${index} USING fts5(${words.join(", ")}, content=${rows}, content_rowid=${ROWID}, tokenize=ascii)`,
    trigger("update", `UPDATE OF ${words.join(", ")}`, `${remove} ${add}`),
    trigger("delete", "DELETE", remove),
  ];
}

function joinNames(names: readonly string[]): string {
  return names.map((name) => dialect.quoteName(name)).join(", ");
}
