/**
 * Reads the address of a PostgreSQL database: where it is, who asks, and how the line is secured. It connects nothing,
 * and never repeats a password.
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
  /** A name, an IP address, or the folder of a socket. */
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password: string;
  readonly tls: TlsMode;
  /** Certificates of authorities in PEM; null for those that Node trusts. */
  readonly authorities: string | null;
  /** False behind a pooler that gives each transaction another connection: then nothing is kept on a connection. */
  readonly prepare: boolean;
  /** The schemas to look in; null for the server's own choice. */
  readonly searchPath: string | null;
  readonly applicationName: string;
  /** In seconds. */
  readonly connectTimeout: number;
}

const MODES: readonly TlsMode[] = ["disable", "require", "verify-ca", "verify-full"];
const PARAMETERS = [
  "sslmode",
  "sslrootcert",
  "prepare",
  "search_path",
  "application_name",
  "connect_timeout",
  "host",
] as const;

type Parameter = (typeof PARAMETERS)[number];

/**
 * The address in a URL such as `postgres://user:password@host:5432/database?sslmode=verify-full`.
 * @throws FootingError FTG_CONFIG
 */
export function parseAddress(text: string): Address {
  const url = URL.parse(text);
  if (url === null || !["postgres:", "postgresql:"].includes(url.protocol))
    throw refuse("is no URL of the form postgres://user:password@host:5432/database");
  const parameters = readParameters(url);
  const host = parameters.host ?? decode(url.hostname).replace(/^\[|\]$/g, "");
  const database = decode(url.pathname.slice(1));
  const user = decode(url.username);
  if (host === "" || database === "" || user === "") throw refuse("names no host, no user or no database");
  return Object.freeze({
    host,
    port: url.port === "" ? 5432 : Number(url.port),
    database,
    user,
    password: decode(url.password),
    tls: readMode(parameters.sslmode, host),
    authorities: readAuthorities(parameters.sslrootcert),
    prepare: readFlag(parameters.prepare),
    searchPath: parameters.search_path ?? null,
    applicationName: parameters.application_name ?? "footing",
    connectTimeout: readSeconds(parameters.connect_timeout),
  });
}

/** The address without its secret, for messages: `db.example.com:5432/app`. */
export function nameAddress({ host, port, database }: Address): string {
  return `${isIP(host) === 6 ? `[${host}]` : host}:${port}/${database}`;
}

/** Whether the host is this machine. */
export function isLocal(host: string): boolean {
  return host.startsWith("/") || host === "localhost" || host === "::1" || /^127\./.test(host);
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
function readMode(value: string | undefined, host: string): TlsMode {
  if (value === undefined) return isLocal(host) ? "disable" : "verify-full";
  const mode = MODES.find((other) => other === value);
  if (mode !== undefined) return mode;
  const fix = `Use one of ${MODES.join(", ")}; "prefer" and "allow" would fall back to an open line unnoticed.`;
  throw refuse(`has the sslmode ${JSON.stringify(value)}`, fix);
}

function readAuthorities(path: string | undefined): string | null {
  if (path === undefined || path === "system") return null;
  try {
    return readFileSync(path, "utf8");
  } catch {
    throw refuse(
      `names the sslrootcert ${path}, which cannot be read`,
      "Give the path of a file of certificates in PEM.",
    );
  }
}

function readFlag(value: string | undefined): boolean {
  if (value === undefined || value === "true") return true;
  if (value === "false") return false;
  throw refuse(`has prepare=${value}`, "Use true or false.");
}

function readSeconds(value: string | undefined): number {
  if (value === undefined) return 10;
  if (/^[1-9]\d{0,3}$/.test(value)) return Number(value);
  throw refuse(`has connect_timeout=${value}`, "Use whole seconds from 1.");
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw refuse("is not percent-encoded correctly", "Write % as %25 in a name or password.");
  }
}

function refuse(problem: string, fix = "Use postgres://user:password@host:5432/database."): FootingError {
  const detail = `The address of the PostgreSQL database ${problem}.`;
  return new FootingError("FTG_CONFIG", { detail, fix, problems: [{ path: "DATABASE_URL", detail, fix }] });
}
