/**
 * The authorize pass: gives every model reference of a plan the row rule of its model, and every field
 * reference its decision, in every position (select, where, sort, cursor, relation hop, write, returning). A
 * plan with any undecided reference never leaves this file.
 */
import type { OrderNode } from "../plan/order-node.ts";
import type {
  AggregatePlan,
  CountPlan,
  CreatePlan,
  DeletePlan,
  Plan,
  ReadPlan,
  ReturningNode,
  TargetNode,
  UpdatePlan,
} from "../plan/plan.ts";
import { always, createAnd, type PredicateNode } from "../plan/predicate-node.ts";
import type { EdgeItem, OutputNode, PageItem, RowsNode, SelectItem, SelectNode } from "../plan/rows-node.ts";
import { createReference, type ReferenceNode } from "../plan/write-nodes.ts";
import { listConstraints } from "../schema/list-constraints.ts";
import { isValueField, type ModelSchema } from "../schema/schema-model.ts";
import {
  type Authority,
  authorizeHops,
  authorizePredicate,
  mask,
  maskColumn,
  modelOf,
  relationOf,
  rootRule,
  shownRule,
  targetRule,
} from "./authority.ts";
import { authorizeGroups, authorizeRelated } from "./authorize-aggregate.ts";
import { limitToLive } from "./live-rows.ts";

/**
 * Decides every reference of a plan.
 * @throws FootingError FTG_QUERY when a field is hidden from the caller, worded as if it did not exist.
 */
export function authorizePlan<P extends Plan>(authority: Authority, plan: P): P;
export function authorizePlan(authority: Authority, plan: Plan): Plan {
  const authorized = authorizeKind(authority, plan);
  refuseUndecided(authorized, plan.kind);
  return authorized;
}

const decisions: ReadonlySet<string> = new Set(["access", "readable", "allowed", "check"]);

/** The last gate: finds any model reference that is still without a decision, wherever it hides. */
function refuseUndecided(node: unknown, place: string): void {
  if (typeof node !== "object" || node === null) return;
  for (const [name, value] of Object.entries(node)) {
    if (value === null && decisions.has(name))
      throw new Error(`The plan has no decision at ${place}.${name}; it must not run.`);
    refuseUndecided(value, `${place}.${name}`);
  }
}

function authorizeKind(authority: Authority, plan: Plan): Plan {
  switch (plan.kind) {
    case "read":
      return authorizeRead(authority, plan);
    case "count":
      return authorizeCount(authority, plan);
    case "aggregate":
      return authorizeAggregate(authority, plan);
    case "create":
      return authorizeCreate(authority, plan);
    case "update":
      return authorizeUpdate(authority, plan);
    case "delete":
      return authorizeDelete(authority, plan);
  }
}

function authorizeRead(authority: Authority, plan: ReadPlan): ReadPlan {
  const access = rootRule(authority, modelOf(authority, plan.rows.model));
  return Object.freeze({ ...plan, rows: authorizeRows(authority, plan.rows, access) });
}

function authorizeAggregate(authority: Authority, plan: AggregatePlan): AggregatePlan {
  const access = rootRule(authority, modelOf(authority, plan.groups.model));
  return Object.freeze({ ...plan, groups: authorizeGroups(authority, plan.groups, access) });
}

function authorizeCount(authority: Authority, { estimated, ...plan }: CountPlan): CountPlan {
  const model = modelOf(authority, plan.model);
  const access = rootRule(authority, model);
  const where = authorizePredicate(authority, model, plan.where);
  const isOpen = authority.system || (access === always && hidesNothing(authority, model, plan.where));
  return Object.freeze({ ...plan, access, where, ...(estimated === true && isOpen && { estimated }) });
}

/**
 * Whether all that a condition looks at shows to the caller. An estimate is made of statistics of all rows, whatever the
 * rules: where some are hidden, it would tell of their values.
 */
function hidesNothing(authority: Authority, model: ModelSchema, where: PredicateNode): boolean {
  let isOpen = true;
  const watch = (rule: PredicateNode): PredicateNode => {
    isOpen &&= rule === always;
    return rule;
  };
  const watched: Authority = {
    ...authority,
    rule: (name, operation) => watch(limitToLive(modelOf(authority, name), authority.rule(name, operation))),
    fieldRule: (name) => watch(authority.fieldRule(name)),
  };
  authorizePredicate(watched, model, where);
  return isOpen;
}

