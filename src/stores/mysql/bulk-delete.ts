/**
 * Deletes rows that the server itself would keep: InnoDB asks about each row at once, so one that refers to itself is
 * always still referred to. The caller's transaction undoes all.
 */
import { FootingError } from "../../errors/footing-error.ts";
import { createDialect, mysql } from "./compiler.ts";
import type { Line } from "./driver.ts";

const { quoteName } = createDialect(mysql);

/** The foreign keys that lead to a table, of every table that the user may see. */
const REFERENCES = `SELECT table_schema, table_name, constraint_name, column_name, referenced_column_name
  FROM information_schema.key_column_usage
  WHERE referenced_table_schema = DATABASE() AND referenced_table_name = ?
  ORDER BY table_schema, table_name, constraint_name, ordinal_position`;

/**
 * Runs a delete. One that is refused because of refs is run again unchecked, and judged when its rows are gone: it
 * stays refused when any ref leads nowhere. Rows of others cannot come in between, since they wait for the deleted ones.
 */
export async function deleteGuarded(line: Line, table: string, run: () => Promise<number>): Promise<number> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof FootingError) || error.code !== "FTG_REFERENCE") throw error;
    const affected = await runUnchecked(line, run);
    if (await isReferred(line, table)) throw error;
    return affected;
  }
}

/** The connection goes back to others, so checks are on again whatever happens. */
async function runUnchecked(line: Line, run: () => Promise<number>): Promise<number> {
  await line.exec("SET SESSION foreign_key_checks = 0");
  try {
    return await run();
  } finally {
    await line.exec("SET SESSION foreign_key_checks = 1");
  }
}

/** Whether a ref to the table leads nowhere. */
async function isReferred(line: Line, table: string): Promise<boolean> {
  const { rows } = await line.query(REFERENCES, [table]);
  const references = Map.groupBy(
    rows.map((row) => row.map(String)),
    (row) => JSON.stringify(row.slice(0, 3)),
  );
  for (const parts of references.values()) {
    const { rows: found } = await line.query(writeSearch(table, parts), []);
    if (found.length > 0) return true;
  }
  return false;
}

/** One row when a row of the referring table leads nowhere. */
function writeSearch(table: string, parts: readonly (readonly string[])[]): string {
  const [[schema = "", referring = ""] = []] = parts;
  const columns = parts.map(([, , , column = "", target = ""]) => ({
    column: quoteName(column),
    target: quoteName(target),
  }));
  const match = columns.map(({ column, target }) => `p.${target} = c.${column}`).join(" AND ");
  const isSet = columns.map(({ column }) => `c.${column} IS NOT NULL`).join(" AND ");
  return (
    `SELECT 1 FROM ${quoteName(schema)}.${quoteName(referring)} AS c LEFT JOIN ${quoteName(table)} AS p ON ${match}` +
    ` WHERE ${isSet} AND p.${columns[0]?.target} IS NULL LIMIT 1`
  );
}
