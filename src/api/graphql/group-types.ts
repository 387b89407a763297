/** Builds the types of groups: what rows can be grouped by, what can be calculated, and the conditions on it. */
import {
  GraphQLEnumType,
  type GraphQLFieldConfig,
  type GraphQLFieldConfigArgumentMap,
  GraphQLInputObjectType,
  type GraphQLInputType,
  GraphQLInt,
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  type GraphQLOutputType,
  GraphQLString,
} from "graphql";
import { type MeasureFunction, measuredType, measureType } from "../../schema/measures.ts";
import { isSortable } from "../../schema/operators.ts";
import {
  type Field,
  isValueField,
  type ModelSchema,
  type ScalarType,
  type ValueField,
} from "../../schema/schema-model.ts";
import { type MeasureEnding, nameModel } from "./graphql-names.ts";
import { getFilter, getScalar } from "./graphql-scalars.ts";
import { createSearchArgument, pageInfoType } from "./object-types.ts";
import { type GroupTypes, listVisibleFields, type TypeTable } from "./type-table.ts";

type OutputFields = Record<string, GraphQLFieldConfig<unknown, unknown>>;

const dateUnits = ["week", "month", "quarter", "year"];
const week = "A week starts on Monday (ISO 8601).";
const dateBucket = createBucketType("DateBucket", `A span of days. ${week}`, dateUnits);
const dateTimeBucket = createBucketType("DateTimeBucket", `A span of time. ${week}`, ["hour", "day", ...dateUnits]);

const count: ScalarType = Object.freeze({ kind: "int", list: false });
const wholeSum = getScalar({ kind: "bigint", list: false });

/** What can be calculated beside the number of rows: the ending of its type's name, and what it says. */
const functions: Readonly<
  Record<Exclude<MeasureFunction, "count">, readonly [ending: MeasureEnding, description: string]>
> = {
  countDistinct: ["Counts", "How many different values there are, null aside."],
  sum: ["Sums", "Exact sums; null when there is no value."],
  avg: ["Averages", "Means; null when there is no value."],
  min: ["Ends", "The first values in order; null when there is none."],
  max: ["Ends", "The last values in order; null when there is none."],
};

/** Makes the types of a model's groups. */
export function createGroupTypes(table: TypeTable, model: ModelSchema): GroupTypes {
  const { group } = nameModel(model);
  const key: GraphQLObjectType = new GraphQLObjectType({
    name: `${group}Key`,
    description: `What ${model.name} rows are grouped by: the selected fields. Null where there is no value, or no row to see.`,
    fields: () => createKeyFields(table, model),
  });
  const made = new Map<string, GraphQLObjectType>();
  const node = new GraphQLObjectType({
    name: group,
    description: `A group of ${model.name} rows.`,
    fields: () => ({
      key: { type: new GraphQLNonNull(key), description: "What the rows of the group have in common." },
      ...createValueFields(table, model, made),
    }),
  });
  const values = new GraphQLObjectType({
    name: `${group}Values`,
    description: `What is calculated over related ${model.name} rows.`,
    fields: () => createValueFields(table, model, made),
  });
  const connection = new GraphQLObjectType({
    name: `${group}Connection`,
    description: `A page of groups of ${model.name} rows.`,
    fields: {
      nodes: {
        type: new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(node))),
        description: "The groups. Can be selected once.",
      },
      pageInfo: {
        type: new GraphQLNonNull(pageInfoType),
        description: "Whether there is more; groups have no cursors.",
      },
    },
  });
  return { connection, key, values, having: createHavingType(table, model) };
}

/** Makes the arguments of a model's groups. */
export function createGroupArguments(table: TypeTable, model: ModelSchema): GraphQLFieldConfigArgumentMap {
  const { where, groups } = table.types(model.name);
  return {
    where: { type: where, description: "Only rows that match." },
    ...createSearchArgument(model),
    having: { type: groups.having, description: "Only groups that meet all conditions." },
    orderBy: {
      type: new GraphQLList(new GraphQLNonNull(GraphQLString)),
      description:
        "Sort keys, strongest first: `count`, a function with a field (`sum.population`), or a key by the names it is selected under (`key.country.name`); `-` in front sorts down, `:nullsFirst` and `:nullsLast` behind place nulls. The keys break ties.",
    },
    first: {
      type: GraphQLInt,
      description: `Groups at most: from 1 to ${table.rows.maxLimit}, ${table.rows.defaultLimit} unless given.`,
    },
    offset: { type: GraphQLInt, description: "Groups to skip." },
  };
}

function createBucketType(name: string, description: string, units: readonly string[]): GraphQLEnumType {
  const values = Object.fromEntries(units.map((unit) => [unit.toUpperCase(), { value: unit }]));
  return new GraphQLEnumType({ name, description, values });
}

