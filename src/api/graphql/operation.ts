/**
 * One operation of a valid document, with its root fields parsed: once for each way its variables decide what
 * is selected, and kept. It runs nothing.
 */
import {
  type FragmentDefinitionNode,
  type GraphQLObjectType,
  isNonNullType,
  type OperationDefinitionNode,
  OperationTypeNode,
} from "graphql";
import { LruCache } from "../../util/lru-cache.ts";
import { collectFields, type MergedField } from "./collect-fields.ts";
import { countRepeated } from "./count-uses.ts";
import type { DerivedSchema, RootField } from "./create-graphql-schema.ts";
import { renderIntrospection } from "./introspect.ts";
import { parseActionField } from "./parse-action-field.ts";
import type { ParseContext } from "./parse-context.ts";
import type { Exports } from "./parse-exports.ts";
import { parseRootField } from "./parse-root-field.ts";
import type { VariableValues } from "./read-variables.ts";
import type { RunRootField } from "./run-root-field.ts";

/** A root field that is ready to run. */
export interface ReadyField {
  /** Its name in the answer. */
  readonly as: string;
  readonly field: MergedField;
  /** Whether it may not be null. */
  readonly required: boolean;
  readonly run: RunRootField;
}

/** What an operation needs of its document. */
export interface OperationSource {
  readonly schema: DerivedSchema;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  /** The variables that `@skip` and `@include` depend on, anywhere in the document. */
  readonly conditions: readonly string[];
}

/** Ways of one operation kept: clients have few, and whoever tries them all shall not fill the memory. */
const keptWays = 8;

/** An operation. */
export class Operation {
  readonly node: OperationDefinitionNode;
  /** The variables that its fields give each other. */
  readonly exports: Exports;
  /** How often it uses those of its variables that it uses more than once. */
  readonly repeated: ReadonlyMap<string, number>;
  readonly #source: OperationSource;
  readonly #ready = new LruCache<readonly ReadyField[]>(keptWays);

  constructor(source: OperationSource, node: OperationDefinitionNode, exports: Exports) {
    this.node = node;
    this.exports = exports;
    this.repeated = countRepeated(node, source.fragments);
    this.#source = source;
  }

  /** The root fields that the variables leave, in the order of the document. */
  prepare({ coerced }: VariableValues): readonly ReadyField[] {
    const conditions = this.#source.conditions.filter((name) => coerced[name] === true);
    const key = conditions.join();
    const kept = this.#ready.get(key);
    if (kept !== undefined) return kept;
    const ready = prepareFields({ ...this.#source, conditions: new Set(conditions) }, this.node);
    this.#ready.set(key, ready);
    return ready;
  }
}

function prepareFields(context: ParseContext, operation: OperationDefinitionNode): readonly ReadyField[] {
  const { graphql, mutations, queries } = context.schema;
  const isMutation = operation.operation === OperationTypeNode.MUTATION;
  const root = isMutation ? graphql.getMutationType() : graphql.getQueryType();
  if (root === null || root === undefined)
    throw new TypeError(`Validation let a ${operation.operation} through that the schema does not have.`);
  const place: RootPlace = { context, operation, root, actions: isMutation ? mutations : queries };
  return Array.from(collectFields(context, [operation.selectionSet]), ([as, field]) => ({
    as,
    field,
    required: isNonNullType(root.getFields()[field.node.name.value]?.type),
    run: prepareField(place, field),
  }));
}

/** Where root fields stand. */
interface RootPlace {
  readonly context: ParseContext;
  readonly operation: OperationDefinitionNode;
  readonly root: GraphQLObjectType;
  readonly actions: ReadonlyMap<string, RootField>;
}

function prepareField({ context, operation, root, actions }: RootPlace, field: MergedField): RunRootField {
  const { schema, fragments } = context;
  const name = field.node.name.value;
  const typename = JSON.stringify(root.name);
  if (name === "__typename") return async () => typename;
  if (name.startsWith("__"))
    return async ({ raw }) => renderIntrospection(schema.graphql, field, { operation, fragments, raw });
  const action = actions.get(name);
  const own = schema.actions.get(name);
  const definition = root.getFields()[name];
  if (own !== undefined && definition !== undefined) return parseActionField(own, { field, definition });
  // The placeholder of a schema in which nothing can be read.
  if (action === undefined || definition === undefined) return async () => "null";
  return parseRootField(context, { action, field, definition });
}
