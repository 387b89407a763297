/** Reads what tables a database has and says how they differ from what the schema needs. It changes nothing. */
import type { Problem } from "../../errors/footing-error.ts";
import type { TableColumn, TableIndex, TableReference, TableSpec } from "../sql/describe-tables.ts";
import { compileCheck, compileCreateTables } from "./alter.ts";
import type { Connection } from "./driver.ts";

/** The table that holds what Footing itself must remember. */
export const META_TABLE = "footing_meta";

/** A table as it is. */
export interface LiveTable {
  readonly name: string;
  /** The statement that created it. */
  readonly sql: string;
  readonly columns: readonly LiveColumn[];
  readonly key: readonly string[];
  readonly indexes: readonly LiveIndex[];
  readonly references: readonly TableReference[];
}

interface LiveColumn extends TableColumn {
  readonly hasDefault: boolean;
}

interface LiveIndex {
  readonly name: string;
  readonly sql: string | null;
  readonly columns: readonly string[];
  readonly unique: boolean;
  readonly partial: boolean;
}

/** All tables but SQLite's and Footing's own, by name. */
export function loadTables(connection: Connection): ReadonlyMap<string, LiveTable> {
  const rows = connection.all(
    "SELECT name, sql FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name <> ?",
    META_TABLE,
  );
  return new Map(
    rows.map((row) => [String(row["name"]), loadTable(connection, String(row["name"]), String(row["sql"]))]),
  );
}

/** Every way in which the live tables cannot serve the schema. Tables nobody declared are left alone. */
export function compareTables(tables: readonly TableSpec[], live: ReadonlyMap<string, LiveTable>): readonly Problem[] {
  return tables.flatMap((table) => {
    const found = live.get(table.name);
    if (found !== undefined) return compareTable(table, found);
    const fix = `Create it: ${compileCreateTables([table]).join("; ")}`;
    return [{ path: table.owner, detail: `The table ${table.name} is missing.`, fix }];
  });
}

function loadTable(connection: Connection, name: string, sql: string): LiveTable {
  const info = connection.all(
    'SELECT name, type, "notnull", dflt_value, pk FROM pragma_table_xinfo(?) WHERE hidden <> 1',
    name,
  );
  const key = info
    .filter((row) => Number(row["pk"]) > 0)
    .sort((left, right) => Number(left["pk"]) - Number(right["pk"]));
  return {
    name,
    sql,
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
    sql: row["sql"] === null ? null : String(row["sql"]),
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
    cascade: parts[0]?.["on_delete"] === "CASCADE",
  }));
}

function compareTable(table: TableSpec, live: LiveTable): readonly Problem[] {
  return [
    ...table.columns.flatMap((column) => compareColumn(table, live, column)),
    ...findExtraColumns(table, live),
    ...compareKey(table, live),
    ...table.indexes.flatMap((index) => compareIndex(table, live, index)),
    ...findExtraUnique(table, live),
    ...table.references.flatMap((reference) => compareReference(table, live, reference)),
    ...compareChecks(table, live),
  ];
}

function createProblem(table: TableSpec, detail: string, fix: string): Problem {
  return { path: table.owner, detail, fix };
}

function compareColumn(table: TableSpec, live: LiveTable, column: TableColumn): readonly Problem[] {
  const name = `${table.name}.${column.name}`;
  const found = live.columns.find((other) => other.name === column.name);
  if (found === undefined) {
    return [
      createProblem(
        table,
        `The column ${name} (${describeColumn(column)}) is missing.`,
        "Migrate the database, or remove the field from the schema.",
      ),
    ];
  }
  const expected = describeColumn(column);
  const came = describeColumn(found);
  if (expected === came) return [];
  return [
    createProblem(
      table,
      `The column ${name} should be ${expected}, but it is ${came}.`,
      "Migrate the database, or declare the field as it is.",
    ),
  ];
}

function describeColumn({ type, isNullable }: TableColumn): string {
  return `${type} ${isNullable ? "NULL" : "NOT NULL"}`;
}

/** A column nobody fills must be able to stay empty. */
function findExtraColumns(table: TableSpec, live: LiveTable): readonly Problem[] {
  const extra = live.columns.filter(
    (column) => !column.isNullable && !column.hasDefault && !table.columns.some(({ name }) => name === column.name),
  );
  return extra.map(({ name }) =>
    createProblem(
      table,
      `The column ${table.name}.${name} is not declared and must not be null, so no row could be created.`,
      "Declare it as a field, or remove it from the database.",
    ),
  );
}

function compareKey(table: TableSpec, live: LiveTable): readonly Problem[] {
  if (isSameList(table.key, live.key)) return [];
  const came = live.key.length === 0 ? "there is none" : `it is (${live.key.join(", ")})`;
  return [
    createProblem(
      table,
      `The primary key of ${table.name} should be (${table.key.join(", ")}), but ${came}.`,
      "Migrate the database, or declare the key as it is.",
    ),
  ];
}

function compareIndex(table: TableSpec, live: LiveTable, index: TableIndex): readonly Problem[] {
  if (live.indexes.some((other) => serves(table, index, other))) return [];
  const [, ...statements] = compileCreateTables([{ ...table, indexes: [index] }]);
  const kind = index.unique ? "unique index" : "index";
  return [
    createProblem(
      table,
      `${table.name} has no ${kind} on (${index.columns.join(", ")}).`,
      `Create it: ${statements.join()}`,
    ),
  ];
}

function serves(table: TableSpec, index: TableIndex, other: LiveIndex): boolean {
  if (other.partial || (index.unique && !other.unique)) return false;
  if (isSameList(index.columns, other.columns)) return true;
  // An index on an expression has no column names; it is known by its text.
  const [, text] = compileCreateTables([{ ...table, indexes: [index] }]);
  return other.sql === text;
}

/** A unique index nobody declared refuses rows that the schema allows. */
function findExtraUnique(table: TableSpec, live: LiveTable): readonly Problem[] {
  const declared = [table.key, ...table.indexes.filter(({ unique }) => unique).map(({ columns }) => columns)];
  const extra = live.indexes.filter(
    (index) => index.unique && !declared.some((columns) => isSameList(columns, index.columns)),
  );
  return extra.map((index) =>
    createProblem(
      table,
      `${table.name} has the unique index ${index.name} on (${index.columns.join(", ")}), which is not declared.`,
      "Declare it as unique, or drop the index.",
    ),
  );
}

function compareReference(table: TableSpec, live: LiveTable, reference: TableReference): readonly Problem[] {
  const text = describeReference(reference);
  if (live.references.some((other) => describeReference(other) === text)) return [];
  return [createProblem(table, `${table.name} has no foreign key ${text}.`, "Migrate the database.")];
}

function describeReference({ columns, table, targets, cascade }: TableReference): string {
  return `(${columns.join(", ")}) to ${table} (${targets.join(", ")})${cascade ? " with ON DELETE CASCADE" : ""}`;
}

function compareChecks(table: TableSpec, live: LiveTable): readonly Problem[] {
  const missing = table.checks.filter((check) => !live.sql.includes(compileCheck(check)));
  return missing.map(({ name }) =>
    createProblem(
      table,
      `The check "${name}" of ${table.name} is missing or says something else.`,
      "Migrate the database.",
    ),
  );
}

function isSameList(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((item, index) => item === right[index]);
}
