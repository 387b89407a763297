/**
 * Derives the GraphQL schema from the declared one, and says of each root field what it does. Refuses names
 * that collide. Holds no resolver: execution is not graphql-js's.
 */
import {
  GraphQLBoolean,
  GraphQLEnumType,
  type GraphQLFieldConfigArgumentMap,
  type GraphQLInputObjectType,
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLSchema,
  specifiedDirectives,
  validateSchema,
} from "graphql";
import type { ActionKind, ServedAction } from "../../actions/served-action.ts";
import { FootingError, type Problem } from "../../errors/footing-error.ts";
import { describeDelete } from "../../schema/describe-delete.ts";
import { isVersioned, keepsDeleted, VERSION_FIELD } from "../../schema/kept-fields.ts";
import type { ModelSchema, ScalarField, Schema } from "../../schema/schema-model.ts";
import { createActionField, findActionClashes } from "./action-fields.ts";
import { createDeletedArgument, createPermanentlyArgument, deletePreviewType } from "./end-types.ts";
import { exportDirective } from "./export-directive.ts";
import type { RowLimits } from "./graphql-limits.ts";
import { findNameProblems, nameEnum, nameModel } from "./graphql-names.ts";
import { getScalar } from "./graphql-scalars.ts";
import { createGroupArguments, createGroupTypes } from "./group-types.ts";
import { createDataTypes, createKeyType, createListWhereType, createWhereType, getKeyPartType } from "./input-types.ts";
import { createConnectionType, createListArguments, createObjectType, type ObjectField } from "./object-types.ts";
import type { DataTypes } from "./related-input-types.ts";
import type { KeyType, LeafType, ModelTypes, TypeTable } from "./type-table.ts";

/** What a root field does, and to which model. */
export interface RootField {
  readonly action:
    | "get"
    | "list"
    | "aggregate"
    | "create"
    | "update"
    | "upsert"
    | "delete"
    | "restore"
    | "previewDelete";
  readonly model: ModelSchema;
}

/** A derived schema: for graphql-js to parse, validate and describe with, and for execution to look root fields up in. */
export interface DerivedSchema {
  readonly models: Schema;
  readonly rows: RowLimits;
  readonly graphql: GraphQLSchema;
  readonly queries: ReadonlyMap<string, RootField>;
  readonly mutations: ReadonlyMap<string, RootField>;
  /** The app's own, of both kinds. */
  readonly actions: ReadonlyMap<string, ServedAction>;
}

/** A root field with its type. */
type NamedField = readonly [name: string, does: RootField, type: ObjectField];

/**
 * Derives the GraphQL schema.
 *
 * @throws FootingError FTG_SCHEMA with every name that collides or that GraphQL does not allow.
 */
export function createGraphqlSchema(
  schema: Schema,
  rows: RowLimits,
  actions: readonly ServedAction[] = [],
): DerivedSchema {
  refuse(findNameProblems(schema));
  const table = createTypeTable(schema, rows);
  const models = Object.values(schema.models);
  const queries = models.flatMap((model) => createQueryFields(table, model));
  const types = createDataTypes(table);
  const mutations = models.flatMap((model) => createMutationFields(table, types, model));
  refuse(findActionClashes(actions, new Set([...queries, ...mutations].map(([name]) => name))));
  const read = { ...toFields(queries), ...toActionFields(actions, "query") };
  const written = { ...toFields(mutations), ...toActionFields(actions, "mutation") };
  const writes = Object.keys(written).length > 0;
  const graphql = new GraphQLSchema({
    query: new GraphQLObjectType({ name: "Query", description: "What can be read.", fields: orPlaceholder(read) }),
    mutation: writes
      ? new GraphQLObjectType({ name: "Mutation", description: "What can be written.", fields: written })
      : null,
    directives: writes ? [...specifiedDirectives, exportDirective] : specifiedDirectives,
  });
  refuse(validateSchema(graphql).map((error) => ({ path: "GraphQL", detail: error.message })));
  return Object.freeze({
    models: schema,
    rows,
    graphql,
    queries: toActions(queries),
    mutations: toActions(mutations),
    actions: new Map(actions.map((action) => [action.name, action])),
  });
}

