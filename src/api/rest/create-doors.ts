/** Builds the doors of a schema, once at boot. Hidden fields and models that nobody may read are not in them. */
import type { QueryLimits } from "../../passes/resolve-context.ts";
import { isSortable, listOperators, type Operator } from "../../schema/operators.ts";
import type { Field, ModelSchema, RefField, ScalarField, ScalarType, Schema } from "../../schema/schema-model.ts";
import type {
  CursorParameter,
  Door,
  FilterParameter,
  NamesParameter,
  NumberParameter,
  Parameter,
  ParameterTable,
  RelationView,
  View,
  Views,
} from "./door.ts";

/** The row limits of the engine. */
export type RowLimits = Pick<QueryLimits, "defaultLimit" | "maxLimit">;

/** Operators of a reference's key. */
const refOperators: readonly Operator[] = ["eq", "not", "in", "notIn", "isNull"];
const boolType: ScalarType = Object.freeze({ kind: "bool", list: false });

/** The doors of all models, in declared order, with the views they share. */
export function createDoors(
  schema: Schema,
  limits: RowLimits,
): { readonly doors: readonly Door[]; readonly views: Views } {
  const views: Views = new Map(Object.values(schema.models).map((model) => [model.name, createView(schema, model)]));
  const doors = [...views.values()].map((view) => createDoor(view, views, limits));
  return { doors, views };
}

function createView(schema: Schema, model: ModelSchema): View {
  const visible = Object.values(model.fields).filter((field) => !field.hidden);
  const relations = new Map<string, RelationView>();
  for (const field of visible) {
    if (field.kind === "scalar" || schema.models[field.model]?.access.read === "nobody") continue;
    relations.set(field.name, { toMany: field.kind === "many" || field.kind === "manyToMany", model: field.model });
  }
  return Object.freeze({ model, fields: visible.filter(isOwn).map(({ name }) => name), relations });
}

function createDoor(view: View, views: Views, limits: RowLimits): Door {
  const row = [createFields(view, views), createInclude(view, views)].filter(({ names }) => names.size > 0);
  const pages = createPageParameters(limits);
  const reserved = new Set<string>(["sort", ...row.map(({ name }) => name), ...pages.map(({ name }) => name)]);
  const filters = [...listFilters(view), ...listRelatedFilters(view, views)].filter(({ name }) => !reserved.has(name));
  return Object.freeze({
    model: view.model,
    path: `/api/${view.model.plural}`,
    view,
    list: createTable([createSort(view, views), ...row, ...pages, ...filters]),
    row: createTable(row),
  });
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

function createSort(view: View, views: Views): NamesParameter {
  const own = listSortable(view);
  const related = [...view.relations].flatMap(([name, { toMany, model }]) =>
    toMany ? [] : listSortable(views.get(model)).map((field) => `${name}.${field}`),
  );
  return { kind: "names", name: "sort", names: new Set([...own, ...related].flatMap((name) => [name, `-${name}`])) };
}

function createFields(view: View, views: Views): NamesParameter {
  const related = [...view.relations].flatMap(([name, { model }]) =>
    (views.get(model)?.fields ?? []).map((field) => `${name}.${field}`),
  );
  return { kind: "names", name: "fields", names: new Set([...view.fields, ...related]) };
}

function createInclude(view: View, views: Views): NamesParameter {
  const names = [...view.relations].flatMap(([name, { model }]) => [
    name,
    ...[...(views.get(model)?.relations.keys() ?? [])].map((further) => `${name}.${further}`),
  ]);
  return { kind: "names", name: "include", names: new Set(names) };
}

function listSortable(view: View | undefined): readonly string[] {
  return listOwn(view)
    .filter((field) => field.kind === "ref" || isSortable(field.type))
    .map(({ name }) => name);
}

function listRelatedFilters(view: View, views: Views): readonly FilterParameter[] {
  return [...view.relations].flatMap(([relation, { toMany, model }]) =>
    listFilters(views.get(model)).map((filter) => ({
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
      const list = operator === "in" || operator === "notIn";
      const filter: FilterParameter = {
        kind: "filter",
        name: `${field.name}[${operator}]`,
        relation: null,
        toMany: false,
        field: field.name,
        operator,
        type,
        list,
      };
      return operator === "eq" ? [{ ...filter, name: field.name }, filter] : [filter];
    }),
  );
}

function listFieldOperators(
  field: ScalarField | RefField,
): readonly { readonly operator: Operator; readonly type: ScalarType }[] {
  const type = field.kind === "scalar" ? field.type : singleType(field);
  const operators = type === null ? [] : field.kind === "ref" ? refOperators : listOperators(type);
  const comparing =
    type === null
      ? []
      : operators
          .filter((operator) => operator !== "isNull")
          .map((operator) => ({ operator, type: withoutLimits(type) }));
  return field.optional ? [...comparing, { operator: "isNull", type: boolType }] : comparing;
}

/** The type of a reference's key; null for a key of several fields, which no one value can be compared with. */
function singleType(field: RefField): ScalarType | null {
  const [first, ...others] = field.columns;
  return first === undefined || others.length > 0 ? null : first.type;
}

/** Lengths, ranges and patterns bind what is stored, not what is asked for. */
function withoutLimits({ kind, values, precision, scale }: ScalarType): ScalarType {
  return Object.freeze({
    kind,
    list: false,
    ...(values && { values }),
    ...(precision !== undefined && { precision }),
    ...(scale !== undefined && { scale }),
  });
}

function listOwn(view: View | undefined): readonly (ScalarField | RefField)[] {
  return Object.values(view?.model.fields ?? {})
    .filter(isOwn)
    .filter((field) => !field.hidden);
}

function isOwn(field: Field): field is ScalarField | RefField {
  return field.kind === "scalar" || field.kind === "ref";
}
