/** Describes the batch for the API document, from the table that requests are checked by. */
import type { ErrorCode } from "../../errors/catalogue.ts";
import type { OperationDocument, OwnCode } from "../../http/operation-document.ts";
import type { JsonSchema } from "../../schema/json-schema.ts";
import { isVersioned } from "../../schema/kept-fields.ts";
import type { ModelSchema } from "../../schema/schema-model.ts";
import { type MemberKind, members } from "./members.ts";
import { type BatchOperation, operations } from "./operations.ts";
import { namePattern } from "./references.ts";

/** What the description follows from. */
export interface BatchSource {
  readonly path: string;
  /** Those of which anybody may do anything. */
  readonly models: readonly ModelSchema[];
  readonly maxOperations: number;
  /** Rows of a list at most. */
  readonly maxLimit: number;
  /** Rows that a bulk write may reach. */
  readonly maxAffected: number;
  /** Whether batches take an `Idempotency-Key`. */
  readonly idempotent: boolean;
  readonly ownCode: OwnCode;
}

const description = [
  "Operations of the query language, in their order, under the same rules as everywhere.",
  "With `transaction` the first failure undoes all and is the answer, with the place of its operation in `operation`;",
  "without, each operation is done or fails by itself and its result says which.",
  'An operation may take values from the results of earlier ones: `{"$ref": "name.field"}`, where `name` is their `as`.',
  'An object that only looks like a reference is sent as `{"$value": {"$ref": …}}`.',
].join(" ");

/** The operation `POST /api/batch`. */
export function describeBatch(source: BatchSource): OperationDocument {
  return {
    path: source.path,
    operationId: "batch",
    tag: "batch",
    summary: "Run several operations at once",
    description,
    body: describeBody(source),
    answer: describeAnswer(),
    writes: true,
    idempotent: source.idempotent,
    codes: listCodes(source),
    runsOwnCode: source.ownCode.writes,
  };
}

function describeBody(source: BatchSource): JsonSchema {
  const kinds = Object.entries(operations).flatMap(([op, operation]) => describeOperation(source, op, operation));
  return {
    type: "object",
    properties: {
      transaction: { type: "boolean", default: true },
      operations: { type: "array", minItems: 1, maxItems: source.maxOperations, items: { oneOf: kinds } },
    },
    required: ["operations"],
    additionalProperties: false,
  };
}

/** One kind of operation, if there is a model that it may be done to. */
function describeOperation(
  { models, ...maxima }: BatchSource,
  op: string,
  { rule, members: kinds, required }: BatchOperation,
): readonly JsonSchema[] {
  const names = models.filter(({ access }) => access[rule] !== "nobody").map(({ name }) => name);
  if (names.length === 0) return [];
  const own = Object.entries(kinds).map(([name, kind]): [string, JsonSchema] => [name, describeMember(kind, maxima)]);
  return [
    {
      type: "object",
      title: op,
      properties: {
        op: { const: op },
        model: { type: "string", enum: names },
        as: { type: "string", pattern: namePattern, description: "A name of its own, for references." },
        ...Object.fromEntries(own),
      },
      required: ["op", "model", ...required],
      ...("all" in kinds && { oneOf: [{ required: ["where"] }, { required: ["all"] }] }),
      additionalProperties: false,
    },
  ];
}

function describeMember(kind: MemberKind, { maxLimit, maxAffected }: Omit<BatchSource, "models">): JsonSchema {
  const { schema } = members[kind];
  if (kind === "limit") return { ...schema, maximum: maxLimit };
  return kind === "count" ? { ...schema, maximum: maxAffected, default: maxAffected } : schema;
}

function describeAnswer(): JsonSchema {
  const data: JsonSchema = {
    type: "object",
    properties: {
      data: { description: "Rows, a row or null, or a number of rows." },
      page: { $ref: "#/components/schemas/page" },
    },
    required: ["data"],
    additionalProperties: false,
  };
  const error: JsonSchema = {
    type: "object",
    description: "Only without `transaction`.",
    properties: { error: { $ref: "#/components/schemas/problem" } },
    required: ["error"],
    additionalProperties: false,
  };
  return {
    type: "object",
    properties: { results: { type: "array", description: "One for each operation.", items: { oneOf: [data, error] } } },
    required: ["results"],
    additionalProperties: false,
  };
}

function listCodes({ models }: BatchSource): readonly ErrorCode[] {
  const levels = models.flatMap(({ access }) => Object.entries(access));
  const can = (...rules: string[]): boolean =>
    levels.some(([rule, level]) => rules.includes(rule) && level !== "nobody");
  const codes: readonly (readonly [boolean, ...ErrorCode[]])[] = [
    [true, "FTG_PARAMETER", "FTG_BODY", "FTG_TOO_LARGE", "FTG_MEDIA_TYPE"],
    [true, "FTG_QUERY", "FTG_VALUE", "FTG_COST", "FTG_FORBIDDEN", "FTG_REFERENCE"],
    [can("read"), "FTG_CURSOR"],
    [can("create", "update"), "FTG_INVALID", "FTG_CONFLICT"],
    [can("create", "update") && models.some(({ checks }) => checks.length > 0), "FTG_CHECK"],
    [can("update", "delete"), "FTG_NOT_FOUND", "FTG_UNBOUNDED_WRITE", "FTG_TOO_MANY_ROWS"],
    [can("update", "delete") && models.some(isVersioned), "FTG_VERSION_MISMATCH"],
  ];
  return codes.flatMap(([applies, ...listed]) => (applies ? listed : []));
}