function createQueryFields(table: TypeTable, model: ModelSchema): NamedField[] {
  if (model.access.read === "nobody") return [];
  const names = nameModel(model);
  const { object, connection } = table.types(model.name);
  const list: NamedField = [
    names.list,
    { action: "list", model },
    {
      type: new GraphQLNonNull(connection),
      description: `Lists ${model.name} rows.`,
      args: { ...createListArguments(table, model), ...createDeletedArgument(model) },
    },
  ];
  const groups: NamedField = [
    names.aggregate,
    { action: "aggregate", model },
    {
      type: new GraphQLNonNull(table.types(model.name).groups.connection),
      description: `Groups ${model.name} rows by what is selected of \`key\`, and calculates over the groups.`,
      args: { ...createGroupArguments(table, model), ...createDeletedArgument(model) },
    },
  ];
  if (!hasVisibleKey(model)) return [list, groups];
  const get: ObjectField = {
    type: object,
    description: `Gets one ${model.name} by its key; null when there is none.`,
    args: { ...createKeyArguments(table, model), ...createDeletedArgument(model) },
  };
  return [[names.get, { action: "get", model }, get], list, groups, ...createPreviewField(table, model)];
}

/** The field that tells what a delete would take along; none where nobody may delete. */
function createPreviewField(table: TypeTable, model: ModelSchema): NamedField[] {
  if (model.access.delete === "nobody") return [];
  const preview: ObjectField = {
    type: new GraphQLNonNull(deletePreviewType),
    description: joinTexts(`What ${nameModel(model).delete} would take along.`, describeDelete(table.schema, model)),
    args: { ...createKeyArguments(table, model), ...createPermanentlyArgument(model) },
  };
  return [[nameModel(model).previewDelete, { action: "previewDelete", model }, preview]];
}

function joinTexts(...texts: readonly (string | null)[]): string {
  return texts.filter((text) => text !== null).join(" ");
}

function createMutationFields(table: TypeTable, types: DataTypes, model: ModelSchema): NamedField[] {
  const names = nameModel(model);
  const type = table.types(model.name).object;
  const data = types.create(model, []);
  const changes = types.update(model);
  const key = createKeyArguments(table, model);
  const version = createVersionArgument(table, model);
  const fields: NamedField[] = [
    [
      names.create,
      { action: "create", model },
      { type, description: `Creates a ${model.name}.`, args: createDataArgument(data) },
    ],
    [
      names.update,
      { action: "update", model },
      { type, description: `Changes one ${model.name}.`, args: { ...key, ...version, ...createDataArgument(changes) } },
    ],
    ...createUpsertField(table, types, model),
    [
      names.delete,
      { action: "delete", model },
      {
        type,
        description: joinTexts(describeEnd(model), describeDelete(table.schema, model)),
        args: { ...key, ...version, ...createPermanentlyArgument(model) },
      },
    ],
    [
      names.restore,
      { action: "restore", model },
      { type, description: `Brings a deleted ${model.name} back.`, args: { ...key, ...version } },
    ],
  ];
  return fields.filter(([, { action }]) => isWriteServed(model, action, changes));
}

function describeEnd(model: ModelSchema): string {
  if (!keepsDeleted(model)) return `Ends one ${model.name}; the answer is the row as it was.`;
  return `Deletes one ${model.name}, which stays and can be restored unless it goes permanently; the answer is the row.`;
}

/** The field that creates or changes a row; none where one of the two is closed to everybody. */
function createUpsertField(table: TypeTable, types: DataTypes, model: ModelSchema): NamedField[] {
  const { access } = model;
  const changes = types.update(model);
  const data = types.create(
    model,
    model.key.map((part) => part.field),
  );
  if (access.create === "nobody" || access.update === "nobody" || data === null || changes === null) return [];
  const field: ObjectField = {
    type: table.types(model.name).object,
    description: `Changes the ${model.name} with the key, or creates it when you can see none.`,
    args: {
      ...createKeyArguments(table, model),
      create: { type: new GraphQLNonNull(data) },
      update: { type: new GraphQLNonNull(changes) },
    },
  };
  return [[nameModel(model).upsert, { action: "upsert", model }, field]];
}

function isWriteServed(
  model: ModelSchema,
  action: RootField["action"],
  changes: GraphQLInputObjectType | null,
): boolean {
  if (action === "create") return model.access.create !== "nobody";
  if (!hasVisibleKey(model)) return false;
  if (action === "upsert") return true;
  if (action === "restore" && !keepsDeleted(model)) return false;
  return action === "update" ? model.access.update !== "nobody" && changes !== null : model.access.delete !== "nobody";
}

