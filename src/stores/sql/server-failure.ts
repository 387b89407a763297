/**
 * The failures that every database server has in common, whatever its driver calls them, and what callers and
 * developers are told of them. How a server numbers its errors, each store says.
 */
import { FootingError } from "../../errors/footing-error.ts";
import { nameAddress, type ServerAddress } from "./server-address.ts";

/** There is no connection, or there is none any more: what was under way has no answer. */
export class ConnectionError extends Error {
  override readonly name = "ConnectionError";
  /** The code of the system, of TLS or of the package, e.g. `ECONNREFUSED`; ours are `CONNECT_TIMEOUT` and `CONNECTION_CLOSED`. */
  readonly code: string;

  constructor(message: string, code: string, cause: unknown) {
    super(message, { cause });
    this.code = code;
  }
}

/** Why a server refuses a statement that is right. */
export type FailureKind =
  /** Another transaction was in the way, and the server undid this one. */
  | "undone"
  /** A statement that the server had prepared is of no use any more. */
  | "stale"
  | "locked"
  /** It takes no connections now. */
  | "crowded"
  | "timeout"
  | "readOnly"
  | "diskFull"
  | "noPrivilege";

/** What is wrong with a database, after its name, and what to do. */
export interface Problem {
  readonly problem: string;
  readonly fix: string;
}

/** How the parameters of an address are called, for advice. */
export interface ConnectAdvice {
  /** What to say to check everything but the name. */
  readonly verifyCa: string;
  /** What to say to trust an authority. */
  readonly authority: string;
  /** The code of a server that speaks no TLS, and what to do about it. */
  readonly noTls: string;
  readonly withoutTls: string;
}

/** Whether there is no connection any more. */
export function isLost(error: unknown): boolean {
  return error instanceof ConnectionError;
}

/** What a caller sees when the connection to `database` ended while a write was under way that nobody can ask about any more. */
export function createUnknownOutcome(database: string, cause: unknown): FootingError {
  return new FootingError("FTG_UNKNOWN_OUTCOME", {
    detail: `The connection to the database ${database} ended while a change was being confirmed.`,
    cause,
  });
}

/** What a caller may try again in a moment. */
export function createBusyError(detail: string, cause?: unknown): FootingError {
  return new FootingError("FTG_BUSY", { detail, headers: { "Retry-After": "1" }, cause });
}

/** What a caller sees, if it still looks, when its statement was cancelled because it had gone away. */
export function createAbortError(cause?: unknown): FootingError {
  return new FootingError("FTG_TIMEOUT", {
    detail: "The caller went away before the database answered, so the statement was cancelled.",
    cause,
  });
}

/** A database that cannot be used, and what to do. */
export function describeProblem(address: ServerAddress, { problem, fix }: Problem, cause?: unknown): FootingError {
  return new FootingError("FTG_DATABASE", { detail: `The database ${nameAddress(address)} ${problem}.`, fix, cause });
}

/** What a caller sees when the database stands in the way of work that changed nothing; null for what is not known here. */
export function translateFailure(
  error: unknown,
  kind: FailureKind | null,
  address: ServerAddress,
): FootingError | null {
  if (error instanceof ConnectionError)
    return createBusyError(`The database ${nameAddress(address)} does not answer.`, error);
  switch (kind) {
    case "undone":
      return createBusyError("Another transaction changed what this one read or wrote, so this one was undone.", error);
    case "stale":
      return createBusyError("The tables were changed meanwhile, so nothing was written.", error);
    case "locked":
      return createBusyError("Another transaction holds what this one needs for too long.", error);
    case "crowded":
      return createBusyError(`The database ${nameAddress(address)} takes no connections now.`, error);
    case "timeout":
      return new FootingError("FTG_TIMEOUT", { detail: "The database took too long to answer.", cause: error });
    case "readOnly": {
      const problem = "takes no changes: it is read-only, or a standby";
      return describeProblem(address, { problem, fix: "Give the address of the primary server." }, error);
    }
    case "diskFull": {
      const problem = "cannot grow: its disk is full";
      return describeProblem(address, { problem, fix: "Free some space on the server." }, error);
    }
    case "noPrivilege": {
      const problem = `refuses the user ${address.user}: ${readMessage(error)}`;
      const fix = "Grant the privilege to the user, or connect as another.";
      return describeProblem(address, { problem, fix }, error);
    }
    case null:
      return null;
  }
}

/** What a developer sees when the database cannot be opened; `translated` is what a caller would see. */
export function translateOpenFailure(error: unknown, translated: unknown, address: ServerAddress): unknown {
  if (translated instanceof FootingError && !["FTG_BUSY", "FTG_INTERNAL"].includes(translated.code)) return translated;
  if (error instanceof FootingError) return error;
  const fix = "Check the address, and that the server runs and lets this machine in.";
  return describeProblem(address, { problem: `cannot be opened: ${readMessage(error)}`, fix }, error);
}

/** Codes of TLS that say that the certificate is not to be trusted. */
const UNTRUSTED = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ISSUER/;

/** Why there is no connection, or null. */
export function findConnectProblem(
  error: unknown,
  { host, port, tls }: ServerAddress,
  advice: ConnectAdvice,
): Problem | null {
  if (!(error instanceof ConnectionError)) return null;
  const { code, message } = error;
  const place = host.startsWith("/") ? host : `port ${port} of ${host}`;
  if (code === "ENOTFOUND" || code === "EAI_AGAIN")
    return { problem: `cannot be found: no host is named ${host}`, fix: "Check the host in the address." };
  if (code === "ECONNREFUSED" || code === "ENOENT")
    return {
      problem: `cannot be reached: nothing listens on ${place}`,
      fix: "Start the server, or check host and port in the address.",
    };
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID")
    return {
      problem: `cannot be trusted: its certificate is not for ${host}`,
      fix: `Use the name in the certificate as host, or ${advice.verifyCa} to check everything but the name.`,
    };
  if (UNTRUSTED.test(code))
    return {
      problem: `cannot be trusted: ${message}`,
      fix: `Give the certificate of the authority as ${advice.authority}.`,
    };
  if (tls !== "disable" && code === advice.noTls) return { problem: "does not speak TLS", fix: advice.withoutTls };
  if (/TIMEOUT|TIMEDOUT|UNREACH/.test(code))
    return {
      problem: `cannot be reached: ${host} does not answer`,
      fix: "Check the host in the address, the network and the firewall.",
    };
  return null;
}

function readMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
