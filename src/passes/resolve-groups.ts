/** Resolves what is calculated over all rows behind a relation, which are one group. Decides nothing about access. */
import { createGroups, type GroupsNode } from "../plan/aggregate-node.ts";
import type { PredicateNode } from "../plan/predicate-node.ts";
import { measureFunctions } from "../schema/measures.ts";
import type { ModelSchema } from "../schema/schema-model.ts";
import { describeValue } from "../util/describe-value.ts";
import { isPlainObject } from "../util/is-object.ts";
import { GroupParts } from "./group-parts.ts";
import { queryError, type ResolveContext, refuseUnknown } from "./resolve-context.ts";
import { composeGroupItems, resolveGroupOutput } from "./resolve-group-output.ts";
import type { Path } from "./value-source.ts";

/** The functions and their fields, or an output, with the condition on the rows. */
export interface AllRowsInput {
  readonly aggregate: unknown;
  readonly where: PredicateNode;
}

const known: ReadonlySet<string> = new Set([...measureFunctions, "output"]);

/** Resolves calculations over all rows of the model that meet the condition. Throws FTG_QUERY. */
export function resolveAllRows(
  { context, model, path }: { readonly context: ResolveContext; readonly model: ModelSchema; readonly path: Path },
  { aggregate, where }: AllRowsInput,
): GroupsNode {
  const place: Path = [...path, "aggregate"];
  if (!isPlainObject(aggregate)) throw queryError(place, "an object of functions", describeValue(aggregate));
  refuseUnknown(aggregate, known, place);
  const parts = new GroupParts(context, model);
  const items =
    aggregate["output"] === undefined
      ? composeGroupItems(parts, aggregate, place)
      : resolveGroupOutput(parts, aggregate["output"], [...place, "output"]);
  if (parts.keys.length > 0) throw queryError(place, "no key (the rows of a relation are one group)", "one");
  return createGroups({
    model: model.name,
    access: null,
    where,
    keys: [],
    measures: parts.measures,
    items,
    having: [],
    order: [],
    limit: null,
    offset: null,
  });
}
