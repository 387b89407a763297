/** Whether a condition on rows of a model looks into other rows of the same model: some engines cannot while they change them. */
import type { PredicateNode } from "../../plan/predicate-node.ts";
import type { ModelSchema, Schema } from "../../schema/schema-model.ts";
import { findRelation } from "./row-scope.ts";

/** Whether `node`, a condition on rows of `model`, reads the table of the model `name`. */
export function readsModel(
  schema: Schema,
  name: string,
  { model, node }: { readonly model: ModelSchema | undefined; readonly node: PredicateNode | null },
): boolean {
  const reads = (item: PredicateNode | null) => readsModel(schema, name, { model, node: item });
  switch (node?.kind) {
    case "and":
    case "or":
      return node.items.some(reads);
    case "not":
      return reads(node.item);
    case "exists": {
      if (model === undefined) return true;
      const far = schema.models[findRelation(model, node.relation).model];
      if (far?.name === name) return true;
      return [node.access, node.where].some((inner) => readsModel(schema, name, { model: far, node: inner }));
    }
    case "compareColumns": {
      const [hop, ...hops] = node.hops;
      if (hop === undefined) return reads(node.other.shown ?? null);
      if (model === undefined) return true;
      const far = schema.models[findRelation(model, hop.relation).model];
      if (far?.name === name || reads(hop.shown ?? null)) return true;
      return [hop.access, { ...node, hops }].some((inner) => readsModel(schema, name, { model: far, node: inner }));
    }
    default:
      return false;
  }
}
