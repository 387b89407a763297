/**
 * Says how live tables differ from what the schema needs. It reads no database and changes none: a store loads its
 * tables into {@link LiveTable} and brings the statements that would create what is missing.
 */
import { FootingError, type Problem } from "../../errors/footing-error.ts";
import {
  onDeleteClauses,
  type TableCheck,
  type TableColumn,
  type TableIndex,
  type TableReference,
  type TableSearch,
  type TableSpec,
} from "./describe-tables.ts";

/** A table as it is. */
export interface LiveTable {
  readonly name: string;
  readonly columns: readonly LiveColumn[];
  readonly key: readonly string[];
  readonly indexes: readonly LiveIndex[];
  readonly references: readonly TableReference[];
  /** Whether the table has the check, and it says the same. */
  hasCheck(check: TableCheck): boolean;
  /** Whether its rows are found by the words of these columns. */
  hasSearch(search: TableSearch): boolean;
}

/** A column as it is, its type written as the dialect writes it. */
export interface LiveColumn extends TableColumn {
  readonly hasDefault: boolean;
}

/** An index as it is. */
export interface LiveIndex {
  readonly name: string;
  /** Empty for what is no plain column. */
  readonly columns: readonly string[];
  readonly unique: boolean;
  /** True for an index that leaves rows out. */
  readonly partial: boolean;
  /** Whether it was created by exactly this statement; for indexes of expressions, which have no columns. */
  isCreatedBy(statement: string): boolean;
}

/** How a store creates tables. */
export interface TableWriter {
  /** The statements for a table without its indexes. */
  compileTable(table: TableSpec): readonly string[];
  compileIndex(table: TableSpec, index: TableIndex): string;
  /** The statements for its full-text index. */
  compileSearch(table: TableSpec, search: TableSearch): readonly string[];
}

/** The statements that create the tables and their indexes, in order. */
export function compileCreateTables(writer: TableWriter, tables: readonly TableSpec[]): readonly string[] {
  return tables.flatMap((table) => [
    ...writer.compileTable(table),
    ...table.indexes.map((index) => writer.compileIndex(table, index)),
    ...(table.search === null ? [] : writer.compileSearch(table, table.search)),
  ]);
}

/** Every way in which the live tables cannot serve the schema. Tables nobody declared are left alone. */
export function compareTables(
  tables: readonly TableSpec[],
  live: ReadonlyMap<string, LiveTable>,
  writer: TableWriter,
): readonly Problem[] {
  return tables.flatMap((table) => {
    const found = live.get(table.name);
    if (found !== undefined) return compareTable({ table, live: found, writer });
    const fix = `Create it: ${compileCreateTables(writer, [table]).join("; ")}`;
    return [{ path: table.owner, detail: `The table ${table.name} is missing.`, fix }];
  });
}

/**
 * Refuses the database `name` with problems.
 * @throws FootingError FTG_DATABASE_MISMATCH
 */
export function refuseDifferences(problems: readonly Problem[], name: string): void {
  if (problems.length === 0) return;
  const detail = `The database ${name} differs from the schema in ${problems.length === 1 ? "one point" : `${problems.length} points`}.`;
  throw new FootingError("FTG_DATABASE_MISMATCH", { detail, problems });
}

/** A table, what it should be, and who could create it. */
interface Comparison {
  readonly table: TableSpec;
  readonly live: LiveTable;
  readonly writer: TableWriter;
}

function compareTable(comparison: Comparison): readonly Problem[] {
  const { table, live } = comparison;
  return [
    ...table.columns.flatMap((column) => compareColumn(table, live, column)),
    ...findExtraColumns(table, live),
    ...compareKey(table, live),
    ...table.indexes.flatMap((index) => compareIndex(comparison, index)),
    ...compareSearch(comparison),
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

function compareIndex({ table, live, writer }: Comparison, index: TableIndex): readonly Problem[] {
  const statement = writer.compileIndex(table, index);
  if (live.indexes.some((other) => serves(index, other, statement))) return [];
  const kind = index.unique ? "unique index" : "index";
  return [
    createProblem(table, `${table.name} has no ${kind} on (${index.columns.join(", ")}).`, `Create it: ${statement}`),
  ];
}

function compareSearch({ table, live, writer }: Comparison): readonly Problem[] {
  if (table.search === null || live.hasSearch(table.search)) return [];
  const detail = `${table.name} has no full-text index on (${table.search.columns.join(", ")}).`;
  return [createProblem(table, detail, `Create it: ${writer.compileSearch(table, table.search).join("; ")}`)];
}

function serves(index: TableIndex, other: LiveIndex, statement: string): boolean {
  if (other.partial || (index.unique && !other.unique)) return false;
  return isSameList(index.columns, other.columns) || other.isCreatedBy(statement);
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

function describeReference({ columns, table, targets, onDelete }: TableReference): string {
  const rule = onDelete === "restrict" ? "" : ` with${onDeleteClauses[onDelete]}`;
  return `(${columns.join(", ")}) to ${table} (${targets.join(", ")})${rule}`;
}

function compareChecks(table: TableSpec, live: LiveTable): readonly Problem[] {
  const missing = table.checks.filter((check) => !live.hasCheck(check));
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
