/**
 * `createClient`: the typed way to the data from another program, above all a browser. It knows the models as types
 * only; everything is checked by the server.
 */
import type { Models } from "../schema/check-types.ts";
import { CallQueue } from "./call-queue.ts";
import { ClientError } from "./client-error.ts";
import type { CallOptions, Client, ClientOptions } from "./client-types.ts";
import { type Connection, createConnection } from "./connection.ts";
import { createActions } from "./create-actions.ts";
import { encodeOperation } from "./encode-operation.ts";
import { createModels } from "./models.ts";
import { isRepeatable, type RepeatOptions, repeat } from "./repeat.ts";
import type { OperationResult, SentOperation } from "./send-batch.ts";
import { Transaction } from "./transaction.ts";

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
}

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
  const shared = { connection, dry, queue, retries: options.retries ?? defaultRetries };
  const client: unknown = createView(shared, options);
  // The proxies have a model and an action for every name, those of the app among them.
  return client as Client<A>;
}

/** The client with the options of its calls. */
function createView(shared: Shared, options: CallOptions): object {
  const own = {
    with: (changes: CallOptions) => createView(shared, { ...options, ...changes }),
    actions: createActions(shared.connection, (call) =>
      guardTime(options, () => call(createLimits(shared, options).signal)),
    ),
    transaction: (work: Work) => runTransaction(shared, options, work),
    dryRun: (work: Work) => runTransaction({ ...shared, connection: shared.dry }, options, work),
  };
  return createModels(own, (operation, read) => runCall(shared, options, operation).then(read));
}

async function runCall(shared: Shared, options: CallOptions, operation: SentOperation): Promise<OperationResult> {
  const encoded = encodeOperation(operation);
  const limits = createLimits(shared, options);
  const retries = isRepeatable([encoded]) ? limits.retries : 0;
  return guardTime(options, () => repeat(() => shared.queue.add(encoded, limits.signal), { ...limits, retries }));
}

async function runTransaction(shared: Shared, options: CallOptions, work: Work): Promise<unknown> {
  const transaction = new Transaction();
  const own = { ref: (row: object, field: string) => transaction.refer(row, field) };
  const outcome = Promise.resolve(work(createModels(own, (operation, read) => transaction.add(operation, read))));
  transaction.close();
  outcome.catch((error: unknown) => transaction.break(error));
  // Work that failed by itself has said so by the next turn.
  await null;
  const limits = createLimits(shared, options);
  const sent = guardTime(options, () => transaction.send(shared.connection, limits));
  const [value] = await Promise.all([outcome, sent]);
  return value;
}

function createLimits({ retries }: Shared, { signal, timeout = defaultTimeout }: CallOptions): RepeatOptions {
  const deadline = AbortSignal.timeout(timeout);
  return { retries, signal: signal === undefined ? deadline : AbortSignal.any([signal, deadline]) };
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
