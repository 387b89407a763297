/**
 * Serves `/api/batch`: several operations of the query language in one request. It knows the language's names and
 * nothing of how an operation is carried out.
 */
import type { Executor } from "../../engine/executor.ts";
import type { FootingError } from "../../errors/footing-error.ts";
import type { HostRoute } from "../../http/host-route.ts";
import type { HostLogger } from "../../http/logger.ts";
import { noOwnCode, type OperationDocument, type OwnCode } from "../../http/operation-document.ts";
import { createPublicError } from "../../http/problem.ts";
import type { IdempotentWrites } from "../../idempotency/idempotent-writes.ts";
import { runWrite } from "../../idempotency/run-write.ts";
import { defaultQueryLimits, type QueryLimits } from "../../passes/resolve-context.ts";
import type { ModelSchema, Schema } from "../../schema/schema-model.ts";
import { answerBatch, type BatchServer } from "./answer-batch.ts";
import { describeBatch } from "./describe-batch.ts";

/** Bounds on one batch. */
export interface BatchLimits {
  /** Operations at most. */
  readonly maxOperations: number;
}

/** The bounds that hold unless an app sets others. */
const defaultBatchLimits: BatchLimits = Object.freeze({ maxOperations: 100 });

/** What the batch API is made of. */
export interface BatchApiOptions {
  readonly schema: Schema;
  readonly executor: Executor;
  readonly logger: HostLogger;
  /** Runs batches once that come with a key. */
  readonly writes?: IdempotentWrites | null;
  /** Replaces single {@link defaultBatchLimits}. */
  readonly limits?: Partial<BatchLimits>;
  /** The limits of the engine, when they are not the default ones. */
  readonly rows?: Pick<QueryLimits, "maxLimit" | "maxAffected">;
  /** Where code of the app runs; absent: nowhere. */
  readonly ownCode?: OwnCode;
}

/** The batch API of one app. */
export interface BatchApi {
  /** For the host. */
  readonly routes: readonly HostRoute[];
  /** For the API document. */
  readonly documents: readonly OperationDocument[];
}

const path = "/api/batch";

/** Makes the batch API of a schema; without routes when nobody may do anything. */
export function createBatchApi({ schema, executor, logger, writes = null, ...options }: BatchApiOptions): BatchApi {
  const { maxOperations } = { ...defaultBatchLimits, ...options.limits };
  const { maxLimit, maxAffected } = options.rows ?? defaultQueryLimits;
  const models = new Map(
    Object.values(schema.models)
      .filter(isOpen)
      .map((model) => [model.name, model]),
  );
  if (models.size === 0) return { routes: [], documents: [] };
  const server: BatchServer = {
    executor,
    maxAffected,
    mode: "plain",
    context: { models, maxOperations },
    publish: (error, id) => publishError(error, id, logger),
  };
  const route: HostRoute = {
    path,
    operations: {
      POST: {
        handle: (request) =>
          runWrite({ executor, writes }, { method: "POST", request }, (inside, mode) =>
            answerBatch({ ...server, executor: inside, mode }, request),
          ),
        accepts: ["application/json"],
        produces: "application/json",
      },
    },
  };
  const source = {
    path,
    models: [...models.values()],
    maxOperations,
    maxLimit,
    maxAffected,
    idempotent: writes !== null,
    ownCode: options.ownCode ?? noOwnCode,
  };
  return { routes: [route], documents: [describeBatch(source)] };
}

/** Whether anybody may do anything with the rows of a model. */
function isOpen({ access }: ModelSchema): boolean {
  return Object.values(access).some((level) => level !== "nobody");
}

/** What a caller may see of a failed operation; what they may not goes to the log. */
function publishError(error: unknown, id: string, logger: HostLogger): FootingError {
  const visible = createPublicError(error, id);
  if (visible.status === 500) logger.error({ request: id, err: visible.cause }, "batch operation failed");
  return visible;
}