function authorizeCreate(authority: Authority, plan: CreatePlan): CreatePlan {
  const model = modelOf(authority, plan.model);
  return Object.freeze({
    ...plan,
    references: authorizeReferences(authority, model, plan),
    check: plan.check ?? writeRule(authority, model),
    returning: authorizeReturning(authority, model, plan.returning),
  });
}

function authorizeUpdate(authority: Authority, plan: UpdatePlan): UpdatePlan {
  const model = modelOf(authority, plan.model);
  return Object.freeze({
    ...plan,
    target: authorizeChange(authority, model, plan),
    references: authorizeReferences(authority, model, plan),
    check: judgeChanged(authority, model),
    returning: authorizeReturning(authority, model, plan.returning),
  });
}

/** What must be true of a row after an update. */
function judgeChanged(authority: Authority, model: ModelSchema): PredicateNode {
  // What ends a row, or brings it back, is judged on the row as it was.
  if (authority.operation === "delete") return always;
  // The fields of a new row are judged when it has all of them; those of a changed one, before they change.
  return authority.operation === "create" ? writeRule(authority, model) : authority.rule(model.name, "update");
}

function authorizeDelete(authority: Authority, plan: DeletePlan): DeletePlan {
  const model = modelOf(authority, plan.model);
  return Object.freeze({
    ...plan,
    target: authorizeTarget(authority, model, plan.target),
    returning: authorizeReturning(authority, model, plan.returning),
  });
}

/** What may not be seen may not be calculated or constrained with: whether the result is refused would tell the value. */
function authorizeChange(authority: Authority, model: ModelSchema, plan: UpdatePlan): TargetNode {
  const target = authorizeTarget(authority, model, plan.target);
  const calculated = plan.assignments.filter(({ operator }) => operator !== "set").map(({ column }) => column.field);
  const judged = [...calculated, ...listTied(authority, model, plan)];
  if (judged.length === 0) return target;
  const shown = judged.map((field) => shownRule(authority, model, field));
  return Object.freeze({ ...target, allowed: createAnd([target.allowed, ...shown]) });
}

/** The guarded fields that stay as they are, and that a unique index or check judges together with one that is set. */
function listTied({ operation }: Authority, model: ModelSchema, { assignments }: UpdatePlan): readonly string[] {
  // Of a new row all is set, and what marks a row as deleted is not for the caller to choose.
  if (operation !== "update") return [];
  const set = new Set(assignments.map(({ column }) => column.field));
  return listConstraints(model)
    .filter(({ fields }) => fields.some((field) => set.has(field)))
    .flatMap(({ fields }) => fields)
    .filter((field) => !set.has(field) && model.fields[field]?.access !== undefined);
}

/** The rule of the operation, and those of the fields that the caller sets. */
function writeRule(authority: Authority, model: ModelSchema): PredicateNode {
  const guarded = authority.guarded.map((field) => authority.fieldRule({ model: model.name, field, use: "write" }));
  return createAnd([authority.rule(model.name, authority.operation), ...guarded]);
}

/** A write that completes a row of the same request comes with its target decided. */
function authorizeTarget(
  authority: Authority,
  model: ModelSchema,
  target: TargetNode,
): TargetNode & { readonly allowed: PredicateNode } {
  return Object.freeze({
    ...target,
    where: authorizePredicate(authority, model, target.where),
    readable: target.readable ?? rootRule(authority, model),
    allowed: target.allowed ?? writeRule(authority, model),
    expected: target.expected === null ? null : authorizePredicate(authority, model, target.expected),
  });
}

function authorizeReturning(
  authority: Authority,
  model: ModelSchema,
  returning: ReturningNode | null,
): ReturningNode | null {
  if (returning === null) return null;
  return Object.freeze({
    ...returning,
    // A row that was just deleted is still shown to who deleted it.
    access: authority.rule(model.name, "read"),
    select: authorizeSelect(authority, model, returning.select),
  });
}

