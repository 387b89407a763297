/** Reads what tables a database has. It changes nothing. */
import type { LiveColumn, LiveIndex, LiveTable } from "../sql/compare-tables.ts";
import { readOnDelete, type TableReference, type TableSearch } from "../sql/describe-tables.ts";
import { META_TABLE } from "../sql/meta.ts";
import { nameCheck } from "./alter.ts";
import type { Line, Row } from "./driver.ts";

const TABLES = `
SELECT t.TABLE_NAME FROM information_schema.TABLES AS t
WHERE t.TABLE_SCHEMA = DATABASE() AND t.TABLE_TYPE = 'BASE TABLE' AND t.TABLE_NAME <> '${META_TABLE}'`;

const COLUMNS = `
SELECT c.TABLE_NAME, c.COLUMN_NAME, c.COLUMN_TYPE, c.COLLATION_NAME, c.IS_NULLABLE,
  c.COLUMN_DEFAULT IS NOT NULL OR c.EXTRA <> ''
FROM information_schema.COLUMNS AS c WHERE c.TABLE_SCHEMA = DATABASE() ORDER BY c.TABLE_NAME, c.ORDINAL_POSITION`;

const INDEXES = `
SELECT s.TABLE_NAME, s.INDEX_NAME, s.NON_UNIQUE, COALESCE(s.COLUMN_NAME, ''), s.INDEX_TYPE
FROM information_schema.STATISTICS AS s WHERE s.TABLE_SCHEMA = DATABASE()
ORDER BY s.TABLE_NAME, s.INDEX_NAME, s.SEQ_IN_INDEX`;

const REFERENCES = `
SELECT k.TABLE_NAME, k.CONSTRAINT_NAME, k.COLUMN_NAME, k.REFERENCED_TABLE_NAME, k.REFERENCED_COLUMN_NAME, r.DELETE_RULE
FROM information_schema.KEY_COLUMN_USAGE AS k JOIN information_schema.REFERENTIAL_CONSTRAINTS AS r
  ON r.CONSTRAINT_SCHEMA = k.CONSTRAINT_SCHEMA AND r.CONSTRAINT_NAME = k.CONSTRAINT_NAME AND r.TABLE_NAME = k.TABLE_NAME
WHERE k.CONSTRAINT_SCHEMA = DATABASE() AND k.REFERENCED_TABLE_NAME IS NOT NULL
ORDER BY k.TABLE_NAME, k.CONSTRAINT_NAME, k.ORDINAL_POSITION`;

const CHECKS = `
SELECT c.TABLE_NAME, c.CONSTRAINT_NAME FROM information_schema.TABLE_CONSTRAINTS AS c
WHERE c.CONSTRAINT_SCHEMA = DATABASE() AND c.CONSTRAINT_TYPE = 'CHECK'`;

/** All tables of the database but Footing's own, by name. */
export async function loadTables(link: Line, collation: string): Promise<ReadonlyMap<string, LiveTable>> {
  const names = (await link.query(TABLES, [])).rows.map(readFirst);
  if (names.length === 0) return new Map();
  const found = await Promise.all([COLUMNS, INDEXES, REFERENCES, CHECKS].map((text) => link.query(text, [])));
  const [columns, indexes, references, checks] = found.map(({ rows }) => Map.groupBy(rows, readFirst));
  return new Map(
    names.map((name) => {
      const known = new Set((checks?.get(name) ?? []).map((row) => readText(row[1])));
      const live: LiveTable = {
        name,
        columns: (columns?.get(name) ?? []).map((row) => createColumn(row, collation)),
        ...splitIndexes(indexes?.get(name) ?? []),
        hasSearch: (search) => hasSearch(indexes?.get(name) ?? [], search),
        references: createReferences(references?.get(name) ?? []),
        hasCheck: (check) => known.has(nameCheck(check)),
      };
      return [name, live];
    }),
  );
}

/** The names of all indexes of the database. */
export async function readIndexNames(link: Line): Promise<ReadonlySet<string>> {
  return new Set((await link.query(INDEXES, [])).rows.map((row) => readText(row[1])));
}

function readFirst(row: Row): string {
  return readText(row[0]);
}

/** The server's own texts come as bytes where their collation is binary. */
function readText(value: unknown): string {
  return value instanceof Uint8Array ? Buffer.from(value).toString() : String(value);
}

function createColumn([, name, type, collation, isNullable, hasDefault]: Row, expected: string): LiveColumn {
  const own = collation === null || readText(collation) === expected ? "" : ` COLLATE ${readText(collation)}`;
  return {
    name: readText(name),
    type: `${writeType(readText(type))}${own}`,
    isNullable: readText(isNullable) === "YES",
    hasDefault: Number(hasDefault) === 1,
  };
}

/** As the dialect writes it: some servers say how wide a number is shown. */
function writeType(type: string): string {
  return /^bigint\(\d+\)$/.test(type) ? "BIGINT" : type.toUpperCase();
}

function splitIndexes(rows: readonly Row[]): Pick<LiveTable, "key" | "indexes"> {
  const groups = [...Map.groupBy(rows, (row) => readText(row[1])).entries()];
  const indexes = groups.map(([name, parts]): LiveIndex => {
    return {
      name,
      unique: Number(parts[0]?.[2]) === 0,
      columns: parts.map((row) => readText(row[3])),
      partial: false,
      isCreatedBy: () => false,
    };
  });
  return { key: indexes.find(({ name }) => name === "PRIMARY")?.columns ?? [], indexes };
}

function hasSearch(rows: readonly Row[], { columns }: TableSearch): boolean {
  const texts = rows.filter((row) => readText(row[4]) === "FULLTEXT");
  return [...Map.groupBy(texts, (row) => readText(row[1])).values()].some(
    (parts) => parts.map((row) => readText(row[3])).join() === columns.join(),
  );
}

function createReferences(rows: readonly Row[]): readonly TableReference[] {
  return [...Map.groupBy(rows, (row) => readText(row[1])).values()].map((parts) => ({
    columns: parts.map((row) => readText(row[2])),
    table: readText(parts[0]?.[3]),
    targets: parts.map((row) => readText(row[4])),
    onDelete: readOnDelete(readText(parts[0]?.[5])),
  }));
}
