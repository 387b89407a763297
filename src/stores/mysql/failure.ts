/** Reads the errors of MySQL and MariaDB: which constraint refused a statement, what may be tried again, and what callers are told. */
import { FootingError } from "../../errors/footing-error.ts";
import { totalOutOfRange } from "../contract/total-range.ts";
import type { Refusal } from "../sql/run-program.ts";
import {
  type ConnectAdvice,
  describeProblem,
  type FailureKind,
  findConnectProblem,
  type Problem,
  translateFailure,
  translateOpenFailure,
} from "../sql/server-failure.ts";
import type { Address } from "./address.ts";
import { ServerError } from "./driver.ts";

/** Numbers of errors, https://mariadb.com/kb/en/mariadb-error-codes/. */
const ERROR = {
  duplicateKey: 1022,
  tooManyConnections: 1040,
  noDatabasePrivilege: 1044,
  badLogin: 1045,
  noDatabase: 1049,
  duplicate: 1062,
  hostDenied: 1130,
  tooBig: 1153,
  noIndex: 1176,
  outOfRange: 1264,
  tooManyOfUser: 1203,
  noParent: 1216,
  hasChildren: 1217,
  ofEngine: 1296,
  resultTooBig: 1301,
  tooLong: 1406,
  hasChildrenOf: 1451,
  noParentIn: 1452,
  statementLog: 1665,
  resultOutOfRange: 1690,
  tlsRequired: 3159,
  cascadeTooDeep: 3008,
  checkMysql: 3819,
  check: 4025,
  badJsonCharacter: 4036,
  jsonEnds: 4037,
  badJson: 4038,
} as const;

const KINDS: Readonly<Record<number, FailureKind>> = {
  // Disk full, table full.
  1021: "diskFull",
  1114: "diskFull",
  [ERROR.tooManyConnections]: "crowded",
  [ERROR.tooManyOfUser]: "crowded",
  [ERROR.noDatabasePrivilege]: "noPrivilege",
  // On a table, on the server.
  1142: "noPrivilege",
  1227: "noPrivilege",
  1205: "locked",
  // Deadlock.
  1213: "undone",
  // The server, the transaction, the engine.
  1290: "readOnly",
  1792: "readOnly",
  1836: "readOnly",
  // Cancelled, too long on MariaDB, too long on MySQL.
  1317: "timeout",
  1969: "timeout",
  3024: "timeout",
};

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
      case ERROR.cascadeTooDeep:
        return { kind: "depth" };
      case ERROR.ofEngine:
        // HA_ERR_FK_DEPTH_EXCEEDED: a cascade of more than 15 levels.
        return error.message.startsWith("Got error 193 ") ? { kind: "depth" } : null;
      case ERROR.outOfRange:
      case ERROR.resultOutOfRange:
        return { kind: "range" };
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

/** Which of the failures that all servers know an error is. */
export function classifyError(error: unknown): FailureKind | null {
  return error instanceof ServerError ? (KINDS[error.number] ?? null) : null;
}

/** What a caller sees when the database stands in the way of work that changed nothing. */
export function translateError(error: unknown, address: Address): unknown {
  const known = translateFailure(error, classifyError(error), address);
  if (known !== null || !(error instanceof ServerError)) return known ?? error;
  switch (error.number) {
    case ERROR.tooLong:
      return createLengthError(error);
    case ERROR.resultOutOfRange:
      return totalOutOfRange(error);
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
    case ERROR.noIndex: {
      const problem = `has lost an index: ${error.message}`;
      return describeProblem(address, { problem, fix: "Create the index again, and start the app anew." }, error);
    }
    case ERROR.statementLog: {
      const problem = "logs statements instead of rows (binlog_format=STATEMENT)";
      return describeProblem(address, { problem, fix: "Set binlog_format to MIXED or ROW at the server." }, error);
    }
    default:
      return new FootingError("FTG_INTERNAL", { detail: "The database refused a statement.", cause: error });
  }
}

/** What a developer sees when the database cannot be opened. */
export function translateOpenError(error: unknown, address: Address): unknown {
  const known = findConnectProblem(error, address, ADVICE) ?? findLoginProblem(error, address);
  if (known !== null) return describeProblem(address, known, error);
  return translateOpenFailure(error, translateError(error, address), address);
}

const ADVICE: ConnectAdvice = {
  verifyCa: "ssl-mode=VERIFY_CA",
  authority: "ssl-ca=/path/to/ca.pem",
  noTls: "ER_SERVER_SSL_DISABLED",
  withoutTls:
    "Turn TLS on at the server (ssl_cert, ssl_key), or say ssl-mode=DISABLED to send everything in the clear.",
};

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
