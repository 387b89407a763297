/** What MySQL and MariaDB can do, and what the server at hand promises of an acknowledged write. */
import type { Capabilities, Durability } from "../contract/capabilities.ts";
import type { TlsMode } from "../sql/server-address.ts";
import { mariadb, mysql } from "./compiler.ts";

/** What a server says about itself. */
export interface ServerFacts {
  readonly isMariadb: boolean;
  /** As in `10.11.6`. */
  readonly version: string;
  /** The settings of that name. */
  readonly flushLog: number;
  /** Whether there is a binary log, and its setting of that name. */
  readonly logsBinary: boolean;
  readonly syncBinlog: number;
  readonly tls: TlsMode;
}

/** The capabilities of a server. */
export function createCapabilities(facts: ServerFacts): Capabilities {
  return Object.freeze({
    label: `${facts.isMariadb ? "MariaDB" : "MySQL"} ${facts.version}`,
    durability: findDurability(facts),
    guarantee: describeGuarantee(facts),
    nestedReads: "one-statement",
    relationFilters: true,
    transactions: "serializable",
    foreignKeys: true,
    jsonDepth: facts.isMariadb ? 32 : 64,
    letters: facts.isMariadb ? "Unicode 14.0 of the collation uca1400" : "Unicode 9.0 of the collation utf8mb4_0900",
    // InnoDB writes its full-text index when a transaction commits.
    search: "committed",
    estimates: "planner",
    decimalScale: (facts.isMariadb ? mariadb : mysql).decimalScale,
    maxIdentifier: 64,
  });
}

/**
 * The log of InnoDB alone decides what survives: without a sync of the binary log a crash of the machine may leave the
 * two apart, and replicas without the last changes.
 */
function findDurability({ flushLog, logsBinary, syncBinlog }: ServerFacts): Durability {
  if (flushLog === 0) return "none";
  return flushLog === 1 && (!logsBinary || syncBinlog === 1) ? "power-loss" : "process-kill";
}

function describeGuarantee(facts: ServerFacts): string {
  const promises = {
    "power-loss": "on disk before it is acknowledged",
    "process-kill": "survives a crash of the server, not of its machine",
    none: "the last second is lost when the server crashes",
  };
  const binary = facts.logsBinary ? `, sync_binlog=${facts.syncBinlog}` : "";
  const settings = `innodb_flush_log_at_trx_commit=${facts.flushLog}${binary}: ${promises[findDurability(facts)]}`;
  if (facts.tls === "require") return `${settings}; TLS without checking who answers`;
  return facts.tls === "verify-ca" ? `${settings}; TLS without checking the name of the server` : settings;
}
