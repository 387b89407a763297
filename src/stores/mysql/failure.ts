/** Reads the errors of MySQL and MariaDB: which constraint refused a statement, what may be tried again, and what callers are told. */
import { FootingError } from "../../errors/footing-error.ts";
import type { Refusal } from "../sql/run-program.ts";
import { ConnectionError, createBusyError } from "../sql/server-failure.ts";
import { type Address, nameAddress } from "./address.ts";
import { ServerError } from "./driver.ts";

/** Numbers of errors, https://mariadb.com/kb/en/mariadb-error-codes/. */
const ERROR = {
  diskFull: 1021,
  duplicateKey: 1022,
  tooManyConnections: 1040,
  noDatabasePrivilege: 1044,
  badLogin: 1045,
  noDatabase: 1049,
  duplicate: 1062,
  tableFull: 1114,
  hostDenied: 1130,
  noTablePrivilege: 1142,
  tooBig: 1153,
  tooManyOfUser: 1203,
  noIndex: 1176,
  lockTimeout: 1205,
  deadlock: 1213,
  noParent: 1216,
  hasChildren: 1217,
  noPrivilege: 1227,
  readOnly: 1290,
  resultTooBig: 1301,
  interrupted: 1317,
  tooLong: 1406,
  hasChildrenOf: 1451,
  noParentIn: 1452,
  statementLog: 1665,
  readOnlyTransaction: 1792,
  readOnlyEngine: 1836,
  statementTimeout: 1969,
  statementTimeoutMysql: 3024,
  tlsRequired: 3159,
  checkMysql: 3819,
  check: 4025,
  badJsonCharacter: 4036,
  jsonEnds: 4037,
  badJson: 4038,
} as const;

/**
 * Reads which constraint refused a statement; null when the error is about something else. `checks` holds the names of
 * checks by those of their constraints.
 */
export function createRefusalReader(checks: ReadonlyMap<string, string>): (error: unknown) => Refusal | null {
  const name = (constraint: string | undefined) => checks.get(constraint ?? "") ?? constraint ?? "";
  return (error) => {
    if (!(error instanceof ServerError)) return null;
    switch (error.number) {
      case ERROR.duplicate:
      case ERROR.duplicateKey:
        // The value before it may hold anything; newer servers write the table before the index.
        return { kind: "unique", index: /'(?:[^'.]*\.)?([^'.]*)'$/.exec(error.message)?.[1] ?? "" };
      case ERROR.check:
        return { kind: "check", name: name(/^CONSTRAINT `(.*?)` failed/.exec(error.message)?.[1]) };
      case ERROR.checkMysql:
        return { kind: "check", name: name(/'(.*?)'/.exec(error.message)?.[1]) };
      case ERROR.noParent:
      case ERROR.hasChildren:
      case ERROR.hasChildrenOf:
      case ERROR.noParentIn:
        return { kind: "reference" };
      default:
        return null;
    }
  };
}

/** Whether the error says which constraint refused a statement. */
export function isRefusal(error: unknown): boolean {
  return createRefusalReader(new Map())(error) !== null;
}

/** Whether a statement was longer than the server takes, and was not sent. */
export function isTooLong(error: unknown): boolean {
  return error instanceof ServerError && error.number === ERROR.tooBig;
}

/** Whether another transaction was in the way, so that all of it must be done again. */
export function isConflict(error: unknown): boolean {
  return error instanceof ServerError && (error.number === ERROR.deadlock || error.number === ERROR.lockTimeout);
}

/** Whether the server has undone the whole transaction. */
export function isDeadlock(error: unknown): boolean {
  return error instanceof ServerError && error.number === ERROR.deadlock;
}

/** What a caller sees when the database stands in the way of work that changed nothing. */
export function translateError(error: unknown, address: Address): unknown {
  if (error instanceof ConnectionError)
    return createBusyError(`The database ${nameAddress(address)} does not answer.`, error);
  if (!(error instanceof ServerError)) return error;
  switch (error.number) {
    case ERROR.deadlock:
      return createBusyError("Another transaction changed what this one read or wrote, so this one was undone.", error);
    case ERROR.lockTimeout:
      return createBusyError("Another transaction holds what this one needs for too long.", error);
    case ERROR.tooManyConnections:
    case ERROR.tooManyOfUser:
      return createBusyError(`The database ${nameAddress(address)} takes no connections now.`, error);
    case ERROR.interrupted:
    case ERROR.statementTimeout:
    case ERROR.statementTimeoutMysql:
      return new FootingError("FTG_TIMEOUT", { detail: "The database took too long to answer.", cause: error });
    case ERROR.tooLong:
      return createLengthError(error);
    case ERROR.tooBig:
    case ERROR.resultTooBig:
    // Lists of keys alone are read as JSON, and nothing but their length can spoil them.
    case ERROR.badJsonCharacter:
    case ERROR.jsonEnds:
    case ERROR.badJson:
      return new FootingError("FTG_TOO_LARGE", {
        detail: "A value or an answer is longer than the database sends at once.",
        fix: "Send or ask for less, or raise max_allowed_packet of the server.",
        cause: error,
      });
    default:
      return translateProblem(error, address);
  }
}

