/**
 * `createClient`: the typed way to the data from another program, above all a browser. It knows the models as types
 * only; everything is checked by the server.
 */
import type { Models } from "../schema/check-types.ts";
import { CallQueue } from "./call-queue.ts";
import { ClientError } from "./client-error.ts";
import type { CallOptions, Client, ClientOptions } from "./client-types.ts";
import { type Connection, createConnection, type SendOptions } from "./connection.ts";
import { createActions } from "./create-actions.ts";
import { encodeOperation } from "./encode-operation.ts";
import { createModels } from "./models.ts";
import { isReading, type RepeatOptions, repeat } from "./repeat.ts";
import { type OperationResult, type SentOperation, sendBatch } from "./send-batch.ts";
import { Transaction } from "./transaction.ts";
import { checkWriteKey, createWriteKey } from "./write-key.ts";

/** Milliseconds for a call, unless it says otherwise. */
const defaultTimeout = 30_000;
const defaultRetries = 2;
const defaultMaxBatch = 100;

/** What happens in a transaction. */
type Work = (tx: object) => Promise<unknown>;

/** What the views of one client share. */
interface Shared {
  readonly connection: Connection;
  /** The same server, which undoes what is sent this way. */
  readonly dry: Connection;
  readonly queue: CallQueue;
  readonly retries: number;
  /** Whether the server knows a write by its key. */
  readonly idempotency: boolean;
}

/** How a call is sent. */
type Limits = RepeatOptions & SendOptions;

/**
 * A client of the server at `url`, like `https://api.example.com`; `""` is the origin of the page. The type of the app is
 * all it needs of it, so import it as a type.
 *
 * @example
 * ```ts
 * const client = createClient<typeof app>("http://localhost:4000");
 * const cities = await client.City.find({ where: { country: "PE" }, orderBy: ["-population"], limit: 5 });
 * ```
 */
export function createClient<A extends { readonly models: Models }>(
  url: string,
  options: ClientOptions = {},
): Client<A> {
  const connection = createConnection(url, options);
  const queue = new CallQueue(connection, options.maxBatch ?? defaultMaxBatch);
  const dry = createConnection(url, options, { "footing-dry-run": "true" });
  const { retries = defaultRetries, idempotency = false } = options;
  const shared = { connection, dry, queue, retries, idempotency };
  const client: unknown = createView(shared, options);
  // The proxies have a model and an action for every name, those of the app among them.
  return client as Client<A>;
}

/** The client with the options of its calls. */
function createView(shared: Shared, options: CallOptions): object {
  const own = {
    with: (changes: CallOptions) => {
      checkWriteKey(changes.idempotencyKey);
      return createView(shared, { ...options, ...changes });
    },
    actions: createActions(shared.connection, (call) => {
      // Which of them only read, the server knows: it makes nothing of their keys.
      const limits = createLimits(shared, options, false);
      return guardTime(options, () => repeat(() => call(limits), limits));
    }),
    transaction: (work: Work) => runTransaction(shared, options, work),
    dryRun: (work: Work) => runTransaction({ ...shared, connection: shared.dry }, options, work),
  };
  return createModels(own, (operation, read) => runCall(shared, options, operation).then(read));
}

async function runCall(shared: Shared, options: CallOptions, operation: SentOperation): Promise<OperationResult> {
  const encoded = encodeOperation(operation);
  const limits = createLimits(shared, options, isReading([encoded]));
  const send = (): Promise<OperationResult> =>
    limits.key === null ? shared.queue.add(encoded, limits.signal) : sendAlone(shared.connection, encoded, limits);
  return guardTime(options, () => repeat(send, limits));
}

/** Sends an operation by itself: calls that fail each by itself cannot share a key. */
async function sendAlone(connection: Connection, operation: SentOperation, limits: Limits): Promise<OperationResult> {
  const [result] = await sendBatch(connection, { transaction: true, operations: [operation] }, limits);
  if (result === undefined || result instanceof ClientError) throw result;
  return result;
}

async function runTransaction(shared: Shared, options: CallOptions, work: Work): Promise<unknown> {
  const transaction = new Transaction();
  const own = { ref: (row: object, field: string) => transaction.refer(row, field) };
  const outcome = Promise.resolve(work(createModels(own, (operation, read) => transaction.add(operation, read))));
  transaction.close();
  outcome.catch((error: unknown) => transaction.break(error));
  // Work that failed by itself has said so by the next turn.
  await null;
  const limits = createLimits(shared, options, transaction.isReading);
  const sent = guardTime(options, () => transaction.send(shared.connection, limits));
  const [value] = await Promise.all([outcome, sent]);
  return value;
}

/** What writes and has no key is sent once. */
function createLimits({ retries, idempotency }: Shared, options: CallOptions, reads: boolean): Limits {
  const { signal, timeout = defaultTimeout, idempotencyKey = idempotency ? createWriteKey() : null } = options;
  const deadline = AbortSignal.timeout(timeout);
  const key = reads ? null : idempotencyKey;
  return {
    key,
    retries: reads || key !== null ? retries : 0,
    signal: signal === undefined ? deadline : AbortSignal.any([signal, deadline]),
  };
}

/** Runs something under a deadline, whose passing is an error of its own. */
async function guardTime<T>({ signal, timeout = defaultTimeout }: CallOptions, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof DOMException) || error.name !== "TimeoutError" || signal?.aborted === true) throw error;
    throw new ClientError("TIMEOUT", { detail: `No answer came within ${timeout} ms.`, cause: error });
  }
}
