/** Counts how often an operation puts each of its variables into arguments. What the values are, it does not know. */
import { type FragmentDefinitionNode, Kind, type OperationDefinitionNode, type SelectionSetNode } from "graphql";
import { listVariables } from "./parse-arguments.ts";

/** The uses of the variables that stand in several places, fragments expanded; of a document within its limits. */
export function countRepeated(
  { selectionSet }: OperationDefinitionNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): ReadonlyMap<string, number> {
  const uses = new Map<string, number>();
  const walk = (set: SelectionSetNode): void => {
    for (const selection of set.selections) {
      const inner =
        selection.kind === Kind.FRAGMENT_SPREAD
          ? fragments.get(selection.name.value)?.selectionSet
          : selection.selectionSet;
      if (selection.kind === Kind.FIELD)
        for (const { value } of selection.arguments ?? [])
          for (const name of listVariables(value)) uses.set(name, (uses.get(name) ?? 0) + 1);
      if (inner !== undefined) walk(inner);
    }
  };
  walk(selectionSet);
  return new Map([...uses].filter(([, count]) => count > 1));
}
