/** What the builders of GraphQL types know of each other's types. They refer to each other in circles, so fields look here late. */
import type { GraphQLEnumType, GraphQLInputObjectType, GraphQLObjectType, GraphQLScalarType } from "graphql";
import {
  type Field,
  isValueField,
  type ModelSchema,
  type RelationField,
  type Schema,
  type ValueField,
} from "../../schema/schema-model.ts";
import type { RowLimits } from "./graphql-limits.ts";

/** A type of single values. */
export type LeafType = GraphQLScalarType | GraphQLEnumType;

/** A type that can stand for a key: a leaf, or an input object when the key has several parts. */
export type KeyType = LeafType | GraphQLInputObjectType;

/** The types of one model. */
export interface ModelTypes {
  readonly object: GraphQLObjectType;
  readonly connection: GraphQLObjectType;
  readonly where: GraphQLInputObjectType;
  /** The filter on a to-many relation: `some`, `every`, `none`. */
  readonly listWhere: GraphQLInputObjectType;
  readonly groups: GroupTypes;
}

/** The types of a model's groups. */
export interface GroupTypes {
  readonly connection: GraphQLObjectType;
  /** What rows are grouped by. */
  readonly key: GraphQLObjectType;
  readonly having: GraphQLInputObjectType;
  /** What is calculated over related rows: a group without a key. */
  readonly values: GraphQLObjectType;
}

/** The types of all models. */
export interface TypeTable {
  readonly schema: Schema;
  readonly rows: RowLimits;
  /** The model of that name, which exists. */
  model(name: string): ModelSchema;
  /** The types of the model of that name, which exists. */
  types(name: string): ModelTypes;
  /** The type of one value of a field. */
  leaf(field: ValueField): LeafType;
  /** The type of the key of the model of that name. */
  key(name: string): KeyType;
}

/** The fields of a model that a principal may know of: not hidden, and not of a model that nobody may read. */
export function listVisibleFields(schema: Schema, model: ModelSchema): readonly Field[] {
  return Object.values(model.fields).filter(
    (field) => !field.hidden && (isValueField(field) || isReadable(schema, field)),
  );
}

function isReadable(schema: Schema, field: RelationField): boolean {
  return schema.models[field.model]?.access.read !== "nobody";
}
