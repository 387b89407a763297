/**
 * The authorize pass for groups of rows: every key, hop and measured column is decided. Conditions, order and output
 * name keys and measures by their places, so that they can refer to nothing that is not decided here.
 */
import type { GroupKeyNode, GroupsNode } from "../plan/aggregate-node.ts";
import type { RelatedMeasureNode } from "../plan/measure-node.ts";
import type { ModelSchema } from "../schema/schema-model.ts";
import {
  type Authority,
  authorizeColumn,
  authorizeHops,
  authorizePredicate,
  modelOf,
  readRule,
  relationOf,
  targetRule,
} from "./authority.ts";

/** Decides every reference of the groups. Throws FTG_QUERY for a hidden field. */
export function authorizeGroups(authority: Authority, groups: GroupsNode): GroupsNode {
  const model = modelOf(authority, groups.model);
  for (const { column } of groups.measures) if (column !== null) authorizeColumn(authority, model, column);
  return Object.freeze({
    ...groups,
    access: readRule(authority, model),
    where: authorizePredicate(authority, model, groups.where),
    keys: Object.freeze(groups.keys.map((key) => authorizeKey(authority, model, key))),
  });
}

/** Decides a sort key that is calculated over related rows. Throws FTG_QUERY for a hidden field. */
export function authorizeRelated(
  authority: Authority,
  model: ModelSchema,
  node: RelatedMeasureNode,
): RelatedMeasureNode {
  const field = relationOf(authority, model, node.relation);
  const { column } = node.measure;
  if (column !== null) authorizeColumn(authority, modelOf(authority, field.model), column);
  return Object.freeze({ ...node, access: targetRule(authority, field) });
}

function authorizeKey(authority: Authority, model: ModelSchema, key: GroupKeyNode): GroupKeyNode {
  const reached = authorizeHops(authority, model, key.hops);
  authorizeColumn(authority, reached.model, key.column);
  return Object.freeze({ ...key, hops: reached.hops });
}
