/** Refuses a schema that the server at hand would not keep as it is meant. It changes no schema. */
import { FootingError, type Problem } from "../../errors/footing-error.ts";
import type { Schema } from "../../schema/schema-model.ts";
import type { TableSpec } from "../sql/describe-tables.ts";
import { describeProblem } from "../sql/server-failure.ts";
import type { Address } from "./address.ts";
import type { Line } from "./driver.ts";

/**
 * Newer MySQL servers look at the first column alone when they decide whether a new row refers to itself, and then
 * take it without looking for the row that it refers to.
 * @throws FootingError FTG_DATABASE when a table needs what the server does not do.
 */
export async function refuseOwnReferences(link: Line, tables: readonly TableSpec[], address: Address): Promise<void> {
  const table = tables.find(({ name, references }) =>
    references.some((reference) => reference.table === name && reference.columns.length > 1),
  );
  if (table === undefined) return;
  const { rows } = await link.exec("SHOW GLOBAL VARIABLES LIKE 'innodb_native_foreign_keys'");
  if (rows.length === 0 || String(rows[0]?.[1]) === "ON") return;
  throw describeProblem(address, {
    problem: `takes references of ${table.owner} to itself without looking, because its key has several fields`,
    fix: "Start the server with innodb_native_foreign_keys=ON, or give the model a key of one field.",
  });
}

/**
 * Looks at every value that the server stores or computes; lists are stored as JSON.
 * @throws FootingError FTG_SCHEMA which names the fields.
 */
export function refuseScales(schema: Schema, most: number): void {
  const problems = Object.values(schema.models).flatMap((model) =>
    Object.values(model.fields).flatMap((field): readonly Problem[] => {
      if (!holdsScale(field, most)) return [];
      const path = `${model.name}.${field.name}`;
      const detail = `${path} needs decimals of more than ${most} digits after the point; this database has no more.`;
      return [{ path, detail, fix: `Declare a scale of at most ${most}, or use another database.` }];
    }),
  );
  if (problems.length > 0)
    throw new FootingError("FTG_SCHEMA", { detail: "Some decimals are too long for the database.", problems });
}

/** Whether a type of a longer decimal stands anywhere in a field's declaration, in what it is computed of too. */
function holdsScale(part: unknown, most: number): boolean {
  if (typeof part !== "object" || part === null) return false;
  if ("scale" in part && Number(part.scale) > most && !("list" in part && part.list === true)) return true;
  return Object.values(part).some((inner) => holdsScale(inner, most));
}
