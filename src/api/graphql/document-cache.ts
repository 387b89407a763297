/**
 * Turns the text of a document into a parsed and validated one, once per text. Bounded in what it reads and in
 * what it keeps; it never runs anything.
 */
import {
  type DocumentNode,
  GraphQLError,
  Kind,
  NoSchemaIntrospectionCustomRule,
  parse,
  specifiedRules,
  type ValidationRule,
  validate,
} from "graphql";
import { FootingError } from "../../errors/footing-error.ts";
import { type CacheStats, LruCache } from "../../util/lru-cache.ts";
import { checkDocument, indexFragments } from "./check-document.ts";
import { listConditions } from "./collect-fields.ts";
import type { DerivedSchema } from "./create-graphql-schema.ts";
import type { GraphqlLimits } from "./graphql-limits.ts";
import { Operation } from "./operation.ts";
import { parseExports } from "./parse-exports.ts";
import { describeFailure, describeGraphqlError, type RequestFailure, type ResponseError } from "./response-errors.ts";

/** A document that passed validation. */
export interface PreparedDocument {
  readonly operations: readonly Operation[];
}

/** How documents are prepared. */
export interface DocumentOptions {
  readonly schema: DerivedSchema;
  readonly limits: GraphqlLimits;
  /** Whether documents may ask for the schema itself. */
  readonly introspection: boolean;
}

/** Longest text kept, in characters: a parsed document takes a hundred times the memory of its text. */
const maxKeptLength = 10_000;

/** Errors reported of one document at most: enough to mend it, too few to flood anyone. */
const maxErrors = 20;

/** Prepares documents and keeps the recent ones. */
export class DocumentCache {
  readonly #options: DocumentOptions;
  readonly #rules: readonly ValidationRule[];
  readonly #documents: LruCache<PreparedDocument>;

  constructor(options: DocumentOptions) {
    this.#options = options;
    this.#rules = options.introspection ? specifiedRules : [...specifiedRules, NoSchemaIntrospectionCustomRule];
    this.#documents = new LruCache(options.limits.cachedDocuments);
  }

  /** The parsed and validated document of a text, or what is wrong with it. */
  prepare(text: string): PreparedDocument | RequestFailure {
    const kept = this.#documents.get(text);
    if (kept !== undefined) return kept;
    const prepared = this.#prepareNew(text);
    if (!("errors" in prepared) && text.length <= maxKeptLength) this.#documents.set(text, prepared);
    return prepared;
  }

  /** How often a request found its document ready. */
  stats(): CacheStats {
    return this.#documents.stats();
  }

  #prepareNew(text: string): PreparedDocument | RequestFailure {
    const { schema, limits } = this.#options;
    try {
      const document = parse(text, { maxSourceLength: limits.maxLength, maxTokens: limits.maxTokens });
      checkDocument(document, limits);
      const errors = validate(schema.graphql, document, this.#rules, { maxErrors });
      if (errors.length > 0) return { errors: errors.map(describeInvalid) };
      return prepareOperations(schema, document);
    } catch (error) {
      return { errors: [describeUnreadable(error)] };
    }
  }
}

function prepareOperations(schema: DerivedSchema, document: DocumentNode): PreparedDocument | RequestFailure {
  const source = { schema, fragments: indexFragments(document), conditions: listConditions(document) };
  const problems: ResponseError[] = [];
  const operations = document.definitions
    .filter((definition) => definition.kind === Kind.OPERATION_DEFINITION)
    .map((definition) => {
      const parsed = parseExports({ graphql: schema.graphql, fragments: source.fragments }, definition);
      problems.push(...parsed.problems);
      return new Operation(source, definition, parsed.exports);
    });
  return problems.length === 0 ? Object.freeze({ operations }) : { errors: problems.slice(0, maxErrors) };
}

function describeInvalid(error: GraphQLError): ResponseError {
  // What validation reports when comparing fields of one name goes beyond its own bound.
  if (error.message === "Validation aborted.") {
    return describeFailure(
      new FootingError("FTG_COST", {
        detail: "The document repeats the same fields too often to be checked.",
        fix: "Ask for each field once.",
      }),
    );
  }
  const filter = /^Variable .* expecting type "(\w+Filter)"/.exec(error.message)?.[1];
  if (filter === undefined) return describeGraphqlError(error, "FTG_QUERY");
  return describeGraphqlError(
    error,
    "FTG_QUERY",
    `Declare the variable as ${filter}, or put it under an operator: \`{ eq: $… }\`.`,
  );
}

function describeUnreadable(error: unknown): ResponseError {
  if (error instanceof FootingError) return describeFailure(error);
  // The parser stops at its bounds with a syntax error whose text ends so.
  if (error instanceof GraphQLError && error.message.endsWith("Parsing aborted."))
    return describeGraphqlError(error, "FTG_COST", "Send a shorter document.");
  if (error instanceof GraphQLError)
    return describeGraphqlError(error, "FTG_QUERY", "Correct the document at the place given.");
  // Nesting that the token limit still allows can be more than the stack holds.
  if (error instanceof RangeError)
    return describeFailure(new FootingError("FTG_COST", { detail: "The document is nested too deeply to be read." }));
  throw error;
}
