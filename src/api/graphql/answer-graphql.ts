/** Answers one HTTP request to `/graphql`: parameters, document, operation, variables, run. The first phase that fails answers. */
import { OperationTypeNode } from "graphql";
import { runDry } from "../../engine/dry-run.ts";
import { FootingError } from "../../errors/footing-error.ts";
import type { HostRequest, HostResponse } from "../../http/host-route.ts";
import { markDry, readDryRun } from "../../idempotency/run-write.ts";
import type { DerivedSchema } from "./create-graphql-schema.ts";
import type { DocumentCache, PreparedDocument } from "./document-cache.ts";
import type { GraphqlLimits } from "./graphql-limits.ts";
import { type GraphqlMediaType, negotiateMediaType } from "./negotiate.ts";
import type { Operation } from "./operation.ts";
import { showTarget } from "./parse-exports.ts";
import { type GraphqlParameters, parseGraphqlBody, parseGraphqlQueryString } from "./parse-request.ts";
import { createVariableReader, type RawVariables, type ReadVariables, type VariableValues } from "./read-variables.ts";
import { describeFailure, type RequestFailure } from "./response-errors.ts";
import { type Runtime, runOperation } from "./run-operation.ts";

/** What all requests share. */
export interface GraphqlServer extends Runtime {
  readonly schema: DerivedSchema;
  readonly limits: GraphqlLimits;
  readonly documents: DocumentCache;
}

/** The part of a request that decides its answer. */
type Asked = Pick<HostRequest, "id" | "headers" | "actor" | "aborted">;

/** The response of an operation that was undone. */
interface DryResult {
  readonly dry: string | Buffer;
}

/** What one method of the route does differently. */
interface Reading {
  readonly parse: () => GraphqlParameters;
  readonly mutations: boolean;
}

/**
 * Answers a GET with a GraphQL response, also when it fails. Mutations are refused.
 *
 * @throws FootingError FTG_NOT_ACCEPTABLE when the caller accepts no media type of GraphQL.
 */
export function answerGraphqlGet(server: GraphqlServer, request: HostRequest): Promise<HostResponse> {
  return answer(server, request, { parse: () => parseGraphqlQueryString(request.query), mutations: false });
}

/**
 * Answers a POST with a GraphQL response, also when it fails.
 *
 * @throws FootingError FTG_NOT_ACCEPTABLE when the caller accepts no media type of GraphQL.
 */
export function answerGraphqlPost(server: GraphqlServer, request: HostRequest): Promise<HostResponse> {
  return answer(server, request, { parse: () => parseGraphqlBody(request.body), mutations: true });
}

async function answer(server: GraphqlServer, request: Asked, reading: Reading): Promise<HostResponse> {
  const type = demandMediaType(request.headers.accept);
  try {
    const result = await answerParameters(server, request, reading);
    if (typeof result === "string" || Buffer.isBuffer(result)) return respond(200, type, result);
    if ("dry" in result) return markDry(respond(200, type, result.dry));
    return respond(type === "application/json" ? 200 : 400, type, JSON.stringify(result));
  } catch (error) {
    if (!(error instanceof FootingError)) throw error;
    const failed = respond(error.status, type, JSON.stringify({ errors: [describeFailure(error)] }));
    return { ...failed, headers: { ...failed.headers, ...error.headers } };
  }
}

function demandMediaType(accept: string | undefined): GraphqlMediaType {
  const type = negotiateMediaType(accept);
  if (type !== null) return type;
  throw new FootingError("FTG_NOT_ACCEPTABLE", {
    detail: `The accept header ${JSON.stringify(accept)} takes neither media type of GraphQL.`,
    fix: "Accept `application/graphql-response+json` or `application/json`.",
  });
}

/** The response as JSON, or what kept the operation from running. Throws FootingError when it is not even a GraphQL request. */
async function answerParameters(
  server: GraphqlServer,
  asked: Asked,
  reading: Reading,
): Promise<string | Buffer | RequestFailure | DryResult> {
  const { id, headers, actor } = asked;
  const { schema, limits } = server;
  const { query, operationName, variables: raw } = reading.parse();
  const document = server.documents.prepare(query);
  if ("errors" in document) return document;
  const operation = selectOperation(document, operationName);
  if ("errors" in operation) return operation;
  if (!reading.mutations) refuseMutation(operation);
  const read = createVariableReader(schema.graphql, limits, operation.repeated);
  const variables = readGiven(operation, raw, read);
  if ("errors" in variables) return variables;
  const run = (runtime: Runtime) =>
    runOperation(runtime, { operation, raw, variables, read, actor, request: { id, headers }, abort: asked });
  if (!isMutation(operation) || !readDryRun(asked)) return run(server);
  return { dry: await runDry(server.executor, (executor) => run({ ...server, executor, isPart: true })) };
}

function selectOperation({ operations }: PreparedDocument, name: string | null): Operation | RequestFailure {
  const found = name === null ? operations : operations.filter(({ node }) => node.name?.value === name);
  const [operation, ...others] = found;
  if (operation !== undefined && others.length === 0) return operation;
  const names = operations.flatMap(({ node }) => node.name?.value ?? []);
  const detail =
    name === null
      ? `operationName: expected one of ${names.join(", ")}, got none.`
      : `operationName: the document has no operation ${JSON.stringify(name)}.`;
  const empty = operations.length === 0 ? "The document holds no operation." : detail;
  return {
    errors: [
      describeFailure(new FootingError("FTG_QUERY", { detail: empty, fix: "Name an operation of the document." })),
    ],
  };
}

/** The variables that come with the request; those that fields export must not. */
function readGiven(
  { node, exports }: Operation,
  raw: RawVariables,
  read: ReadVariables,
): VariableValues | RequestFailure {
  const definitions = node.variableDefinitions ?? [];
  const given = Array.from(exports.variables).find(([name]) => Object.hasOwn(raw, name));
  if (given === undefined)
    return read(
      definitions.filter(({ variable }) => !exports.variables.has(variable.name.value)),
      raw,
    );
  const [name, { source }] = given;
  const detail = `$${name} gets its value from ${showTarget(source)}, and came with the request too.`;
  return { errors: [describeFailure(new FootingError("FTG_VALUE", { detail, fix: "Leave it out." }))] };
}

/** A GET must change nothing: links, images and prefetching browsers send it. */
function refuseMutation(operation: Operation): void {
  if (!isMutation(operation)) return;
  throw new FootingError("FTG_METHOD", {
    detail: "A mutation must come by POST; got GET.",
    fix: "Send it by POST.",
    headers: { allow: "POST" },
  });
}

function isMutation({ node }: Operation): boolean {
  return node.operation === OperationTypeNode.MUTATION;
}

/** A response; like every failure, one that fails as a whole is never to be cached. */
function respond(status: number, type: GraphqlMediaType, body: string | Buffer): HostResponse {
  const headers = { vary: "accept", ...(status >= 400 && { "cache-control": "no-store" }) };
  return { status, type: `${type}; charset=utf-8`, body, headers };
}
