/**
 * Runs an operation: each root field is one query to the engine, whose JSON text goes into the response as it
 * is. Fields of a query run side by side, those of a mutation one after the other.
 */
import {
  GraphQLError,
  type GraphQLObjectType,
  isNonNullType,
  type OperationDefinitionNode,
  OperationTypeNode,
} from "graphql";
import type { Actor } from "../../engine/actor.ts";
import type { Executor } from "../../engine/executor.ts";
import type { FootingError } from "../../errors/footing-error.ts";
import { collectFields, type MergedField } from "./collect-fields.ts";
import type { DerivedSchema, RootField } from "./create-graphql-schema.ts";
import type { PreparedDocument } from "./document-cache.ts";
import { renderIntrospection } from "./introspect.ts";
import type { ParseContext } from "./parse-selection.ts";
import type { RawVariables, VariableValues } from "./read-variables.ts";
import { describeFieldFailure, describeGraphqlError, type ResponseError } from "./response-errors.ts";
import { runRootField } from "./run-root-field.ts";

/** What all requests share. */
export interface Runtime {
  readonly schema: DerivedSchema;
  readonly executor: Executor;
  /** What a caller may see of whatever failed in the request of that id. */
  readonly publish: (error: unknown, id: string) => FootingError;
}

/** One request that passed validation. */
export interface OperationRequest {
  /** Names the request in the log. */
  readonly id: string;
  readonly document: PreparedDocument;
  readonly operation: OperationDefinitionNode;
  readonly raw: RawVariables;
  readonly variables: VariableValues;
  readonly actor: Actor;
}

/** A root field's part of the response. */
type FieldResult =
  | { readonly as: string; readonly json: string }
  | { readonly as: string; readonly error: ResponseError; readonly required: boolean };

interface Running {
  readonly runtime: Runtime;
  readonly request: OperationRequest;
  readonly context: ParseContext;
  readonly root: GraphQLObjectType;
  readonly actions: ReadonlyMap<string, RootField>;
}

/** Runs an operation and gives the response as JSON text. */
export async function runOperation(runtime: Runtime, request: OperationRequest): Promise<string> {
  const running = prepareRun(runtime, request);
  const fields = [...collectFields(running.context, [request.operation.selectionSet])];
  if (request.operation.operation === OperationTypeNode.MUTATION) {
    const results: FieldResult[] = [];
    for (const [as, field] of fields) results.push(await runField(running, as, field));
    return renderResults(results);
  }
  return renderResults(await Promise.all(fields.map(([as, field]) => runField(running, as, field))));
}

function prepareRun(runtime: Runtime, request: OperationRequest): Running {
  const { schema } = runtime;
  const mutation = request.operation.operation === OperationTypeNode.MUTATION;
  const root = mutation ? schema.graphql.getMutationType() : schema.graphql.getQueryType();
  if (root === null || root === undefined)
    throw new TypeError(`Validation let a ${request.operation.operation} through that the schema does not have.`);
  const context = { fragments: request.document.fragments, variables: request.variables, schema };
  return { runtime, request, context, root, actions: mutation ? schema.mutations : schema.queries };
}

async function runField(running: Running, as: string, field: MergedField): Promise<FieldResult> {
  try {
    return { as, json: await renderField(running, field) };
  } catch (error) {
    const required = isNonNullType(running.root.getFields()[field.node.name.value]?.type);
    return { as, error: describeThrown(running, error, { as, field }), required };
  }
}

async function renderField({ runtime, request, context, root, actions }: Running, field: MergedField): Promise<string> {
  const name = field.node.name.value;
  if (name === "__typename") return JSON.stringify(root.name);
  if (name.startsWith("__"))
    return renderIntrospection(runtime.schema.graphql, field, { ...request, fragments: request.document.fragments });
  const action = actions.get(name);
  const definition = root.getFields()[name];
  if (action === undefined || definition === undefined) return "null";
  return runRootField(runtime.executor, context, { action, field, definition, actor: request.actor });
}

function describeThrown(
  { runtime, request }: Running,
  error: unknown,
  { as, field }: { as: string; field: MergedField },
): ResponseError {
  if (error instanceof GraphQLError) return { ...describeGraphqlError(error, "FTG_VALUE"), path: [as] };
  return describeFieldFailure(runtime.publish(error, request.id), as, field.nodes);
}

/** A field that failed is null; where null is not allowed, the whole of `data` is. */
function renderResults(results: readonly FieldResult[]): string {
  const failed = results.filter((result) => "error" in result);
  const parts = results.map((result) => `"${result.as}":${"error" in result ? "null" : result.json}`);
  const data = failed.some((result) => result.required) ? "null" : `{${parts.join(",")}}`;
  if (failed.length === 0) return `{"data":${data}}`;
  return `{"errors":${JSON.stringify(failed.map((result) => result.error))},"data":${data}}`;
}
