/** The store on PostgreSQL: what this server does in its own way. How statements share connections, `stores/sql` decides. */
import type { Schema } from "../../schema/schema-model.ts";
import type { OpenOptions, Store } from "../contract/store.ts";
import { nameAddress } from "../sql/server-address.ts";
import type { ServerKind } from "../sql/server-kind.ts";
import type { ServerLink } from "../sql/server-link.ts";
import { type Prepared, type Server, ServerStore, STATEMENT_TIMEOUT } from "../sql/server-store.ts";
import { listStoredTypes } from "../sql/stored-columns.ts";
import { type Address, parseAddress } from "./address.ts";
import { runBulk, sendBulk } from "./bulk.ts";
import { createCapabilities } from "./capabilities.ts";
import type { NativeValue } from "./codec.ts";
import { dialect } from "./compiler.ts";
import { Link, type Result } from "./driver.ts";
import { classifyError, readRefusal, translateError, translateOpenError } from "./failure.ts";
import { createOwnSql, grammar } from "./own-sql.ts";
import { prepareDatabase, readServer } from "./prepare-database.ts";
import { BEGIN, bindReading, readResult, runBare, runGuarded, runWhole } from "./session.ts";

/** Where the database is and how it is used. */
export interface PostgresOptions {
  /** `postgres://user:password@host:5432/database`, with the parameters of the guide. */
  readonly url: string;
  /** Connections at most for writes, transactions and long reads, besides a few for short reads. Default 10. */
  readonly connections?: number;
  /** How long to wait for one of them before being refused as busy, in milliseconds. Default 5000. */
  readonly waitLimit?: number;
  /** Longest duration of one transaction in milliseconds. Default 30 000. */
  readonly transactionTimeout?: number;
}

/**
 * Makes a store on a PostgreSQL database, not yet open.
 * @throws FootingError FTG_CONFIG when the address is wrong.
 *
 * @example
 * ```ts
 * import { createPostgresStore } from "footing/postgres";
 *
 * const store = createPostgresStore({ url: "postgres://app:secret@localhost:5432/app" });
 * ```
 */
export function createPostgresStore({ url, transactionTimeout = 30_000, ...options }: PostgresOptions): Store {
  const address = parseAddress(url);
  const settings = createSettings(address, transactionTimeout);
  const server: Server<NativeValue, Result> = {
    name: nameAddress(address),
    capabilities: createCapabilities({
      version: "(not connected)",
      synchronousCommit: "off",
      fsync: "off",
      tls: address.tls,
    }),
    connect: (watch) => Link.connect({ address, settings, watch }),
    prepare: (link, schema, opening) => prepare(link, address, { ...opening, schema }),
    translateOpenError: (error) => translateOpenError(error, address),
  };
  return new ServerStore(server, { ...options, transactionTimeout });
}

async function prepare(
  link: ServerLink<NativeValue, Result>,
  address: Address,
  options: OpenOptions & { readonly schema: Schema },
): Promise<Prepared<NativeValue, Result>> {
  const facts = await readServer(link, address);
  const { secret, folder } = await prepareDatabase(link, address, options);
  return { capabilities: createCapabilities(facts, folder), kind: createKind(address, options.schema), secret };
}

function createKind(address: Address, schema: Schema): ServerKind<NativeValue, Result> {
  return {
    name: nameAddress(address),
    dialect,
    begin: {
      write: [BEGIN],
      bulk: ["BEGIN ISOLATION LEVEL READ COMMITTED"],
      work: ["BEGIN ISOLATION LEVEL SERIALIZABLE"],
    },
    savepoint: { undo: "ROLLBACK TO footing; RELEASE footing", release: "RELEASE footing" },
    keepsOrder: true,
    commitsWhole: true,
    readRefusal,
    bindReading,
    readResult,
    runWhole,
    runGuarded,
    runBare,
    runBulk: (line, bulk) => runBulk(line, bulk, schema),
    sendBulk,
    grammar,
    runOwn: createOwnSql(listStoredTypes(schema)),
    analyze: (table) => `ANALYZE ${table}`,
    classifyError,
    translateError: (error) => translateError(error, address),
  };
}

/** A session that depends on nothing that a server may be set to. A pooler passes on only what all sessions share. */
function createSettings(
  { prepare: isPreparing, searchPath }: Address,
  transactionTimeout: number,
): Readonly<Record<string, string>> {
  const shared = { TimeZone: "UTC", DateStyle: "ISO, MDY" };
  if (!isPreparing) return shared;
  return {
    ...shared,
    jit: "off",
    extra_float_digits: "1",
    standard_conforming_strings: "on",
    statement_timeout: String(STATEMENT_TIMEOUT),
    idle_in_transaction_session_timeout: String(transactionTimeout + 5000),
    ...(searchPath === null ? {} : { search_path: searchPath }),
  };
}
