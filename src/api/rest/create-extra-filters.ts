/**
 * The filters of a model beside comparisons with values: with another field (`updatedAt[gt][field]=createdAt`), and inside
 * json, where the value of the parameter is JSON itself (`meta[where]={"path":["a",0],"gte":5}`).
 */
import { fieldOperators, listOperators } from "../../schema/operators.ts";
import type { ScalarField, ScalarType } from "../../schema/schema-model.ts";
import type { FilterParameter, JsonParameter, View, Views } from "./door.ts";
import { listOrdered, listOwn } from "./view-fields.ts";

/** The comparisons of fields with fields of the same type, of the same row or one to-one relation away. */
export function listFieldFilters(view: View, views: Views): readonly FilterParameter[] {
  return listScalars(view).flatMap((field) => {
    const names = listComparable(field, view, views);
    const known = listOperators(field.type);
    const operators = fieldOperators.filter((operator) => names.length > 0 && known.includes(operator));
    return operators.map((operator) => ({
      kind: "filter",
      name: `${field.name}[${operator}][field]`,
      relation: null,
      toMany: false,
      field: field.name,
      operator,
      type: { kind: "enum", list: false, values: names },
      list: false,
      operand: "field",
    }));
  });
}

/** The conditions inside the json fields of a model. */
export function listJsonFilters(view: View | undefined): readonly JsonParameter[] {
  return listOwn(view).flatMap((field) =>
    field.kind === "scalar" && field.type.kind === "json" && !field.type.list
      ? [{ kind: "json", name: `${field.name}[where]`, relation: null, toMany: false, field: field.name }]
      : [],
  );
}

function listComparable(field: ScalarField, view: View, views: Views): readonly string[] {
  const own = listScalars(view).filter((other) => other !== field && isSame(other.type, field.type));
  const related = [...view.relations].flatMap(([relation, { toMany, model }]) =>
    toMany
      ? []
      : listScalars(views.get(model))
          .filter((other) => isSame(other.type, field.type))
          .map(({ name }) => `${relation}.${name}`),
  );
  return [...own.map(({ name }) => name), ...related];
}

function listScalars(view: View | undefined): readonly ScalarField[] {
  return listOrdered(view).filter((field): field is ScalarField => field.kind === "scalar");
}

function isSame(left: ScalarType, right: ScalarType): boolean {
  return left.kind === right.kind && left.scale === right.scale;
}
