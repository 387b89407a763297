/**
 * Builds the doors of a schema at boot, and the parameter tables of each when they are first asked for. Hidden fields and
 * models that nobody may read are not in them.
 */
import type { QueryLimits } from "../../passes/resolve-context.ts";
import { keepsDeleted } from "../../schema/kept-fields.ts";
import { listOperators, type Operator } from "../../schema/operators.ts";
import { isValueField, type ModelSchema, type ScalarType, type Schema } from "../../schema/schema-model.ts";
import { createGroupParameters, listMeasureNames } from "./create-aggregate-table.ts";
import { listFieldFilters, listJsonFilters } from "./create-extra-filters.ts";
import type {
  CursorParameter,
  Door,
  FilterParameter,
  JsonParameter,
  NamesParameter,
  NumberParameter,
  Parameter,
  ParameterTable,
  RelationView,
  SearchParameter,
  View,
  Views,
} from "./door.ts";
import { isAggregateShown } from "./parse-select.ts";
import {
  isOwn,
  listDirections,
  listOrdered,
  listOwn,
  type OwnField,
  singleType,
  withoutLimits,
} from "./view-fields.ts";

/** The row limits of the engine. */
export type RowLimits = Pick<QueryLimits, "defaultLimit" | "maxLimit" | "maxSearchLength">;

/** Operators of a reference's key. */
const refOperators: readonly Operator[] = ["eq", "not", "in", "notIn", "isNull"];
/** Groups have no cursors. */
const cursorNames: ReadonlySet<string> = new Set(["after", "before"]);
/** A file holds all rows unless it is to hold fewer. */
const exportParameters: readonly Parameter[] = [
  { kind: "choice", name: "format", choices: ["ndjson", "csv"] },
  { kind: "number", name: "limit", minimum: 1, maximum: Number.MAX_SAFE_INTEGER, fallback: null },
];
const countParameter: Parameter = { kind: "count", name: "count", choices: ["exact", "estimated"] };
const deletedParameters: readonly Parameter[] = [{ kind: "deleted", name: "deleted", choices: ["include", "only"] }];
const exportNames: ReadonlySet<string> = new Set(exportParameters.map(({ name }) => name));
const boolType: ScalarType = Object.freeze({ kind: "bool", list: false });

/** The doors of all models, in declared order, with the views they share. */
export function createDoors(
  schema: Schema,
  limits: RowLimits,
): { readonly doors: readonly Door[]; readonly views: Views } {
  const views: Views = new Map(Object.values(schema.models).map((model) => [model.name, createView(schema, model)]));
  const flat: Views = new Map(Array.from(views, ([name, view]) => [name, withoutMany(view)]));
  const doors = [...views.values()].map((view) => createDoor(view, { views, flat }, limits));
  return { doors, views };
}

function createView(schema: Schema, model: ModelSchema): View {
  const visible = Object.values(model.fields).filter((field) => !field.hidden);
  const relations = new Map<string, RelationView>();
  for (const field of visible) {
    if (isValueField(field) || schema.models[field.model]?.access.read === "nobody") continue;
    relations.set(field.name, { toMany: field.kind === "many" || field.kind === "manyToMany", model: field.model });
  }
  return Object.freeze({ model, fields: visible.filter(isOwn).map(({ name }) => name), relations });
}

/** The view without its lists. */
function withoutMany({ relations, ...view }: View): View {
  return Object.freeze({ ...view, relations: new Map([...relations].filter(([, { toMany }]) => !toMany)) });
}

