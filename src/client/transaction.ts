/**
 * Collects the operations of a transaction and sends them as one batch that is done as a whole or not at all. It is
 * not a dialogue: the server sees nothing before everything is there.
 */
import { ClientError } from "./client-error.ts";
import type { Connection, SendOptions } from "./connection.ts";
import { encodeOperation, Reference } from "./encode-operation.ts";
import { isReading, type RepeatOptions, repeat } from "./repeat.ts";
import { type OperationResult, type SentOperation, sendBatch } from "./send-batch.ts";

/** An operation that waits for its result. */
interface Step {
  readonly operation: SentOperation;
  readonly resolve: (value: OperationResult) => void;
  readonly reject: (reason: unknown) => void;
}

/** One transaction. */
export class Transaction {
  readonly #steps: Step[] = [];
  readonly #names: WeakMap<object, string> = new WeakMap();
  #closed = false;
  /** Why it must not be sent. */
  #broken: unknown = null;

  /** Adds an operation. What it resolves with comes when all are done. */
  add(operation: SentOperation, read: (result: OperationResult) => unknown): Promise<unknown> {
    const name = `o${this.#steps.length}`;
    const answer = new Promise<OperationResult>((resolve, reject) => {
      if (this.#closed) throw refuse("The transaction was sent already; call everything before the first await.");
      this.#steps.push({ operation: this.#encode(operation, name), resolve, reject });
    }).then(read);
    // Whoever does not look at one result still learns of the failure from the transaction as a whole.
    answer.catch(() => undefined);
    this.#names.set(answer, name);
    return answer;
  }

  /** Stands for a field of the row that a call will answer. Throws ClientError USAGE for what is no call of this transaction. */
  refer(row: object, field: string): Reference {
    const name = this.#names.get(row);
    if (name === undefined) throw refuse("ref takes what a call on the same tx returned, as it is.");
    return new Reference(`${name}.${field}`);
  }

  /** Whether nothing of what was added writes. */
  get isReading(): boolean {
    return isReading(this.#steps.map(({ operation }) => operation));
  }

  /** Sends what was added; nothing can be added any more. Throws ClientError or the signal's reason. */
  async send(connection: Connection, options: RepeatOptions & SendOptions): Promise<void> {
    const operations = this.#steps.map(({ operation }) => operation);
    try {
      if (this.#broken !== null) throw this.#broken;
      if (operations.length === 0) return;
      const batch = { transaction: true, operations };
      const results = await repeat(() => sendBatch(connection, batch, options), options);
      this.#steps.forEach(({ resolve, reject }, index) => {
        const result = results[index];
        if (result === undefined || result instanceof ClientError) reject(result);
        else resolve(result);
      });
    } catch (error) {
      for (const { reject } of this.#steps) reject(error);
      throw error;
    }
  }

  /** Refuses further operations. */
  close(): void {
    this.#closed = true;
  }

  /** Makes sure that nothing is sent. */
  break(reason: unknown): void {
    this.#broken ??= reason;
  }

  #encode(operation: SentOperation, as: string): SentOperation {
    try {
      return encodeOperation({ ...operation, as });
    } catch (error) {
      this.break(error);
      throw error;
    }
  }
}

function refuse(detail: string): ClientError {
  return new ClientError("USAGE", { detail });
}
