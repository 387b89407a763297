/**
 * `defineApp`: puts everything one app declares into one frozen value, and refuses it with all problems at once.
 * It opens nothing; `startApp` does.
 */

import type { BatchLimits } from "../api/batch/batch-api.ts";
import type { GraphqlLimits } from "../api/graphql/graphql-limits.ts";
import type { Db } from "../api/local/db-types.ts";
import { FootingError, type Problem } from "../errors/footing-error.ts";
import type { Authenticate, HostLimits } from "../http/host.ts";
import { ANSWER_MODEL, answerModel } from "../idempotency/answer-model.ts";
import type { IdempotencyOptions } from "../idempotency/idempotent-writes.ts";
import { defaultQueryLimits, type QueryLimits } from "../passes/resolve-context.ts";
import type { CheckedModels, Models } from "../schema/check-types.ts";
import { createSchema, type DeclaredSchema } from "../schema/create-schema.ts";
import { findNearest } from "../util/nearest.ts";
import type { Actions } from "./define-action.ts";
import { type DeclaredCode, type OwnCode, ownCodeOptions, readOwnCode } from "./own-code.ts";

/** How far a long piece of work has come. */
export interface Progress {
  /** Some more steps are done. */
  advance(steps: number): void;
  /** The work is done. */
  stop(): void;
}

/** Shows a piece of work called `label` that has `total` steps. */
export type CreateProgress = (label: string, total: number) => Progress | Promise<Progress>;

// `in out` below keeps TypeScript from comparing the types of all queries to learn how one app relates to another.

/** What {@link AppOptions.setup} works with. */
export interface SetupContext<in out M extends Models> {
  /** Acts as nobody; `db.asSystem()` is past all rules. */
  readonly db: Db<M>;
  /** Shows progress on the terminal, where there is one. */
  readonly progress: CreateProgress;
}

/** How the app's GraphQL behaves. */
export interface GraphqlOptions {
  /** Whether clients may ask for the schema, and browsers get GraphiQL. Absent: in development only. */
  readonly introspection?: boolean;
  /** Bounds on one request; those left out keep their defaults. */
  readonly limits?: Partial<GraphqlLimits>;
}

/** Everything an app declares. `A` are its actions. */
export interface AppOptions<in out M extends Models, out A = object> extends OwnCode<M, A> {
  /** The models by name, in PascalCase. */
  readonly models: M;
  /** Says who sends a request, from its headers. Absent: everyone is anonymous. */
  readonly authenticate?: Authenticate;
  /** Bounds on one query, such as `defaultLimit` (20) and `maxLimit` (100) rows; those left out keep their defaults. */
  readonly limits?: Partial<QueryLimits>;
  /** Bounds on one HTTP request; those left out keep their defaults. */
  readonly http?: Partial<HostLimits>;
  readonly graphql?: GraphqlOptions;
  /** Bounds on one batch, such as `maxOperations` (100); those left out keep their defaults. */
  readonly batch?: Partial<BatchLimits>;
  /**
   * Whether writes over REST may have an `Idempotency-Key`, and for how many hours (24) their answers are kept, in a table
   * `footing_answer`. Absent: the header means nothing.
   */
  readonly idempotency?: true | IdempotencyOptions;
  /** Runs at every start, when the tables are there and before the first request: the place for first rows. */
  setup?(context: SetupContext<M>): Promise<void> | void;
}

/** A declared app: its options, and what the models mean. Made by {@link defineApp}. */
export interface App<in out M extends Models = Models, out A = object> extends AppOptions<M, A>, DeclaredSchema {
  readonly kind: typeof APP;
  /** The hooks, actions and routes. */
  readonly code: DeclaredCode;
  /** What the database holds: the models, and what Footing keeps beside them. */
  readonly stored: DeclaredSchema;
}

/** The `db` of an app, for the types of functions that take one: `AppDb<typeof app>`. */
export type AppDb<A extends { readonly models: Models }, System extends boolean = false> = Db<A["models"], System>;

/** The mark of an app; a text, so that two copies of this package know each other's apps. */
const APP = "footing.app";
const OPTIONS: readonly string[] = [
  "models",
  "authenticate",
  "limits",
  "http",
  "graphql",
  "batch",
  "idempotency",
  "setup",
  ...ownCodeOptions,
];
/** What an app has beside its options, so that one app can be declared from another. */
const DERIVED: readonly string[] = ["kind", "schema", "rules", "code", "stored"];

