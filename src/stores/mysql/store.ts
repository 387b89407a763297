/** The store on MySQL and MariaDB: what these servers do in their own way. How statements share connections, `stores/sql` decides. */
import type { Schema } from "../../schema/schema-model.ts";
import type { OpenOptions, Store } from "../contract/store.ts";
import { describeTables, type TableSpec } from "../sql/describe-tables.ts";
import type { Dialect } from "../sql/dialect.ts";
import { isSingle } from "../sql/program-shape.ts";
import type { ReadRefusal } from "../sql/run-program.ts";
import { nameAddress } from "../sql/server-address.ts";
import type { ServerKind } from "../sql/server-kind.ts";
import { type ServerLink, withAbort } from "../sql/server-link.ts";
import { type Prepared, type Server, ServerStore, STATEMENT_TIMEOUT } from "../sql/server-store.ts";
import { listStoredTypes } from "../sql/stored-columns.ts";
import { type Address, parseAddress } from "./address.ts";
import { nameCheck } from "./alter.ts";
import { runBulk, sendBulk } from "./bulk.ts";
import { createCapabilities } from "./capabilities.ts";
import type { NativeValue } from "./codec.ts";
import { createDialect, mariadb, mysql } from "./compiler.ts";
import { Link, type LinkOptions, type Result } from "./driver.ts";
import { classifyError, createRefusalReader, translateError, translateOpenError } from "./failure.ts";
import { fitColumns } from "./fit-columns.ts";
import { readIndexNames } from "./introspector.ts";
import { createOwnSql, grammar } from "./own-sql.ts";
import { prepareDatabase, readServer } from "./prepare-database.ts";
import { refuseOwnReferences, refuseScales } from "./refuse-schema.ts";
import { bindValues, readResult, runGuarded } from "./session.ts";

/** How long a statement waits for another transaction, in seconds. */
const LOCK_TIMEOUT = 5;

/** Where the database is and how it is used. */
export interface MysqlOptions {
  /** `mysql://user:password@host:3306/database`, with the parameters of the guide. */
  readonly url: string;
  /** Connections at most for writes, transactions and long reads, besides a few for short reads. Default 10. */
  readonly connections?: number;
  /** How long to wait for one of them before being refused as busy, in milliseconds. Default 5000. */
  readonly waitLimit?: number;
  /** Longest duration of one transaction in milliseconds. Default 30 000. */
  readonly transactionTimeout?: number;
}

/**
 * Makes a store on a MySQL or MariaDB database, not yet open.
 * @throws FootingError FTG_CONFIG when the address is wrong.
 *
 * @example
 * ```ts
 * import { createMysqlStore } from "footing/mysql";
 *
 * const store = createMysqlStore({ url: "mysql://app:secret@localhost:3306/app" });
 * ```
 */
export function createMysqlStore({ url, ...options }: MysqlOptions): Store {
  const address = parseAddress(url);
  const server: Server<NativeValue, Result> = {
    name: nameAddress(address),
    capabilities: createCapabilities({
      isMariadb: url.startsWith("mariadb:"),
      version: "(not connected)",
      flushLog: 0,
      logsBinary: false,
      syncBinlog: 0,
      tls: address.tls,
    }),
    connect: (watch) => connect({ address, watch }),
    prepare: (link, schema, opening) => prepare(link, address, { ...opening, schema }),
    translateOpenError: (error) => translateOpenError(error, address),
  };
  return new ServerStore(server, options);
}

async function connect(options: LinkOptions): Promise<Link> {
  const link = await Link.connect(options);
  await link.within(options.address.connectTimeout, async () => {
    for (const text of listSettings(link.isMariadb)) await link.exec(text);
  });
  return link;
}

async function prepare(
  link: ServerLink<NativeValue, Result>,
  address: Address,
  { schema, createTables }: OpenOptions & { readonly schema: Schema },
): Promise<Prepared<NativeValue, Result>> {
  const facts = await readServer(link, address);
  const flavour = facts.isMariadb ? mariadb : mysql;
  refuseScales(schema, flavour.decimalScale);
  const plain = createDialect(flavour);
  const tables = fitColumns(describeTables(schema, plain));
  if (!facts.isMariadb) await refuseOwnReferences(link, tables, address);
  const secret = await prepareDatabase(link, { createTables, schema, tables, dialect: plain, flavour, address });
  const dialect = createDialect(flavour, await readIndexNames(link));
  const { isMariadb } = facts;
  const kind = createKind(address, dialect, { readRefusal: readRefusals(tables), schema, isMariadb });
  return { capabilities: createCapabilities(facts), kind, secret };
}

function createKind(
  address: Address,
  dialect: Dialect,
  {
    readRefusal,
    schema,
    isMariadb,
  }: { readonly readRefusal: ReadRefusal; readonly schema: Schema; readonly isMariadb: boolean },
): ServerKind<NativeValue, Result> {
  return {
    name: nameAddress(address),
    dialect,
    begin: { write: ["BEGIN"], bulk: ["BEGIN"], work: ["SET TRANSACTION ISOLATION LEVEL SERIALIZABLE", "BEGIN"] },
    // A savepoint takes the place of one of the same name.
    savepoint: { undo: "ROLLBACK TO footing", release: null },
    // The package sends a statement that MySQL has not prepared yet behind what is asked meanwhile.
    keepsOrder: isMariadb,
    commitsWhole: false,
    readRefusal,
    bindReading: ({ text }, values) => ({ text: text.text, values: bindValues(text, values, null) }),
    readResult,
    runWhole: (link, write, abort) =>
      isSingle(write.program) ? runGuarded(withAbort(link, abort), write, readRefusal) : null,
    runGuarded: (line, write) => runGuarded(line, write, readRefusal),
    // A refused statement has undone itself, and the server answers what is asked behind it.
    runBare: (line, write) => runGuarded(line, write, readRefusal),
    runBulk: (line, bulk) => runBulk(line, bulk, { schema, dialect, readRefusal }),
    sendBulk,
    grammar,
    runOwn: createOwnSql(listStoredTypes(schema)),
    analyze: (table) => `ANALYZE NO_WRITE_TO_BINLOG TABLE ${table}`,
    classifyError,
    translateError: (error) => translateError(error, address),
  };
}

/** A session that depends on nothing that a server may be set to. */
function listSettings(isMariadb: boolean): readonly string[] {
  const { collation } = isMariadb ? mariadb : mysql;
  const modes =
    "STRICT_ALL_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION,NO_AUTO_VALUE_ON_ZERO";
  const timeout = isMariadb
    ? `max_statement_time = ${STATEMENT_TIMEOUT / 1000}`
    : `max_execution_time = ${STATEMENT_TIMEOUT}`;
  return [
    `SET NAMES utf8mb4 COLLATE ${collation}`,
    `SET SESSION sql_mode = '${modes}', time_zone = '+00:00', autocommit = 1, foreign_key_checks = 1, unique_checks = 1, lc_messages = 'en_US',
     group_concat_max_len = 4294967295, innodb_lock_wait_timeout = ${LOCK_TIMEOUT}, ${timeout}`,
    // It may write all rows of a table into another before it looks for the few that a condition needs.
    "SET SESSION optimizer_switch = 'materialization=off'",
    "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED",
  ];
}

/** Checks are known to the database by longer names than to the schema. */
function readRefusals(tables: readonly TableSpec[]): ReadRefusal {
  const checks = tables.flatMap((table) => table.checks.map((check) => [nameCheck(check), check.name] as const));
  return createRefusalReader(new Map(checks));
}
