/** Renders what became of a batch. The JSON of the store goes into the answer as it is. */
import type { FootingError } from "../../errors/footing-error.ts";
import type { HostResponse } from "../../http/host-route.ts";
import { problemType, renderProblem } from "../../http/problem.ts";
import type { Outcome } from "./operations.ts";

/** A result whose error, if it has one, may be shown. */
export type PublicResult = Outcome | { readonly error: FootingError };

/** `{"results":[{"data":…},{"data":[…],"page":…},{"error":…}]}`. */
export function renderResults(results: readonly PublicResult[]): HostResponse {
  const parts: (string | Buffer)[] = [];
  results.forEach((result, index) => {
    parts.push(parts.length === 0 ? '{"results":[' : ",", ...renderResult(result, index));
  });
  return { status: 200, type: "application/json; charset=utf-8", body: joinJson([...parts, "]}"]) };
}

/** The answer of a transaction that one operation broke. */
export function renderFailure(error: FootingError, index: number): HostResponse {
  return {
    status: error.status,
    type: problemType,
    body: renderOperationProblem(error, index),
    headers: { "cache-control": "no-store", ...(error.status === 503 && { "retry-after": "1" }), ...error.headers },
  };
}

function renderResult(result: PublicResult, index: number): readonly (string | Buffer)[] {
  if ("error" in result) return [`{"error":${renderOperationProblem(result.error, index)}}`];
  const { json, page } = result;
  return ['{"data":', json, page === undefined ? "}" : `,"page":${JSON.stringify(page)}}`];
}

/** A problem that says which operation it is of. */
function renderOperationProblem(error: FootingError, index: number): string {
  return `${renderProblem(error).slice(0, -1)},"operation":${index}}`;
}

/** Text as long as all of it is text. */
function joinJson(parts: readonly (string | Buffer)[]): string | Buffer {
  if (parts.every((part) => typeof part === "string")) return parts.join("");
  return Buffer.concat(parts.map((part) => (typeof part === "string" ? Buffer.from(part) : part)));
}
