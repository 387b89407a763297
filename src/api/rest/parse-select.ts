/**
 * Turns `fields` and `include` into a select. `fields` names exactly what a row shows, `region.name` one field
 * of a related row; `include` shows whole related rows, or what `fields` names of them.
 */
import type { SelectEntry, SelectQuery } from "../../plan/query.ts";
import { createMeasures } from "./create-measures.ts";
import type { RelationView, View, Views } from "./door.ts";

/** What is needed to turn names into a select. */
export interface SelectContext {
  readonly views: Views;
  /** Rows that an included list holds at most. */
  readonly maxLimit: number;
}

/** The part of a select that one row shows. */
interface Part {
  /** Null: all own fields. */
  fields: Set<string> | null;
  readonly related: Map<string, Part>;
  /** Relation → what is calculated over its rows: `count`, `sum.population`. */
  readonly measures: Map<string, string[]>;
}

/** The member that shows what is calculated over the rows of a relation. */
export function nameAggregate(relation: string): string {
  return `${relation}Aggregate`;
}

/** Whether there is a place for it: no field has its name. */
export function isAggregateShown({ model }: View, relation: string): boolean {
  return !Object.hasOwn(model.fields, nameAggregate(relation));
}

/** The select of the names, which must be of the view's door; undefined when nothing but the default is asked for. */
export function parseSelect(
  context: SelectContext,
  view: View,
  names: { readonly fields?: readonly string[]; readonly include?: readonly string[] },
): SelectQuery | undefined {
  const { fields, include } = names;
  if (fields === undefined && include === undefined) return undefined;
  const root = createPart();
  if (fields !== undefined) root.fields = new Set();
  for (const name of fields ?? []) addField(root, name);
  for (const name of include ?? []) addInclude(context, { root, view }, name);
  return renderPart(context, view, root);
}

function createPart(): Part {
  return { fields: null, related: new Map(), measures: new Map() };
}

function addField(root: Part, name: string): void {
  const dot = name.indexOf(".");
  const part = dot === -1 ? root : enter(root, name.slice(0, dot));
  part.fields ??= new Set();
  part.fields.add(name.slice(dot + 1));
}

function addInclude(context: SelectContext, { root, view }: { root: Part; view: View }, name: string): void {
  const [first = "", second, ...rest] = name.split(".");
  const relation = view.relations.get(first);
  const far = context.views.get(relation?.model ?? "");
  const isMeasure = relation?.toMany === true && second !== undefined && far?.relations.has(second) === false;
  if (isMeasure) root.measures.set(first, [...(root.measures.get(first) ?? []), [second, ...rest].join(".")]);
  else enterAll(root, name.split("."));
}

function enterAll(root: Part, relations: readonly string[]): void {
  let part = root;
  for (const relation of relations) part = enter(part, relation);
}

function enter(part: Part, relation: string): Part {
  const present = part.related.get(relation);
  if (present !== undefined) return present;
  const related = createPart();
  part.related.set(relation, related);
  return related;
}

/** Own fields in their order, an included ref in its place; then the other relations. */
function renderPart(context: SelectContext, view: View, part: Part): SelectQuery {
  const select: Record<string, SelectEntry> = {};
  for (const name of part.fields ?? view.fields) select[name] = true;
  for (const [name, related] of part.related) {
    const relation = view.relations.get(name);
    if (relation !== undefined) select[name] = renderRelated(context, relation, related);
  }
  for (const [name, measures] of part.measures)
    select[nameAggregate(name)] = { field: name, aggregate: createMeasures(measures) };
  return select;
}

function renderRelated(context: SelectContext, { model, toMany }: RelationView, part: Part): SelectEntry {
  const limit = toMany ? { limit: context.maxLimit } : {};
  const view = context.views.get(model);
  const isDefault = view === undefined || (part.fields === null && part.related.size === 0);
  return isDefault ? limit : { ...limit, select: renderPart(context, view, part) };
}
