/** Reads what tables a database has. It changes nothing. */
import type { LiveIndex, LiveTable } from "../sql/compare-tables.ts";
import { readOnDelete, type TableReference } from "../sql/describe-tables.ts";
import { META_TABLE } from "../sql/meta.ts";
import { compileCheck, compileSearch } from "./alter.ts";
import type { Connection } from "./driver.ts";

/** All tables but SQLite's and Footing's own, by name. */
export function loadTables(connection: Connection): ReadonlyMap<string, LiveTable> {
  const rows = connection.all(
    "SELECT name, sql FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name <> ?",
    META_TABLE,
  );
  const statements = new Set(connection.all("SELECT sql FROM sqlite_schema").map((row) => String(row["sql"])));
  return new Map(
    rows.map((row) => {
      const name = String(row["name"]);
      return [
        name,
        { ...loadTable(connection, name, String(row["sql"])), hasSearch: createHasSearch(name, statements) },
      ];
    }),
  );
}

/** An index and its triggers are known by their very statements. */
function createHasSearch(table: string, statements: ReadonlySet<string>): LiveTable["hasSearch"] {
  return (search) => compileSearch(table, search).every((statement) => statements.has(statement));
}

function loadTable(connection: Connection, name: string, sql: string): Omit<LiveTable, "hasSearch"> {
  const info = connection.all(
    'SELECT name, type, "notnull", dflt_value, pk FROM pragma_table_xinfo(?) WHERE hidden <> 1',
    name,
  );
  const key = info
    .filter((row) => Number(row["pk"]) > 0)
    .sort((left, right) => Number(left["pk"]) - Number(right["pk"]));
  return {
    name,
    hasCheck: (check) => sql.includes(compileCheck(check)),
    columns: info.map((row) => ({
      name: String(row["name"]),
      type: String(row["type"]).toUpperCase(),
      isNullable: Number(row["notnull"]) === 0,
      hasDefault: row["dflt_value"] !== null,
    })),
    key: key.map((row) => String(row["name"])),
    indexes: loadIndexes(connection, name),
    references: loadReferences(connection, name),
  };
}

function loadIndexes(connection: Connection, table: string): readonly LiveIndex[] {
  const rows = connection.all(
    'SELECT i.name, i."unique" AS is_unique, i.partial, s.sql FROM pragma_index_list(?) AS i LEFT JOIN sqlite_schema AS s ON s.name = i.name',
    table,
  );
  return rows.map((row) => ({
    name: String(row["name"]),
    isCreatedBy: (statement) => row["sql"] === statement,
    unique: Number(row["is_unique"]) === 1,
    partial: Number(row["partial"]) === 1,
    columns: connection
      .all("SELECT name FROM pragma_index_info(?) ORDER BY seqno", String(row["name"]))
      .map((column) => String(column["name"])),
  }));
}

function loadReferences(connection: Connection, table: string): readonly TableReference[] {
  const rows = connection.all(
    'SELECT id, "table" AS target, "from" AS near, "to" AS far, on_delete FROM pragma_foreign_key_list(?) ORDER BY id, seq',
    table,
  );
  return [...Map.groupBy(rows, (row) => Number(row["id"])).values()].map((parts) => ({
    columns: parts.map((row) => String(row["near"])),
    table: String(parts[0]?.["target"]),
    targets: parts.map((row) => String(row["far"])),
    onDelete: readOnDelete(parts[0]?.["on_delete"]),
  }));
}
