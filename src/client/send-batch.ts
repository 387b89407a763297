/** Sends operations as one batch and takes its answer apart. When, and what again, is decided elsewhere. */
import { type ClientError, createProblemError } from "./client-error.ts";
import { type Connection, createStranger, type SendOptions } from "./connection.ts";

/** An operation as it is sent: `op`, `model` and the members of the query. */
export type SentOperation = Readonly<Record<string, unknown>> & { readonly op: string };

/** What the server answered to one operation. */
export interface OperationResult {
  readonly data: unknown;
  /** Of a list. */
  readonly page?: unknown;
}

/** A batch to send. */
export interface SentBatch {
  readonly transaction: boolean;
  readonly operations: readonly SentOperation[];
}

/** Sends a batch; for each operation its result or its error. Throws ClientError or the signal's reason. */
export async function sendBatch(
  connection: Connection,
  batch: SentBatch,
  options: SendOptions,
): Promise<readonly (OperationResult | ClientError)[]> {
  const answer = await connection.post("/api/batch", batch, options);
  const results: unknown = Object(answer).results;
  if (!Array.isArray(results) || results.length !== batch.operations.length) throw createStranger(200);
  return results.map(readResult);
}

function readResult(result: unknown): OperationResult | ClientError {
  if (typeof result !== "object" || result === null) return createStranger(200);
  if ("data" in result) return result;
  return "error" in result ? createProblemError(result.error, 200) : createStranger(200);
}
