/** Writes the failures an operation can answer with, from the error catalogue, each with an example. */
import { catalogue, type ErrorCode } from "../../../errors/catalogue.ts";
import { FootingError } from "../../../errors/footing-error.ts";
import { renderProblem } from "../../../http/problem.ts";
import type { JsonSchema } from "../../../schema/json-schema.ts";
import type { JsonValue } from "../../../schema/schema-model.ts";

/** The failures any request can meet. */
export const commonCodes: readonly ErrorCode[] = ["FTG_PATH", "FTG_URI_TOO_LONG", "FTG_INTERNAL", "FTG_BUSY"];

/** What an example of each documented failure says. */
const details: Readonly<Partial<Record<ErrorCode, string>>> = {
  FTG_PATH: 'The path "/api//cities" has an empty segment.',
  FTG_URI_TOO_LONG: "Path and query string may have 8192 bytes; got 9001.",
  FTG_INTERNAL: "The server failed to answer. Its log names this request mbx2k1-7.",
  FTG_BUSY: "The database does not answer.",
  FTG_PARAMETER: 'Unknown parameter "populaton[gt]"; did you mean "population[gt]"?',
  FTG_VALUE: 'population[gt]: expected an integer, got "many".',
  FTG_CURSOR: "The cursor belongs to another list, another sort or an older schema.",
  FTG_COST: "The answer could hold 30100 objects; at most 25000 are allowed.",
  FTG_FORBIDDEN: "Nobody here may do this.",
  FTG_NOT_FOUND: "No row has the key 5.",
  FTG_BODY: 'The body has the key "name" twice in one object, at line 1, column 14.',
  FTG_TOO_LARGE: "The body is larger than this server takes.",
  FTG_MEDIA_TYPE: 'The content-type must be application/json, with no parameter but charset=utf-8; got "text/plain".',
  FTG_INVALID: "The data is not valid.",
  FTG_CONFLICT: "Another row has this value.",
  FTG_REFERENCE: "The referenced row does not exist.",
  FTG_CHECK: "The row does not meet a check of its model.",
};

/** Response objects by status for the codes. */
export function describeFailures(codes: readonly ErrorCode[]): JsonSchema {
  const statuses = [...new Set(codes.map((code) => catalogue[code].status))].sort((a, b) => a - b);
  return Object.fromEntries(
    statuses.map((status) => [
      String(status),
      describeStatus(codes.filter((code) => catalogue[code].status === status)),
    ]),
  );
}

/** The component examples that {@link describeFailures} refers to. */
export function createFailureExamples(): JsonSchema {
  return Object.fromEntries(Object.entries(details).map(([code, detail]) => [code, createExample(code, detail)]));
}

/** The JSON Schema of a problem. */
export function createProblemSchema(): JsonSchema {
  const text = { type: "string" };
  const problem = { type: "object", properties: { path: text, detail: text, fix: text }, required: ["path", "detail"] };
  return {
    type: "object",
    description: "A failure (RFC 9457). `code` is stable; `problems` names the single places that are wrong.",
    properties: {
      type: { type: "string", format: "uri" },
      title: text,
      status: { type: "integer" },
      detail: text,
      code: { type: "string", enum: Object.keys(catalogue) },
      fix: text,
      problems: { type: "array", items: problem },
    },
    required: ["type", "title", "status", "detail", "code", "fix"],
  };
}

function describeStatus(codes: readonly ErrorCode[]): JsonSchema {
  const examples: JsonValue = Object.fromEntries(
    codes.map((code) => [code, { $ref: `#/components/examples/${code}` }]),
  );
  const headers = codes.includes("FTG_BUSY")
    ? { "Retry-After": { schema: { type: "integer" }, description: "Seconds." } }
    : {};
  return {
    description: codes.map((code) => `${catalogue[code].title} (\`${code}\`).`).join(" "),
    ...(Object.keys(headers).length > 0 && { headers }),
    content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" }, examples } },
  };
}

function createExample(code: string, detail: string): JsonValue {
  const known = Object.keys(catalogue).find((name): name is ErrorCode => name === code) ?? "FTG_INTERNAL";
  const value: JsonValue = JSON.parse(renderProblem(new FootingError(known, { detail })));
  return { summary: catalogue[known].title, value };
}
