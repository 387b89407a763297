/**
 * Which rows of a model that keeps deleted rows a request means. The authorize pass puts these conditions wherever it
 * decides who may read; nothing else knows that deleted rows are still there.
 */
import { createColumn } from "../plan/column-node.ts";
import { always, createAnd, createIsNull, createNot, createOr, type PredicateNode } from "../plan/predicate-node.ts";
import { DELETED_FIELD, keepsDeleted } from "../schema/kept-fields.ts";
import type { ModelSchema } from "../schema/schema-model.ts";

/**
 * Which rows of its own model a request means, beside those behind relations, which are always `live`: `live` are those not
 * deleted, `all` are those and the deleted ones that the caller may delete, `deleted` only the latter, `deletable` are live
 * ones that the caller may delete.
 */
export type RowVisibility = "live" | "all" | "deleted" | "deletable";

/** The condition that a row is not deleted; always for a model whose rows are gone when they are deleted. */
export function createLive(model: ModelSchema): PredicateNode {
  return keepsDeleted(model) ? createIsNull(createColumn(DELETED_FIELD)) : always;
}

/** The rule under which live rows are reached. */
export function limitToLive(model: ModelSchema, rule: PredicateNode): PredicateNode {
  const live = createLive(model);
  return live === always ? rule : createAnd([rule, live]);
}

/** The rule under which rows of that visibility are reached, from the rules of reading and of deleting. */
export function limitToVisible(
  model: ModelSchema,
  visibility: Exclude<RowVisibility, "live">,
  { read, remove }: { readonly read: PredicateNode; readonly remove: PredicateNode },
): PredicateNode {
  const live = createLive(model);
  switch (visibility) {
    case "all":
      return createAnd([read, createOr([live, remove])]);
    case "deleted":
      return createAnd([read, createNot(live), remove]);
    case "deletable":
      return createAnd([read, live, remove]);
  }
}