function createDoor(
  view: View,
  { views, flat }: { readonly views: Views; readonly flat: Views },
  limits: RowLimits,
): Door {
  const source: TableSource = { view, views, flat, limits };
  const tables: { -readonly [T in keyof Tables]?: Tables[T] } = {};
  const find = (name: keyof Tables): ParameterTable => {
    tables[name] ??= createTables[name](source);
    return tables[name];
  };
  // A table has hundreds of parameters; most doors of a process are never asked.
  return Object.freeze({
    model: view.model,
    path: `/api/${view.model.plural}`,
    view,
    get list() {
      return find("list");
    },
    get row() {
      return find("row");
    },
    groupsPath: `/api/aggregate/${view.model.plural}`,
    get groups() {
      return find("groups");
    },
    exportPath: `/api/export/${view.model.plural}`,
    get export() {
      return find("export");
    },
    end: createTable(keepsDeleted(view.model) ? [{ kind: "flag", name: "permanently" }] : []),
    previewPath: `/api/preview/${view.model.plural}`,
  });
}

/** The tables of a door that are made when they are first asked for. */
type Tables = Pick<Door, "list" | "row" | "groups" | "export">;

/** What the tables of a door are made of. */
interface TableSource {
  readonly view: View;
  readonly views: Views;
  readonly flat: Views;
  readonly limits: RowLimits;
}

const createTables: { readonly [T in keyof Tables]: (source: TableSource) => ParameterTable } = {
  list: createListTable,
  row: (source) => createTable(listRowParameters(source)),
  groups: createGroupsTable,
  export: createExportTable,
};

function createListTable(source: TableSource): ParameterTable {
  const { view, views, limits } = source;
  const search = createSearchParameters(view, limits);
  const paging = [...createPageParameters(limits), countParameter];
  const own = [...search, createSort(view, views), ...listRowParameters(source), ...paging];
  const reserved = new Set([...listReserved(source), countParameter.name]);
  return createTable([...own, ...without(listAllFilters(source), reserved)]);
}

function createGroupsTable(source: TableSource): ParameterTable {
  const { view, views, limits } = source;
  const groups = [...createGroupParameters(view, views), ...listDeletedParameters(view.model)];
  const search = createSearchParameters(view, limits);
  const pages = createPageParameters(limits);
  const reserved = new Set([...groups, ...search, ...pages].map(({ name }): string => name));
  const filters = without(listAllFilters(source), reserved);
  return createTable([...groups, ...search, ...without(pages, cursorNames), ...filters]);
}

function createExportTable(source: TableSource): ParameterTable {
  const { view, views, flat, limits } = source;
  return createTable([
    ...exportParameters,
    ...createSearchParameters(view, limits),
    createSort(view, views),
    ...createRowParameters(withoutMany(view), flat),
    ...listDeletedParameters(view.model),
    ...without(without(listAllFilters(source), listReserved(source)), exportNames),
  ]);
}

function listRowParameters({ view, views }: TableSource): readonly Parameter[] {
  return [...createRowParameters(view, views), ...listDeletedParameters(view.model)];
}

function listAllFilters({ view, views }: TableSource): readonly Parameter[] {
  return [
    ...listFilters(view),
    ...listJsonFilters(view),
    ...listFieldFilters(view, views),
    ...listRelatedFilters(view, views),
  ];
}

/** Names that no filter of a list can have. */
function listReserved(source: TableSource): ReadonlySet<string> {
  const { view, limits } = source;
  const taken = [
    ...listRowParameters(source),
    ...createSearchParameters(view, limits),
    ...createPageParameters(limits),
  ];
  return new Set(["sort", ...taken.map(({ name }): string => name)]);
}

/** What asks for deleted rows, where there are any that somebody may delete. */
function listDeletedParameters(model: ModelSchema): readonly Parameter[] {
  return keepsDeleted(model) && model.access.delete !== "nobody" ? deletedParameters : [];
}

/** What says how much is shown of a row, and of rows related to it. */
function createRowParameters(view: View, views: Views): readonly NamesParameter[] {
  return [createFields(view, views), createInclude(view, views)].filter(({ names }) => names.size > 0);
}

function without<P extends Parameter>(parameters: readonly P[], names: ReadonlySet<string>): readonly P[] {
  return parameters.filter(({ name }) => !names.has(name));
}

