/**
 * Answers `POST /api/batch`: in one transaction, where the first failure undoes everything, or each operation by
 * itself. Decides nothing about access; the executor does.
 */
import type { Executor } from "../../engine/executor.ts";
import { FootingError } from "../../errors/footing-error.ts";
import type { HostRequest, HostResponse } from "../../http/host-route.ts";
import type { WriteMode } from "../../idempotency/run-write.ts";
import { describeValue } from "../../util/describe-value.ts";
import { isWriting } from "./operations.ts";
import { type Batch, type BatchContext, parseBatch, refuse } from "./parse-batch.ts";
import { renderFailure, renderResults } from "./render-batch.ts";
import { runSteps, type StepResult, type StepRun } from "./run-steps.ts";

/** What answering needs beside the request. */
export interface BatchServer {
  readonly executor: Executor;
  readonly context: BatchContext;
  /** Anything but `plain`: the executor is an open transaction. */
  readonly mode: WriteMode;
  /** Rows that a bulk write may reach. */
  readonly maxAffected: number;
  /** What a caller may see of whatever failed in the request of that id. */
  readonly publish: (error: unknown, id: string) => FootingError;
}

/** Reads of one batch that run side by side: enough to hide a round trip, too few to fill a pool of connections. */
const readLanes = 4;

/**
 * Runs a batch.
 *
 * @throws FootingError FTG_PARAMETER, FTG_QUERY for what is no batch, FTG_IDEMPOTENCY_KEY for one that cannot have a key,
 * and what begins or ends a transaction.
 */
export async function answerBatch(server: BatchServer, request: HostRequest): Promise<HostResponse> {
  if (request.query !== "")
    throw new FootingError("FTG_PARAMETER", {
      detail: `A batch takes no parameters, got ${describeValue(request.query)}.`,
    });
  const batch = parseBatch(request.body, server.context);
  if (batch.transaction) return answerTransaction(server, request, batch);
  if (server.mode === "keyed") throw createKeyError();
  const results = await runSteps(batch.steps, createRun(server, request, batch));
  return renderResults(results.map((result) => publishResult(server, request, result)));
}

async function answerTransaction(server: BatchServer, request: HostRequest, batch: Batch): Promise<HostResponse> {
  const { executor, publish } = server;
  const wrong = findWrong(batch);
  if (wrong !== null) return wrong;
  let results: readonly StepResult[] = [];
  const work = async (inside: Executor): Promise<void> => {
    results = await runSteps(batch.steps, createRun({ ...server, executor: inside }, request, batch));
    for (const result of results) if ("error" in result) throw result.error;
  };
  try {
    // Reads need no transaction of their own: nothing they do has to be undone.
    await (writes(batch) ? executor.transaction(work, { endsOnFailure: true }) : work(executor));
  } catch (error) {
    const index = results.findIndex((result) => "error" in result);
    if (index === -1) throw error;
    const failed = results[index];
    return renderFailure(publish(failed !== undefined && "error" in failed ? failed.error : error, request.id), index);
  }
  return renderResults(results.map((result) => publishResult(server, request, result)));
}

/** The refusal of a batch of which an operation cannot run; it lists what is wrong with any. */
function findWrong({ steps }: Batch): HostResponse | null {
  const wrong = steps.flatMap((step) => ("error" in step ? [step] : []));
  const [first] = wrong;
  if (first === undefined) return null;
  return renderFailure(refuse(wrong.flatMap(({ error }) => error.problems)), first.index);
}

function createRun({ executor, mode, maxAffected }: BatchServer, request: HostRequest, batch: Batch): StepRun {
  return {
    executor,
    maxAffected,
    actor: request.actor,
    lanes: writes(batch) ? 1 : readLanes,
    isPart: mode === "dry" && !batch.transaction,
    stopAtFailure: batch.transaction,
    isAborted: () => request.aborted,
  };
}

function writes({ steps }: Batch): boolean {
  return steps.some((step) => "operation" in step && isWriting(step.operation));
}

function publishResult(
  { publish }: BatchServer,
  { id }: HostRequest,
  result: StepResult,
): Exclude<StepResult, { readonly error: unknown }> | { readonly error: FootingError } {
  return "error" in result ? { error: publish(result.error, id) } : result;
}

function createKeyError(): FootingError {
  return new FootingError("FTG_IDEMPOTENCY_KEY", {
    detail: "A batch whose operations are done or fail by themselves cannot have an Idempotency-Key.",
    fix: "Send the batch as one transaction, or leave the header out.",
  });
}
