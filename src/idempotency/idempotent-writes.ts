/**
 * Lets a client repeat a write whose answer it did not get: the answer is kept in the transaction of the write, under the
 * key that the client chose, and sent again. Only what was done is kept; a failure changed nothing and is judged anew.
 */
import { createHash } from "node:crypto";
import { systemActor } from "../engine/actor.ts";
import type { Executor } from "../engine/executor.ts";
import type { ErrorCode } from "../errors/catalogue.ts";
import { FootingError } from "../errors/footing-error.ts";
import type { HostRequest, HostResponse, Method } from "../http/host-route.ts";
import { isObject } from "../util/is-object.ts";
import { ANSWER_MODEL } from "./answer-model.ts";
import { KEY_HEADER, parseKey } from "./parse-key.ts";

/** Does the work of a request on an executor, which is an open transaction when the request has a key; the answer. */
type Work = (executor: Executor, isKeyed: boolean) => Promise<HostResponse>;

/** How long answers are kept. */
export interface IdempotencyOptions {
  /** Default 24. */
  readonly hours?: number;
}

/** A request with a key. */
interface KeyedRequest {
  /** Names the answer: who sent the request, how and where to, and the key. */
  readonly id: string;
  /** What was asked for. */
  readonly hash: string;
}

/** Expired answers that one new answer takes along at most: more than one, so that they become fewer. */
const MAX_SWEPT = 10;
const HOUR = 3_600_000;
/** What stores say when another transaction has created the same row: that it is there, or that it was in the way. */
const takenCodes: readonly ErrorCode[] = ["FTG_CONFLICT", "FTG_BUSY"];

/** Runs writes, those with a key once. */
export class IdempotentWrites {
  readonly #executor: Executor;
  readonly #hours: number;
  /** The requests of this process that are under way. */
  readonly #running = new Set<string>();

  constructor(executor: Executor, { hours = 24 }: IdempotencyOptions) {
    this.#executor = executor;
    this.#hours = hours;
  }

  /**
   * Answers a request. Without a key the work is done as it is; with one in a transaction, or not at all when its answer
   * is there. An answer with the status of a failure undoes the transaction.
   *
   * @throws FootingError FTG_IDEMPOTENCY_KEY, FTG_IDEMPOTENCY_RUNNING, FTG_IDEMPOTENCY_REUSED, and what the work throws.
   */
  async run(method: Method, request: HostRequest, work: Work): Promise<HostResponse> {
    const header = request.headers[KEY_HEADER];
    if (header === undefined) return work(this.#executor, false);
    return this.#runKeyed(createKeyed(method, request, parseKey(String(header))), work);
  }

  async #runKeyed(keyed: KeyedRequest, work: Work): Promise<HostResponse> {
    if (this.#running.has(keyed.id)) throw createRunningError();
    this.#running.add(keyed.id);
    try {
      return (await this.#replay(keyed)) ?? (await this.#execute(keyed, work));
    } finally {
      this.#running.delete(keyed.id);
    }
  }

  /** The answer that was kept for the request; null without one. Throws FTG_IDEMPOTENCY_REUSED. */
  async #replay({ id, hash }: KeyedRequest): Promise<HostResponse | null> {
    const now = new Date().toISOString();
    const where = { id, expiresAt: { gt: now } };
    const { json } = await this.#executor.read({ model: ANSWER_MODEL, single: true, where }, systemActor);
    const row: unknown = JSON.parse(json);
    if (!isObject(row)) return null;
    if (row["request"] !== hash) throw createReusedError();
    const head: HostResponse = JSON.parse(String(row["head"]));
    return {
      ...head,
      ...(typeof row["body"] === "string" && { body: row["body"] }),
      headers: { ...head.headers, "idempotency-replayed": "true" },
    };
  }

  async #execute(keyed: KeyedRequest, work: Work): Promise<HostResponse> {
    await this.#sweep(keyed.id);
    try {
      const run = async (inside: Executor): Promise<HostResponse> => {
        await this.#claim(inside, keyed);
        const answer = await work(inside, true);
        if (answer.status >= 400) throw new Refusal(answer);
        await keep(inside, keyed, answer);
        return answer;
      };
      return await this.#executor.transaction(run, { endsOnFailure: true });
    } catch (error) {
      if (error instanceof Refusal) return error.answer;
      if (!(error instanceof Taken)) throw error;
      // Another process had the key first, and was waited for.
      const replayed = await this.#replay(keyed);
      if (replayed === null) throw error.failure;
      return replayed;
    }
  }

