/**
 * Writes the statements that create tables. A table that exists is never changed here: that is for migrations.
 */
import { createHash } from "node:crypto";
import { createConstraintName } from "../../schema/naming.ts";
import type { TableWriter } from "../sql/compare-tables.ts";
import type { TableCheck, TableIndex, TableReference, TableSpec } from "../sql/describe-tables.ts";
import type { Dialect } from "../sql/dialect.ts";
import { joinNames, writeIndex, writeReference } from "../sql/table-clauses.ts";
import type { Flavour } from "./compiler.ts";

/**
 * The name of a check in the database. It holds a digest of the condition, by which the
 * introspector knows it: the server writes conditions its own way.
 */
export function nameCheck({ name, condition }: TableCheck): string {
  const digest = createHash("sha256").update(condition).digest("hex").slice(0, 8);
  return createConstraintName(name, [], digest);
}

/** How tables are created in an engine. */
export function createTableWriter(dialect: Dialect, { collation }: Flavour): TableWriter {
  const quote = dialect.quoteName;
  const join = (names: readonly string[]) => joinNames(quote, names);

  const compileReference = (owner: TableSpec, reference: TableReference) => {
    const name = quote(createConstraintName(owner.name, reference.columns, "ref"));
    return `CONSTRAINT ${name} ${writeReference(quote, reference)}`;
  };

  const compileTable = (table: TableSpec, indexes: readonly TableIndex[]) => {
    const parts = [
      ...table.columns.map(
        (column) => `${quote(column.name)} ${column.type} ${column.isNullable ? "NULL" : "NOT NULL"}`,
      ),
      `PRIMARY KEY (${join(table.key)})`,
      ...indexes.map(({ name, unique, expressions }) => {
        return `${unique ? "UNIQUE KEY" : "KEY"} ${quote(name)} (${expressions.join(", ")})`;
      }),
      ...(table.search === null ? [] : [`FULLTEXT KEY ${quote(table.search.name)} (${join(table.search.columns)})`]),
      ...table.references.map((reference) => compileReference(table, reference)),
      ...table.checks.map((check) => `CONSTRAINT ${quote(nameCheck(check))} CHECK (${check.condition})`),
    ];
    const options = `ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=${collation} ROW_FORMAT=DYNAMIC`;
    return `CREATE TABLE ${quote(table.name)} (\n  ${parts.join(",\n  ")}\n) ${options}`;
  };

  return Object.freeze<TableWriter>({
    compileTable: (table) => [compileTable(table, table.indexes)],
    compileIndex: (table, index) => writeIndex(quote, table, index),
    compileSearch: (table, { name, columns }) => [
      `CREATE FULLTEXT INDEX ${quote(name)} ON ${quote(table.name)} (${join(columns)})`,
    ],
  });
}
