/** What PostgreSQL can do, and what the server at hand promises of an acknowledged write. */
import type { Capabilities, Durability } from "../contract/capabilities.ts";
import type { TlsMode } from "../sql/server-address.ts";

/** What a server says about itself. */
export interface ServerFacts {
  /** As in `15.14`. */
  readonly version: string;
  /** The settings of that name, as the server writes them. */
  readonly synchronousCommit: string;
  readonly fsync: string;
  readonly tls: TlsMode;
}

/** The capabilities of a server, whose database knows the case of letters by the collation `folder`. */
export function createCapabilities(facts: ServerFacts, folder = "pg_c_utf8"): Capabilities {
  return Object.freeze({
    label: `PostgreSQL ${facts.version}`,
    durability: findDurability(facts),
    guarantee: describeGuarantee(facts),
    nestedReads: "one-statement",
    relationFilters: true,
    transactions: "serializable",
    foreignKeys: true,
    jsonDepth: 64,
    letters: `Unicode of the collation ${folder}`,
    search: "own-writes",
    estimates: "planner",
    decimalScale: 38,
    maxIdentifier: 63,
  });
}

function findDurability({ synchronousCommit, fsync }: ServerFacts): Durability {
  if (synchronousCommit === "off") return "none";
  return fsync === "on" ? "power-loss" : "process-kill";
}

function describeGuarantee(facts: ServerFacts): string {
  const { synchronousCommit, fsync, tls } = facts;
  const promises = {
    "power-loss": "on disk before it is acknowledged",
    "process-kill": "survives a crash of the server, not of its machine",
    none: "the last moments are lost when the server crashes",
  };
  const settings = `synchronous_commit=${synchronousCommit}, fsync=${fsync}: ${promises[findDurability(facts)]}`;
  if (tls === "require") return `${settings}; TLS without checking who answers`;
  return tls === "verify-ca" ? `${settings}; TLS without checking the name of the server` : settings;
}
