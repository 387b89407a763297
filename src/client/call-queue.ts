/**
 * Collects the calls made in one turn and sends them as one batch. Each call ends by itself: with its result, its
 * error, or its signal. What is sent again, and when, is decided elsewhere.
 */
import { ClientError } from "./client-error.ts";
import type { Connection } from "./connection.ts";
import { type OperationResult, type SentOperation, sendBatch } from "./send-batch.ts";

/** A call that waits for its result. */
interface Call {
  readonly operation: SentOperation;
  readonly signal: AbortSignal;
  readonly resolve: (result: OperationResult) => void;
  readonly reject: (reason: unknown) => void;
}

/** The calls of one client. */
export class CallQueue {
  readonly #connection: Connection;
  readonly #maxBatch: number;
  #waiting: Call[] = [];

  constructor(connection: Connection, maxBatch: number) {
    this.#connection = connection;
    this.#maxBatch = maxBatch;
  }

  /** Sends an operation with those of the same turn. Rejects with ClientError, or the reason of the signal. */
  add(operation: SentOperation, signal: AbortSignal): Promise<OperationResult> {
    return new Promise((resolve, reject) => {
      if (this.#waiting.length === 0) queueMicrotask(() => this.#flush());
      this.#waiting.push({ operation, signal, resolve, reject });
    });
  }

  #flush(): void {
    const calls = this.#waiting;
    this.#waiting = [];
    for (let start = 0; start < calls.length; start += this.#maxBatch)
      void this.#send(calls.slice(start, start + this.#maxBatch));
  }

  async #send(calls: readonly Call[]): Promise<void> {
    const request = joinSignals(calls);
    try {
      const operations = calls.map(({ operation }) => operation);
      const batch = { transaction: false, operations };
      const results = await sendBatch(this.#connection, batch, { signal: request.signal, key: null });
      results.forEach((result, index) => {
        if (result instanceof ClientError) calls[index]?.reject(result);
        else calls[index]?.resolve(result);
      });
    } catch (error) {
      if (calls.length > 1 && isRefusal(error)) for (const call of calls) void this.#send([call]);
      else for (const { reject } of calls) reject(error);
    } finally {
      request.release();
    }
  }
}

/** Whether the server did not even look at the operations, for the fault of one of them or for their size together. */
function isRefusal(error: unknown): boolean {
  return error instanceof ClientError && (error.status === 400 || error.status === 413);
}

/** Rejects each call whose signal fires, and gives a signal that fires when all have. */
function joinSignals(calls: readonly Call[]): { readonly signal: AbortSignal; readonly release: () => void } {
  const controller = new AbortController();
  let left = calls.length;
  const ends = calls.map(({ signal, reject }) => {
    const end = (): void => {
      reject(signal.reason);
      left -= 1;
      if (left === 0) controller.abort(signal.reason);
    };
    if (signal.aborted) end();
    else signal.addEventListener("abort", end, { once: true });
    return () => signal.removeEventListener("abort", end);
  });
  return { signal: controller.signal, release: () => ends.forEach((end) => void end()) };
}
