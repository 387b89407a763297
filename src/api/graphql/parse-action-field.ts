/** Turns the root field of an action into a call of it. */
import type { ServedAction } from "../../actions/served-action.ts";
import { parseArguments } from "./parse-arguments.ts";
import type { RootFieldNode } from "./parse-root-field.ts";
import type { RunRootField } from "./run-root-field.ts";

/** Parses the field of an action. */
export function parseActionField(
  action: ServedAction,
  { definition, field }: Omit<RootFieldNode, "action">,
): RunRootField {
  const given = parseArguments(definition, field.node);
  return async ({ executor, actor, request, variables }) =>
    (await action.run(given.make(variables)["input"], { executor, actor, request })) ?? "null";
}
