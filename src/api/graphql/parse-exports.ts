/**
 * Reads where an operation exports values into variables and which root fields use them, and finds all that is wrong
 * with that before anything runs. `@skip` and `@include` are not looked at: what is wrong in one way of an operation is
 * wrong in all of them.
 */
import {
  type ASTNode,
  type DirectiveNode,
  type FieldNode,
  type FragmentDefinitionNode,
  GraphQLError,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isLeafType,
  isListType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  print,
  type SelectionSetNode,
  type VariableDefinitionNode,
} from "graphql";
import type { ReferenceTarget } from "../../engine/follow-steps.ts";
import { findNearest } from "../../util/nearest.ts";
import { exportDirective } from "./export-directive.ts";
import { listVariables } from "./parse-arguments.ts";
import { describeGraphqlError, type ResponseError } from "./response-errors.ts";

/** A variable that gets its value from a field. */
export interface ExportedVariable {
  readonly definition: VariableDefinitionNode;
  /** The root field, and the way from there to the value, in names of the answer. */
  readonly source: ReferenceTarget;
}

/** The exported variables of an operation. */
export interface Exports {
  /** By their names. */
  readonly variables: ReadonlyMap<string, ExportedVariable>;
  /** Those that a root field uses, by its name in the answer. */
  readonly uses: ReadonlyMap<string, ReadonlySet<string>>;
}

/** A valid document, and the schema it is valid by. */
export interface ExportSource {
  readonly graphql: GraphQLSchema;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
}

/** One `@export` where it stands. */
interface Found {
  readonly node: DirectiveNode;
  /** What `as` holds; null when it is no text. */
  readonly name: string | null;
  readonly type: GraphQLOutputType;
  readonly target: ReferenceTarget;
  readonly inList: boolean;
}

/** What a walk over an operation finds. */
interface Walk extends ExportSource {
  readonly found: Found[];
  /** Root fields in order, with the variables inside them. */
  readonly uses: Map<string, Set<string>>;
  /** Variables that decide what is selected. */
  readonly conditions: Map<string, ASTNode>;
}

/** Where a walk is. */
interface Place {
  readonly type: GraphQLOutputType;
  /** Names in the answer, from the root field on. */
  readonly path: readonly string[];
  readonly inList: boolean;
}

/** Reads an operation of a valid document: its exported variables, and what is wrong with them. */
export function parseExports(
  source: ExportSource,
  operation: OperationDefinitionNode,
): { readonly exports: Exports; readonly problems: readonly ResponseError[] } {
  const walk: Walk = { ...source, found: [], uses: new Map(), conditions: new Map() };
  const type = source.graphql.getRootType(operation.operation);
  if (type !== null && type !== undefined) walkSet(walk, operation.selectionSet, { type, path: [], inList: false });
  const variables = new Map<string, ExportedVariable>();
  const problems = walk.found.flatMap((found) => claimVariable(found, operation, variables));
  return {
    exports: { variables, uses: walk.uses },
    problems: [...problems, ...findWrongUses(walk, variables)],
  };
}

function walkSet(walk: Walk, set: SelectionSetNode, place: Place): void {
  for (const selection of set.selections) {
    for (const directive of selection.directives ?? []) noteCondition(walk, directive);
    if (selection.kind === Kind.FIELD) walkField(walk, selection, place);
    else if (selection.kind === Kind.INLINE_FRAGMENT) walkSet(walk, selection.selectionSet, place);
    else {
      const fragment = walk.fragments.get(selection.name.value);
      if (fragment !== undefined) walkSet(walk, fragment.selectionSet, place);
    }
  }
}

function walkField(walk: Walk, node: FieldNode, place: Place): void {
  const type = isObjectType(place.type) ? walk.graphql.getField(place.type, node.name.value)?.type : undefined;
  if (type === undefined) throw new TypeError(`Validation let an unknown field through: ${node.name.value}.`);
  const path = [...place.path, node.alias?.value ?? node.name.value];
  const [root = "", ...steps] = path;
  const used = walk.uses.get(root) ?? new Set();
  walk.uses.set(root, used);
  for (const { value } of node.arguments ?? []) for (const name of listVariables(value)) used.add(name);
  for (const directive of node.directives ?? []) {
    if (directive.name.value !== exportDirective.name) continue;
    const value = directive.arguments?.[0]?.value;
    const name = value?.kind === Kind.STRING ? value.value : null;
    walk.found.push({ node: directive, name, type, target: { name: root, steps }, inList: place.inList });
  }
  if (node.selectionSet === undefined) return;
  const inList = place.inList || isListType(getNullableType(type));
  walkSet(walk, node.selectionSet, { type: getNamedType(type), path, inList });
}

