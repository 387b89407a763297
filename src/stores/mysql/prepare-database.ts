/**
 * What happens once when a store opens: the server is looked at, missing tables are created in an empty database, and
 * the tables that are there are compared with what the schema needs. Several processes may do so at once.
 */
import { randomBytes } from "node:crypto";
import type { Schema } from "../../schema/schema-model.ts";
import type { OpenOptions } from "../contract/store.ts";
import { compareTables, refuseDifferences } from "../sql/compare-tables.ts";
import type { TableSpec } from "../sql/describe-tables.ts";
import type { Dialect } from "../sql/dialect.ts";
import { META_TABLE, readSecret, SECRET_LENGTH } from "../sql/meta.ts";
import { nameAddress } from "../sql/server-address.ts";
import { describeProblem } from "../sql/server-failure.ts";
import type { ServerLink } from "../sql/server-link.ts";
import type { Address } from "./address.ts";
import { createTableWriter } from "./alter.ts";
import type { ServerFacts } from "./capabilities.ts";
import type { NativeValue } from "./codec.ts";
import type { Flavour } from "./compiler.ts";
import type { Line, Result } from "./driver.ts";
import { loadTables } from "./introspector.ts";

/** The oldest versions that are served. */
const OLDEST = { mariadb: [10, 11], mysql: [8, 0, 21] } as const;

/** How long to wait for another process that creates the tables, in seconds. */
const LOCK_WAIT = 30;

const FACTS = `SELECT VERSION(), @@innodb_flush_log_at_trx_commit, @@log_bin, @@sync_binlog, @@binlog_format,
  @@innodb_page_size`;

/**
 * What the server is.
 * @throws FootingError FTG_DATABASE when it cannot be used.
 */
export async function readServer(link: Line, address: Address): Promise<ServerFacts> {
  const { rows } = await link.exec(FACTS);
  const [version, flushLog, logsBinary, syncBinlog, format, pageSize] = (rows[0] ?? []).map(String);
  const isMariadb = /mariadb/i.test(version ?? "");
  const number = /\d+\.\d+\.\d+/.exec(version ?? "")?.[0] ?? "0.0.0";
  const name = isMariadb ? "MariaDB" : "MySQL";
  const oldest = isMariadb ? OLDEST.mariadb : OLDEST.mysql;
  const refuse = (problem: string, fix: string) => describeProblem(address, { problem, fix });
  if (isOlder(number, oldest))
    throw refuse(`is served by ${name} ${number}`, `Use ${name} ${oldest.join(".")} or newer.`);
  if (logsBinary === "1" && format === "STATEMENT")
    throw refuse("logs statements instead of rows", "Set binlog_format to MIXED or ROW at the server.");
  if (Number(pageSize) < 16_384)
    throw refuse(`has pages of ${pageSize} bytes`, "Use a server with innodb_page_size=16384 or more.");
  return {
    isMariadb,
    version: number,
    flushLog: Number(flushLog),
    logsBinary: logsBinary === "1",
    syncBinlog: Number(syncBinlog),
    tls: address.tls,
  };
}

/** What a database is to hold, and how it is written there. */
export interface Preparation extends OpenOptions {
  readonly schema: Schema;
  readonly tables: readonly TableSpec[];
  readonly dialect: Dialect;
  readonly flavour: Flavour;
  readonly address: Address;
}

/** Creates or compares the tables; the secret of the database. */
export async function prepareDatabase(
  link: ServerLink<NativeValue, Result>,
  preparation: Preparation,
): Promise<Buffer> {
  const { address } = preparation;
  const { rows } = await link.exec(`SELECT GET_LOCK(CONCAT('footing:', SHA2(DATABASE(), 224)), ${LOCK_WAIT})`);
  if (Number(rows[0]?.[0]) !== 1)
    throw describeProblem(address, {
      problem: "is being prepared by another process, which takes too long",
      fix: "End the other process, or let it finish.",
    });
  try {
    await prepareTables(link, preparation);
    return await readMeta(link, preparation.schema);
  } finally {
    if (link.isOpen) await link.exec("SELECT RELEASE_LOCK(CONCAT('footing:', SHA2(DATABASE(), 224)))");
  }
}

async function prepareTables(
  link: Line,
  { tables, dialect, flavour, address, createTables }: Preparation,
): Promise<void> {
  const writer = createTableWriter(dialect, flavour);
  const live = await loadTables(link, flavour.collation);
  if (live.size > 0 || !createTables)
    return refuseDifferences(compareTables(tables, live, writer), nameAddress(address));
  // Tables may refer to each other in circles.
  await link.exec("SET SESSION foreign_key_checks = 0");
  for (const table of tables) for (const text of writer.compileTable(table)) await link.exec(text);
  await link.exec("SET SESSION foreign_key_checks = 1");
}

/** Writes only what changed, so that opening a database does not write to it. */
async function readMeta(link: Line, schema: Schema): Promise<Buffer> {
  await link.exec(
    `CREATE TABLE IF NOT EXISTS ${META_TABLE} (name VARCHAR(191) NOT NULL PRIMARY KEY, value LONGBLOB NOT NULL) ENGINE=InnoDB`,
  );
  const { rows } = await link.exec(`SELECT name, value FROM ${META_TABLE} WHERE name IN ('fingerprint', 'secret')`);
  const found = new Map(rows.map(([name, value]) => [String(name), value]));
  const fingerprint = Buffer.from(schema.fingerprint);
  const known = found.get("fingerprint");
  if (!(known instanceof Uint8Array && fingerprint.equals(known)))
    await link.query(`REPLACE INTO ${META_TABLE} (name, value) VALUES ('fingerprint', ?)`, [fingerprint]);
  const secret = found.get("secret");
  if (secret !== undefined) return readSecret(secret);
  const created = randomBytes(SECRET_LENGTH);
  await link.query(`INSERT INTO ${META_TABLE} (name, value) VALUES ('secret', ?)`, [created]);
  return created;
}

function isOlder(version: string, oldest: readonly number[]): boolean {
  const parts = version.split(".").map(Number);
  for (const [index, least] of oldest.entries()) {
    const part = parts[index] ?? 0;
    if (part !== least) return part < least;
  }
  return false;
}
