/** Builds what goes in: the filters on a model, its key, and the data of a new or changed row. */
import {
  type GraphQLInputFieldConfig,
  GraphQLInputObjectType,
  type GraphQLInputType,
  GraphQLList,
  GraphQLNonNull,
} from "graphql";
import { isKept } from "../../schema/kept-fields.ts";
import { capitalize } from "../../schema/naming.ts";
import { isToMany } from "../../schema/related-verbs.ts";
import {
  type Field,
  type FieldDefault,
  isValueField,
  type KeyColumn,
  type ManyToManyField,
  type ModelSchema,
  type RefField,
  type ScalarField,
} from "../../schema/schema-model.ts";
import { createCalculationFields } from "./calculation-types.ts";
import { nameModel } from "./graphql-names.ts";
import { getFilter } from "./graphql-scalars.ts";
import { createPatchFields } from "./patch-fields.ts";
import { type DataTypes, nameRelated, RelatedTypes } from "./related-input-types.ts";
import { type KeyType, listVisibleFields, type TypeTable } from "./type-table.ts";

/** A field that a row is written through. */
type WritableField = ScalarField | RefField | ManyToManyField;

type InputFields = Record<string, GraphQLInputFieldConfig>;

/** Makes the filter on rows of a model. */
export function createWhereType(table: TypeTable, model: ModelSchema): GraphQLInputObjectType {
  const where: GraphQLInputObjectType = new GraphQLInputObjectType({
    name: nameModel(model).where,
    description: `Which ${model.name} rows: all given conditions must hold. An empty filter matches every row.`,
    fields: () => createWhereFields(table, model, where),
  });
  return where;
}

/** Makes the filter on a relation to several rows of a model. */
export function createListWhereType(model: ModelSchema, where: GraphQLInputObjectType): GraphQLInputObjectType {
  return new GraphQLInputObjectType({
    name: nameModel(model).listWhere,
    description: `Which related ${model.name} rows there must be.`,
    fields: {
      some: { type: where, description: "At least one matches." },
      every: { type: where, description: "None fails to match; true when there are none." },
      none: { type: where, description: "None matches." },
    },
  });
}

/** Makes the key of a model whose key has several parts. */
export function createKeyType(table: TypeTable, model: ModelSchema): GraphQLInputObjectType {
  return new GraphQLInputObjectType({
    name: nameModel(model).key,
    description: `The key of one ${model.name}.`,
    fields: () =>
      Object.fromEntries(
        model.key.map((part) => [part.field, { type: new GraphQLNonNull(getKeyPartType(table, model, part)) }]),
      ),
  });
}

/** The type of one part of a model's key: the field's own, or the key behind a ref. */
export function getKeyPartType(table: TypeTable, model: ModelSchema, part: KeyColumn): KeyType {
  const field = model.fields[part.field];
  if (field === undefined) throw new TypeError(`${model.name} has no key field ${part.field}.`);
  return isValueField(field) ? table.leaf(field) : table.key(field.model);
}

/** Makes the data of writes, with that of related rows; each type once. */
export function createDataTypes(table: TypeTable): DataTypes {
  const made = new Map<string, GraphQLInputObjectType | null>();
  const once = (name: string, make: () => GraphQLInputObjectType | null): GraphQLInputObjectType | null => {
    const known = made.get(name);
    if (known !== undefined) return known;
    const type = make();
    made.set(name, type);
    return type;
  };
  const data: DataTypes = {
    create(model, without) {
      const ending = without.length === 0 ? "" : `Without${without.map(capitalize).join("")}`;
      const name = `${nameModel(model).createInput}${ending}`;
      return once(name, () => createDataType(table, model, { name, without, related }));
    },
    update: (model) => once(nameModel(model).updateInput, () => createChangesType(table, model, related)),
  };
  const related = new RelatedTypes(table, data);
  return data;
}

/**
 * Makes the data of a new row; null when no field can be given. Where a rule decides who creates, it may also
 * fill fields in, so none is required here: the engine says what is missing.
 */
function createDataType(
  table: TypeTable,
  model: ModelSchema,
  { name, without, related }: { name: string; without: readonly string[]; related: RelatedTypes },
): GraphQLInputObjectType | null {
  const open = model.access.create === "everyone";
  const fields = listWritableFields(model).filter((field) => !without.includes(field.name));
  return createWriteType(table, name, {
    description: `A new ${model.name}.`,
    fields: fields.map((field) => [field, open && isRequired(field)]),
    patches: {},
    related: () => related.fields(model, "create", without),
  });
}

