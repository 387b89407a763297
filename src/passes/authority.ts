/**
 * The decisions of the authorize pass on single references: a model gets its row rule, a field is there or hidden, a
 * condition is decided down to its last reference. Knows no plan as a whole.
 */
import type { ColumnNode } from "../plan/column-node.ts";
import { createMaskedColumn } from "../plan/masked-column.ts";
import {
  always,
  createAnd,
  createNot,
  createOr,
  type HopNode,
  isConstant,
  type MaskedColumnNode,
  type PredicateNode,
} from "../plan/predicate-node.ts";
import type { SearchNode } from "../plan/search-node.ts";
import {
  type Field,
  isValueField,
  type ModelSchema,
  type Operation,
  type RelationField,
  type Schema,
} from "../schema/schema-model.ts";
import { limitToLive, limitToVisible, type RowVisibility } from "./live-rows.ts";
import { unknownField } from "./resolve-context.ts";

/** The rule of a field. */
export interface FieldRuleName {
  readonly model: string;
  readonly field: string;
  readonly use: "read" | "write";
}

/** Answers what the rules say for one caller. */
export interface Authority {
  readonly schema: Schema;
  /** True for the app itself: no rule applies and hidden fields are visible. */
  readonly system: boolean;
  /** What the request as a whole does: its rule decides the request's writes, also those that complete a row just created. */
  readonly operation: Operation;
  /** The fields with a write rule that the caller sets by the request. */
  readonly guarded: readonly string[];
  /** Which rows of its own model the request means. */
  readonly visibility: RowVisibility;
  /** The row rule of an operation on a model, as a condition on its rows. */
  rule(model: string, operation: Operation): PredicateNode;
  /** The rule of a field, as a condition on the rows of its model. */
  fieldRule(name: FieldRuleName): PredicateNode;
}

/** Decides every reference of a condition on rows of the model. Throws FTG_QUERY for a hidden field. */
export function authorizePredicate(authority: Authority, model: ModelSchema, node: PredicateNode): PredicateNode {
  switch (node.kind) {
    case "constant":
      return node;
    case "compare":
    case "in":
      return createAnd([shownRule(authority, model, node.column.field), node]);
    case "isNull":
      return createOr([createNot(shownRule(authority, model, node.column.field)), node]);
    case "list":
      return createAnd([shownRule(authority, model, node.column.field), node]);
    case "compareColumns": {
      const reached = authorizeHops(authority, model, node.hops);
      const other = maskColumn(authority, reached.model, node.other);
      const compared = Object.freeze({ ...node, hops: reached.hops, other });
      return createAnd([shownRule(authority, model, node.column.field), compared]);
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
      const exists = Object.freeze({ ...node, access: targetRule(authority, field), where });
      return createAnd([shownRule(authority, model, field.name), exists]);
    }
    case "search":
      return createAnd([searchRule(authority, model, node), node]);
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
    const shown = mask(shownRule(authority, current, field.name));
    current = modelOf(authority, field.model);
    return Object.freeze({ ...hop, access: targetRule(authority, field), ...shown });
  });
  return { hops: Object.freeze(decided), model: current };
}

/** A column as the caller sees it. Throws FTG_QUERY when it is hidden. */
export function maskColumn(authority: Authority, model: ModelSchema, column: ColumnNode): MaskedColumnNode {
  const { shown } = mask(shownRule(authority, model, column.field));
  return shown === undefined ? column : createMaskedColumn(column, shown);
}

/**
 * In which rows a field shows its value: everything that looks at the value must ask this, for elsewhere the value is
 * null to the caller. Throws FTG_QUERY when the field is hidden.
 */
export function shownRule(authority: Authority, model: ModelSchema, name: string): PredicateNode {
  const field = fieldOf(authority, model, name);
  if (field.kind === "computed") return createAnd(field.sources.map((source) => shownRule(authority, model, source)));
  const { access } = field;
  if (access === undefined || access.read === "everyone") return always;
  return authority.fieldRule({ model: model.name, field: name, use: "read" });
}

/** The rule as the member of a node, which has none where the value always shows. */
export function mask(shown: PredicateNode): { readonly shown?: PredicateNode } {
  return isConstant(shown, true) ? {} : { shown };
}

/**
 * In which rows all shows that a search looks into: a row must not be found, missed or ranked by what the caller may
 * not read. Throws FTG_QUERY when a field is hidden.
 */
function searchRule(authority: Authority, model: ModelSchema, { columns }: SearchNode): PredicateNode {
  return createAnd(columns.map(({ field }) => shownRule(authority, model, field)));
}

/** The decision on a field: the field itself for who may see it, an error that hides it from the others. */
function fieldOf(authority: Authority, model: ModelSchema, name: string): Field {
  const field = model.fields[name];
  if (field === undefined || (field.hidden && !authority.system)) throw unknownField(model, name);
  // What is computed shows what it is made of.
  if (field.kind === "computed") for (const source of field.sources) fieldOf(authority, model, source);
  return field;
}

/** The same for a relation. */
export function relationOf(authority: Authority, model: ModelSchema, name: string): RelationField {
  const field = fieldOf(authority, model, name);
  if (isValueField(field)) throw unknownField(model, name);
  return field;
}

/** The model of that name, which a plan only names when it exists. */
export function modelOf(authority: Authority, name: string): ModelSchema {
  const model = authority.schema.models[name];
  if (model === undefined) throw new Error(`The plan names the model ${name}, which the schema does not have.`);
  return model;
}

/** Which rows of the model may be read. */
function readRule(authority: Authority, model: ModelSchema): PredicateNode {
  return limitToLive(model, authority.rule(model.name, "read"));
}

/** Which rows behind the relation may be read, and seen to be behind it: a ref that does not show, does so from no side. */
export function targetRule(authority: Authority, field: RelationField): PredicateNode {
  const target = modelOf(authority, field.model);
  const access = readRule(authority, target);
  if (field.kind !== "many" && field.kind !== "one") return access;
  return createAnd([access, shownRule(authority, target, field.via)]);
}

/** Which rows of the request's own model may be read. */
export function rootRule(authority: Authority, model: ModelSchema): PredicateNode {
  if (authority.visibility === "live") return readRule(authority, model);
  const [read, remove] = [authority.rule(model.name, "read"), authority.rule(model.name, "delete")];
  return limitToVisible(model, authority.visibility, { read, remove });
}
