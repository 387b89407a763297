/**
 * Collects what a selection really asks for: fragments spread, `@skip` and `@include` decided, fields of one
 * response name merged, in document order. Types are not looked at: no type of ours is abstract.
 */
import {
  type DirectiveNode,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
  visit,
} from "graphql";

/** What collecting needs beside the selections. */
export interface CollectContext {
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  /** The names of the variables that are true; of them only those matter that a directive names. */
  readonly conditions: ReadonlySet<string>;
}

/** Response name → the fields that make it up; at least one. They agree in name and arguments. */
export type CollectedFields = ReadonlyMap<string, MergedField>;

/** One field of a response. */
export interface MergedField {
  /** The first of the nodes; its name and arguments are those of all. */
  readonly node: FieldNode;
  readonly nodes: readonly FieldNode[];
}

interface Collector {
  readonly context: CollectContext;
  readonly groups: Map<string, { node: FieldNode; nodes: FieldNode[] }>;
  readonly spread: Set<string>;
}

/** Collects the fields of several selection sets that belong to one object. */
export function collectFields(context: CollectContext, sets: readonly SelectionSetNode[]): CollectedFields {
  const collector: Collector = { context, groups: new Map(), spread: new Set() };
  for (const set of sets) collectSet(collector, set);
  return collector.groups;
}

/** Collects the fields inside a field. */
export function collectSubfields(context: CollectContext, field: MergedField): CollectedFields {
  return collectFields(
    context,
    field.nodes.flatMap((node) => node.selectionSet ?? []),
  );
}

/** The names of the variables on which `@skip` and `@include` depend, anywhere in a document. */
export function listConditions(document: DocumentNode): readonly string[] {
  const names = new Set<string>();
  visit(document, {
    Directive: (directive) => {
      const value = directive.arguments?.[0]?.value;
      if (value?.kind === Kind.VARIABLE) names.add(value.name.value);
    },
  });
  return [...names];
}

function collectSet(collector: Collector, set: SelectionSetNode): void {
  for (const selection of set.selections) {
    if (isIncluded(collector.context, selection.directives ?? [])) collectSelection(collector, selection);
  }
}

function collectSelection(collector: Collector, selection: SelectionNode): void {
  switch (selection.kind) {
    case Kind.FIELD:
      addField(collector, selection);
      break;
    case Kind.INLINE_FRAGMENT:
      collectSet(collector, selection.selectionSet);
      break;
    default:
      collectFragment(collector, selection.name.value);
  }
}

function addField(collector: Collector, node: FieldNode): void {
  const name = node.alias?.value ?? node.name.value;
  const group = collector.groups.get(name);
  if (group === undefined) collector.groups.set(name, { node, nodes: [node] });
  else group.nodes.push(node);
}

function collectFragment(collector: Collector, name: string): void {
  if (collector.spread.has(name)) return;
  collector.spread.add(name);
  const fragment = collector.context.fragments.get(name);
  if (fragment !== undefined) collectSet(collector, fragment.selectionSet);
}

function isIncluded(context: CollectContext, directives: readonly DirectiveNode[]): boolean {
  return directives.every((directive) => {
    if (directive.name.value === "skip") return !readCondition(context, directive);
    return directive.name.value !== "include" || readCondition(context, directive);
  });
}

/** Validation has seen to it that `if` is there and a Boolean. */
function readCondition(context: CollectContext, directive: DirectiveNode): boolean {
  const value = directive.arguments?.[0]?.value;
  if (value?.kind === Kind.VARIABLE) return context.conditions.has(value.name.value);
  return value?.kind === Kind.BOOLEAN && value.value;
}