function createTable(parameters: readonly Parameter[]): ParameterTable {
  return new Map(parameters.map((parameter) => [parameter.name, Object.freeze(parameter)]));
}

function createPageParameters({ defaultLimit, maxLimit }: RowLimits): readonly (NumberParameter | CursorParameter)[] {
  return [
    { kind: "number", name: "limit", minimum: 1, maximum: maxLimit, fallback: defaultLimit },
    { kind: "number", name: "offset", minimum: 0, maximum: Number.MAX_SAFE_INTEGER, fallback: 0 },
    { kind: "cursor", name: "after" },
    { kind: "cursor", name: "before" },
  ];
}

/** A model that declares no search has none. */
function createSearchParameters({ model }: View, { maxSearchLength: maximum }: RowLimits): readonly SearchParameter[] {
  if (model.search === null) return [];
  return [{ kind: "search", name: "search", fields: model.search.parts.map(({ field }) => field), maximum }];
}

function createSort(view: View, views: Views): NamesParameter {
  const own = listOrdered(view).map(({ name, optional }) => ({ name, nullable: optional }));
  const related = [...view.relations].flatMap(([relation, { toMany, model }]) => {
    const far = views.get(model);
    const keys = toMany ? listMeasureNames(far) : listOrdered(far).map(({ name }) => name);
    // A count is always there.
    return keys.map((key) => ({ name: `${relation}.${key}`, nullable: !toMany || !/^count/.test(key) }));
  });
  const names = [...own, ...related].flatMap(({ name, nullable }) => listDirections(name, nullable));
  return { kind: "names", name: "sort", names: new Set(names) };
}

function createFields(view: View, views: Views): NamesParameter {
  const related = [...view.relations].flatMap(([name, { model }]) =>
    (views.get(model)?.fields ?? []).map((field) => `${name}.${field}`),
  );
  return { kind: "names", name: "fields", names: new Set([...view.fields, ...related]) };
}

function createInclude(view: View, views: Views): NamesParameter {
  const names = [...view.relations].flatMap(([name, { toMany, model }]) => [
    name,
    ...[...(views.get(model)?.relations.keys() ?? [])].map((further) => `${name}.${further}`),
    ...(toMany && isAggregateShown(view, name)
      ? listMeasureNames(views.get(model)).map((key) => `${name}.${key}`)
      : []),
  ]);
  return { kind: "names", name: "include", names: new Set(names) };
}

function listRelatedFilters(view: View, views: Views): readonly (FilterParameter | JsonParameter)[] {
  return [...view.relations].flatMap(([relation, { toMany, model }]) =>
    [...listFilters(views.get(model)), ...listJsonFilters(views.get(model))].map((filter) => ({
      ...filter,
      name: `${relation}.${filter.name}`,
      relation,
      toMany,
    })),
  );
}

/** The conditions on the own fields of a model; equality has a short and a long spelling. */
function listFilters(view: View | undefined): readonly FilterParameter[] {
  return listOwn(view).flatMap((field) =>
    listFieldOperators(field).flatMap(({ operator, type }) => {
      const list = ["in", "notIn", "hasAny", "hasEvery"].includes(operator);
      const filter: FilterParameter = {
        kind: "filter",
        name: `${field.name}[${operator}]`,
        relation: null,
        toMany: false,
        field: field.name,
        operator,
        type,
        list,
        operand: "value",
      };
      return operator === "eq" ? [{ ...filter, name: field.name }, filter] : [filter];
    }),
  );
}

function listFieldOperators(field: OwnField): readonly { readonly operator: Operator; readonly type: ScalarType }[] {
  const type = singleType(field);
  const operators = type === null ? [] : field.kind === "ref" ? refOperators : listOperators(type);
  const comparing =
    type === null
      ? []
      : operators
          .filter((operator) => operator !== "isNull")
          .map((operator) => ({ operator, type: operator === "isEmpty" ? boolType : withoutLimits(type) }));
  return field.optional ? [...comparing, { operator: "isNull", type: boolType }] : comparing;
}
