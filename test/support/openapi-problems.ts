/** What two validators that share no code find wrong with an OpenAPI document: none may. */
import { setMetaSchemaOutputFormat, validate } from "@hyperjump/json-schema/openapi-3-1";
import { Validator } from "@seriousme/openapi-schema-validator";

/**
 * The problems of a document. One validator checks it by the official schema; the other, with an engine of its own, also
 * every schema inside it by the dialect that OpenAPI 3.1 says schemas are written in.
 */
export async function findOpenApiProblems(document: Record<string, unknown>): Promise<readonly string[]> {
  const official = await new Validator().validate(structuredClone(document));
  setMetaSchemaOutputFormat("BASIC");
  // What came as JSON is JSON; the library has a type of its own for it.
  const dialect = await validate(
    "https://spec.openapis.org/oas/3.1/schema-base",
    structuredClone(document) as never,
    "BASIC",
  );
  return [
    ...(official.valid ? [] : [`by the official schema: ${JSON.stringify(official.errors)}`]),
    ...(dialect.valid ? [] : (dialect.errors ?? []).map((error) => `by its dialect: ${JSON.stringify(error)}`)),
  ];
}
