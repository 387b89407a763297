/** The bounds on one GraphQL request. Which of them hold is decided here; they are checked where their subject is read. */
import type { QueryLimits } from "../../passes/resolve-context.ts";

/** Rows of one list: how many there are unless asked for, and how many there can be. The engine's own limits. */
export type RowLimits = Pick<QueryLimits, "defaultLimit" | "maxLimit">;

/** Bounds on one GraphQL request. Rows are bounded by the engine, not here. */
export interface GraphqlLimits {
  /** Characters of the document. */
  readonly maxLength: number;
  /** Tokens of the document. */
  readonly maxTokens: number;
  /** Fields inside each other, fragments expanded. */
  readonly maxDepth: number;
  /** Fields and fragment spreads in all, every fragment counted wherever it is spread. */
  readonly maxFields: number;
  /** Fields of the operation itself, aliases included: each is one statement. */
  readonly maxRootFields: number;
  /** Directives in all. */
  readonly maxDirectives: number;
  /** Lists and objects inside each other, in arguments and in variables. */
  readonly maxValueDepth: number;
  /** Values in all the variables together, list items and object fields included. */
  readonly maxVariableValues: number;
  /** Documents kept parsed and validated. */
  readonly cachedDocuments: number;
}

/** The limits that hold unless an app sets others. They let the introspection query of GraphiQL through. */
export const defaultGraphqlLimits: GraphqlLimits = Object.freeze({
  maxLength: 100_000,
  maxTokens: 5_000,
  maxDepth: 15,
  maxFields: 500,
  maxRootFields: 20,
  maxDirectives: 50,
  maxValueDepth: 20,
  maxVariableValues: 20_000,
  cachedDocuments: 200,
});
