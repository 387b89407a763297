/**
 * Runs an operation: each root field is one query to the engine, whose JSON goes into the response as it is.
 * Fields of a query run side by side, those of a mutation one after the other and in one transaction.
 */
import { GraphQLError, OperationTypeNode } from "graphql";
import type { Executor } from "../../engine/executor.ts";
import type { FootingError } from "../../errors/footing-error.ts";
import { ExportedValues } from "./exported-values.ts";
import type { Operation, ReadyField } from "./operation.ts";
import type { ReadVariables } from "./read-variables.ts";
import {
  describeFieldFailure,
  describeGraphqlError,
  describeWholeFailure,
  type ResponseError,
} from "./response-errors.ts";
import type { FieldRequest } from "./run-root-field.ts";

/** What all requests share. */
export interface Runtime {
  readonly executor: Executor;
  /** Whether the executor is a transaction in which each mutation is done or fails by itself. */
  readonly isPart?: boolean;
  /** What a caller may see of whatever failed in the request of that id. */
  readonly publish: (error: unknown, id: string) => FootingError;
}

/** One request that passed validation. */
export interface OperationRequest extends Omit<FieldRequest, "executor"> {
  readonly operation: Operation;
  /** Reads the values that fields export, like those that were given. */
  readonly read: ReadVariables;
}

/** A root field's part of the response. */
type FieldResult =
  | { readonly as: string; readonly json: string | Buffer }
  | { readonly as: string; readonly error: ResponseError; readonly required: boolean }
  /** The failure of what all fields share. */
  | { readonly as: null; readonly error: ResponseError; readonly required: true };

/** Runs an operation; the response as JSON, in bytes when the store gave bytes. */
export async function runOperation(runtime: Runtime, request: OperationRequest): Promise<string | Buffer> {
  const fields = linkFields(request);
  const isMutation = request.operation.node.operation === OperationTypeNode.MUTATION;
  if (isMutation && fields.length > 1) return renderResults(await runTogether(runtime, request, fields));
  return renderResults(await Promise.all(fields.map((field) => runField(runtime, request, field))));
}

/** The fields of the operation; where one exports something, each gets what it uses of that. */
function linkFields({ operation, variables, read }: OperationRequest): readonly ReadyField[] {
  const fields = operation.prepare(variables);
  if (operation.exports.variables.size === 0) return fields;
  const values = new ExportedValues(operation.exports, read);
  return fields.map((field) => values.link(field));
}

/** Undoes what a document has done when one of its fields failed. */
class Undo extends Error {}

/** Runs all fields or none; the results, or that of the one that failed. */
async function runTogether(
  runtime: Runtime,
  request: OperationRequest,
  fields: readonly ReadyField[],
): Promise<readonly FieldResult[]> {
  const results: FieldResult[] = [];
  try {
    const work = async (executor: Executor): Promise<void> => {
      for (const field of fields) {
        const result = await runField({ ...runtime, executor, isPart: false }, request, field);
        results.push(result);
        if ("error" in result) throw new Undo();
      }
    };
    await runtime.executor.attempt(work, { endsOnFailure: true });
    return results;
  } catch (error) {
    const failed = results.find((result) => "error" in result);
    if (error instanceof Undo && failed !== undefined) return [{ ...failed, required: true }];
    // The transaction itself failed, when it began or when it was to be committed.
    const failure = runtime.publish(error, request.request.id);
    return [{ as: null, error: describeWholeFailure(failure), required: true }];
  }
}

async function runField(
  { executor: whole, isPart = false, publish }: Runtime,
  { actor, raw, variables, request, abort }: OperationRequest,
  { as, field, required, run }: ReadyField,
): Promise<FieldResult> {
  try {
    const work = (executor: Executor) => run({ executor, actor, raw, variables, request, abort });
    return { as, json: await (isPart ? whole.attempt(work) : work(whole)) };
  } catch (error) {
    if (error instanceof GraphQLError)
      return { as, required, error: { ...describeGraphqlError(error, "FTG_VALUE"), path: [as] } };
    return { as, required, error: describeFieldFailure(publish(error, request.id), as, field.nodes) };
  }
}

/** A field that failed is null; where null is not allowed, the whole of `data` is. */
function renderResults(results: readonly FieldResult[]): string | Buffer {
  const failed = results.filter((result) => "error" in result);
  const errors = failed.length === 0 ? "" : `"errors":${JSON.stringify(failed.map((result) => result.error))},`;
  if (failed.some((result) => result.required)) return `{${errors}"data":null}`;
  const parts: (string | Buffer)[] = [`{${errors}"data":{`];
  results.forEach((result, index) => {
    parts.push(`${index === 0 ? "" : ","}"${result.as}":`, "error" in result ? "null" : result.json);
  });
  return joinJson([...parts, "}}"]);
}

/** Text as long as all of it is text. */
function joinJson(parts: readonly (string | Buffer)[]): string | Buffer {
  if (parts.every((part) => typeof part === "string")) return parts.join("");
  return Buffer.concat(parts.map((part) => (typeof part === "string" ? Buffer.from(part) : part)));
}