/** A written ref or link may only point at a row the writer can read; where everyone can, the foreign key decides alone. */
function authorizeReferences(
  authority: Authority,
  model: ModelSchema,
  plan: CreatePlan | UpdatePlan,
): readonly ReferenceNode[] {
  const references: ReferenceNode[] = [];
  for (const field of Object.values(model.fields)) {
    if (isValueField(field)) continue;
    const links = plan.links.filter((node) => node.relation === field.name).map((node) => [node.keys]);
    const assigned = plan.assignments.filter((node) => node.column.field === field.name).map((node) => node.value);
    const written = [...links, assigned].filter((values) => values.length > 0);
    if (written.length === 0) continue;
    const access = targetRule(authority, field);
    if (access !== always) references.push(...written.map((values) => createReference(field.name, values, access)));
  }
  return Object.freeze(references);
}

function authorizeRows(authority: Authority, rows: RowsNode, access: PredicateNode): RowsNode {
  const model = modelOf(authority, rows.model);
  return Object.freeze({
    ...rows,
    access,
    where: authorizePredicate(authority, model, rows.where),
    order: Object.freeze(rows.order.map((order) => authorizeOrder(authority, model, order))),
    output: authorizeOutput(authority, model, rows.output),
  });
}

function authorizeOrder(authority: Authority, model: ModelSchema, order: OrderNode): OrderNode {
  const reached = authorizeHops(authority, model, order.hops);
  const { value } = order;
  if (value.kind === "related")
    return Object.freeze({ ...order, hops: reached.hops, value: authorizeRelated(authority, reached.model, value) });
  // Whoever sorts by relevance searches: only rows in which all of it shows are found.
  const shown = value.kind === "relevance" ? value : maskColumn(authority, reached.model, value);
  return Object.freeze({ ...order, hops: reached.hops, value: shown });
}

function authorizeOutput(authority: Authority, model: ModelSchema, output: OutputNode): OutputNode {
  if (output.kind !== "page")
    return Object.freeze({ ...output, select: authorizeSelect(authority, model, output.select) });
  return Object.freeze({
    ...output,
    items: Object.freeze(output.items.map((item) => authorizePageItem(authority, model, item))),
  });
}

function authorizePageItem(authority: Authority, model: ModelSchema, item: PageItem): PageItem {
  switch (item.kind) {
    case "rows":
      return Object.freeze({ ...item, select: authorizeSelect(authority, model, item.select) });
    case "edges":
      return Object.freeze({
        ...item,
        items: Object.freeze(item.items.map((edge) => authorizeEdge(authority, model, edge))),
      });
    case "object":
      return Object.freeze({
        ...item,
        items: Object.freeze(item.items.map((inner) => authorizePageItem(authority, model, inner))),
      });
    case "info":
    case "total":
    case "constant":
      return item;
  }
}

function authorizeEdge(authority: Authority, model: ModelSchema, item: EdgeItem): EdgeItem {
  return item.kind === "row"
    ? Object.freeze({ ...item, select: authorizeSelect(authority, model, item.select) })
    : item;
}

function authorizeSelect(authority: Authority, model: ModelSchema, select: SelectNode): SelectNode {
  return Object.freeze({
    ...select,
    items: Object.freeze(select.items.map((item) => authorizeItem(authority, model, item))),
  });
}

function authorizeItem(authority: Authority, model: ModelSchema, item: SelectItem): SelectItem {
  switch (item.kind) {
    case "constant":
      return item;
    case "field":
      return Object.freeze({ ...item, ...mask(shownRule(authority, model, item.field)) });
    case "one": {
      const field = relationOf(authority, model, item.relation);
      const target = modelOf(authority, field.model);
      const where = authorizePredicate(authority, target, item.where);
      return Object.freeze({
        ...item,
        access: targetRule(authority, field),
        ...mask(shownRule(authority, model, field.name)),
        where,
        select: authorizeSelect(authority, target, item.select),
      });
    }
    case "aggregate": {
      const access = targetRule(authority, relationOf(authority, model, item.relation));
      return Object.freeze({ ...item, groups: authorizeGroups(authority, item.groups, access) });
    }
    case "many": {
      const access = targetRule(authority, relationOf(authority, model, item.relation));
      return Object.freeze({ ...item, rows: authorizeRows(authority, item.rows, access) });
    }
  }
}
