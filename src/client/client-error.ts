/** The one error class of the client: what the server answered, or why there was no answer. */
import type { ErrorCode } from "../errors/catalogue.ts";
import type { Problem } from "../errors/footing-error.ts";

/**
 * Why a call failed: a code of the server's catalogue, or one of the client's own. `NETWORK`: no answer came.
 * `TIMEOUT`: it did not come in time. `RESPONSE`: what came is not from this server. `USAGE`: the call cannot be sent.
 */
export type ClientErrorCode = ErrorCode | "NETWORK" | "TIMEOUT" | "RESPONSE" | "USAGE";

/** What a {@link ClientError} tells beside its code. */
export interface ClientErrorDetails {
  /** What was expected and what came, in one sentence. */
  readonly detail: string;
  readonly status?: number;
  readonly title?: string;
  readonly fix?: string;
  readonly problems?: readonly Problem[];
  readonly operation?: number;
  readonly retryAfter?: number;
  readonly cause?: unknown;
}

/**
 * A failed call. `message` says what was expected and what came.
 *
 * @example
 * ```ts
 * try {
 *   await client.City.create({ id: 1, name: "Lima", population: 1, country: "PE" });
 * } catch (error) {
 *   if (error instanceof ClientError && error.code === "FTG_CONFLICT") console.log(error.message);
 * }
 * ```
 */
export class ClientError extends Error {
  override readonly name = "ClientError";
  /** Stable: the name programs should test. */
  readonly code: ClientErrorCode;
  /** HTTP status; 0 when no answer came. */
  readonly status: number;
  /** The same few words for every occurrence of a code; empty for the client's own. */
  readonly title: string;
  /** What to do about it; empty for the client's own. */
  readonly fix: string;
  /** The single places that are wrong; empty when the message says it all. */
  readonly problems: readonly Problem[];
  /** The place of the operation that failed in the request that it was sent in; of a transaction, in the order of its calls. */
  readonly operation: number | null;
  /** Seconds after which the server wants to be asked again, when it said so. */
  readonly retryAfter: number | null;

  constructor(code: ClientErrorCode, details: ClientErrorDetails) {
    super(details.detail, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.status = details.status ?? 0;
    this.title = details.title ?? "";
    this.fix = details.fix ?? "";
    this.problems = details.problems ?? [];
    this.operation = details.operation ?? null;
    this.retryAfter = details.retryAfter ?? null;
  }
}

/** The error for a problem (RFC 9457) as the server sends it; whatever else came is a RESPONSE error. */
export function createProblemError(problem: unknown, status: number, retryAfter?: number): ClientError {
  const given: Partial<ServerProblem> = typeof problem === "object" && problem !== null ? problem : {};
  if (typeof given.code !== "string" || typeof given.detail !== "string")
    return new ClientError("RESPONSE", { status, detail: `The server answered ${status} without a problem.` });
  const { code, detail } = given;
  return new ClientError(code, { ...given, detail, status: given.status ?? status, ...(retryAfter && { retryAfter }) });
}

/** The members of a problem that the client passes on. */
interface ServerProblem extends ClientErrorDetails {
  readonly code: ErrorCode;
}
