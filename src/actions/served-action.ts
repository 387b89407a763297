/**
 * The actions of an app as front ends see them: who may run one, what goes in and what comes out, and in which
 * transaction. Knows no transport and no types of models.
 */
import type { IncomingHttpHeaders } from "node:http";
import type { Actor } from "../engine/actor.ts";
import type { Executor } from "../engine/executor.ts";
import { FootingError } from "../errors/footing-error.ts";
import type { JsonSchema } from "../schema/json-schema.ts";
import type { User } from "../schema/rules.ts";
import {
  createStandardJsonSchema,
  describeProblems,
  parseStandard,
  type SchemaSide,
  type StandardSchema,
  validateStandard,
} from "../schema/standard-schema.ts";
import { createReadingExecutor } from "./reading-executor.ts";

/** Whether an action only reads, or may write. */
export type ActionKind = "query" | "mutation";

/** What code of the app may know of the request it answers. */
export interface OwnRequest {
  /** Names the request in the log. */
  readonly id: string;
  readonly headers: IncomingHttpHeaders;
}

/** What an action's `run` is given. */
interface RunContext {
  readonly input: unknown;
  readonly db: unknown;
  readonly user: User | null;
  readonly request: OwnRequest;
}

/** An action as it was declared, its types forgotten. */
export interface DeclaredAction {
  readonly describe?: string;
  readonly method?: ActionKind;
  readonly input?: StandardSchema;
  readonly output?: StandardSchema;
  access?: boolean | ((context: { readonly user: User | null }) => boolean);
  run(context: RunContext): unknown;
}

/** One call of an action. */
export interface ActionCall {
  /** What the action's `db` works on; a mutation that is in no transaction yet gets one of its own. */
  readonly executor: Executor;
  readonly actor: Actor;
  readonly request: OwnRequest;
}

/** An action that is served. */
export interface ServedAction {
  readonly name: string;
  readonly kind: ActionKind;
  readonly describe: string;
  /** Whether somebody may not run it. */
  readonly isGuarded: boolean;
  /** Whether it has an input; without one, what is sent is not looked at. */
  readonly takesInput: boolean;
  /** The JSON Schema of its input or output, at its place in a document; an open one where the library offers none. */
  describeSide(side: SchemaSide, place: string): JsonSchema;
  /**
   * Runs it; the JSON of its answer, or null when it answers nothing.
   * @throws FootingError FTG_FORBIDDEN, FTG_INVALID, FTG_OUTPUT, FTG_RULE, and whatever its own code throws.
   */
  run(input: unknown, call: ActionCall): Promise<string | null>;
}

/** Makes the `db` of some actor on an executor. */
export type BindDb = (executor: Executor, actor: Actor) => unknown;

/** The actions that somebody may run. */
export function createServedActions(
  actions: Readonly<Record<string, DeclaredAction>>,
  bindDb: BindDb,
): readonly ServedAction[] {
  return Object.entries(actions)
    .filter(([, { access = false }]) => access !== false)
    .map(([name, action]) => serveAction(name, action, bindDb));
}

function serveAction(name: string, action: DeclaredAction, bindDb: BindDb): ServedAction {
  const kind = action.method ?? "mutation";
  return Object.freeze({
    name,
    kind,
    describe: action.describe ?? `Runs ${name}.`,
    isGuarded: action.access !== true,
    takesInput: action.input !== undefined,
    describeSide: (side, place) => describeSide(action[side], side, place),
    run: async (input, { executor, actor, request }) => {
      const user = actor.kind === "principal" ? actor.user : null;
      demandAccess(name, action, user);
      const checked = action.input === undefined ? undefined : await parseStandard(action.input, input, "The input");
      const work = async (inside: Executor): Promise<string | null> =>
        renderOutput(name, action, await action.run({ input: checked, db: bindDb(inside, actor), user, request }));
      return kind === "query" ? work(createReadingExecutor(executor, name)) : executor.transaction(work);
    },
  } satisfies ServedAction);
}

function demandAccess(name: string, { access }: DeclaredAction, user: User | null): void {
  const allowed: unknown = typeof access === "function" ? access({ user }) : access;
  if (allowed === true) return;
  // A promise of an answer must not count as one.
  if (allowed !== false)
    throw new FootingError("FTG_RULE", {
      detail: `The access of the action ${name} must answer true or false, at once.`,
      fix: "Let access return true or false.",
    });
  throw new FootingError("FTG_FORBIDDEN", { detail: `The access rule of ${name} does not let this caller in.` });
}

/** Answers are judged and written inside the transaction, so that one that cannot be sent leaves nothing behind. */
async function renderOutput(name: string, { output }: DeclaredAction, answer: unknown): Promise<string | null> {
  if (output === undefined) return toJson(answer);
  const result = await validateStandard(output, answer);
  if ("value" in result) return toJson(result.value);
  throw new FootingError("FTG_OUTPUT", {
    detail: `The action ${name} answered what its output schema refuses: ${describeProblems(result.problems, "the output")}`,
    problems: result.problems,
  });
}

function toJson(value: unknown): string | null {
  const json: string | undefined = JSON.stringify(value);
  return json ?? null;
}

function describeSide(schema: StandardSchema | undefined, side: SchemaSide, place: string): JsonSchema {
  return (schema === undefined ? null : createStandardJsonSchema(schema, side, place)) ?? {};
}
