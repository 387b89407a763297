/** Builds the table of parameters that the groups of a model are asked for with: what to group by, calculate, demand and sort by. */
import type { BucketUnit } from "../../plan/aggregate-node.ts";
import { type MeasureFunction, measuredType, measureFunctions, measureType } from "../../schema/measures.ts";
import { isValueField } from "../../schema/schema-model.ts";
import type {
  GroupNamesParameter,
  HavingOperator,
  HavingParameter,
  Parameter,
  View,
  Views,
  ZoneParameter,
} from "./door.ts";
import { listDirections, listOrdered, listOwn, type OwnField, withoutLimits } from "./view-fields.ts";

const dateUnits: readonly BucketUnit[] = ["week", "month", "quarter", "year"];
const units: Readonly<Partial<Record<string, readonly BucketUnit[]>>> = {
  date: dateUnits,
  datetime: ["hour", "day", ...dateUnits],
};
const havingOperators: readonly HavingOperator[] = ["eq", "lt", "lte", "gt", "gte"];

/** The parameters of groups alone; filters, limit and offset are those of the list. */
export function createGroupParameters(view: View, views: Views): readonly Parameter[] {
  const keys = listKeys(view, views);
  const measures = listMeasures(view);
  const names = ["count", ...measures.map(({ name, field }) => `${name}.${field.name}`)];
  // A number of rows or of values is always there.
  const sorts = [
    ...names.map((name) => ({ name, nullable: !name.startsWith("count") })),
    ...keys.map(({ path, field }) => ({ name: `key.${path}`, nullable: field.optional || path !== field.name })),
  ];
  const groupBy = keys.flatMap(({ path, field }) => [path, ...listUnits(field).map((unit) => `${path}:${unit}`)]);
  return [
    ...createNames("groupBy", groupBy),
    ...createZone(keys),
    ...createNames("aggregate", names),
    ...createNames(
      "sort",
      sorts.flatMap(({ name, nullable }) => listDirections(name, nullable)),
    ),
    ...createHaving("count", null),
    ...measures.flatMap(({ name, field }) => createHaving(name, field)),
  ];
}

/** The zone whose clocks count, where there is anything to count with them. */
function createZone(keys: ReturnType<typeof listKeys>): readonly ZoneParameter[] {
  const zoned = keys
    .filter(({ field }) => isValueField(field) && field.type.kind === "datetime")
    .flatMap(({ path, field }) => listUnits(field).map((unit) => `${path}:${unit}`));
  return zoned.length === 0 ? [] : [{ kind: "zone", name: "timeZone", keys: new Set(zoned) }];
}

/** What can be calculated over the rows of a model: `count`, `sum.population`. Not what relations of it are called. */
export function listMeasureNames(view: View | undefined): readonly string[] {
  if (view === undefined) return [];
  const names = ["count", ...listMeasures(view).map(({ name, field }) => `${name}.${field.name}`)];
  return names.filter((name) => !view.relations.has(name.split(".")[0] ?? ""));
}

function createNames(name: GroupNamesParameter["name"], names: readonly string[]): readonly GroupNamesParameter[] {
  return names.length === 0 ? [] : [{ kind: "groupNames", name, names: new Set(names) }];
}

/** Own fields, and those behind relations to one row. */
function listKeys(view: View, views: Views): readonly { readonly path: string; readonly field: OwnField }[] {
  const related = [...view.relations].flatMap(([relation, { toMany, model }]) =>
    toMany ? [] : listOrdered(views.get(model)).map((field) => ({ path: `${relation}.${field.name}`, field })),
  );
  return [...listOrdered(view).map((field) => ({ path: field.name, field })), ...related];
}

function listUnits(field: OwnField): readonly BucketUnit[] {
  return isValueField(field) ? (units[field.type.kind] ?? []) : [];
}

function listMeasures(view: View): readonly { readonly name: MeasureFunction; readonly field: OwnField }[] {
  return measureFunctions.flatMap((name) =>
    listOwn(view)
      .filter((field) => measuredType(name, field) !== null)
      .map((field) => ({ name, field })),
  );
}

/** Equality is spelt without an operator. */
function createHaving(name: MeasureFunction, field: OwnField | null): readonly HavingParameter[] {
  const own = field === null ? null : measuredType(name, field);
  const measured = measureType(name, own === null ? null : withoutLimits(own));
  const place = field === null ? name : `${name}.${field.name}`;
  return havingOperators.map((operator) => ({
    kind: "having",
    name: `having[${place}]${operator === "eq" ? "" : `[${operator}]`}`,
    measure: name,
    field: field?.name ?? null,
    operator,
    type: measured,
  }));
}
