/**
 * Gives texts without a length one where an index must hold them whole, and indexes of long texts their beginning: an
 * index of MySQL and MariaDB takes 3072 bytes. It works on the description of the tables and knows no database.
 */
import { FootingError, type Problem } from "../../errors/footing-error.ts";
import type { TableColumn, TableIndex, TableSpec } from "../sql/describe-tables.ts";
import { MAX_INDEXED } from "./codec.ts";

/** Bytes that one index takes, and that one character of utf8mb4 may need. */
const MAX_BYTES = 3072;
const CHARACTER = 4;
/** Characters that an index of long texts holds of each. */
const PREFIX = 191;

/** The columns that hold the same values: a key and all that refers to it. */
interface Family {
  readonly members: Set<string>;
  /** Whether an index must hold the values whole: to keep them unique, or to find what they refer to. */
  isWhole: boolean;
  /** In characters, when the declared type has none. */
  length: number;
}

/** Names of columns in one index, each with its table. */
interface Whole {
  readonly owner: string;
  readonly parts: readonly string[];
}

/**
 * The same tables with types and indexes that the engine takes.
 * @throws FootingError FTG_SCHEMA when the declared lengths of a key or unique index do not fit.
 */
export function fitColumns(tables: readonly TableSpec[]): readonly TableSpec[] {
  const columns = new Map(
    tables.flatMap((table) => table.columns.map((column) => [nameColumn(table, column.name), column] as const)),
  );
  const families = joinFamilies(tables);
  const wholes = listWholes(tables);
  for (const part of wholes.flatMap(({ parts }) => parts)) findFamily(families, part).isWhole = true;
  const problems = wholes.flatMap((whole) => fitWhole(whole, columns, families));
  if (problems.length > 0)
    throw new FootingError("FTG_SCHEMA", { detail: "Some keys are too long for an index.", problems });
  return tables.map((table) => fitTable(table, families));
}

function nameColumn(table: { readonly name: string }, column: string): string {
  return `${table.name}.${column}`;
}

function findFamily(families: ReadonlyMap<string, Family>, name: string): Family {
  return families.get(name) ?? { members: new Set([name]), isWhole: false, length: MAX_INDEXED };
}

function joinFamilies(tables: readonly TableSpec[]): ReadonlyMap<string, Family> {
  const families = new Map<string, Family>();
  for (const table of tables) {
    for (const { name } of table.columns) {
      const full = nameColumn(table, name);
      families.set(full, { members: new Set([full]), isWhole: false, length: MAX_INDEXED });
    }
  }
  for (const table of tables) {
    for (const { columns, table: target, targets } of table.references) {
      for (const [part, column] of columns.entries())
        unite(families, nameColumn(table, column), nameColumn({ name: target }, targets[part] ?? ""));
    }
  }
  return families;
}

function unite(families: Map<string, Family>, left: string, right: string): void {
  const one = findFamily(families, left);
  const other = findFamily(families, right);
  if (one === other) return;
  for (const member of other.members) {
    one.members.add(member);
    families.set(member, one);
  }
  one.isWhole = true;
}

/** Keys, unique indexes, and what the engine needs an index for by itself. */
function listWholes(tables: readonly TableSpec[]): readonly Whole[] {
  return tables.flatMap((table) => {
    const unique = table.indexes.filter((index) => index.unique).map((index) => index.columns);
    const references = table.references.map((reference) => reference.columns);
    return [table.key, ...unique, ...references].map((parts) => ({
      owner: `${table.owner} (${parts.join(", ")})`,
      parts: parts.map((part) => nameColumn(table, part)),
    }));
  });
}

/** Divides the bytes of an index among its texts without a length. */
function fitWhole(
  { owner, parts }: Whole,
  columns: ReadonlyMap<string, TableColumn>,
  families: ReadonlyMap<string, Family>,
): readonly Problem[] {
  const sizes = parts.map((part) => countBytes(columns.get(part)?.type ?? ""));
  const open = parts.filter((_, index) => sizes[index] === null);
  const taken = sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0);
  const length = Math.floor((MAX_BYTES - taken) / CHARACTER / Math.max(open.length, 1));
  for (const part of open) {
    const family = findFamily(families, part);
    family.length = Math.min(family.length, length);
  }
  if (taken <= MAX_BYTES && (open.length === 0 || length > 0)) return [];
  const detail = `The index on ${owner} would take ${taken} bytes or more of the ${MAX_BYTES} that the database has for it.`;
  return [{ path: owner, detail, fix: "Give its texts a smaller `.max(…)`; a character takes four bytes." }];
}

/** Bytes of a value in an index; null for a type without a length. */
function countBytes(type: string): number | null {
  if (type === "LONGTEXT" || type === "LONGBLOB") return null;
  const length = Number(/\((\d+)/.exec(type)?.[1] ?? 0);
  if (type.includes("CHAR")) return length * CHARACTER;
  return type.startsWith("DECIMAL") ? 20 : 8;
}

function fitTable(table: TableSpec, families: ReadonlyMap<string, Family>): TableSpec {
  const columns = table.columns.map((column): TableColumn => {
    const family = findFamily(families, nameColumn(table, column.name));
    if (!family.isWhole || countBytes(column.type) !== null) return column;
    return column.type === "LONGBLOB"
      ? { ...column, type: `VARBINARY(${family.length * CHARACTER})` }
      : { ...column, type: `VARCHAR(${family.length})` };
  });
  return { ...table, columns, indexes: table.indexes.map((index) => fitIndex(index, columns)) };
}

/** Of a text that needs not be held whole, an index holds the beginning. */
function fitIndex(index: TableIndex, columns: readonly TableColumn[]): TableIndex {
  const types = index.columns.map((name) => columns.find((column) => column.name === name)?.type ?? "");
  const isLong = types.reduce((sum, type) => sum + (countBytes(type) ?? PREFIX * CHARACTER), 0) > MAX_BYTES;
  const expressions = index.expressions.map((expression, part) => {
    const bytes = countBytes(types[part] ?? "");
    const isCut = bytes === null || (isLong && types[part]?.startsWith("VARCHAR") && bytes > PREFIX * CHARACTER);
    return isCut ? `${expression}(${PREFIX})` : expression;
  });
  return { ...index, expressions };
}
