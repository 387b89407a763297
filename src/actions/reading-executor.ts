/**
 * The executor of actions that only read: they may come by GET, which links and images send as well, so what they would
 * write is refused.
 */
import type { Executor } from "../engine/executor.ts";
import { FootingError } from "../errors/footing-error.ts";

/** The executor without its writes; `action` is named in the refusal. */
export function createReadingExecutor(executor: Executor, action: string): Executor {
  const refuseNow = (): never => {
    throw new FootingError("FTG_INTERNAL", {
      detail: `The action ${action} is a query and may not write.`,
      fix: 'Declare it with method: "mutation".',
    });
  };
  const refuse = async (): Promise<never> => refuseNow();
  return {
    read: (query, actor) => executor.read(query, actor),
    readRaw: (query, actor, abort) => executor.readRaw(query, actor, abort),
    count: (query, actor) => executor.count(query, actor),
    aggregate: (query, actor, abort) => executor.aggregate(query, actor, abort),
    create: refuse,
    createMany: refuse,
    update: refuse,
    updateMany: refuse,
    updateEach: refuse,
    upsert: refuse,
    upsertMany: refuse,
    delete: refuse,
    deleteMany: refuse,
    restore: refuse,
    previewDelete: (query, actor) => executor.previewDelete(query, actor),
    sql: refuseNow,
    transaction: (work) => executor.transaction((inside) => work(createReadingExecutor(inside, action))),
    attempt: (work) => executor.attempt((inside) => work(createReadingExecutor(inside, action))),
  };
}
