/** Reads PostgreSQL's errors: which constraint refused a statement, what may be tried again, and what callers are told. */
import { FootingError } from "../../errors/footing-error.ts";
import type { Refusal } from "../sql/run-program.ts";
import { ConnectionError, createBusyError } from "../sql/server-failure.ts";
import { type Address, nameAddress } from "./address.ts";
import { ServerError } from "./driver.ts";

/** SQLSTATE, https://www.postgresql.org/docs/current/errcodes-appendix.html. */
const STATE = {
  foreignKey: "23503",
  unique: "23505",
  check: "23514",
  serialization: "40001",
  deadlock: "40P01",
  lockTimeout: "55P03",
  canceled: "57014",
  tooManyConnections: "53300",
  starting: "57P03",
  badPassword: "28P01",
  badLogin: "28000",
  noDatabase: "3D000",
  noPrivilege: "42501",
  readOnly: "25006",
  diskFull: "53100",
} as const;

/** The constraint that refused a statement, or null when the error is about something else. */
export function readRefusal(error: unknown): Refusal | null {
  if (!(error instanceof ServerError)) return null;
  switch (error.state) {
    case STATE.foreignKey:
      return { kind: "reference" };
    case STATE.check:
      return { kind: "check", name: error.constraint ?? "" };
    case STATE.unique:
      return { kind: "unique", index: error.constraint ?? "" };
    default:
      return null;
  }
}

/** Whether another transaction was in the way, so that all of it must be done again. */
export function isConflict(error: unknown): boolean {
  return error instanceof ServerError && (error.state === STATE.serialization || error.state === STATE.deadlock);
}

/** What a caller sees when the database stands in the way of work that changed nothing. */
export function translateError(error: unknown, address: Address): unknown {
  if (error instanceof ConnectionError)
    return createBusyError(`The database ${nameAddress(address)} does not answer.`, error);
  if (!(error instanceof ServerError)) return error;
  switch (error.state) {
    case STATE.serialization:
    case STATE.deadlock:
      return createBusyError("Another transaction changed what this one read or wrote, so this one was undone.", error);
    case STATE.lockTimeout:
      return createBusyError("Another transaction holds what this one needs for too long.", error);
    case STATE.tooManyConnections:
    case STATE.starting:
      return createBusyError(`The database ${nameAddress(address)} takes no connections now.`, error);
    case STATE.canceled:
      return new FootingError("FTG_TIMEOUT", { detail: "The database took too long to answer.", cause: error });
    case STATE.readOnly:
      return describeProblem(address, {
        problem: "takes no changes: it is read-only, or a standby",
        fix: "Give the address of the primary server.",
        cause: error,
      });
    case STATE.diskFull:
      return describeProblem(address, {
        problem: "cannot grow: its disk is full",
        fix: "Free some space on the server.",
        cause: error,
      });
    case STATE.noPrivilege:
      return describeProblem(address, {
        problem: `refuses the user ${address.user}: ${error.message}`,
        fix: "Grant the privilege to the user, or connect as another.",
        cause: error,
      });
    default:
      return new FootingError("FTG_INTERNAL", { detail: "The database refused a statement.", cause: error });
  }
}

/** What a developer sees when the database cannot be opened. */
export function translateOpenError(error: unknown, address: Address): unknown {
  const known = findConnectProblem(error, address) ?? findLoginProblem(error, address);
  if (known !== null) return describeProblem(address, { ...known, cause: error });
  const translated = translateError(error, address);
  if (translated instanceof FootingError && translated.code !== "FTG_BUSY") return translated;
  const problem = error instanceof Error ? `cannot be opened: ${error.message}` : "cannot be opened";
  return error instanceof FootingError ? error : describeProblem(address, { problem, cause: error });
}

/** A database that cannot be used, and what to do. */
export function describeProblem(
  address: Address,
  { problem, fix, cause }: { readonly problem: string; readonly fix?: string; readonly cause?: unknown },
): FootingError {
  return new FootingError("FTG_DATABASE", {
    detail: `The database ${nameAddress(address)} ${problem}.`,
    fix: fix ?? "Check the address, and that the server runs and lets this machine in.",
    ...(cause === undefined ? {} : { cause }),
  });
}

interface Problem {
  readonly problem: string;
  readonly fix: string;
}

/** Codes of TLS that say that the certificate is not to be trusted. */
const UNTRUSTED = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ISSUER/;

function findConnectProblem(error: unknown, { host, port, tls }: Address): Problem | null {
  if (!(error instanceof ConnectionError)) return null;
  const { code, message } = error;
  if (code === "ENOTFOUND" || code === "EAI_AGAIN")
    return { problem: `cannot be found: no host is named ${host}`, fix: "Check the host in the address." };
  if (code === "ECONNREFUSED" || code === "ENOENT")
    return {
      problem: `cannot be reached: nothing listens on port ${port} of ${host}`,
      fix: "Start the server, or check host and port in the address.",
    };
  if (["CONNECT_TIMEOUT", "ETIMEDOUT", "EHOSTUNREACH", "ENETUNREACH"].includes(code))
    return {
      problem: `cannot be reached: ${host} does not answer`,
      fix: "Check the host in the address, the network and the firewall.",
    };
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID")
    return {
      problem: `cannot be trusted: its certificate is not for ${host}`,
      fix: "Use the name in the certificate as host, or sslmode=verify-ca to check everything but the name.",
    };
  if (UNTRUSTED.test(code))
    return {
      problem: `cannot be trusted: ${message}`,
      fix: "Give the certificate of the authority as sslrootcert=/path/to/ca.pem.",
    };
  if (tls !== "disable" && code === "ECONNRESET")
    return {
      problem: "does not speak TLS",
      fix: "Turn TLS on at the server (ssl = on), or say sslmode=disable to send everything in the clear.",
    };
  return null;
}

function findLoginProblem(error: unknown, { user, database, tls }: Address): Problem | null {
  if (!(error instanceof ServerError)) return null;
  switch (error.state) {
    case STATE.badPassword:
      return { problem: `refuses the password of the user ${user}`, fix: "Check user and password in the address." };
    case STATE.badLogin:
      return {
        problem: `does not let the user ${user} in: ${error.message}`,
        fix:
          tls === "disable"
            ? "Check the user in the address and the server's pg_hba.conf; it may ask for TLS (sslmode=verify-full)."
            : "Check the user in the address and the server's pg_hba.conf.",
      };
    case STATE.noDatabase:
      return {
        problem: `does not exist: the server has no database ${database}`,
        fix: `Create it: CREATE DATABASE "${database}"`,
      };
    case STATE.starting:
    case STATE.tooManyConnections:
      return { problem: `takes no connections now: ${error.message}`, fix: "Try again in a moment." };
    default:
      return null;
  }
}
