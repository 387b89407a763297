/**
 * Asks the planner of MySQL or MariaDB how many rows it expects of a query: its own number where it has one, otherwise what
 * it expects of each table, multiplied. It runs no query.
 */
import { isObject } from "../../util/is-object.ts";
import type { EstimateDialect } from "../sql/dialect.ts";

/** The two write their plans alike, but for the name of a number. MySQL 9.7 writes a tree of steps instead. */
export const estimate: EstimateDialect = Object.freeze<EstimateDialect>({
  explain: (query) => `EXPLAIN FORMAT=JSON ${query}`,
  read: (plan) => {
    const parsed: unknown = JSON.parse(String(plan));
    const expected = findExpected(parsed);
    if (expected !== null) return Math.round(expected);
    const tables = listTables(parsed);
    // A query that cannot find anything has no table.
    return tables.length === 0 ? 0 : Math.round(tables.reduce((rows, table) => rows * readRows(table), 1));
  },
});

/** What the outermost step that says so expects. */
function findExpected(part: unknown): number | null {
  if (!isObject(part)) return null;
  const { estimated_rows: rows, query_plan: steps, inputs } = part;
  if (typeof rows === "number") return rows;
  return findExpected(steps ?? (Array.isArray(inputs) ? inputs[0] : null));
}

/** What belongs to a query inside the query. */
const inner = /subquer|^materialized/;

/** The tables that are joined, wherever the plan nests them. */
function listTables(part: unknown): readonly Readonly<Record<string, unknown>>[] {
  if (Array.isArray(part)) return part.flatMap(listTables);
  if (!isObject(part)) return [];
  return Object.entries(part).flatMap(([name, value]) => {
    if (inner.test(name)) return [];
    return name === "table" && isObject(value) && isCounted(value) ? [value] : listTables(value);
  });
}

function isCounted(table: Readonly<Record<string, unknown>>): boolean {
  return "rows" in table || "rows_examined_per_scan" in table;
}

function readRows({ rows, rows_examined_per_scan, filtered = 100 }: Readonly<Record<string, unknown>>): number {
  return (Number(rows ?? rows_examined_per_scan) * Number(filtered)) / 100;
}
