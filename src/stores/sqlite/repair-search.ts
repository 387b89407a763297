/**
 * Brings full-text indexes up to date when a database opens. It looks at numbers of rows alone: an index that another
 * program left rows out of knows fewer than there are. A text that was changed behind its words it does not find out.
 */
import type { ModelSchema, Schema, SearchSchema } from "../../schema/schema-model.ts";
import type { TableSpec } from "../sql/describe-tables.ts";
import { compileSearch } from "./alter.ts";
import { FUNCTIONS } from "./codec.ts";
import { dialect } from "./compiler.ts";
import type { Connection } from "./driver.ts";
import { listIndexed } from "./search.ts";

/** Makes each index anew that does not know every row of its table; to be run in a transaction. */
export function repairSearch(connection: Connection, schema: Schema): void {
  for (const model of Object.values(schema.models)) {
    const { table, search } = model;
    if (search === null || isComplete(connection, table, search)) continue;
    const { name } = search;
    const [, trigger = ""] = compileSearch(table, { name, columns: search.parts.map(({ words }) => words) });
    // Row by row the trigger would index what is all indexed next.
    connection.exec(`DROP TRIGGER ${dialect.quoteName(`${name}_update`)}`);
    connection.exec(writeMissing(model, search));
    connection.exec(trigger);
    const index = dialect.quoteName(name);
    connection.exec(`INSERT INTO ${index} (${index}) VALUES ('rebuild')`);
  }
}

/** Replaces triggers of indexes that an older version wrote otherwise; one that is missing is for the comparison to tell. */
export function replaceTriggers(connection: Connection, tables: readonly TableSpec[]): void {
  for (const { name: table, search } of tables) {
    if (search === null) continue;
    const [index, ...triggers] = compileSearch(table, search);
    const live = connection.all("SELECT name, sql FROM sqlite_schema WHERE name GLOB ?", `${search.name}*`);
    if (!live.some(({ sql }) => sql === index)) continue;
    for (const trigger of triggers) {
      const old = live.find(({ name, sql }) => trigger !== sql && trigger.startsWith(writeHead(String(name))));
      if (old !== undefined) connection.exec(`DROP TRIGGER ${dialect.quoteName(String(old["name"]))}; ${trigger}`);
    }
  }
}

function writeHead(name: string): string {
  return `CREATE TRIGGER ${dialect.quoteName(name)} `;
}

function isComplete(connection: Connection, table: string, { name }: SearchSchema): boolean {
  const count = (counted: string) => `(SELECT count(*) FROM ${dialect.quoteName(counted)})`;
  const [row] = connection.all(`SELECT ${count(table)} = ${count(listIndexed(name))} AS same`);
  return row?.["same"] === 1;
}

/** What cuts the words of texts that have none. */
function writeMissing({ table, fields }: ModelSchema, { parts }: SearchSchema): string {
  const texts = parts.flatMap(({ field: name, words }) => {
    const field = fields[name];
    if (field?.kind !== "scalar") return [];
    return [{ text: dialect.quoteName(field.column), words: dialect.quoteName(words) }];
  });
  const isMissing = texts.map(({ text, words }) => `(${words} IS NULL AND ${text} IS NOT NULL)`).join(" OR ");
  const set = texts.map(({ text, words }) => `${words} = ${FUNCTIONS.words}(${text})`).join(", ");
  return `UPDATE ${dialect.quoteName(table)} SET ${set} WHERE ${isMissing}`;
}
