/** The app of the REST tests with its batches served beside it. */
import { createBatchApi } from "../../src/api/batch/batch-api.ts";
import { createRestApi } from "../../src/api/rest/rest-api.ts";
import { createEngine, type Engine } from "../../src/engine/engine.ts";
import type { Executor } from "../../src/engine/executor.ts";
import { createHost } from "../../src/http/host.ts";
import type { Store } from "../../src/stores/contract/store.ts";
import { createMemoryStore } from "../../src/stores/memory/store.ts";
import { type RawAnswer, type RawRequest, sendRequest } from "./raw-http.ts";
import { declared, fill } from "./rest-app.ts";

/** A served app. */
export interface BatchApp {
  readonly port: number;
  readonly engine: Engine;
  /** What was logged. */
  readonly log: readonly unknown[];
  /** The most reads that ran at a time. */
  readonly maxReads: () => number;
  readonly transactions: () => number;
  /** Makes the next read of one row fail with this. */
  readonly failNext: (error: unknown) => void;
  /** Sends one batch; `user` signs in. */
  readonly batch: (body: unknown, user?: string) => Promise<RawAnswer>;
  readonly send: (request: RawRequest) => Promise<RawAnswer>;
  readonly close: () => Promise<void>;
}

/** Serves the declared app of the REST tests, filled. The header `x-user` is whom a request is from. */
export async function serveBatchApp(
  options: { readonly store?: Store; readonly maxOperations?: number } = {},
): Promise<BatchApp> {
  const { schema, rules } = declared;
  const store = options.store ?? createMemoryStore();
  await store.open(schema, { createTables: true });
  const engine = createEngine({ schema, rules, store });
  await fill(engine);
  const log: unknown[] = [];
  const logger = { error: (details: unknown) => void log.push(details), warn: () => undefined };
  const host = createHost({
    logger,
    ping: () => store.ping(),
    // The tests themselves keep the process busy: two validators of API documents run in it.
    limits: { eventLoopDelay: 60_000 },
    authenticate: ({ headers }) => (typeof headers["x-user"] === "string" ? { id: headers["x-user"] } : null),
  });
  const watch = { reads: 0, maxReads: 0, transactions: 0, failures: [] as unknown[] };
  const executor = watchExecutor(engine, watch);
  const { maxOperations } = options;
  const batches = createBatchApi({ schema, executor, logger, ...(maxOperations && { limits: { maxOperations } }) });
  const rest = createRestApi({ schema, executor, title: "Test", others: batches.documents });
  for (const route of [...rest, ...batches.routes]) host.route(route);
  const port = await host.listen("127.0.0.1", 0);
  const send = (request: RawRequest): Promise<RawAnswer> => sendRequest(port, request);
  return {
    port,
    engine,
    log,
    maxReads: () => watch.maxReads,
    transactions: () => watch.transactions,
    failNext: (error) => void watch.failures.push(error),
    send,
    batch: (body, user) =>
      send({
        method: "POST",
        path: "/api/batch",
        headers: { "content-type": "application/json", ...(user !== undefined && { "x-user": user }) },
        body: typeof body === "string" ? body : JSON.stringify(body),
      }),
    close: async () => {
      await host.close();
      await store.close();
    },
  };
}

interface Watch {
  reads: number;
  maxReads: number;
  transactions: number;
  readonly failures: unknown[];
}

/** The executor, its reads and transactions counted; each planned failure takes the place of one read. */
function watchExecutor(executor: Executor, watch: Watch): Executor {
  const read: Executor["readRaw"] = async (query, actor) => {
    watch.reads += 1;
    watch.maxReads = Math.max(watch.maxReads, watch.reads);
    try {
      await new Promise((resolve) => setImmediate(resolve));
      if (watch.failures.length > 0) throw watch.failures.pop();
      return await executor.readRaw(query, actor);
    } finally {
      watch.reads -= 1;
    }
  };
  const transaction: Executor["transaction"] = (work) => {
    watch.transactions += 1;
    return executor.transaction((inside) => work(watchExecutor(inside, watch)));
  };
  return new Proxy(executor, {
    get(target, name) {
      if (name === "readRaw") return read;
      if (name === "transaction") return transaction;
      const value: unknown = Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}
