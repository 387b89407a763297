/** Builds what comes out: the object type of a model, its connection and its edges. */
import {
  GraphQLBoolean,
  type GraphQLFieldConfig,
  type GraphQLFieldConfigArgumentMap,
  GraphQLInt,
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  type GraphQLOutputType,
  GraphQLString,
} from "graphql";
import { keepsDeleted } from "../../schema/kept-fields.ts";
import { isToMany } from "../../schema/related-verbs.ts";
import { type Field, isValueField, type ModelSchema, type ValueField } from "../../schema/schema-model.ts";
import { showsToAll } from "../../schema/shows-to-all.ts";
import { nameModel } from "./graphql-names.ts";
import { getScalar } from "./graphql-scalars.ts";
import { listVisibleFields, type TypeTable } from "./type-table.ts";

/** A field of an object type; none has a resolver of its own. */
export type ObjectField = GraphQLFieldConfig<unknown, unknown>;

/** Makes the object type of a model. */
export function createObjectType(table: TypeTable, model: ModelSchema): GraphQLObjectType {
  return new GraphQLObjectType({
    name: nameModel(model).object,
    description: model.describe ?? null,
    fields: () =>
      Object.fromEntries(
        listVisibleFields(table.schema, model).flatMap((field) => [
          [field.name, createObjectField(table, field)] as const,
          ...createRelatedFields(table, model, field),
        ]),
      ),
  });
}

/** Makes the type of a page of a model's rows. */
export function createConnectionType(model: ModelSchema, object: GraphQLObjectType): GraphQLObjectType {
  return new GraphQLObjectType({
    name: nameModel(model).connection,
    description: `A page of ${model.name} rows.`,
    fields: () => ({
      nodes: { type: requireList(object), description: "The rows." },
      edges: { type: requireList(createEdgeType(model, object)), description: "The rows with their cursors." },
      pageInfo: {
        type: new GraphQLNonNull(pageInfoType),
        description: "Whether there is more, and the cursors to get it.",
      },
      totalCount: {
        type: new GraphQLNonNull(getScalar({ kind: "int", list: false })),
        description: "How many rows match in all. They are counted for every request that selects this.",
      },
      estimatedCount: {
        type: new GraphQLNonNull(getScalar({ kind: "int", list: false })),
        description:
          "About how many rows match in all: what the database expects without counting, which may be far off and is at least what the page shows. Counted where the database has no estimate, where the caller may not read every row that the filters look at, and for rows behind a relation.",
      },
    }),
  });
}

/** Makes the arguments of a list of a model's rows. */
export function createListArguments(table: TypeTable, model: ModelSchema): GraphQLFieldConfigArgumentMap {
  const range = `from 1 to ${table.rows.maxLimit}, ${table.rows.defaultLimit} unless given`;
  return {
    where: { type: table.types(model.name).where, description: "Only rows that match." },
    ...createSearchArgument(model, "Without `orderBy` the best come first; such a list has no cursors."),
    orderBy: {
      type: new GraphQLList(new GraphQLNonNull(GraphQLString)),
      description:
        "Sort keys, strongest first: a field, or one behind to-one relations (`region.name`); `-` in front sorts down.",
    },
    first: { type: GraphQLInt, description: `Rows at most, from the start of the list or behind \`after\`: ${range}.` },
    after: { type: GraphQLString, description: "A cursor: only rows behind it." },
    last: {
      type: GraphQLInt,
      description: `Rows at most, from the end of the list or in front of \`before\`: ${range}.`,
    },
    before: { type: GraphQLString, description: "A cursor: only rows in front of it." },
    offset: { type: GraphQLInt, description: "Rows to skip. Not together with a cursor." },
  };
}

/** Makes the argument by which rows are searched; none for a model without search. */
export function createSearchArgument(model: ModelSchema, order = ""): GraphQLFieldConfigArgumentMap {
  if (model.search === null) return {};
  const fields = model.search.parts.map(({ field }) => `\`${field}\``).join(", ");
  const description = `Only rows that hold all these words in ${fields}: \`word\`, \`begin*\`, \`"a phrase"\`; \`-word\` leaves out. ${order}`;
  return { search: { type: GraphQLString, description: description.trim() } };
}

/** Where a page lies in its list. */
export const pageInfoType: GraphQLObjectType = new GraphQLObjectType({
  name: "PageInfo",
  description: "Where a page lies in its list.",
  fields: {
    hasNextPage: { type: new GraphQLNonNull(GraphQLBoolean), description: "Whether more rows follow." },
    hasPreviousPage: { type: new GraphQLNonNull(GraphQLBoolean), description: "Whether rows precede." },
    startCursor: { type: GraphQLString, description: "For `before`, to get the page in front of this one." },
    endCursor: { type: GraphQLString, description: "For `after`, to get the next page." },
  },
});

function createObjectField(table: TypeTable, field: Field): ObjectField {
  const description = field.describe ?? null;
  if (isValueField(field)) return { type: createScalarOutput(table, field), description };
  const target = table.model(field.model);
  const types = table.types(field.model);
  if (isToMany(field))
    return { type: new GraphQLNonNull(types.connection), description, args: createListArguments(table, target) };
  // The row that is referred to may be deleted.
  const isThere = target.access.read === "everyone" && !keepsDeleted(target);
  const always = field.kind === "ref" && !field.optional && showsToAll(field) && isThere;
  return { type: always ? new GraphQLNonNull(types.object) : types.object, description };
}

/** What is calculated over the rows of a relation to many, unless a field has its name. */
function createRelatedFields(
  table: TypeTable,
  model: ModelSchema,
  field: Field,
): readonly (readonly [string, ObjectField])[] {
  const name = `${field.name}Aggregate`;
  if (isValueField(field) || !isToMany(field) || Object.hasOwn(model.fields, name)) return [];
  const { where, groups } = table.types(field.model);
  const type: ObjectField = {
    type: new GraphQLNonNull(groups.values),
    description: `What is calculated over the rows of \`${field.name}\`.`,
    args: {
      where: { type: where, description: "Only rows that match." },
      ...createSearchArgument(table.model(field.model)),
    },
  };
  return [[name, type]];
}

function createScalarOutput(table: TypeTable, field: ValueField): GraphQLOutputType {
  const leaf = table.leaf(field);
  const type = field.type.list ? new GraphQLList(new GraphQLNonNull(leaf)) : leaf;
  return field.optional || !showsToAll(field) ? type : new GraphQLNonNull(type);
}

function createEdgeType(model: ModelSchema, object: GraphQLObjectType): GraphQLObjectType {
  return new GraphQLObjectType({
    name: nameModel(model).edge,
    description: `One ${model.name} row in a list.`,
    fields: {
      node: { type: new GraphQLNonNull(object), description: "The row." },
      cursor: {
        type: new GraphQLNonNull(GraphQLString),
        description: "The row's place in the list, for `after` and `before`.",
      },
    },
  });
}

function requireList(item: GraphQLObjectType): GraphQLOutputType {
  return new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(item)));
}
