/**
 * Sends again what failed for want of an answer, with growing pauses. What may be: what reads, and writes with a key, by
 * which the server knows one that it has seen. Any other whose answer was lost may have happened, and would be done twice.
 */
import { ClientError } from "./client-error.ts";
import type { SentOperation } from "./send-batch.ts";

/** Operations that change nothing, so that they can be sent any number of times. */
export const readOperations: ReadonlySet<string> = new Set([
  "find",
  "first",
  "get",
  "count",
  "aggregate",
  "previewDelete",
]);

/** Milliseconds of the first pause at most; each further one may be twice as long. */
const firstPause = 200;
const passingCodes: ReadonlySet<string> = new Set(["NETWORK", "FTG_IDEMPOTENCY_RUNNING", "FTG_UNKNOWN_OUTCOME"]);
const busyStatuses: ReadonlySet<number> = new Set([429, 502, 503, 504]);

/** How often, and until when. */
export interface RepeatOptions {
  readonly retries: number;
  readonly signal: AbortSignal;
}

/** Whether operations only read. */
export function isReading(operations: readonly SentOperation[]): boolean {
  return operations.every(({ op }) => readOperations.has(op));
}

/** Runs an exchange, again when no answer came or the server was busy, be it with the very same write. */
export async function repeat<T>(exchange: () => Promise<T>, { retries, signal }: RepeatOptions): Promise<T> {
  for (let tries = 0; ; tries++) {
    try {
      return await exchange();
    } catch (error) {
      if (tries >= retries || signal.aborted || !(error instanceof ClientError) || !isPassing(error)) throw error;
      await pause(Math.max((error.retryAfter ?? 0) * 1000, Math.random() * firstPause * 2 ** tries), signal);
    }
  }
}

function isPassing({ code, status }: ClientError): boolean {
  return passingCodes.has(code) || busyStatuses.has(status);
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = (): void => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", end);
      resolve();
    }, ms);
    signal.addEventListener("abort", end, { once: true });
  });
}
