/**
 * What happens once when a store opens: the server is looked at, missing tables are created in an empty schema, and
 * the tables that are there are compared with what the schema needs. Several processes may do so at once.
 */
import { randomBytes } from "node:crypto";
import type { Problem } from "../../errors/footing-error.ts";
import type { Schema } from "../../schema/schema-model.ts";
import type { OpenOptions } from "../contract/store.ts";
import { compareTables, refuseDifferences } from "../sql/compare-tables.ts";
import { describeTables, type TableSpec } from "../sql/describe-tables.ts";
import { META_TABLE, readSecret, SECRET_LENGTH } from "../sql/meta.ts";
import { nameAddress } from "../sql/server-address.ts";
import { describeProblem } from "../sql/server-failure.ts";
import type { ServerLink } from "../sql/server-link.ts";
import { runTransaction } from "../sql/server-transaction.ts";
import type { Address } from "./address.ts";
import { compileCreateTables, tableWriter } from "./alter.ts";
import type { ServerFacts } from "./capabilities.ts";
import { encodeArray, type NativeValue } from "./codec.ts";
import { dialect } from "./compiler.ts";
import type { Line, Result } from "./driver.ts";
import { writeFunctions } from "./functions.ts";
import { loadTables } from "./introspector.ts";

/** The oldest version that is served. */
const OLDEST = 14;

const FACTS = `SELECT current_setting('server_version_num'), split_part(current_setting('server_version'), ' ', 1),
  current_setting('synchronous_commit'), current_setting('fsync'), current_setting('server_encoding'),
  current_setting('extra_float_digits'), current_setting('TimeZone'), current_schema()`;

/**
 * What the server is.
 * @throws FootingError FTG_DATABASE when it cannot be used.
 */
export async function readServer(link: Line, address: Address): Promise<ServerFacts> {
  const { rows } = await link.exec(FACTS);
  const [number, version, synchronousCommit, fsync, encoding, digits, zone, schema] = (rows[0] ?? []).map((value) =>
    value === null ? "" : value.toString(),
  );
  const refuse = (problem: string, fix: string) => describeProblem(address, { problem, fix });
  if (Number(number) < OLDEST * 10_000)
    throw refuse(`is served by PostgreSQL ${version}`, `Use PostgreSQL ${OLDEST} or newer.`);
  if (encoding !== "UTF8")
    throw refuse(`keeps text in ${encoding}`, "Create a database with ENCODING 'UTF8' TEMPLATE template0.");
  if (schema === "")
    throw refuse(
      `has no schema of the search path "${address.searchPath ?? ""}"`,
      "Create the schema, or give another search_path in the address.",
    );
  if (Number(digits) < 1 || zone !== "UTC")
    throw refuse(
      `is reached over sessions with TimeZone=${zone} and extra_float_digits=${digits}`,
      `Set them for the user: ALTER ROLE "${address.user}" SET TimeZone = 'UTC'; ALTER ROLE "${address.user}" SET extra_float_digits = 1`,
    );
  return { version: version ?? "", synchronousCommit: synchronousCommit ?? "", fsync: fsync ?? "", tls: address.tls };
}

/** What a database that is ready says of itself. */
export interface PreparedDatabase {
  readonly secret: Buffer;
  /** The collation by which it knows the case of letters. */
  readonly folder: string;
}

/** Creates or compares the tables. */
export function prepareDatabase(
  link: ServerLink<NativeValue, Result>,
  address: Address,
  { schema, createTables }: OpenOptions & { readonly schema: Schema },
): Promise<PreparedDatabase> {
  const tables = describeTables(schema, dialect);
  const work = async () => {
    await link.exec("SELECT pg_advisory_xact_lock(1181706324, hashtext(current_schema()))");
    const live = await loadTables(link);
    if (live.size === 0 && createTables)
      for (const statement of compileCreateTables(tables)) await link.exec(statement);
    else
      refuseDifferences(
        [...compareTables(tables, live, tableWriter), ...(await findMissingRights(link, tables))],
        nameAddress(address),
      );
    const folder = await writeFunctions(link);
    return { folder, secret: await readMeta(link, schema) };
  };
  return runTransaction(link, nameAddress(address), { begin: ["BEGIN ISOLATION LEVEL READ COMMITTED"], work });
}

/** Tables that are there but not for this user. */
async function findMissingRights(link: Line, tables: readonly TableSpec[]): Promise<readonly Problem[]> {
  const names = encodeArray(
    (name) => String(name),
    tables.map(({ name }) => name),
  );
  const rights = "SELECT, INSERT, UPDATE, DELETE";
  const { rows } = await link.query(
    `SELECT c.relname, current_user FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
     WHERE n.nspname = current_schema() AND c.relname = ANY ($1::text[]) AND NOT (has_table_privilege(c.oid, 'SELECT')
       AND has_table_privilege(c.oid, 'INSERT') AND has_table_privilege(c.oid, 'UPDATE') AND has_table_privilege(c.oid, 'DELETE'))`,
    [names],
  );
  const users = new Map(rows.map(([name, user]) => [String(name), String(user)]));
  return tables.flatMap(({ name, owner }) => {
    const user = users.get(name);
    if (user === undefined) return [];
    const detail = `The user ${user} may not read and change the table ${name}.`;
    return [{ path: owner, detail, fix: `As its owner: GRANT ${rights} ON "${name}" TO "${user}"` }];
  });
}

/** Writes only what changed, so that opening a database does not write to it. */
async function readMeta(link: Line, schema: Schema): Promise<Buffer> {
  const { rows: found } = await link.query("SELECT to_regclass(quote_ident(current_schema()) || $1::text)", [
    `.${META_TABLE}`,
  ]);
  if (found[0]?.[0] === null)
    await link.exec(`CREATE TABLE ${META_TABLE} (name text PRIMARY KEY, value bytea NOT NULL)`);
  await link.query(
    `INSERT INTO ${META_TABLE} AS m (name, value) VALUES ('fingerprint', $1::bytea)
     ON CONFLICT (name) DO UPDATE SET value = excluded.value WHERE m.value <> excluded.value`,
    [`\\x${Buffer.from(schema.fingerprint).toString("hex")}`],
  );
  await link.query(`INSERT INTO ${META_TABLE} (name, value) VALUES ('secret', $1::bytea) ON CONFLICT DO NOTHING`, [
    `\\x${randomBytes(SECRET_LENGTH).toString("hex")}`,
  ]);
  const { rows } = await link.exec(`SELECT encode(value, 'hex') FROM ${META_TABLE} WHERE name = 'secret'`);
  return readSecret(Buffer.from(String(rows[0]?.[0]), "hex"));
}
