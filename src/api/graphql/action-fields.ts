/**
 * The root fields of an app's actions: `closePoll(input: JSON): JSON`. Their inputs and outputs are JSON, whatever their
 * schemas say; the action checks them.
 */
import type { ServedAction } from "../../actions/served-action.ts";
import type { Problem } from "../../errors/footing-error.ts";
import { getScalar } from "./graphql-scalars.ts";
import type { ObjectField } from "./object-types.ts";

/** The field of an action. */
export function createActionField({ describe, takesInput }: ServedAction): ObjectField {
  const json = getScalar({ kind: "json", list: false });
  return { type: json, description: describe, args: takesInput ? { input: { type: json } } : {} };
}

/** Actions whose names other root fields have. */
export function findActionClashes(actions: readonly ServedAction[], taken: ReadonlySet<string>): readonly Problem[] {
  return actions
    .filter(({ name }) => taken.has(name))
    .map(({ name }) => ({
      path: `defineApp.actions.${name}`,
      detail: `Expected a name of its own, got ${JSON.stringify(name)}, which is a GraphQL field of a model.`,
      fix: "Rename the action.",
    }));
}
