/**
 * Reads the address of a MySQL or MariaDB database: where it is, who asks, and how the line is secured. It connects
 * nothing, and never repeats a password.
 */
import { readFileSync } from "node:fs";
import { isIP } from "node:net";
import { FootingError } from "../../errors/footing-error.ts";

/**
 * How the line to the server is secured. `verify-full`: encrypted, and the certificate must be valid for the host.
 * `verify-ca`: encrypted, and the certificate must be valid for some host. `require`: encrypted to whoever answers.
 */
export type TlsMode = "disable" | "require" | "verify-ca" | "verify-full";

/** A database and the way to it. */
export interface Address {
  /** A name or an IP address. */
  readonly host: string;
  readonly port: number;
  /** The path of a local socket, which is used instead of host and port; null without. */
  readonly socket: string | null;
  readonly database: string;
  readonly user: string;
  readonly password: string;
  readonly tls: TlsMode;
  /** Certificates of authorities in PEM; null for those that Node trusts. */
  readonly authorities: string | null;
  /** In seconds. */
  readonly connectTimeout: number;
}

/** The modes by the names that the programs of the engines give them. */
const MODES: Readonly<Record<string, TlsMode>> = {
  DISABLED: "disable",
  REQUIRED: "require",
  VERIFY_CA: "verify-ca",
  VERIFY_IDENTITY: "verify-full",
};
const PARAMETERS = ["ssl-mode", "ssl-ca", "connect-timeout", "socket"] as const;

type Parameter = (typeof PARAMETERS)[number];

/**
 * The address in a URL such as `mysql://user:password@host:3306/database?ssl-mode=VERIFY_IDENTITY`.
 * @throws FootingError FTG_CONFIG
 */
export function parseAddress(text: string): Address {
  const url = URL.parse(text);
  if (url === null || !["mysql:", "mariadb:"].includes(url.protocol))
    throw refuse("is no URL of the form mysql://user:password@host:3306/database");
  const parameters = readParameters(url);
  const host = decode(url.hostname).replace(/^\[|\]$/g, "");
  const database = decode(url.pathname.slice(1));
  const user = decode(url.username);
  if (host === "" || database === "" || user === "") throw refuse("names no host, no user or no database");
  const socket = parameters.socket ?? null;
  return Object.freeze({
    host,
    port: url.port === "" ? 3306 : Number(url.port),
    socket,
    database,
    user,
    password: decode(url.password),
    tls: readMode(parameters["ssl-mode"], socket !== null || isLocal(host)),
    authorities: readAuthorities(parameters["ssl-ca"]),
    connectTimeout: readSeconds(parameters["connect-timeout"]),
  });
}

/** The address without its secret, for messages: `db.example.com:3306/app`. */
export function nameAddress({ host, port, database, socket }: Address): string {
  if (socket !== null) return `${socket}/${database}`;
  return `${isIP(host) === 6 ? `[${host}]` : host}:${port}/${database}`;
}

/** Whether the host is this machine. */
function isLocal(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127\./.test(host);
}

function readParameters(url: URL): Readonly<Partial<Record<Parameter, string>>> {
  const found: Partial<Record<Parameter, string>> = {};
  for (const [name, value] of url.searchParams) {
    const known = PARAMETERS.find((other) => other === name);
    if (known === undefined)
      throw refuse(`has the unknown parameter ${JSON.stringify(name)}`, `Use ${PARAMETERS.join(", ")}.`);
    found[known] = value;
  }
  return found;
}

/** Without a word about it, a line to another machine is verified. */
function readMode(value: string | undefined, isNear: boolean): TlsMode {
  if (value === undefined) return isNear ? "disable" : "verify-full";
  const mode = MODES[value.toUpperCase()];
  if (mode !== undefined) return mode;
  const fix = `Use one of ${Object.keys(MODES).join(", ")}; PREFERRED would fall back to an open line unnoticed.`;
  throw refuse(`has the ssl-mode ${JSON.stringify(value)}`, fix);
}

function readAuthorities(path: string | undefined): string | null {
  if (path === undefined) return null;
  try {
    return readFileSync(path, "utf8");
  } catch {
    throw refuse(`names the ssl-ca ${path}, which cannot be read`, "Give the path of a file of certificates in PEM.");
  }
}

function readSeconds(value: string | undefined): number {
  if (value === undefined) return 10;
  if (/^[1-9]\d{0,3}$/.test(value)) return Number(value);
  throw refuse(`has connect-timeout=${value}`, "Use whole seconds from 1.");
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw refuse("is not percent-encoded correctly", "Write % as %25 in a name or password.");
  }
}

function refuse(problem: string, fix = "Use mysql://user:password@host:3306/database."): FootingError {
  const detail = `The address of the MySQL or MariaDB database ${problem}.`;
  return new FootingError("FTG_CONFIG", { detail, fix, problems: [{ path: "DATABASE_URL", detail, fix }] });
}
