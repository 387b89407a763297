/** Gives every failure the one form in which GraphQL responses report it: the message, where, and the catalogue's code and fix. */
import { type ASTNode, GraphQLError, type SourceLocation } from "graphql";
import { catalogue, type ErrorCode } from "../../errors/catalogue.ts";
import type { FootingError, Problem } from "../../errors/footing-error.ts";

/** One entry of a response's `errors`. */
export interface ResponseError {
  readonly message: string;
  /** Places in the document. */
  readonly locations?: readonly SourceLocation[];
  /** The field of the answer that failed. */
  readonly path?: readonly string[];
  readonly extensions: { readonly code: ErrorCode; readonly fix: string; readonly problems?: readonly Problem[] };
}

/** A request that was not executed. */
export interface RequestFailure {
  readonly errors: readonly ResponseError[];
}

/** The form of an error of graphql-js, which gets the code of the phase it arose in. */
export function describeGraphqlError(
  error: GraphQLError,
  code: ErrorCode,
  fix: string = catalogue[code].fix,
): ResponseError {
  const { message, locations } = error;
  return { message, ...(locations === undefined ? {} : { locations }), extensions: { code, fix } };
}

/** The form of a failure of the whole request. */
export function describeFailure(error: FootingError): ResponseError {
  const { code, fix, problems } = error;
  return { message: error.message, extensions: { code, fix, ...(problems.length === 0 ? {} : { problems }) } };
}

/** The form of a failure of one field. */
export function describeFieldFailure(error: FootingError, name: string, nodes: readonly ASTNode[]): ResponseError {
  const { locations } = new GraphQLError("", { nodes });
  const { message, extensions } = describeFailure(error);
  return { message, ...(locations === undefined ? {} : { locations }), path: [name], extensions };
}

/** The form of a failure of the transaction that all fields of a mutation share: it has no path, for no field is to blame. */
export function describeWholeFailure(error: FootingError): ResponseError {
  const failure = describeFailure(error);
  return { ...failure, message: `The transaction of all fields failed as a whole: ${failure.message}` };
}