/** What a developer sees when the database cannot be opened. */
export function translateOpenError(error: unknown, address: Address): unknown {
  const known = findConnectProblem(error, address) ?? findLoginProblem(error, address);
  if (known !== null) return describeProblem(address, { ...known, cause: error });
  const translated = translateError(error, address);
  if (translated instanceof FootingError && !["FTG_BUSY", "FTG_INTERNAL"].includes(translated.code)) return translated;
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

function translateProblem(error: ServerError, address: Address): FootingError {
  const known = findServerProblem(error, address);
  return known === null
    ? new FootingError("FTG_INTERNAL", { detail: "The database refused a statement.", cause: error })
    : describeProblem(address, { ...known, cause: error });
}

function findServerProblem({ number, message }: ServerError, { user }: Address): Problem | null {
  switch (number) {
    case ERROR.readOnly:
    case ERROR.readOnlyTransaction:
    case ERROR.readOnlyEngine:
      return {
        problem: "takes no changes: it is read-only, or a replica",
        fix: "Give the address of the primary server.",
      };
    case ERROR.diskFull:
    case ERROR.tableFull:
      return { problem: "cannot grow: its disk is full", fix: "Free some space on the server." };
    case ERROR.noDatabasePrivilege:
    case ERROR.noTablePrivilege:
    case ERROR.noPrivilege:
      return {
        problem: `refuses the user ${user}: ${message}`,
        fix: "Grant the privilege to the user, or connect as another.",
      };
    case ERROR.noIndex:
      return { problem: `has lost an index: ${message}`, fix: "Create the index again, and start the app anew." };
    case ERROR.statementLog:
      return {
        problem: "logs statements instead of rows (binlog_format=STATEMENT)",
        fix: "Set binlog_format to MIXED or ROW at the server.",
      };
    default:
      return null;
  }
}

/** Codes of TLS that say that the certificate is not to be trusted. */
const UNTRUSTED = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ISSUER/;

function findConnectProblem(error: unknown, { host, port, socket, tls }: Address): Problem | null {
  if (!(error instanceof ConnectionError)) return null;
  const { code, message } = error;
  const place = socket ?? `port ${port} of ${host}`;
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
      fix: "Use the name in the certificate as host, or ssl-mode=VERIFY_CA to check everything but the name.",
    };
  if (UNTRUSTED.test(code))
    return {
      problem: `cannot be trusted: ${message}`,
      fix: "Give the certificate of the authority as ssl-ca=/path/to/ca.pem.",
    };
  if (tls !== "disable" && code === "ER_SERVER_SSL_DISABLED")
    return {
      problem: "does not speak TLS",
      fix: "Turn TLS on at the server (ssl_cert, ssl_key), or say ssl-mode=DISABLED to send everything in the clear.",
    };
  if (/TIMEOUT|UNREACH/.test(code))
    return {
      problem: `cannot be reached: ${host} does not answer`,
      fix: "Check the host in the address, the network and the firewall.",
    };
  return null;
}

function findLoginProblem(error: unknown, { user, database, host }: Address): Problem | null {
  if (!(error instanceof ServerError)) return null;
  switch (error.number) {
    case ERROR.badLogin:
      return { problem: `refuses the password of the user ${user}`, fix: "Check user and password in the address." };
    case ERROR.hostDenied:
      return {
        problem: `does not let this machine in: ${error.message}`,
        fix: `Create the user for this machine: CREATE USER ... for ${host}.`,
      };
    case ERROR.noDatabase:
      return {
        problem: `does not exist: the server has no database ${database}`,
        fix: `Create it: CREATE DATABASE \`${database}\``,
      };
    case ERROR.noDatabasePrivilege:
      return {
        problem: `is closed to the user ${user}`,
        fix: `Grant it: GRANT ALL ON \`${database}\`.* TO '${user}'`,
      };
    case ERROR.tlsRequired:
      return {
        problem: `lets the user ${user} in over TLS alone`,
        fix: "Say ssl-mode=VERIFY_IDENTITY in the address.",
      };
    case ERROR.tooManyConnections:
    case ERROR.tooManyOfUser:
      return { problem: `takes no connections now: ${error.message}`, fix: "Try again in a moment." };
    default:
      return null;
  }
}

/** A key or unique text is as long as an index allows, whatever the schema says. */
function createLengthError(cause: ServerError): FootingError {
  const column = /column '(.*?)'/.exec(cause.message)?.[1] ?? "";
  return new FootingError("FTG_INVALID", {
    detail: `The value is longer than the column ${column} of this database holds.`,
    fix: "Send a shorter value. A text that is a key or unique is as long as an index of the database allows.",
    cause,
  });
}
