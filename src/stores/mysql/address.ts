/** Reads the address of a MySQL or MariaDB database, which connects nothing. */
import { type AddressForm, parseServerAddress, type ServerAddress } from "../sql/server-address.ts";

/** A database and the way to it. */
export type Address = ServerAddress;

const FORM = {
  server: "MySQL or MariaDB",
  protocols: ["mysql:", "mariadb:"],
  example: "mysql://user:password@host:3306/database",
  port: 3306,
  parameters: ["ssl-mode", "ssl-ca", "connect-timeout", "socket"],
  names: { host: "socket", tls: "ssl-mode", authorities: "ssl-ca", connectTimeout: "connect-timeout" },
  // As the programs of the engines call them.
  modes: { DISABLED: "disable", REQUIRED: "require", VERIFY_CA: "verify-ca", VERIFY_IDENTITY: "verify-full" },
  advice: "PREFERRED would fall back to an open line unnoticed.",
} as const satisfies AddressForm<string>;

/**
 * The address in a URL such as `mysql://user:password@host:3306/database?ssl-mode=VERIFY_IDENTITY`.
 * @throws FootingError FTG_CONFIG
 */
export function parseAddress(text: string): Address {
  return Object.freeze(parseServerAddress<(typeof FORM.parameters)[number]>(text, FORM).address);
}
