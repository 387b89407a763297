/** Writes the failures an operation can answer with, from the error catalogue, each with an example. */
import { catalogue, type ErrorCode } from "../../../errors/catalogue.ts";
import { FootingError } from "../../../errors/footing-error.ts";
import { renderProblem } from "../../../http/problem.ts";
import type { JsonSchema } from "../../../schema/json-schema.ts";
import type { JsonValue } from "../../../schema/schema-model.ts";
import type { ModelOperation } from "../list-operations.ts";

/** The header that every answer has. */
export const requestId: JsonSchema = {
  "X-Request-Id": { schema: { type: "string" }, description: "Names the request in the server's log." },
};

/** The failures any request can meet. */
const commonCodes: readonly ErrorCode[] = [
  "FTG_PATH",
  "FTG_URI_TOO_LONG",
  "FTG_INTERNAL",
  "FTG_BUSY",
  "FTG_OVERLOADED",
  "FTG_TIMEOUT",
];

/** The failures of a request with an `Idempotency-Key`. */
const keyCodes: readonly ErrorCode[] = ["FTG_IDEMPOTENCY_KEY", "FTG_IDEMPOTENCY_RUNNING", "FTG_IDEMPOTENCY_REUSED"];

/** What an example of each documented failure says. */
const details: Readonly<Partial<Record<ErrorCode, string>>> = {
  FTG_PATH: 'The path "/api//cities" has an empty segment.',
  FTG_URI_TOO_LONG: "Path and query string may have 8192 bytes; got 9001.",
  FTG_INTERNAL: "The server failed to answer. Its log names this request mbx2k1-7.",
  FTG_UNKNOWN_OUTCOME: "The connection to the database ended while a change was being confirmed.",
  FTG_BUSY: "The database does not answer.",
  FTG_OVERLOADED: "The server has more work than it can do in time.",
  FTG_TIMEOUT: "The server found no answer within 40000 ms.",
  FTG_NOT_ACCEPTABLE:
    'The answer is application/json, the only type offered here; the accept header takes "text/html".',
  FTG_BAD_REQUEST: 'if-match: expected `*` or entity tags like "3", with their quotes, got "3".',
  FTG_PARAMETER: 'Unknown parameter "populaton[gt]"; did you mean "population[gt]"?',
  FTG_QUERY: 'City has no field "populaton".',
  FTG_UNBOUNDED_WRITE: "The write has no filter, so it would touch every row.",
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
  FTG_IDEMPOTENCY_KEY: 'Expected one key of 1 to 255 visible ASCII characters, got "".',
  FTG_IDEMPOTENCY_RUNNING: "A request with this key is under way.",
  FTG_IDEMPOTENCY_REUSED: "This key belongs to a request with another body.",
  FTG_TOO_MANY_ROWS: "The update would have affected at least 12000 City rows; at most 10000 are allowed.",
  FTG_VERSION_MISMATCH: "Expected version 3 of this City; it is at version 4.",
  FTG_CHECK: "The row does not meet a check of its model.",
};

/** What the failures of an operation follow from. */
export interface FailureSource extends Pick<ModelOperation, "codes" | "method" | "produces"> {
  /** Whether it may change anything. */
  readonly writes: boolean;
  /** Whether it takes an `Idempotency-Key`. */
  readonly idempotent: boolean;
}

/** The failures of an operation: its own, those of any request, and what follows from its method and media type. */
export function listFailures({ codes, method, produces, writes, idempotent }: FailureSource): readonly ErrorCode[] {
  return [
    ...codes,
    ...commonCodes,
    ...(produces === null ? [] : (["FTG_NOT_ACCEPTABLE"] as const)),
    ...(method === "GET" ? [] : (["FTG_UNKNOWN_OUTCOME"] as const)),
    ...(writes ? (["FTG_BAD_REQUEST"] as const) : []),
    ...(idempotent ? keyCodes : []),
  ];
}

/** Response objects by status for the codes. */
export function describeFailures(codes: readonly ErrorCode[]): JsonSchema {
  const statuses = [...new Set(codes.map((code) => catalogue[code].status))].sort((a, b) => a - b);
  return Object.fromEntries(
    statuses.map((status) => [
      String(status),
      describeStatus(
        status,
        codes.filter((code) => catalogue[code].status === status),
      ),
    ]),
  );
}

/** What any other status is, where code of the app decides on it. */
export const ownFailure: JsonSchema = {
  default: {
    description: "A failure that the app's own code answers with; its `code` may be any.",
    content: { "application/problem+json": { schema: { $ref: "#/components/schemas/problem" } } },
  },
};

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
      operation: { type: "integer", minimum: 0, description: "Of a batch: the place of the operation that failed." },
    },
    required: ["type", "title", "status", "detail", "code", "fix"],
  };
}

function describeStatus(status: number, codes: readonly ErrorCode[]): JsonSchema {
  const examples: JsonValue = Object.fromEntries(
    codes.map((code) => [code, { $ref: `#/components/examples/${code}` }]),
  );
  const headers = { "Retry-After": { schema: { type: "integer" }, description: "Seconds." } };
  return {
    description: codes.map((code) => `${catalogue[code].title} (\`${code}\`).`).join(" "),
    ...(status === 503 && { headers }),
    content: { "application/problem+json": { schema: { $ref: "#/components/schemas/problem" }, examples } },
  };
}

function createExample(code: string, detail: string): JsonValue {
  const known = Object.keys(catalogue).find((name): name is ErrorCode => name === code) ?? "FTG_INTERNAL";
  const value: JsonValue = JSON.parse(renderProblem(new FootingError(known, { detail })));
  return { summary: catalogue[known].title, value };
}
