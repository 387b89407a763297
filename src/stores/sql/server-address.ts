/**
 * Reads the address of a database on a server: where it is, who asks, and how the line is secured. It connects nothing,
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
export interface ServerAddress {
  /** A name, an IP address, or the path of a local socket or its folder. */
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password: string;
  readonly tls: TlsMode;
  /** Certificates of authorities in PEM; null for those that Node trusts. */
  readonly authorities: string | null;
  /** In seconds. */
  readonly connectTimeout: number;
}

/** How the addresses of one kind of server are written. */
export interface AddressForm<P extends string> {
  /** What messages call the server. */
  readonly server: string;
  readonly protocols: readonly string[];
  readonly example: string;
  readonly port: number;
  readonly parameters: readonly P[];
  /** The parameters with a meaning of their own: `host` is the path of a socket, or a host. */
  readonly names: Readonly<Record<"host" | "tls" | "authorities" | "connectTimeout", P>>;
  readonly modes: Readonly<Record<string, TlsMode>>;
  /** Modes that are refused, and why. */
  readonly advice: string;
}

/** What the query of an address says, by parameter. */
export type Parameters<P extends string> = Readonly<Partial<Record<P, string>>>;

/**
 * The address in a URL.
 * @throws FootingError FTG_CONFIG
 */
export function parseServerAddress<P extends string>(
  text: string,
  form: AddressForm<P>,
): { readonly address: ServerAddress; readonly parameters: Parameters<P> } {
  const url = URL.parse(text);
  if (url === null || !form.protocols.includes(url.protocol))
    throw refuseAddress(form, `is no URL of the form ${form.example}`);
  const decode = (part: string) => decodePart(form, part);
  const parameters = readParameters(form, url);
  const host = parameters[form.names.host] ?? decode(url.hostname).replace(/^\[|\]$/g, "");
  const database = decode(url.pathname.slice(1));
  const user = decode(url.username);
  if (host === "" || database === "" || user === "") throw refuseAddress(form, "names no host, no user or no database");
  const address = {
    host,
    port: url.port === "" ? form.port : Number(url.port),
    database,
    user,
    password: decode(url.password),
    tls: readMode(form, parameters, host),
    authorities: readAuthorities(form, parameters),
    connectTimeout: readSeconds(form, parameters),
  };
  return { address, parameters };
}

/** The address without its secret, for messages: `db.example.com:3000/app`. */
export function nameAddress({ host, port, database }: ServerAddress): string {
  if (host.startsWith("/")) return `${host}/${database}`;
  return `${isIP(host) === 6 ? `[${host}]` : host}:${port}/${database}`;
}

/** Refuses an address. */
export function refuseAddress<P extends string>(
  { server, example }: AddressForm<P>,
  problem: string,
  fix = `Use ${example}.`,
): FootingError {
  const detail = `The address of the ${server} database ${problem}.`;
  return new FootingError("FTG_CONFIG", { detail, fix, problems: [{ path: "DATABASE_URL", detail, fix }] });
}

/** Whether the host is this machine. */
function isLocal(host: string): boolean {
  return host.startsWith("/") || host === "localhost" || host === "::1" || /^127\./.test(host);
}

function readParameters<P extends string>(form: AddressForm<P>, url: URL): Parameters<P> {
  const found: Partial<Record<P, string>> = {};
  for (const [name, value] of url.searchParams) {
    const known = form.parameters.find((other) => other === name);
    if (known === undefined)
      throw refuseAddress(
        form,
        `has the unknown parameter ${JSON.stringify(name)}`,
        `Use ${form.parameters.join(", ")}.`,
      );
    found[known] = value;
  }
  return found;
}

/** Without a word about it, a line to another machine is verified. */
function readMode<P extends string>(form: AddressForm<P>, parameters: Parameters<P>, host: string): TlsMode {
  const value = parameters[form.names.tls];
  if (value === undefined) return isLocal(host) ? "disable" : "verify-full";
  const known = Object.entries(form.modes).find(([name]) => name.toLowerCase() === value.toLowerCase());
  if (known !== undefined) return known[1];
  const fix = `Use one of ${Object.keys(form.modes).join(", ")}; ${form.advice}`;
  throw refuseAddress(form, `has the ${form.names.tls} ${JSON.stringify(value)}`, fix);
}

function readAuthorities<P extends string>(form: AddressForm<P>, parameters: Parameters<P>): string | null {
  const path = parameters[form.names.authorities];
  if (path === undefined || path === "system") return null;
  try {
    return readFileSync(path, "utf8");
  } catch {
    const problem = `names the ${form.names.authorities} ${path}, which cannot be read`;
    throw refuseAddress(form, problem, "Give the path of a file of certificates in PEM.");
  }
}

function readSeconds<P extends string>(form: AddressForm<P>, parameters: Parameters<P>): number {
  const name = form.names.connectTimeout;
  const value = parameters[name];
  if (value === undefined) return 10;
  if (/^[1-9]\d{0,3}$/.test(value)) return Number(value);
  throw refuseAddress(form, `has ${name}=${value}`, "Use whole seconds from 1.");
}

function decodePart<P extends string>(form: AddressForm<P>, text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw refuseAddress(form, "is not percent-encoded correctly", "Write % as %25 in a name or password.");
  }
}