function createKeyFields(table: TypeTable, model: ModelSchema): OutputFields {
  return Object.fromEntries(
    listVisibleFields(table.schema, model).flatMap((field): [string, OutputFields[string]][] => {
      const description = field.describe ?? null;
      if (field.kind === "ref" || field.kind === "one")
        return [[field.name, { type: new GraphQLNonNull(table.types(field.model).groups.key), description }]];
      if (!isValueField(field) || !isSortable(field.type)) return [];
      return [[field.name, { type: table.leaf(field), description, args: createBucketArguments(field) }]];
    }),
  );
}

function createBucketArguments({ type }: ValueField): GraphQLFieldConfigArgumentMap {
  if (type.kind !== "date" && type.kind !== "datetime") return {};
  const bucket = {
    type: type.kind === "date" ? dateBucket : dateTimeBucket,
    description: "Groups by the start of the span that the value lies in.",
  };
  if (type.kind === "date") return { bucket };
  const zone = "The IANA name of the zone whose clocks count, like `Europe/Berlin`. Without it UTC.";
  return { bucket, timeZone: { type: GraphQLString, description: zone } };
}

/** The fields that hold what is calculated; each type is made once. */
function createValueFields(table: TypeTable, model: ModelSchema, made: Map<string, GraphQLObjectType>): OutputFields {
  const measured = Object.entries(createMeasureTypes(table, model, made)).map(([name, { type, description }]) => [
    name,
    { type: new GraphQLNonNull(type), description },
  ]);
  return {
    count: { type: new GraphQLNonNull(getScalar(count)), description: "How many rows there are." },
    ...Object.fromEntries(measured),
  };
}

/** One type of each ending, by the function that it is for. */
function createMeasureTypes(
  table: TypeTable,
  model: ModelSchema,
  made: Map<string, GraphQLObjectType>,
): Readonly<Record<string, { readonly type: GraphQLObjectType; readonly description: string }>> {
  return mapFunctions((name, ending, description) => {
    const fields = listMeasured(table, model, name);
    if (fields.length === 0) return null;
    const type = made.get(ending) ?? createMeasureType(table, { model, name, ending, fields });
    made.set(ending, type);
    return { type, description };
  });
}

function createMeasureType(
  table: TypeTable,
  {
    model,
    name,
    ending,
    fields,
  }: { model: ModelSchema; name: MeasureFunction; ending: string; fields: readonly Field[] },
): GraphQLObjectType {
  return new GraphQLObjectType({
    name: `${nameModel(model).group}${ending}`,
    description: `What is calculated over groups of ${model.name} rows.`,
    fields: Object.fromEntries(fields.map((field) => [field.name, { type: getMeasureOutput(table, name, field) }])),
  });
}

function getMeasureOutput(table: TypeTable, name: MeasureFunction, field: Field): GraphQLOutputType {
  if (name === "countDistinct") return new GraphQLNonNull(getScalar(count));
  const type = measuredType(name, field);
  if ((name === "min" || name === "max") && isValueField(field)) return table.leaf(field);
  // A whole sum shows as a bigint does, although it may have more digits.
  return type?.kind === "int" || type?.kind === "bigint"
    ? name === "sum"
      ? wholeSum
      : getScalar(measureType(name, type))
    : getScalar(measureType(name, type));
}

function createHavingType(table: TypeTable, model: ModelSchema): GraphQLInputObjectType {
  const { group } = nameModel(model);
  const measured = (): Record<string, { type: GraphQLInputType; description: string }> => {
    const made = new Map<string, GraphQLInputObjectType>();
    return mapFunctions((name, ending, description) => {
      const fields = listMeasured(table, model, name);
      if (fields.length === 0) return null;
      const type = made.get(ending) ?? createConditionsType(`${group}Having${ending}`, name, fields);
      made.set(ending, type);
      return { type, description };
    });
  };
  return new GraphQLInputObjectType({
    name: `${group}Having`,
    description: `Conditions on groups of ${model.name} rows, all of which must hold.`,
    fields: () => ({ count: { type: getFilter(count), description: "How many rows there are." }, ...measured() }),
  });
}

function createConditionsType(name: string, of: MeasureFunction, fields: readonly Field[]): GraphQLInputObjectType {
  return new GraphQLInputObjectType({
    name,
    description: "Conditions on what is calculated, all of which must hold.",
    fields: Object.fromEntries(
      fields.map((field) => [field.name, { type: getFilter(measureType(of, measuredType(of, field))) }]),
    ),
  });
}

/** The fields that a function is offered for. The ends of references are those of fields behind them. */
function listMeasured({ schema }: TypeTable, model: ModelSchema, name: MeasureFunction): readonly Field[] {
  return listVisibleFields(schema, model).filter(
    (field) => measuredType(name, field) !== null && (isValueField(field) || name === "countDistinct"),
  );
}

function mapFunctions<T>(
  create: (name: MeasureFunction, ending: MeasureEnding, description: string) => T | null,
): Record<string, T> {
  const entries = Object.entries(functions).flatMap(([name, [ending, description]]): [string, T][] => {
    // The keys of the table are functions.
    const made = create(name as MeasureFunction, ending, description);
    return made === null ? [] : [[name, made]];
  });
  return Object.fromEntries(entries);
}
