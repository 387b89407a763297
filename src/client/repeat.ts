/**
 * Sends again what failed for want of an answer, with growing pauses. Only what reads: a write whose answer was lost
 * may have happened, and until the server can recognise a write that it has seen, sending it again could do it twice.
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
const busyStatuses: ReadonlySet<number> = new Set([429, 502, 503, 504]);

/** How often, and until when. */
export interface RepeatOptions {
  readonly retries: number;
  readonly signal: AbortSignal;
}

/** Whether operations may be sent twice. */
export function isRepeatable(operations: readonly SentOperation[]): boolean {
  return operations.every(({ op }) => readOperations.has(op));
}

/** Runs an exchange, again when no answer came or the server was busy. */
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
  return code === "NETWORK" || busyStatuses.has(status);
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
