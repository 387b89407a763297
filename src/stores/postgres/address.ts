/** Reads the address of a PostgreSQL database, which connects nothing. */
import { type AddressForm, parseServerAddress, refuseAddress, type ServerAddress } from "../sql/server-address.ts";

/** A database and the way to it. */
export interface Address extends ServerAddress {
  /** False behind a pooler that gives each transaction another connection: then nothing is kept on a connection. */
  readonly prepare: boolean;
  /** The schemas to look in; null for the server's own choice. */
  readonly searchPath: string | null;
  readonly applicationName: string;
}

const FORM = {
  server: "PostgreSQL",
  protocols: ["postgres:", "postgresql:"],
  example: "postgres://user:password@host:5432/database",
  port: 5432,
  parameters: ["sslmode", "sslrootcert", "prepare", "search_path", "application_name", "connect_timeout", "host"],
  names: { host: "host", tls: "sslmode", authorities: "sslrootcert", connectTimeout: "connect_timeout" },
  modes: { disable: "disable", require: "require", "verify-ca": "verify-ca", "verify-full": "verify-full" },
  advice: '"prefer" and "allow" would fall back to an open line unnoticed.',
} as const satisfies AddressForm<string>;

/**
 * The address in a URL such as `postgres://user:password@host:5432/database?sslmode=verify-full`.
 * @throws FootingError FTG_CONFIG
 */
export function parseAddress(text: string): Address {
  const { address, parameters } = parseServerAddress<(typeof FORM.parameters)[number]>(text, FORM);
  return Object.freeze({
    ...address,
    prepare: readFlag(parameters.prepare),
    searchPath: parameters.search_path ?? null,
    applicationName: parameters.application_name ?? "footing",
  });
}

function readFlag(value: string | undefined): boolean {
  if (value === undefined || value === "true") return true;
  if (value === "false") return false;
  throw refuseAddress(FORM, `has prepare=${value}`, "Use true or false.");
}