function createKeyArguments(table: TypeTable, model: ModelSchema): GraphQLFieldConfigArgumentMap {
  return Object.fromEntries(
    model.key.map((part) => [part.field, { type: new GraphQLNonNull(getKeyPartType(table, model, part)) }]),
  );
}

/** A single version is a list of one by the coercion rules of GraphQL. */
function createVersionArgument(table: TypeTable, model: ModelSchema): GraphQLFieldConfigArgumentMap {
  const field = model.fields[VERSION_FIELD];
  if (field?.kind !== "scalar" || !isVersioned(model)) return {};
  const description = "Does it only to a row of this version, or of one of these; any other is FTG_VERSION_MISMATCH.";
  return { ifVersion: { type: new GraphQLList(new GraphQLNonNull(table.leaf(field))), description } };
}

function createDataArgument(type: GraphQLInputObjectType | null): GraphQLFieldConfigArgumentMap {
  return type === null ? {} : { data: { type: new GraphQLNonNull(type) } };
}

function hasVisibleKey(model: ModelSchema): boolean {
  return model.key.every((part) => model.fields[part.field]?.hidden === false);
}

/** GraphQL demands a query field, even of an app in which nobody may read anything yet. */
function orPlaceholder(queries: Record<string, ObjectField>): Record<string, ObjectField> {
  if (Object.keys(queries).length > 0) return queries;
  return { _empty: { type: GraphQLBoolean, description: "Always null: no model has a `read` rule yet." } };
}

function toFields(fields: readonly NamedField[]): Record<string, ObjectField> {
  return Object.fromEntries(fields.map(([name, , type]) => [name, type]));
}

function toActionFields(actions: readonly ServedAction[], kind: ActionKind): Record<string, ObjectField> {
  const own = actions.filter((action) => action.kind === kind);
  return Object.fromEntries(own.map((action) => [action.name, createActionField(action)]));
}

function toActions(fields: readonly NamedField[]): ReadonlyMap<string, RootField> {
  return new Map(fields.map(([name, does]) => [name, Object.freeze(does)]));
}

function refuse(problems: readonly Problem[]): void {
  if (problems.length === 0) return;
  throw new FootingError("FTG_SCHEMA", {
    detail: `GraphQL cannot serve the schema: ${problems.length} of its names do not fit.`,
    problems,
  });
}

function createTypeTable(schema: Schema, rows: RowLimits): TypeTable {
  const models = Object.values(schema.models);
  const enums = new Map(models.flatMap(createEnumTypes));
  const types = new Map<string, ModelTypes>();
  const keys = new Map<string, GraphQLInputObjectType>();
  const table: TypeTable = {
    schema,
    rows,
    model: (name) => find(schema.models[name], name),
    types: (name) => find(types.get(name), name),
    leaf: (field) => (field.kind === "scalar" ? enums.get(field) : undefined) ?? getScalar(field.type),
    key: (name) => keys.get(name) ?? getSoleKeyType(table, find(schema.models[name], name)),
  };
  for (const model of models) {
    types.set(model.name, createModelTypes(table, model));
    if (model.key.length > 1) keys.set(model.name, createKeyType(table, model));
  }
  return table;
}

function createModelTypes(table: TypeTable, model: ModelSchema): ModelTypes {
  const object = createObjectType(table, model);
  const where = createWhereType(table, model);
  return {
    object,
    connection: createConnectionType(model, object),
    where,
    listWhere: createListWhereType(model, where),
    groups: createGroupTypes(table, model),
  };
}

function getSoleKeyType(table: TypeTable, model: ModelSchema): KeyType {
  return getKeyPartType(table, model, find(model.key[0], model.name));
}

function createEnumTypes(model: ModelSchema): (readonly [ScalarField, LeafType])[] {
  return Object.values(model.fields).flatMap((field) => {
    const name = field.kind === "scalar" ? nameEnum(model, field) : null;
    if (field.kind !== "scalar" || name === null) return [];
    const values = Object.fromEntries((field.type.values ?? []).map((value) => [value, {}]));
    return [[field, new GraphQLEnumType({ name, values, description: field.describe ?? null })] as const];
  });
}

function find<T>(found: T | undefined, name: string): T {
  if (found === undefined) throw new TypeError(`The schema refers to ${name}, which is not a model with a key.`);
  return found;
}
