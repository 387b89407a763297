/**
 * Runs the steps of a batch in their order: one after the other, or side by side where none of them writes. A step
 * starts when the steps that it refers to have ended.
 */
import type { Actor } from "../../engine/actor.ts";
import type { Executor } from "../../engine/executor.ts";
import { followSteps, missing } from "../../engine/follow-steps.ts";
import { FootingError } from "../../errors/footing-error.ts";
import { describeValue } from "../../util/describe-value.ts";
import { members } from "./members.ts";
import type { Outcome } from "./operations.ts";
import type { Step, WrongStep } from "./parse-batch.ts";
import { parseTarget, replaceReferences } from "./references.ts";

/** What became of a step. */
export type StepResult = Outcome | { readonly error: unknown };

/**
 * Bytes (or characters) of results after which no further operation runs, and of what references stand for: each is
 * a few bytes of a body and may be a megabyte of data. One result alone is bounded by its cost.
 */
const maxSize = 16 * 1024 * 1024;

/** How steps run. */
export interface StepRun {
  readonly executor: Executor;
  readonly actor: Actor;
  /** Rows that a bulk write may reach. */
  readonly maxAffected: number;
  /** How many may run at a time. */
  readonly lanes: number;
  /** Whether the executor is a transaction in which each write is done or fails by itself. */
  readonly isPart: boolean;
  /** Whether the first failure ends the run; then fewer results come back than there are steps. */
  readonly stopAtFailure: boolean;
  /** Whether nobody waits for the results any more. */
  readonly isAborted: () => boolean;
}

/** Runs steps; the results in their order. What a step throws is its result. */
export async function runSteps(steps: readonly (Step | WrongStep)[], run: StepRun): Promise<readonly StepResult[]> {
  const results = new StepResults();
  let stopped = false;
  const lane = async (): Promise<void> => {
    for (let step = steps[results.count]; step !== undefined && !stopped; step = steps[results.count]) {
      const result = await results.add(runStep(step, run, results));
      if (run.stopAtFailure && "error" in result) stopped = true;
    }
  };
  await Promise.all(Array.from({ length: run.lanes }, lane));
  return results.all();
}

/** The results of the steps that have begun; those others refer to are parsed once. */
class StepResults {
  readonly #results: Promise<StepResult>[] = [];
  readonly #values: Map<number, unknown> = new Map();
  /** What each reference stands for comes to, by its text. */
  readonly #sizes: Map<string, number> = new Map();
  #size = 0;
  #referred = 0;

  get size(): number {
    return this.#size;
  }

  get count(): number {
    return this.#results.length;
  }

  async add(running: Promise<StepResult>): Promise<StepResult> {
    this.#results.push(running);
    const result = await running;
    if ("json" in result) this.#size += result.json.length;
    return result;
  }

  all(): Promise<readonly StepResult[]> {
    return Promise.all(this.#results);
  }

  /** The data of a step that has begun. Throws FTG_REFERENCE when it failed. */
  async read(index: number, name: string): Promise<unknown> {
    const result = await this.#results[index];
    if (result === undefined || "error" in result)
      throw missing(`Operation ${index} (${name}) failed, so there is nothing to refer to.`);
    if (!this.#values.has(index)) this.#values.set(index, JSON.parse(result.json.toString()));
    return this.#values.get(index);
  }

  /** Counts the value of a reference wherever it stands. Throws FTG_COST when all of them are too large. */
  refer(text: string, value: unknown): void {
    const size = this.#sizes.get(text) ?? measureJson(value);
    this.#sizes.set(text, size);
    this.#referred += size;
    if (this.#referred <= maxSize) return;
    throw new FootingError("FTG_COST", {
      detail: `What the references stand for is more than ${maxSize} bytes in all.`,
      fix: "Refer to smaller values, or send several batches.",
    });
  }
}

/** About how long the JSON text of a value is. */
function measureJson(value: unknown): number {
  return typeof value === "string" ? value.length : JSON.stringify(value).length;
}

async function runStep(step: Step | WrongStep, run: StepRun, results: StepResults): Promise<StepResult> {
  if ("error" in step) return step;
  try {
    const data = await readNeeded(step, results);
    const replaced = replaceAll(step, (text, takesAnything) => {
      const value = readTarget(text, data, takesAnything);
      results.refer(text, value);
      return value;
    });
    if (results.size > maxSize)
      throw new FootingError("FTG_COST", { detail: `The results before this one are more than ${maxSize} bytes.` });
    if (run.isAborted()) throw new FootingError("FTG_TIMEOUT", { detail: "Nobody waits for the answer any more." });
    const { executor, actor, maxAffected } = run;
    const call = { actor, maxAffected, model: step.model, members: replaced };
    const work = (inside: Executor) => step.operation.run(inside, call);
    return await (run.isPart && step.operation.rule !== "read" ? executor.attempt(work) : work(executor));
  } catch (error) {
    return { error };
  }
}

type Members = Readonly<Record<string, unknown>>;

/** The data of the steps that this one refers to, by their names. */
async function readNeeded({ needs }: Step, results: StepResults): Promise<ReadonlyMap<string, unknown>> {
  const data = new Map<string, unknown>();
  for (const [name, index] of needs) data.set(name, await results.read(index, name));
  return data;
}

/** The members with values in place of references, checked again where that could have changed their kind. */
function replaceAll(
  { members: given, operation }: Step,
  read: (text: string, takesAnything: boolean) => unknown,
): Members {
  const replaced = Object.entries(given).map(([name, value]): [string, unknown] => {
    const kind = operation.members[name];
    if (kind === undefined || members[kind].refers === undefined) return [name, value];
    const made = replaceReferences(value, (target) => read(target, members[kind].refers === "anything"));
    if (members[kind].accepts(made)) return [name, made];
    throw new FootingError("FTG_QUERY", {
      detail: `${name}: expected ${members[kind].expected}, got ${describeValue(made)}.`,
    });
  });
  return Object.fromEntries(replaced);
}

/**
 * The value of a reference. In a filter or key it must be one value that is not null: an object could say
 * something of its own there, and null would aim at all rows without a value.
 */
function readTarget(text: string, data: ReadonlyMap<string, unknown>, takesAnything: boolean): unknown {
  const target = parseTarget(text);
  if (target === null) throw new TypeError("The reference was not checked.");
  const value = followSteps(data.get(target.name), target);
  if (takesAnything || typeof value === "string" || typeof value === "number" || typeof value === "boolean")
    return value;
  if (value === null) throw missing(`${text} is null, and here it must be a value.`);
  throw new FootingError("FTG_QUERY", { detail: `${text}: expected one value, got ${describeValue(value)}.` });
}
