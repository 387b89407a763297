/** Writes the operations of a model as OpenAPI operation objects. */
import type { ErrorCode } from "../../../errors/catalogue.ts";
import type { OwnCode } from "../../../http/operation-document.ts";
import type { JsonSchema } from "../../../schema/json-schema.ts";
import type { JsonValue, Schema } from "../../../schema/schema-model.ts";
import type { Door } from "../door.ts";
import type { ModelOperation, OperationKind, OperationPlace } from "../list-operations.ts";
import { describeEnd, describePreview, describeRestored } from "./describe-end.ts";
import { describeExportParameters, describeFile } from "./describe-export.ts";
import { describeFailures, listFailures, ownFailure, requestId } from "./describe-failures.ts";
import { referModel } from "./describe-models.ts";
import { referParameters } from "./describe-parameters.ts";
import { describeConditions, withVersions } from "./describe-versions.ts";
import { describeWriteHeaders } from "./describe-write-headers.ts";

const summaries: Readonly<Record<OperationKind, (door: Door) => string>> = {
  aggregate: ({ model }) => `Group ${model.plural} and calculate over the groups`,
  list: ({ model }) => `List ${model.plural}`,
  export: ({ model }) => `Download ${model.plural} as one file`,
  create: ({ model }) => `Create one ${model.name}`,
  get: ({ model }) => `Get one ${model.name} by key`,
  update: ({ model }) => `Change one ${model.name} by JSON Merge Patch (RFC 7396)`,
  delete: ({ model }) => `Delete one ${model.name}`,
  restore: ({ model }) => `Bring one deleted ${model.name} back`,
  preview: ({ model }) => `Tell what deleting one ${model.name} would take along`,
};

/** What tells the HEAD of other places from that of a row. */
const heads: Readonly<Partial<Record<OperationKind, string>>> = {
  list: "List",
  aggregate: "Aggregate",
  export: "Export",
  preview: "Preview",
};

/** HEAD and OPTIONS follow from the others; the reference page leaves them out. */
const implied: JsonSchema = { "x-scalar-ignore": true };

/** What operations are described from, beside their model. */
interface OperationContext {
  readonly schema: Schema;
  readonly idempotent: boolean;
  readonly ownCode: OwnCode;
}

/** The entries of a path item for one operation; a GET brings its HEAD. */
export function describeOperation(
  door: Door,
  operation: ModelOperation,
  { schema, idempotent, ownCode }: OperationContext,
): [string, JsonValue][] {
  const { kind, method } = operation;
  const description = describeEnd(schema, door.model, kind);
  const isKeyed = idempotent && method !== "GET";
  const writes = method !== "GET";
  const headers = describeWriteHeaders({ writes, idempotent: isKeyed });
  const parameters = [...listParameters(door, kind), ...describeConditions(door.model, kind), ...headers.parameters];
  const described: JsonSchema = {
    operationId: `${kind}${door.model.name}`,
    tags: [door.model.name],
    summary: summaries[kind](door),
    ...(description !== null && { description }),
    ...describeBody(door, operation),
    ...(parameters.length > 0 && { parameters }),
    responses: {
      ...headers.withHeaders(withVersions(door.model, kind, describeSuccesses(door, kind))),
      ...describeFailures(listFailures({ ...operation, writes, idempotent: isKeyed })),
      ...((writes ? ownCode.writes : ownCode.reads) && ownFailure),
    },
  };
  if (method !== "GET") return [[method.toLowerCase(), described]];
  return [
    ["get", described],
    ["head", describeHead(door, operation, described)],
  ];
}

/** OPTIONS of a path. */
export function describeOptions({ model }: Door, place: OperationPlace): JsonSchema {
  return describePathOptions(`${place}Options${model.name}`, model.name);
}

/** OPTIONS of any path. */
export function describePathOptions(operationId: string, tag: string): JsonSchema {
  const codes: readonly ErrorCode[] = ["FTG_PATH", "FTG_URI_TOO_LONG", "FTG_OVERLOADED"];
  const headers = { Allow: { schema: { type: "string" } }, ...requestId };
  return {
    operationId,
    tags: [tag],
    summary: "Methods of this path",
    ...implied,
    responses: { 204: { description: "The methods, in `Allow`.", headers }, ...describeFailures(codes) },
  };
}

/** The same answers without their bodies. */
function describeHead(door: Door, { kind }: ModelOperation, get: JsonSchema): JsonSchema {
  const responses = Object.entries({ ...Object(get["responses"]) }).map(([status, response]) => {
    const { content: _body, ...head } = { ...Object(response) };
    return [status, head];
  });
  return {
    ...get,
    operationId: `head${heads[kind] ?? ""}${door.model.name}`,
    summary: `${summaries[kind](door)}: headers only`,
    ...implied,
    responses: Object.fromEntries(responses),
  };
}

function describeBody({ model }: Door, { kind, accepts }: ModelOperation): JsonSchema {
  if (accepts === null) return {};
  const body = { schema: referModel(model, kind === "create" ? "Create" : "Update") };
  return { requestBody: { required: true, content: Object.fromEntries(accepts.map((type) => [type, body])) } };
}

function listParameters(door: Door, kind: OperationKind): readonly JsonValue[] {
  const { model, list, row, groups, end } = door;
  if (kind === "list") return referParameters(model, list);
  if (kind === "aggregate") return referParameters(model, groups);
  if (kind === "export") return describeExportParameters(door);
  if (kind === "get") return referParameters(model, row);
  return kind === "delete" || kind === "preview" ? referParameters(model, end) : [];
}

function describeSuccesses({ model }: Door, kind: OperationKind): JsonSchema {
  const readable = model.access.read !== "nobody";
  const row = { headers: requestId, content: { "application/json": { schema: referModel(model, "") } } };
  const unseen = { 204: { description: "Done; the row may not be read afterwards.", headers: requestId } };
  switch (kind) {
    case "list":
      return { 200: describeList("A page of rows.", model.name) };
    case "aggregate":
      return { 200: describeList("A page of groups.", `${model.name}Aggregate`) };
    case "export":
      return { 200: describeFile(model.name) };
    case "get":
      return { 200: { description: "The row.", ...row } };
    case "create":
      return {
        ...(readable && {
          201: {
            description: "The new row.",
            ...row,
            headers: { Location: { schema: { type: "string" }, description: "The path of the row." }, ...requestId },
          },
        }),
        ...(model.access.read !== "everyone" && unseen),
      };
    case "update":
      return { 200: { description: "The row as it is now.", ...row }, ...(model.access.read === "rule" && unseen) };
    case "restore":
      return describeRestored(model.name);
    case "preview":
      return describePreview();
    case "delete":
      return { 204: { description: "Deleted.", headers: requestId } };
  }
}

function describeList(description: string, name: string): JsonSchema {
  const data = { type: "array", items: { $ref: `#/components/schemas/${name}` } };
  const schema = {
    type: "object",
    properties: { data, page: { $ref: "#/components/schemas/page" } },
    required: ["data", "page"],
    additionalProperties: false,
  };
  const link = {
    Link: {
      schema: { type: "string" },
      description: "The next page (RFC 8288), when there is one; with `before` the previous page.",
    },
  };
  return {
    description,
    headers: { ...link, ...requestId },
    content: { "application/json": { schema } },
  };
}
