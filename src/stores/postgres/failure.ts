/** Reads PostgreSQL's errors: which constraint refused a statement, what may be tried again, and what callers are told. */
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
import { ServerError, StaleError } from "./driver.ts";

/** SQLSTATE, https://www.postgresql.org/docs/current/errcodes-appendix.html. */
const KINDS: Readonly<Record<string, FailureKind>> = {
  // serialization_failure, deadlock_detected
  "40001": "undone",
  "40P01": "undone",
  // lock_not_available
  "55P03": "locked",
  // too_many_connections, cannot_connect_now
  "53300": "crowded",
  "57P03": "crowded",
  // query_canceled
  "57014": "timeout",
  // read_only_sql_transaction
  "25006": "readOnly",
  // disk_full
  "53100": "diskFull",
  // insufficient_privilege
  "42501": "noPrivilege",
};

/** The constraint that refused a statement, or null when the error is about something else. */
export function readRefusal(error: unknown): Refusal | null {
  if (!(error instanceof ServerError)) return null;
  const name = error.constraint ?? "";
  switch (error.state) {
    case "22003":
      return { kind: "range" };
    case "23503":
      return { kind: "reference" };
    case "23514":
      return { kind: "check", name };
    case "23505":
      return { kind: "unique", index: name };
    default:
      return null;
  }
}

/** Which of the failures that all servers know an error is. */
export function classifyError(error: unknown): FailureKind | null {
  if (error instanceof StaleError) return "stale";
  return error instanceof ServerError ? (KINDS[error.state] ?? null) : null;
}

/** What a caller sees when the database stands in the way of work that changed nothing. */
export function translateError(error: unknown, address: Address): unknown {
  const known = translateFailure(error, classifyError(error), address);
  if (known !== null || !(error instanceof ServerError)) return known ?? error;
  // numeric_value_out_of_range; of a write, it is a refusal of its own
  if (error.state === "22003") return totalOutOfRange(error);
  // program_limit_exceeded: nothing is longer than 1 GB
  if (error.state === "54000") {
    return new FootingError("FTG_TOO_LARGE", {
      detail: "A value or an answer is longer than PostgreSQL makes in one piece.",
      fix: "Send or ask for less at once.",
      cause: error,
    });
  }
  return new FootingError("FTG_INTERNAL", { detail: "The database refused a statement.", cause: error });
}

/** What a developer sees when the database cannot be opened. */
export function translateOpenError(error: unknown, address: Address): unknown {
  const known = findConnectProblem(error, address, ADVICE) ?? findLoginProblem(error, address);
  if (known !== null) return describeProblem(address, known, error);
  return translateOpenFailure(error, translateError(error, address), address);
}

const ADVICE: ConnectAdvice = {
  verifyCa: "sslmode=verify-ca",
  authority: "sslrootcert=/path/to/ca.pem",
  noTls: "ECONNRESET",
  withoutTls: "Turn TLS on at the server (ssl = on), or say sslmode=disable to send everything in the clear.",
};

function findLoginProblem(error: unknown, { user, database, tls }: Address): Problem | null {
  if (!(error instanceof ServerError)) return null;
  switch (error.state) {
    case "08P01":
      return {
        problem: `does not take what this program says first: ${error.message}`,
        fix: "If a pooler like PgBouncer stands before it, add prepare=false to the address.",
      };
    case "28P01":
      return { problem: `refuses the password of the user ${user}`, fix: "Check user and password in the address." };
    case "28000":
      return {
        problem: `does not let the user ${user} in: ${error.message}`,
        fix:
          tls === "disable"
            ? "Check the user in the address and the server's pg_hba.conf; it may ask for TLS (sslmode=verify-full)."
            : "Check the user in the address and the server's pg_hba.conf.",
      };
    case "3D000":
      return {
        problem: `does not exist: the server has no database ${database}`,
        fix: `Create it: CREATE DATABASE "${database}"`,
      };
    case "57P03":
    case "53300":
      return { problem: `takes no connections now: ${error.message}`, fix: "Try again in a moment." };
    default:
      return null;
  }
}
