/**
 * Runs the write of a request in the way that its headers ask for: as it is, once (`Idempotency-Key`), or only to see what
 * it would do (`Footing-Dry-Run`). What a write is, the caller knows.
 */
import { runDry } from "../engine/dry-run.ts";
import type { Executor } from "../engine/executor.ts";
import { FootingError } from "../errors/footing-error.ts";
import type { HostRequest, HostResponse, Method } from "../http/host-route.ts";
import { describeValue } from "../util/describe-value.ts";
import type { IdempotentWrites } from "./idempotent-writes.ts";

/** The header of a dry run, in lower case. */
const DRY_RUN_HEADER = "footing-dry-run";

/** How work is run: by itself, in a transaction whose answer is kept, or in one that is undone. */
export type WriteMode = "plain" | "keyed" | "dry";

/** Does the work of a request on an executor, which is an open transaction unless the mode is `plain`; the answer. */
export type Work = (executor: Executor, mode: WriteMode) => Promise<HostResponse>;

/** What writes run on. */
export interface WriteServer {
  readonly executor: Executor;
  /** Runs writes once that come with a key; null where keys mean nothing. */
  readonly writes: IdempotentWrites | null;
}

/**
 * Runs a write.
 *
 * @throws FootingError FTG_BAD_REQUEST for a wrong `Footing-Dry-Run`, FTG_IDEMPOTENCY_KEY, FTG_IDEMPOTENCY_RUNNING,
 * FTG_IDEMPOTENCY_REUSED, and what the work throws.
 */
export async function runWrite(
  { executor, writes }: WriteServer,
  { method, request }: { readonly method: Method; readonly request: HostRequest },
  work: Work,
): Promise<HostResponse> {
  if (readDryRun(request)) return runDryWrite(executor, (inside) => work(inside, "dry"));
  if (writes === null) return work(executor, "plain");
  return writes.run(method, request, (inside, isKeyed) => work(inside, isKeyed ? "keyed" : "plain"));
}

/** Whether a request is to be done for show only. Throws FTG_BAD_REQUEST for a header that says neither. */
export function readDryRun({ headers }: Pick<HostRequest, "headers">): boolean {
  const value = headers[DRY_RUN_HEADER];
  if (value === undefined) return false;
  if (value === "true") return true;
  throw new FootingError("FTG_BAD_REQUEST", {
    detail: `${DRY_RUN_HEADER}: expected true, got ${describeValue(value)}.`,
    fix: "Send `Footing-Dry-Run: true`, or leave the header out to do it.",
  });
}

/** The answer with the header that says that nothing was done. */
export function markDry(answer: HostResponse): HostResponse {
  return { ...answer, headers: { ...answer.headers, [DRY_RUN_HEADER]: "true" } };
}

/** The answer that the work would have had; its header says that nothing was done. */
async function runDryWrite(
  executor: Executor,
  work: (inside: Executor) => Promise<HostResponse>,
): Promise<HostResponse> {
  try {
    return markDry(await runDry(executor, work));
  } catch (error) {
    if (!(error instanceof FootingError)) throw error;
    const { code, message, fix, problems, headers } = error;
    throw new FootingError(code, {
      detail: message,
      fix,
      problems,
      headers: { ...headers, [DRY_RUN_HEADER]: "true" },
      cause: error.cause,
    });
  }
}
