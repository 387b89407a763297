/** Renders failures as RFC 9457 problems. Decides what of an error a caller may see, and nothing else. */
import { FootingError } from "../errors/footing-error.ts";
import { canSend } from "./check-headers.ts";

/** The media type of every failure. */
export const problemType = "application/problem+json; charset=utf-8";

/** The page that explains all codes; each has its anchor. */
const errorPage = "https://footing.dev/errors";

/**
 * The problem as JSON text: `type title status detail code fix` and, when single places are wrong, `problems`.
 *
 * @example
 * ```ts
 * renderProblem(new FootingError("FTG_NOT_FOUND", { detail: "No City has the key 5." }));
 * // {"type":"https://footing.dev/errors#ftg_not_found","title":"Not found","status":404,…}
 * ```
 */
export function renderProblem(error: FootingError): string {
  const { code, title, status, message, fix, problems } = error;
  const type = `${errorPage}#${code.toLowerCase()}`;
  const detail = problems.length > 0 ? { problems } : {};
  return JSON.stringify({ type, title, status, detail: message, code, fix, ...detail });
}

/**
 * The error a caller sees for whatever was thrown. Failures of the server itself keep their details to the
 * log, where `requestId` finds them. `undone` says whether the request has certainly changed nothing.
 */
export function createPublicError(error: unknown, requestId: string, undone = true): FootingError {
  if (error instanceof FootingError && isPublic(error) && canSend(error.headers)) return error;
  return new FootingError("FTG_INTERNAL", {
    detail: `The server failed to answer. Its log names this request ${requestId}.`,
    ...(!undone && {
      fix: "Look in the server's log, and whether the request has changed something, before you send it again.",
    }),
    cause: error,
  });
}

/** Whether a caller can do something about an error: all but failures of the server itself. */
function isPublic({ status, code }: FootingError): boolean {
  return status < 500 || status === 501 || status === 503 || code === "FTG_UNKNOWN_OUTCOME";
}