function noteCondition(walk: Walk, directive: DirectiveNode): void {
  if (directive.name.value === exportDirective.name) return;
  for (const { value } of directive.arguments ?? [])
    for (const name of listVariables(value)) if (!walk.conditions.has(name)) walk.conditions.set(name, directive);
}

/** Adds the variable of an export to the others; what is wrong with it instead. */
function claimVariable(
  found: Found,
  operation: OperationDefinitionNode,
  variables: Map<string, ExportedVariable>,
): readonly ResponseError[] {
  const { node, name, target } = found;
  if (operation.operation !== OperationTypeNode.MUTATION)
    return [refuse("@export is for mutations: the fields of a query run side by side.", [node], "Remove it.")];
  if (name === null) return [refuse("@export: expected the name of a variable as text.", [node], 'Write as: "name".')];
  const definitions = operation.variableDefinitions ?? [];
  const definition = definitions.find(({ variable }) => variable.name.value === name);
  if (definition === undefined) return [refuseUnknown(found, name, definitions)];
  const other = variables.get(name);
  if (other === undefined) variables.set(name, { definition, source: target });
  else if (showTarget(other.source) !== showTarget(target))
    return [
      refuse(
        `$${name} is exported by ${showTarget(other.source)} already, and by ${showTarget(target)} again.`,
        [node],
        "Export each value into a variable of its own.",
      ),
    ];
  return checkType(found, definition);
}

function refuseUnknown({ node }: Found, name: string, definitions: readonly VariableDefinitionNode[]): ResponseError {
  const nearest = findNearest(
    name,
    definitions.map(({ variable }) => variable.name.value),
  );
  return refuse(
    `@export: the operation declares no variable $${name.slice(0, 100)}.`,
    [node],
    nearest === undefined ? "Declare it with the type of the field." : `Did you mean ${nearest}?`,
  );
}

function checkType(
  { node, type, target, inList }: Found,
  definition: VariableDefinitionNode,
): readonly ResponseError[] {
  const place = showTarget(target);
  const name = `$${definition.variable.name.value}`;
  if (!isLeafType(getNamedType(type)))
    return [
      refuse(`@export: ${place} is an object, and ${name} takes one value.`, [node], "Export a field inside it."),
    ];
  if (inList)
    return [refuse(`@export: ${place} is inside a list, and ${name} takes one value.`, [node], "Export it elsewhere.")];
  const expected = String(getNullableType(type));
  const declared = definition.type.kind === Kind.NON_NULL_TYPE ? definition.type.type : definition.type;
  if (print(declared) !== expected)
    return [
      refuse(
        `${name}: expected the type ${expected} of ${place}, got ${print(definition.type)}.`,
        [node, definition],
        `Declare it as ${expected}, or as ${expected}! when it must not be null.`,
      ),
    ];
  if (definition.defaultValue === undefined) return [];
  const message = `${name} is exported by ${place}, so it cannot have a default value.`;
  return [refuse(message, [definition], "Remove the default value.")];
}

function findWrongUses(walk: Walk, variables: ReadonlyMap<string, ExportedVariable>): readonly ResponseError[] {
  const roots = [...walk.uses.keys()];
  return Array.from(variables).flatMap(([name, { definition, source }]) => {
    const condition = walk.conditions.get(name);
    const early = roots
      .slice(0, roots.indexOf(source.name) + 1)
      .filter((root) => walk.uses.get(root)?.has(name))
      .map((root) => refuseEarly({ name, root, source }, definition));
    if (condition === undefined) return early;
    const message = `$${name} is exported while the mutation runs, and what is selected is decided before.`;
    return [...early, refuse(message, [condition], "Use a variable that is given with the request.")];
  });
}

function refuseEarly(
  { name, root, source }: { readonly name: string; readonly root: string; readonly source: ReferenceTarget },
  definition: VariableDefinitionNode,
): ResponseError {
  if (root === source.name)
    return refuse(`${root} uses $${name}, which it exports itself.`, [definition], "Use it in a later field.");
  const message = `${root} uses $${name}, which ${source.name} exports later.`;
  return refuse(message, [definition], `Put ${source.name} first.`);
}

/** A target as messages show it. */
export function showTarget({ name, steps }: ReferenceTarget): string {
  return [name, ...steps].join(".");
}

function refuse(message: string, nodes: readonly ASTNode[], fix: string): ResponseError {
  return describeGraphqlError(new GraphQLError(message, { nodes }), "FTG_QUERY", fix);
}
