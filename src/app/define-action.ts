/** What an app declares as its actions, with types. Serving them is done elsewhere. */
import type { ActionKind, OwnRequest } from "../actions/served-action.ts";
import type { Db } from "../api/local/db-types.ts";
import type { Models } from "../schema/check-types.ts";
import type { DeclaredRuleContext, RuleUser } from "../schema/model.ts";
import type { StandardSchema } from "../schema/standard-schema.ts";

/** What the code of an action is given. */
export interface ActionContext<in out M extends Models, out I> {
  /** What was sent, as the input schema answers it; undefined without a schema. */
  readonly input: I;
  /** Acts as the caller; for a mutation, inside the action's transaction. */
  readonly db: Db<M>;
  /** Null for an anonymous caller. */
  readonly user: RuleUser | null;
  readonly request: OwnRequest;
}

/** What makes an action. `In` is what callers send, `I` what `run` gets, `O` what it answers, `Out` what callers get. */
export interface ActionOptions<in out M extends Models, In, I, O, Out> {
  /** One sentence for the API documents. */
  readonly describe?: string;
  /**
   * A `mutation` (the default) runs in one transaction, undone when `run` throws. A `query` runs in none, and
   * its `db` only reads: over GraphQL it may come by GET.
   */
  readonly method?: ActionKind;
  /** A schema of zod, valibot, arktype or any Standard Schema; what it refuses is a 422 with the places. Absent: no input. */
  readonly input?: StandardSchema<In, I>;
  /** Checks what `run` answers: what it refuses is never sent, but a 500. */
  readonly output?: StandardSchema<O, Out>;
  /** Who may run it. Absent or false: nobody, and then it is not served. */
  readonly access?: boolean | ((context: DeclaredRuleContext) => boolean);
  /** Does it. A FootingError it throws answers the caller; anything else is a 500 without details. */
  readonly run: (context: ActionContext<M, I>) => O | Promise<O>;
}

/** Any declared action. */
export interface AnyAction {
  /** For types only, never there. */
  readonly calls?: object;
}

/** A declared action that callers send `In` and get `Out` from. */
export interface Action<In, Out> extends AnyAction {
  /** For types only, never there: what callers send and get. */
  readonly calls?: { readonly input: In; readonly output: Out };
}

/** Actions by name. */
export type Actions = Readonly<Record<string, AnyAction>>;

/**
 * Declares an action of an app with the models `M`. `defineApp` hands it to `actions`; in a file of its own:
 *
 * @example
 * ```ts
 * import { type DefineAction, model, t } from "footing";
 *
 * const models = { Poll: model({ open: t.bool().default(true) }, { access: { read: true, update: true } }) };
 *
 * export const pollActions = (action: DefineAction<typeof models>) => ({
 *   closeAll: action({
 *     access: ({ user }) => user?.role === "editor",
 *     run: async ({ db }) => ({ closed: await db.Poll.updateMany({ where: { open: true }, data: { open: false } }) }),
 *   }),
 * });
 * ```
 */
export type DefineAction<in out M extends Models> = <In = undefined, I = In, O = unknown, Out = O>(
  options: ActionOptions<M, In, I, O, Out>,
) => Action<In, Out>;
