/**
 * The authorize pass for groups of rows: every key, hop and measured column is decided. Conditions, order and output
 * name keys and measures by their places, so that they can refer to nothing that is not decided here.
 */
import type { GroupKeyNode, GroupsNode } from "../plan/aggregate-node.ts";
import type { MeasureNode, RelatedMeasureNode } from "../plan/measure-node.ts";
import type { PredicateNode } from "../plan/predicate-node.ts";
import type { ModelSchema } from "../schema/schema-model.ts";
import {
  type Authority,
  authorizeHops,
  authorizePredicate,
  maskColumn,
  modelOf,
  relationOf,
  targetRule,
} from "./authority.ts";

/** Decides every reference of groups of the rows that `access` lets through. Throws FTG_QUERY for a hidden field. */
export function authorizeGroups(authority: Authority, groups: GroupsNode, access: PredicateNode): GroupsNode {
  const model = modelOf(authority, groups.model);
  return Object.freeze({
    ...groups,
    access,
    measures: Object.freeze(groups.measures.map((measure) => maskMeasure(authority, model, measure))),
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
  const measure = maskMeasure(authority, modelOf(authority, field.model), node.measure);
  return Object.freeze({ ...node, access: targetRule(authority, field), measure });
}

function maskMeasure(authority: Authority, model: ModelSchema, measure: MeasureNode): MeasureNode {
  const { column } = measure;
  return column === null ? measure : Object.freeze({ ...measure, column: maskColumn(authority, model, column) });
}

function authorizeKey(authority: Authority, model: ModelSchema, key: GroupKeyNode): GroupKeyNode {
  const reached = authorizeHops(authority, model, key.hops);
  return Object.freeze({ ...key, hops: reached.hops, column: maskColumn(authority, reached.model, key.column) });
}
