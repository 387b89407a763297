/**
 * Which operations a model has over REST, as data: the routes are made and the document is written from the
 * same list. An operation that nobody may do is left out.
 */
import type { ErrorCode } from "../../errors/catalogue.ts";
import type { QueryLimits } from "../../passes/resolve-context.ts";
import { goesFar, mayBeKept } from "../../schema/cascades.ts";
import { isVersioned, keepsDeleted } from "../../schema/kept-fields.ts";
import type { AccessLevel, ModelSchema, Schema } from "../../schema/schema-model.ts";
import type { Door, View, Views } from "./door.ts";
import { isRevalidated } from "./row-version.ts";

/** The kinds of operation. */
export type OperationKind =
  | "list"
  | "aggregate"
  | "export"
  | "get"
  | "create"
  | "update"
  | "delete"
  | "restore"
  | "preview";

/**
 * Where an operation is: at the list, one row (`/api/cities/:key`), its return (`/api/cities/:key/restore`), the preview of
 * its end (`/api/preview/cities/:key`), the groups or the file (`/api/export/cities`).
 */
export type OperationPlace = "list" | "row" | "restore" | "preview" | "groups" | "export";

/** The address of each place, in which `key` stands for the key of a row. */
const placePaths: Readonly<Record<OperationPlace, (door: Door, key: string) => string>> = {
  list: ({ path }) => path,
  row: ({ path }, key) => `${path}/${key}`,
  restore: ({ path }, key) => `${path}/${key}${restorePath}`,
  preview: ({ previewPath }, key) => `${previewPath}/${key}`,
  groups: ({ groupsPath }) => groupsPath,
  export: ({ exportPath }) => exportPath,
};

/** Behind the address of a row: where it is restored. */
export const restorePath = "/restore";

/** All places. */
export const operationPlaces: readonly OperationPlace[] = ["list", "row", "restore", "preview", "groups", "export"];

/** The address of a place. */
export function findPlace(door: Door, place: OperationPlace, key: string): string {
  return placePaths[place](door, key);
}

/** One operation of one model. */
export interface ModelOperation {
  readonly kind: OperationKind;
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  readonly place: OperationPlace;
  /** The media types of its body; null without one. */
  readonly accepts: readonly string[] | null;
  /** The media type of its answers; null when they have no body, or one of several types. */
  readonly produces: string | null;
  /** The failures it can answer with beside those any request can meet. */
  readonly codes: readonly ErrorCode[];
}

/** What the operations of a schema follow from. */
export interface OperationSource {
  readonly schema: Schema;
  readonly views: Views;
  readonly limits: Pick<QueryLimits, "maxLimit" | "maxCost">;
}

/** The media type of rows and lists. */
const rowType = "application/json";

/** The media types of a body. */
const json = ["application/json"];
const mergePatch = ["application/merge-patch+json", "application/json"];

/** The operations of a model, the list's first. */
export function listOperations(source: OperationSource, door: Door): readonly ModelOperation[] {
  const { model } = door;
  const { read, create } = model.access;
  const list: ModelOperation = {
    kind: "list",
    method: "GET",
    place: "list",
    accepts: null,
    produces: rowType,
    codes: [
      "FTG_PARAMETER",
      "FTG_VALUE",
      "FTG_CURSOR",
      ...listCostCodes(source, door.view, { rows: source.limits.maxLimit }),
      ...listReadDenials(model),
    ],
  };
  const post: ModelOperation = {
    kind: "create",
    method: "POST",
    place: "list",
    accepts: json,
    produces: rowType,
    codes: ["FTG_PARAMETER", ...listBodyCodes(model), "FTG_CONFLICT", ...listWriteDenials(model, create)],
  };
  return [
    ...(read === "nobody" ? [] : [list]),
    ...(create === "nobody" ? [] : [post]),
    ...listRowOperations(source, door),
    ...(read === "nobody" ? [] : [createGroupsOperation(model), createExportOperation(source, door)]),
  ];
}

function createExportOperation(source: OperationSource, { model, view }: Door): ModelOperation {
  return {
    kind: "export",
    method: "GET",
    place: "export",
    accepts: null,
    produces: null,
    codes: [
      "FTG_NOT_ACCEPTABLE",
      "FTG_PARAMETER",
      "FTG_VALUE",
      ...listCostCodes(source, view, { rows: source.limits.maxLimit, width: 0 }),
      ...listReadDenials(model),
    ],
  };
}

function createGroupsOperation(model: ModelSchema): ModelOperation {
  return {
    kind: "aggregate",
    method: "GET",
    place: "groups",
    accepts: null,
    produces: rowType,
    codes: ["FTG_PARAMETER", "FTG_VALUE", ...listReadDenials(model)],
  };
}

