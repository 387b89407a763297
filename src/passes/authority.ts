/**
 * The decisions of the authorize pass on single references: a model gets its row rule, a field is there or hidden, a
 * condition is decided down to its last reference. Knows no plan as a whole.
 */
import { type ColumnNode, createColumn } from "../plan/column-node.ts";
import type { HopNode } from "../plan/predicate-node.ts";
import { createAnd, createNot, createOr, type PredicateNode } from "../plan/predicate-node.ts";
import type { Field, ModelSchema, Operation, RelationField, Schema } from "../schema/schema-model.ts";
import { unknownField } from "./resolve-context.ts";

/** Answers what the rules say for one caller. */
export interface Authority {
  readonly schema: Schema;
  /** True for the app itself: no rule applies and hidden fields are visible. */
  readonly system: boolean;
  /** What the request as a whole does: its rule decides the request's writes, also those that complete a row just created. */
  readonly operation: Operation;
  /** The row rule of an operation on a model, as a condition on its rows. */
  rule(model: string, operation: Operation): PredicateNode;
}

/** Decides every reference of a condition on rows of the model. Throws FTG_QUERY for a hidden field. */
export function authorizePredicate(authority: Authority, model: ModelSchema, node: PredicateNode): PredicateNode {
  switch (node.kind) {
    case "constant":
      return node;
    case "compare":
    case "in":
    case "isNull":
      authorizeColumn(authority, model, node.column.kind === "column" ? node.column : createColumn(node.column.field));
      return node;
    case "list":
      authorizeColumn(authority, model, node.column);
      return node;
    case "compareColumns": {
      authorizeColumn(authority, model, node.column);
      const reached = authorizeHops(authority, model, node.hops);
      authorizeColumn(authority, reached.model, node.other);
      return Object.freeze({ ...node, hops: reached.hops });
    }
    case "and":
      return createAnd(node.items.map((item) => authorizePredicate(authority, model, item)));
    case "or":
      return createOr(node.items.map((item) => authorizePredicate(authority, model, item)));
    case "not":
      return createNot(authorizePredicate(authority, model, node.item));
    case "exists": {
      const field = relationOf(authority, model, node.relation);
      const where = authorizePredicate(authority, modelOf(authority, field.model), node.where);
      return Object.freeze({ ...node, access: targetRule(authority, field), where });
    }
  }
}

/** Decides the hops of a path; the model at its end. Throws FTG_QUERY for a hidden relation. */
export function authorizeHops(
  authority: Authority,
  model: ModelSchema,
  hops: readonly HopNode[],
): { readonly hops: readonly HopNode[]; readonly model: ModelSchema } {
  let current = model;
  const decided = hops.map((hop): HopNode => {
    const field = relationOf(authority, current, hop.relation);
    current = modelOf(authority, field.model);
    return Object.freeze({ ...hop, access: targetRule(authority, field) });
  });
  return { hops: Object.freeze(decided), model: current };
}

/** Decides a column. Throws FTG_QUERY when it is hidden. */
export function authorizeColumn(authority: Authority, model: ModelSchema, column: ColumnNode): void {
  fieldOf(authority, model, column.field);
}

/** The decision on a field: the field itself for who may see it, an error that hides it from the others. */
export function fieldOf(authority: Authority, model: ModelSchema, name: string): Field {
  const field = model.fields[name];
  if (field === undefined || (field.hidden && !authority.system)) throw unknownField(model, name);
  return field;
}

/** The same for a relation. */
export function relationOf(authority: Authority, model: ModelSchema, name: string): RelationField {
  const field = fieldOf(authority, model, name);
  if (field.kind === "scalar") throw unknownField(model, name);
  return field;
}

/** The model of that name, which a plan only names when it exists. */
export function modelOf(authority: Authority, name: string): ModelSchema {
  const model = authority.schema.models[name];
  if (model === undefined) throw new Error(`The plan names the model ${name}, which the schema does not have.`);
  return model;
}

/** Which rows of the model may be read. */
export function readRule(authority: Authority, model: ModelSchema): PredicateNode {
  return authority.rule(model.name, "read");
}

/** Which rows behind the relation may be read. */
export function targetRule(authority: Authority, field: RelationField): PredicateNode {
  return authority.rule(field.model, "read");
}
