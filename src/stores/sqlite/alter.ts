/**
 * Writes the statements that create tables. A table that exists is never changed here: that is for migrations.
 */
import type { TableWriter } from "../sql/compare-tables.ts";
import type { TableCheck, TableSearch, TableSpec } from "../sql/describe-tables.ts";
import { joinNames, writeColumns, writeIndex, writeReference } from "../sql/table-clauses.ts";
import { dialect } from "./compiler.ts";
import { listIndexed, ROWID } from "./search.ts";

const quote = dialect.quoteName;

/** How tables are created in SQLite. */
export const tableWriter: TableWriter = Object.freeze<TableWriter>({
  compileTable: (table) => [compileTable(table)],
  compileIndex: (table, index) => writeIndex(quote, table, index),
  compileSearch: ({ name }, search) => compileSearch(name, search),
});

/** The text of a check inside its table, by which the introspector finds it again. */
export function compileCheck({ name, condition }: TableCheck): string {
  return `CONSTRAINT ${quote(name)} CHECK (${condition})`;
}

/**
 * The tables of models keep their rowid: measured, a table without one is as fast to read by key but several
 * times slower to list once its rows are long. Link tables hold nothing but their key.
 */
function compileTable(table: TableSpec): string {
  const parts = [
    ...writeColumns(quote, table),
    `PRIMARY KEY (${joinNames(quote, table.key)})`,
    ...table.references.map((reference) => writeReference(quote, reference)),
    ...table.checks.map(compileCheck),
  ];
  const options = table.isLink ? "STRICT, WITHOUT ROWID" : "STRICT";
  return `CREATE TABLE ${quote(table.name)} (\n  ${parts.join(",\n  ")}\n) ${options}`;
}

/**
 * The index knows each row by its rowid, and must be told the words that it is to forget: of a row that it does not know,
 * which another program wrote, that would spoil it. New rows are for `index-writer.ts`.
 */
export function compileSearch(table: string, { name, columns }: TableSearch): readonly string[] {
  const [index, rows] = [quote(name), quote(table)];
  const words = columns.map((column) => quote(column));
  const places = `rowid, ${words.join(", ")}`;
  const read = (row: "new" | "old") => [ROWID, ...words].map((name) => `${row}.${name}`).join(", ");
  const isKnown = `EXISTS (SELECT 1 FROM ${dialect.quoteName(listIndexed(name))} AS i WHERE i.id = old.${ROWID})`;
  const add = `INSERT INTO ${index} (${places}) VALUES (${read("new")});`;
  const remove = `INSERT INTO ${index} (${index}, ${places}) SELECT 'delete', ${read("old")} WHERE ${isKnown};`;
  const trigger = (event: string, moment: string, work: string) =>
    `CREATE TRIGGER ${quote(`${name}_${event}`)} AFTER ${moment} ON ${rows} BEGIN ${work} END`;
  return [
    `CREATE VIRTUAL TABLE ${index} USING fts5(${words.join(", ")}, content=${rows}, content_rowid=${ROWID}, tokenize=ascii)`,
    trigger("update", `UPDATE OF ${words.join(", ")}`, `${remove} ${add}`),
    trigger("delete", "DELETE", remove),
  ];
}