/** Those of one row; nobody can name a row that nobody may read, or one with a hidden key. */
function listRowOperations(source: OperationSource, { model, view }: Door): readonly ModelOperation[] {
  const { read, update, delete: end } = model.access;
  if (read === "nobody" || model.key.some(({ field }) => model.fields[field]?.hidden !== false)) return [];
  const codes: readonly ErrorCode[] = ["FTG_PARAMETER", ...listKeyCodes(model), "FTG_NOT_FOUND"];
  const get: ModelOperation = {
    kind: "get",
    method: "GET",
    place: "row",
    accepts: null,
    produces: rowType,
    codes: [
      ...codes,
      ...(isRevalidated(model) ? (["FTG_BAD_REQUEST"] as const) : []),
      ...listCostCodes(source, view, { rows: 1 }),
      ...listReadDenials(model),
    ],
  };
  const conditional: readonly ErrorCode[] = isVersioned(model) ? ["FTG_VERSION_MISMATCH"] : [];
  const patch: ModelOperation = {
    kind: "update",
    method: "PATCH",
    place: "row",
    accepts: mergePatch,
    produces: rowType,
    codes: [
      ...codes,
      ...conditional,
      ...listBodyCodes(model),
      ...listUniqueCodes(model),
      ...listWriteDenials(model, update),
    ],
  };
  const remove: ModelOperation = {
    kind: "delete",
    method: "DELETE",
    place: "row",
    accepts: null,
    produces: null,
    codes: [...codes, ...conditional, ...listDependentCodes(source.schema, model), ...listDenials(end)],
  };
  return [
    get,
    ...(update === "nobody" ? [] : [patch]),
    ...(end === "nobody" ? [] : [remove, ...listEndOperations(source.schema, model)]),
  ];
}

/** What belongs to the end of a row: a word on it before, and its return. */
function listEndOperations({ models }: Schema, model: ModelSchema): readonly ModelOperation[] {
  const denials = listDenials(model.access.delete);
  const codes: readonly ErrorCode[] = ["FTG_PARAMETER", ...listKeyCodes(model), "FTG_NOT_FOUND", ...denials];
  const preview: ModelOperation = {
    kind: "preview",
    method: "GET",
    place: "preview",
    accepts: null,
    produces: rowType,
    codes: [...codes, ...(goesFar(Object.values(models), model.name) ? (["FTG_COST"] as const) : [])],
  };
  const restore: ModelOperation = {
    kind: "restore",
    method: "POST",
    place: "restore",
    accepts: null,
    produces: rowType,
    codes,
  };
  return keepsDeleted(model) ? [preview, restore] : [preview];
}

/** Who asks for deleted rows must be one who may delete. */
function listReadDenials(model: ModelSchema): readonly ErrorCode[] {
  const { read, delete: end } = model.access;
  return listDenials(keepsDeleted(model) && end === "rule" ? end : read);
}

function listDenials(level: AccessLevel): readonly ErrorCode[] {
  return level === "rule" ? ["FTG_FORBIDDEN"] : [];
}

/** A field may be denied where its row is not. */
function listWriteDenials({ fields }: ModelSchema, level: AccessLevel): readonly ErrorCode[] {
  const isGuarded = Object.values(fields).some(({ access }) => access !== undefined);
  return listDenials(isGuarded ? "rule" : level);
}

function listBodyCodes({ checks, fields }: ModelSchema): readonly ErrorCode[] {
  const refers = Object.values(fields).some(({ kind }) => kind === "ref" || kind === "manyToMany");
  return [
    "FTG_BODY",
    "FTG_TOO_LARGE",
    "FTG_MEDIA_TYPE",
    "FTG_INVALID",
    ...(checks.length > 0 ? (["FTG_CHECK"] as const) : []),
    ...(refers ? (["FTG_REFERENCE"] as const) : []),
  ];
}

/** Any path segment is a text, so only other types and numbers of parts can be wrong. */
function listKeyCodes({ key }: ModelSchema): readonly ErrorCode[] {
  return key.length > 1 || key.some(({ type }) => type.kind !== "text") ? ["FTG_VALUE"] : [];
}

/** Whether including everything would be too much; `include` reaches through two relations. */
function listCostCodes(
  { views, limits }: OperationSource,
  view: View,
  { rows, width = limits.maxLimit }: { readonly rows: number; readonly width?: number },
): readonly ErrorCode[] {
  return rows * measureCost(views, view, { depth: 2, width }) > limits.maxCost ? ["FTG_COST"] : [];
}

function measureCost(views: Views, view: View | undefined, { depth, width }: { depth: number; width: number }): number {
  const relations = depth === 0 || view === undefined ? [] : [...view.relations.values()];
  return relations.reduce(
    (sum, { toMany, model }) =>
      sum + (toMany ? width : 1) * measureCost(views, views.get(model), { depth: depth - 1, width }),
    1,
  );
}

/** An update cannot change the key, so only another unique index can refuse it. */
function listUniqueCodes({ indexes, key }: ModelSchema): readonly ErrorCode[] {
  const keyFields = key.map(({ field }) => field).join();
  return indexes.some(({ unique, fields }) => unique && fields.join() !== keyFields) ? ["FTG_CONFLICT"] : [];
}

function listDependentCodes({ models }: Schema, { name }: ModelSchema): readonly ErrorCode[] {
  return mayBeKept(Object.values(models), name) ? ["FTG_REFERENCE"] : [];
}
