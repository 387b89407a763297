/**
 * The methods of models: each makes one operation and gives it to whoever sends it. There is no list of models here;
 * any name with a capital is one, and the server knows which there are.
 */
import type { OperationResult, SentOperation } from "./send-batch.ts";

/** Takes an operation whose values are not encoded yet; what it resolves with is made of the result by `read`. */
export type Send = (operation: SentOperation, read: (result: OperationResult) => unknown) => Promise<unknown>;

type Members = Readonly<Record<string, unknown>>;
type Run = (op: string, members: Members | undefined, read?: (result: OperationResult) => unknown) => Promise<unknown>;

/** The methods of a model, by name. */
const methods: Readonly<Record<string, (run: Run) => unknown>> = {
  find: (run) => (query?: Members) => run("find", query),
  findPage: (run) => (query?: Members) => run("find", query, readAll),
  first: (run) => (query?: Members) => run("first", query),
  get: (run) => (key: unknown, query?: Members) => run("get", { ...query, key }),
  count: (run) => (query?: Members) => run("count", query),
  aggregate: (run) => (query?: Members) => run("aggregate", query),
  create: (run) => (data: unknown, query?: Members) => run("create", { ...query, data }),
  createMany: (run) => (data: Iterable<unknown>) => run("createMany", { data: [...data] }),
  update: (run) => (key: unknown, data: unknown, query?: Members) => run("update", { ...query, key, data }),
  updateMany: (run) => (query?: Members) => run("updateMany", query),
  upsert: (run) => (key: unknown, data?: Members, query?: Members) => run("upsert", { ...query, ...data, key }),
  updateEach: (run) => (rows: Iterable<unknown>) => run("updateEach", { rows: [...rows] }),
  upsertMany: (run) => (data: Iterable<unknown>, query?: Members) => run("upsertMany", { ...query, data: [...data] }),
  delete: (run) => (key: unknown, query?: Members) => run("delete", { ...query, key }),
  deleteMany: (run) => (query?: Members) => run("deleteMany", query),
  restore: (run) => (key: unknown, query?: Members) => run("restore", { ...query, key }),
  previewDelete: (run) => (key: unknown, query?: Members) => run("previewDelete", { ...query, key }),
};

/** An object with the own methods given and a property for each model that is asked for. */
export function createModels(own: object, send: Send): object {
  const known = new Map<string, object>();
  return new Proxy(own, {
    get(target, name) {
      // Anything else, above all `then`, must be absent, or a client would pass for a promise.
      if (typeof name !== "string" || !/^[A-Z]/.test(name)) return Reflect.get(target, name);
      const model = known.get(name) ?? createModel(name, send);
      known.set(name, model);
      return model;
    },
  });
}

function createModel(model: string, send: Send): object {
  const run: Run = (op, members, read = readData) => send({ ...members, op, model }, read);
  return Object.fromEntries(Object.entries(methods).map(([name, method]) => [name, method(run)]));
}

function readData({ data }: OperationResult): unknown {
  return data;
}

function readAll(result: OperationResult): unknown {
  return result;
}
