/** The failures that every database server has in common, whatever its driver calls them. */
import { FootingError } from "../../errors/footing-error.ts";

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
export function createBusyError(detail: string, cause: unknown): FootingError {
  return new FootingError("FTG_BUSY", { detail, headers: { "Retry-After": "1" }, cause });
}
