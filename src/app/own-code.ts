/**
 * The options of `defineApp` that hold an app's own code, and the check that they are what they should be. Runs none
 * of the code but the functions that declare it.
 */
import type { DeclaredAction } from "../actions/served-action.ts";
import type { DeclaredHooks } from "../api/local/create-hook-table.ts";
import type { DeclaredRoute } from "../api/routes/declared-route.ts";
import type { Problem } from "../errors/footing-error.ts";
import type { RegisterPlugins } from "../http/host.ts";
import type { NodeHandler } from "../http/mount.ts";
import type { Models } from "../schema/check-types.ts";
import { isStandardSchema } from "../schema/standard-schema.ts";
import { describeValue } from "../util/describe-value.ts";
import { isObject } from "../util/is-object.ts";
import { findNearest } from "../util/nearest.ts";
import type { Action, DefineAction } from "./define-action.ts";
import type { Hooks } from "./define-hooks.ts";
import type { DefineRoute, Route } from "./define-route.ts";

/** The options that hold own code. */
export interface OwnCode<in out M extends Models, out A = object> {
  /** Code that runs with the writes of a model, by model. */
  readonly hooks?: Hooks<M>;
  /**
   * Typed functions that are served over REST and GraphQL, by name.
   *
   * @example
   * ```ts
   * import { defineApp, model, t } from "footing";
   * import { z } from "zod";
   *
   * const Poll = model({ title: t.text(), open: t.bool().default(true) }, { access: { read: true, update: true } });
   *
   * export default defineApp({
   *   models: { Poll },
   *   actions: (action) => ({
   *     closePoll: action({
   *       input: z.object({ id: z.uuid() }),
   *       access: ({ user }) => user !== null,
   *       run: ({ input, db }) => db.Poll.update(input.id, { open: false }),
   *     }),
   *   }),
   * });
   * ```
   */
  readonly actions?: (action: DefineAction<M>) => A;
  /** Addresses that the app answers itself. */
  readonly routes?: (route: DefineRoute<M>) => readonly Route[];
  /** Registers Fastify plugins, which then see every request: `(server) => server.register(helmet)`. */
  readonly plugins?: RegisterPlugins;
  /** Other servers by the path they are reached under, such as an Express app; `/` takes what Footing does not serve. */
  readonly mount?: Readonly<Record<string, NodeHandler>>;
}

/** Own code with its types forgotten, checked. */
export interface DeclaredCode {
  readonly hooks: Readonly<Record<string, DeclaredHooks>>;
  readonly actions: Readonly<Record<string, DeclaredAction>>;
  readonly routes: readonly DeclaredRoute[];
}

/** The names of the options. */
export const ownCodeOptions: readonly string[] = ["hooks", "actions", "routes", "plugins", "mount"];

const HOOKS: readonly string[] = [
  ...["beforeCreate", "afterCreate", "beforeUpdate", "afterUpdate", "beforeDelete", "afterDelete"],
  ...["beforeRestore", "afterRestore", "afterCommit"],
];
const METHODS: readonly string[] = ["GET", "POST", "PUT", "PATCH", "DELETE"];

/** The own code of an app; what is wrong with it is added to `problems`. */
export function readOwnCode<M extends Models>(
  options: OwnCode<M> & { readonly models: M },
  problems: Problem[],
): DeclaredCode {
  const report = (path: string, detail: string): void => void problems.push({ path: `defineApp.${path}`, detail });
  return Object.freeze({
    hooks: readHooks(options, report),
    actions: readActions(options.actions?.(declareAction) ?? {}, report),
    routes: readRoutes(options.routes?.(declareRoute) ?? [], report),
  });
}

type Report = (path: string, detail: string) => void;

/** What an action is declared with is kept; its types are for the compiler. */
function declareAction(options: object): Action<never, never> {
  return Object.freeze({ ...options });
}

function declareRoute<R extends Route>(options: R): Route {
  return Object.freeze({ ...options });
}