/**
 * Declares an app. The file that `footing dev` and `footing start` are given exports it as its default.
 *
 * @throws FootingError FTG_SCHEMA or FTG_CONFIG with every problem of the models and the options.
 *
 * @example
 * ```ts
 * import { defineApp, model, t } from "footing";
 *
 * const Note = model({ text: t.text().max(500) }, { access: { read: true } });
 *
 * export default defineApp({ models: { Note } });
 * ```
 */
export function defineApp<const M extends Models, A extends Actions = Readonly<Record<never, never>>>(
  options: AppOptions<M, A> & { readonly models: CheckedModels<M> },
): App<M, A> {
  const problems = [...checkNames(options), ...checkLimits(options), ...checkIdempotency(options)];
  const code = readOwnCode(options, problems);
  const declared = declare(options.models, problems);
  const { models, idempotency } = options;
  const stored = idempotency === undefined ? declared : createSchema<Models>(models, { [ANSWER_MODEL]: answerModel });
  return Object.freeze({ ...options, ...declared, code, stored, kind: APP });
}

/** Whether a value is what {@link defineApp} returns. */
export function isApp(value: unknown): value is App {
  return typeof value === "object" && value !== null && "kind" in value && value.kind === APP;
}

function declare(models: Models, problems: readonly Problem[]): DeclaredSchema {
  const detail = problems.length === 1 ? "One option is wrong." : `${problems.length} options are wrong.`;
  try {
    const declared = createSchema<Models>(models);
    if (problems.length === 0) return declared;
  } catch (error) {
    if (problems.length === 0 || !(error instanceof FootingError)) throw error;
    throw new FootingError(error.code, { detail, problems: [...problems, ...error.problems] });
  }
  throw new FootingError("FTG_CONFIG", { detail, problems });
}

/** Only plain JavaScript gets here with a wrong name; TypeScript has refused it. */
function checkNames(options: object): Problem[] {
  const unknown = Object.keys(options).filter((name) => !OPTIONS.includes(name) && !DERIVED.includes(name));
  return unknown.map((name) => {
    const nearest = findNearest(name, OPTIONS);
    const fix = nearest === undefined ? `Use ${OPTIONS.join(", ")}.` : `Did you mean ${nearest}?`;
    return { path: `defineApp.${name}`, detail: `${name} is no option of defineApp.`, fix };
  });
}

function checkLimits({
  limits = {},
  http = {},
  graphql = {},
  batch = {},
}: Pick<AppOptions<Models>, "limits" | "http" | "graphql" | "batch">): Problem[] {
  const groups = { limits, http, "graphql.limits": graphql.limits ?? {}, batch };
  const problems = Object.entries(groups).flatMap(([group, values]) => checkNumbers(`defineApp.${group}`, values));
  const { defaultLimit, maxLimit } = { ...defaultQueryLimits, ...limits };
  if (problems.length > 0 || defaultLimit <= maxLimit) return problems;
  const detail = `The default of ${defaultLimit} rows is above the maximum of ${maxLimit}.`;
  return [{ path: "defineApp.limits.defaultLimit", detail, fix: "Raise maxLimit, or lower defaultLimit." }];
}

function checkIdempotency({ idempotency, models }: Pick<AppOptions<Models>, "idempotency" | "models">): Problem[] {
  if (idempotency === undefined) return [];
  const clash = `${ANSWER_MODEL} is a model of Footing's own in an app with idempotency.`;
  return [
    ...checkNumbers("defineApp.idempotency", { ...Object(idempotency) }),
    ...(Object.hasOwn(models, ANSWER_MODEL)
      ? [{ path: `defineApp.models.${ANSWER_MODEL}`, detail: clash, fix: "Give the model another name." }]
      : []),
  ];
}

function checkNumbers(path: string, values: object): Problem[] {
  const wrong = Object.entries(values).filter(([, value]) => !Number.isSafeInteger(value) || value < 1);
  return wrong.map(([name, value]) => ({
    path: `${path}.${name}`,
    detail: `Expected a whole number from 1, got ${String(value)}.`,
  }));
}