/** Makes the changes to a row; null when no field can change. */
function createChangesType(table: TypeTable, model: ModelSchema, related: RelatedTypes): GraphQLInputObjectType | null {
  const key = new Set(model.key.map((part) => part.field));
  const changeable = listWritableFields(model).filter(
    (field) => !key.has(field.name) && !("immutable" in field && field.immutable),
  );
  return createWriteType(table, nameModel(model).updateInput, {
    description: `Changes to a ${model.name}: what is left out stays as it is.`,
    fields: changeable.map((field) => [field, false]),
    patches: { ...createPatchFields(model, changeable), ...createCalculationFields(model, changeable) },
    related: () => related.fields(model, "update", [...key]),
  });
}

interface WriteForm {
  readonly description: string;
  /** The fields, each with whether it must be given. */
  readonly fields: readonly (readonly [WritableField, boolean])[];
  /** What is changed in part. */
  readonly patches: InputFields;
  /** What can be said of related rows; asked for late, because types refer to each other in circles. */
  readonly related: () => InputFields;
}

function createWhereFields(table: TypeTable, model: ModelSchema, where: GraphQLInputObjectType): InputFields {
  const list = new GraphQLList(new GraphQLNonNull(where));
  return {
    ...Object.fromEntries(
      listVisibleFields(table.schema, model).map((field) => [field.name, { type: getWhereFieldType(table, field) }]),
    ),
    all: { type: list, description: "Every one of these filters matches." },
    any: { type: list, description: "At least one of these filters matches." },
    not: { type: where, description: "This filter does not match." },
  };
}

function getWhereFieldType(table: TypeTable, field: Field): GraphQLInputType {
  if (isValueField(field)) return getFilter(field.type);
  const { where, listWhere } = table.types(field.model);
  return isToMany(field) ? listWhere : where;
}

function createWriteType(table: TypeTable, name: string, form: WriteForm): GraphQLInputObjectType | null {
  if (form.fields.length === 0) return null;
  const fields = (): InputFields => {
    const related = form.related();
    // A ref that may come with its row need not be given by key.
    const isGivenByKey = (field: WritableField) =>
      field.kind === "scalar" || !Object.hasOwn(related, nameRelated(field));
    const own = form.fields.map(([field, required]) => [
      field.name,
      createWriteField(table, field, required && isGivenByKey(field)),
    ]);
    return { ...Object.fromEntries(own), ...form.patches, ...related };
  };
  return new GraphQLInputObjectType({ name, description: form.description, fields });
}

function createWriteField(table: TypeTable, field: WritableField, required: boolean): GraphQLInputFieldConfig {
  const type = getWriteType(table, field);
  return { type: required ? new GraphQLNonNull(type) : type, description: describeWriteField(field) };
}

function getWriteType(
  table: TypeTable,
  field: WritableField,
): (GraphQLInputType & KeyType) | GraphQLList<GraphQLNonNull<KeyType>> {
  const item = field.kind === "scalar" ? table.leaf(field) : table.key(field.model);
  const list = field.kind === "scalar" ? field.type.list : field.kind === "manyToMany";
  return list ? new GraphQLList(new GraphQLNonNull(item)) : item;
}

function describeWriteField(field: WritableField): string | null {
  const kept = field.kind === "scalar" && field.default !== null ? describeDefault(field.default) : null;
  const relation =
    field.kind === "manyToMany" ? `The keys of all its ${field.model} rows: those left out are unlinked.` : null;
  const reference = field.kind === "ref" ? `The key of a ${field.model}.` : null;
  const parts = [field.describe, reference, relation, kept].filter((part) => typeof part === "string");
  return parts.length === 0 ? null : parts.join(" ");
}

function describeDefault(value: FieldDefault): string {
  if (value.kind === "now") return "Default: the current time.";
  return value.kind === "uuid" ? "Default: a new UUID." : `Default: ${JSON.stringify(value.value)}.`;
}

/** The fields a row is written through: its own columns, and links from either side. */
function listWritableFields(model: ModelSchema): readonly WritableField[] {
  return Object.values(model.fields).filter(
    (field): field is WritableField =>
      !field.hidden && !isKept(field) && field.kind !== "many" && field.kind !== "one" && field.kind !== "computed",
  );
}

function isRequired(field: Field): boolean {
  if (field.kind === "scalar") return !field.optional && field.default === null;
  return field.kind === "ref" && !field.optional;
}