function readHooks({ hooks, models }: { hooks?: unknown; models: object }, report: Report): DeclaredCode["hooks"] {
  const read: Record<string, DeclaredHooks> = {};
  for (const [name, own] of Object.entries({ ...Object(hooks) })) {
    if (!Object.hasOwn(models, name))
      report(`hooks.${name}`, `no model is called ${name}.${suggest(name, Object.keys(models))}`);
    else if (isHooks(own, `hooks.${name}`, report)) read[name] = own;
  }
  return read;
}

function isHooks(own: unknown, path: string, report: Report): own is DeclaredHooks {
  if (!isObject(own)) report(path, `expected an object of hooks, got ${describeValue(own)}.`);
  const wrong = Object.entries({ ...Object(own) }).filter(
    ([name, hook]) => hook !== undefined && !(HOOKS.includes(name) && typeof hook === "function"),
  );
  for (const [name, hook] of wrong)
    report(
      `${path}.${name}`,
      HOOKS.includes(name)
        ? `expected a function, got ${describeValue(hook)}.`
        : `no hook is called ${name}.${suggest(name, HOOKS)}`,
    );
  return isObject(own) && wrong.length === 0;
}

function readActions(declared: object, report: Report): DeclaredCode["actions"] {
  const read: Record<string, DeclaredAction> = {};
  for (const [name, action] of Object.entries(declared)) {
    const path = `actions.${name}`;
    // The name is a segment of a path and a field of GraphQL, and must not look like a type of a model.
    if (!/^[a-z][A-Za-z0-9]*$/.test(name)) report(path, "expected a name in camelCase.");
    if (isAction(action, path, report)) read[name] = action;
  }
  return read;
}

function isAction(action: unknown, path: string, report: Report): action is DeclaredAction {
  if (!isObject(action) || typeof action["run"] !== "function") {
    report(path, `expected action({ run, … }), got ${describeValue(action)}.`);
    return false;
  }
  const { method = "mutation", access = false } = action;
  const wrong = ["input", "output"].filter((side) => action[side] !== undefined && !isStandardSchema(action[side]));
  for (const side of wrong)
    report(`${path}.${side}`, `expected a Standard Schema, got ${describeValue(action[side])}.`);
  const isMethod = method === "query" || method === "mutation";
  if (!isMethod) report(`${path}.method`, `expected query or mutation, got ${describeValue(method)}.`);
  const isAccess = typeof access === "boolean" || typeof access === "function";
  if (!isAccess) report(`${path}.access`, `expected true, false or a function, got ${describeValue(access)}.`);
  return wrong.length === 0 && isMethod && isAccess;
}

function readRoutes(declared: readonly unknown[], report: Report): readonly DeclaredRoute[] {
  const seen = new Set<string>();
  return declared.filter((route, index): route is DeclaredRoute => {
    if (!isRoute(route, `routes.${index}`, report)) return false;
    const address = `${route.method} ${route.path}`;
    if (seen.has(address)) report(`routes.${index} (${route.path})`, `another route answers ${address} already.`);
    seen.add(address);
    return true;
  });
}

function isRoute(route: unknown, path: string, report: Report): route is DeclaredRoute {
  if (!isObject(route) || typeof route["handle"] !== "function" || typeof route["path"] !== "string") {
    report(path, `expected route({ method, path, handle }), got ${describeValue(route)}.`);
    return false;
  }
  const name = `${path} (${route["path"]})`;
  const wrong = ["params", "query", "body"].filter(
    (part) => route[part] !== undefined && !isStandardSchema(route[part]),
  );
  for (const part of wrong) report(`${name}.${part}`, `expected a Standard Schema, got ${describeValue(route[part])}.`);
  const isMethod = METHODS.includes(String(route["method"]));
  if (!isMethod)
    report(`${name}.method`, `expected one of ${METHODS.join(", ")}, got ${describeValue(route["method"])}.`);
  const isPath = /^(?:\/|(?:\/(?::[A-Za-z_]\w*|[\w.~-]+))+)$/.test(route["path"]);
  if (!isPath)
    report(name, "expected a path like /polls/:id/close: segments of letters, digits and -._~, or : and a name.");
  return wrong.length === 0 && isMethod && isPath;
}

function suggest(name: string, known: readonly string[]): string {
  const nearest = findNearest(name, known);
  return nearest === undefined ? "" : ` Did you mean ${nearest}?`;
}