  /** Takes the key before the work begins, so that other processes wait for what becomes of it. */
  async #claim(inside: Executor, { id, hash }: KeyedRequest): Promise<void> {
    const expiresAt = new Date(Date.now() + this.#hours * HOUR).toISOString();
    const data = { id, request: hash, head: "", expiresAt };
    try {
      await inside.create({ model: ANSWER_MODEL, data, select: { id: true } }, systemActor);
    } catch (error) {
      throw error instanceof FootingError && takenCodes.includes(error.code) ? new Taken(error) : error;
    }
  }

  /** Deletes some answers that are not kept any more, and one of the same name. */
  async #sweep(id: string): Promise<void> {
    const expired = { expiresAt: { lte: new Date().toISOString() } };
    const query = {
      model: ANSWER_MODEL,
      where: expired,
      orderBy: ["expiresAt"],
      limit: MAX_SWEPT,
      select: { id: true as const },
    };
    const { json } = await this.#executor.read(query, systemActor);
    if (json === "[]") return;
    const rows: readonly { readonly id: string }[] = JSON.parse(json);
    const where = { all: [expired, { id: { in: [id, ...rows.map((row) => row.id)] } }] };
    await this.#executor.deleteMany({ model: ANSWER_MODEL, where }, systemActor);
  }
}

/** Undoes the transaction of work whose answer is a failure. */
class Refusal extends Error {
  readonly answer: HostResponse;

  constructor(answer: HostResponse) {
    super("The work failed.");
    this.answer = answer;
  }
}

/** The key belongs to a request that another process has answered, as far as the store can tell. */
class Taken extends Error {
  /** What is said when there is no answer after all. */
  readonly failure: FootingError;

  constructor(failure: FootingError) {
    super(failure.message);
    this.failure = failure.code === "FTG_BUSY" ? failure : createRunningError();
  }
}

function createKeyed(method: Method, { actor, path, query, body }: HostRequest, key: string): KeyedRequest {
  const user = actor.kind === "system" ? actor.kind : (actor.user?.["id"] ?? actor.user);
  return { id: createDigest([user, method, path, key]), hash: createDigest([query, body]) };
}

function createDigest(value: unknown): string {
  const text = JSON.stringify(value, (_, part) => (typeof part === "bigint" ? { bigint: String(part) } : part));
  return createHash("sha256").update(text).digest("base64url");
}

async function keep(inside: Executor, { id }: KeyedRequest, { body, ...head }: HostResponse): Promise<void> {
  if (body !== undefined && typeof body !== "string" && !Buffer.isBuffer(body))
    throw new TypeError("The answer to a request with a key must not be a stream.");
  const data = { head: JSON.stringify(head), ...(body !== undefined && { body: body.toString() }) };
  await inside.update({ model: ANSWER_MODEL, key: { id }, data, select: { id: true } }, systemActor);
}

function createRunningError(): FootingError {
  return new FootingError("FTG_IDEMPOTENCY_RUNNING", {
    detail: "A request with this key is under way.",
    headers: { "retry-after": "1" },
  });
}

function createReusedError(): FootingError {
  return new FootingError("FTG_IDEMPOTENCY_REUSED", {
    detail: "This key belongs to a request with another body.",
  });
}
