/**
 * The one error class of Footing. Every failure a user can meet is one of these, made from an entry of
 * the catalogue; nothing here formats HTTP or knows a model.
 */
import { type CatalogueEntry, catalogue, type ErrorCode } from "./catalogue.ts";

/** One place inside a larger input that is wrong: a field of a body, a parameter, a line of a schema. */
export interface Problem {
  /** Where: a JSON Pointer (`/author/name`), a parameter (`population[gt]`) or a schema path (`City.region`). */
  readonly path: string;
  /** What was expected there and what came. */
  readonly detail: string;
  /** What to do about it, when that differs from the fix of the whole error. */
  readonly fix?: string;
}

/** What a {@link FootingError} adds to its catalogue entry. */
export interface ErrorDetails {
  /** What was expected and what came, in one sentence. Shown to the caller. */
  readonly detail: string;
  /** Replaces the fix of the catalogue when a better one is known, e.g. the nearest field name. */
  readonly fix?: string;
  /** The single places that are wrong, when there are several or when a path says more than the detail. */
  readonly problems?: readonly Problem[];
  /** Extra response headers of this failure, e.g. `Allow` of a 405. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The error below this one. Logged, never shown. */
  readonly cause?: unknown;
}

/**
 * An error of the catalogue with the details of one occurrence.
 *
 * @example
 * ```ts
 * import { FootingError } from "footing";
 *
 * const error = new FootingError("FTG_NOT_FOUND", { detail: "No City has the key 5." });
 * error.status; // 404
 * ```
 */
export class FootingError extends Error {
  override readonly name = "FootingError";
  /** Stable code, `FTG_…`: the name programs should test. */
  readonly code: ErrorCode;
  /** HTTP status, 400 to 599. */
  readonly status: number;
  /** The same few words for every occurrence of the code. */
  readonly title: string;
  /** What to do about it. */
  readonly fix: string;
  /** The single places that are wrong; empty when the detail says it all. */
  readonly problems: readonly Problem[];
  /** Extra response headers of this failure. */
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: ErrorCode, details: ErrorDetails) {
    super(details.detail, details.cause === undefined ? undefined : { cause: details.cause });
    const entry: CatalogueEntry = catalogue[code];
    this.code = code;
    this.status = entry.status;
    this.title = entry.title;
    this.fix = details.fix ?? entry.fix;
    this.problems = details.problems ?? [];
    this.headers = details.headers ?? {};
  }
}

/** The same error told of a place in a larger input: another detail and other problems; code, fix and headers stay. */
export function relocateError(
  error: FootingError,
  { detail, problems }: { readonly detail: string; readonly problems: readonly Problem[] },
): FootingError {
  return new FootingError(error.code, { detail, fix: error.fix, problems, headers: error.headers, cause: error });
}
