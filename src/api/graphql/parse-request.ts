/** Parses the parameters of a GraphQL request, from a JSON body or a query string. Unknown parameters are left to extensions of the protocol. */
import { FootingError } from "../../errors/footing-error.ts";
import { parseJsonBody } from "../../http/json-body.ts";
import { describeValue } from "../../util/describe-value.ts";
import { isPlainObject } from "../../util/is-object.ts";
import type { RawVariables } from "./read-variables.ts";

/** The parameters of a GraphQL request. */
export interface GraphqlParameters {
  readonly query: string;
  readonly operationName: string | null;
  readonly variables: RawVariables;
}

/**
 * The parameters in a JSON body.
 *
 * @throws FootingError FTG_PARAMETER naming the parameter, FTG_BODY when the body is no object.
 */
export function parseGraphqlBody(body: unknown): GraphqlParameters {
  if (isPlainObject(body)) return parseParameters(body);
  const what = Array.isArray(body) ? "a list (batches are not served)" : describeValue(body);
  throw new FootingError("FTG_BODY", { detail: `The body must be a JSON object with \`query\`; got ${what}.` });
}

/**
 * The parameters in a query string, `variables` and `extensions` as JSON text.
 *
 * @throws FootingError FTG_PARAMETER naming the parameter.
 */
export function parseGraphqlQueryString(text: string): GraphqlParameters {
  const parameters = new URLSearchParams(text);
  return parseParameters({
    query: readSingle(parameters, "query"),
    operationName: readSingle(parameters, "operationName"),
    variables: parseJsonParameter("variables", readSingle(parameters, "variables")),
    extensions: parseJsonParameter("extensions", readSingle(parameters, "extensions")),
  });
}

function parseParameters(parameters: Readonly<Record<string, unknown>>): GraphqlParameters {
  const { query, operationName, variables, extensions } = parameters;
  if (typeof query !== "string" || query === "") throw parameterError("query", "the text of a document", query);
  if (operationName !== null && operationName !== undefined && typeof operationName !== "string") {
    throw parameterError("operationName", "text", operationName);
  }
  readObject("extensions", extensions);
  return { query, operationName: operationName ?? null, variables: readObject("variables", variables) };
}

function readSingle(parameters: URLSearchParams, name: string): string | undefined {
  const [value, ...others] = parameters.getAll(name);
  if (others.length > 0)
    throw new FootingError("FTG_PARAMETER", {
      detail: `${name}: expected it once, got it ${others.length + 1} times.`,
    });
  return value === "" ? undefined : value;
}

function parseJsonParameter(name: string, text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return parseJsonBody(Buffer.from(text));
  } catch (cause) {
    throw new FootingError("FTG_PARAMETER", {
      detail: `${name}: expected a JSON object, got text that is not well-formed JSON.`,
      cause,
    });
  }
}

function readObject(name: string, value: unknown): Readonly<Record<string, unknown>> {
  if (value === null || value === undefined) return {};
  if (isPlainObject(value)) return value;
  throw parameterError(name, "a JSON object", value);
}

function parameterError(name: string, expected: string, came: unknown): FootingError {
  return new FootingError("FTG_PARAMETER", {
    detail: `${name}: expected ${expected}, got ${came === undefined ? "none" : describeValue(came)}.`,
  });
}
