/**
 * Builds the inputs of writes that say something of related rows: `cities: { create: […] }`. A relation that is given
 * by key has them under a name of its own, `countryWith`, because a GraphQL input has one form only.
 */
import {
  GraphQLBoolean,
  type GraphQLInputFieldConfig,
  GraphQLInputObjectType,
  GraphQLList,
  GraphQLNonNull,
} from "graphql";
import { FootingError } from "../../errors/footing-error.ts";
import { capitalize } from "../../schema/naming.ts";
import { findVia, isToMany, listVerbs, type Verb, type WriteUse } from "../../schema/related-verbs.ts";
import { isValueField, type ModelSchema, type RelationField, type Schema } from "../../schema/schema-model.ts";
import { isObject } from "../../util/is-object.ts";
import { placeCalculations } from "./calculation-types.ts";
import { renamePatches } from "./patch-fields.ts";
import type { KeyType, TypeTable } from "./type-table.ts";

/** Makes the data of writes, each type once. */
export interface DataTypes {
  /** The data of a new row without the named fields; null when nothing else can be given. */
  create(model: ModelSchema, without: readonly string[]): GraphQLInputObjectType | null;
  /** The changes to a row; null when no field can change. */
  update(model: ModelSchema): GraphQLInputObjectType | null;
}

/** The types of relations by name, and what they are made with. */
export class RelatedTypes {
  readonly #table: TypeTable;
  readonly #data: DataTypes;
  readonly #made: Map<string, GraphQLInputObjectType> = new Map();

  constructor(table: TypeTable, data: DataTypes) {
    this.#table = table;
    this.#data = data;
  }

  /** The fields for the relations of a model, by their names in the input. */
  fields(model: ModelSchema, use: WriteUse, without: readonly string[]): Record<string, GraphQLInputFieldConfig> {
    const relations = Object.values(model.fields).filter(
      (field): field is RelationField => !isValueField(field) && !without.includes(field.name),
    );
    return Object.fromEntries(
      relations.flatMap((field) => {
        if ("immutable" in field && field.immutable && use === "update") return [];
        const verbs = listVerbs(this.#table.schema, field, use);
        if (!saysMore(field, verbs)) return [];
        const description = `What to do with its ${field.model} ${isToMany(field) ? "rows" : "row"}.`;
        return [[nameRelated(field), { type: this.#type(field, use, verbs), description }]];
      }),
    );
  }

  #type(field: RelationField, use: WriteUse, verbs: readonly Verb[]): GraphQLInputObjectType {
    const name = this.#name(field, use);
    const known = this.#made.get(name);
    if (known !== undefined) return known;
    const rows = isToMany(field) ? "rows" : "row: give one of the fields";
    const made = new GraphQLInputObjectType({
      name,
      description: `What a ${use === "create" ? "new" : "changed"} row says of its ${field.model} ${rows}.`,
      fields: () => this.#verbs(field, verbs),
    });
    this.#made.set(name, made);
    return made;
  }

  /** Relations of one form share a type: it depends on the other model, on what leads back, and on the verbs. */
  #name(field: RelationField, use: WriteUse): string {
    const via = findVia(field);
    const without = via === null ? "" : `Without${capitalize(via)}`;
    const form =
      field.kind === "manyToMany" ? "Links" : field.kind === "many" ? "List" : field.kind === "one" ? "One" : "Ref";
    const optional = field.kind === "ref" && field.optional && use === "update" ? "Optional" : "";
    return `${field.model}${without}${optional}${form}${use === "create" ? "Create" : "Update"}`;
  }

  #verbs(field: RelationField, verbs: readonly Verb[]): Record<string, GraphQLInputFieldConfig> {
    return Object.fromEntries(
      verbs.flatMap((verb) => {
        const item = this.#item(field, verb);
        if (item === null) return [];
        const type = isToMany(field) ? new GraphQLList(new GraphQLNonNull(item)) : item;
        return [[verb, { type, description: descriptions[verb] }]];
      }),
    );
  }

  /** What one row is given for a verb; null when there would be nothing to give. */
  #item(field: RelationField, verb: Verb): KeyType | null {
    const target = this.#table.model(field.model);
    const via = findVia(field);
    switch (verb) {
      case "create":
        return this.#data.create(target, via === null ? [] : [via]);
      case "connect":
      case "set":
        return this.#table.key(field.model);
      case "disconnect":
      case "delete":
        return isToMany(field) ? this.#table.key(field.model) : GraphQLBoolean;
      case "connectOrCreate":
        return this.#pair(field, verb, { key: this.#table.key(field.model), create: this.#keyless(target, via) });
      case "update":
        return isToMany(field)
          ? this.#pair(field, verb, { key: this.#table.key(field.model), data: this.#data.update(target) })
          : this.#data.update(target);
      case "upsert":
        return this.#pair(field, verb, {
          ...(isToMany(field) && { key: this.#table.key(field.model) }),
          create: isToMany(field) ? this.#keyless(target, via) : this.#data.create(target, via === null ? [] : [via]),
          update: this.#data.update(target),
        });
    }
  }

  #keyless(target: ModelSchema, via: string | null): KeyType | null {
    const without = [...target.key.map((part) => part.field), ...(via === null ? [] : [via])];
    return this.#data.create(target, [...new Set(without)]);
  }

  #pair(
    field: RelationField,
    verb: Verb,
    members: Readonly<Record<string, KeyType | null>>,
  ): GraphQLInputObjectType | null {
    const given = Object.entries(members).flatMap(([name, type]): [string, KeyType][] =>
      type === null ? [] : [[name, type]],
    );
    if (given.length < Object.keys(members).length) return null;
    const via = findVia(field);
    const without = via === null ? "" : `Without${capitalize(via)}`;
    const name = `${field.model}${without}${isToMany(field) ? "" : "One"}${capitalize(verb)}Item`;
    const known = this.#made.get(name);
    if (known !== undefined) return known;
    const fields = Object.fromEntries(given.map(([key, type]) => [key, { type: new GraphQLNonNull(type) }]));
    const made = new GraphQLInputObjectType({ name, description: descriptions[verb], fields });
    this.#made.set(name, made);
    return made;
  }
}

/** The name under which the data of a write speaks of the rows behind a relation. */
export function nameRelated({ kind, name }: RelationField): string {
  return kind === "ref" || kind === "manyToMany" ? `${name}With` : name;
}

/** Data as it came, with rows of relations and calculations under the names of their fields. Throws FTG_INVALID when given twice. */
export function renameRelated(schema: Schema, model: ModelSchema, data: unknown): unknown {
  if (Array.isArray(data)) return data.map((item) => renameRelated(schema, model, item));
  if (!isObject(data)) return data;
  const renamed = placeCalculations(model, renamePatches(model, data));
  for (const field of Object.values(model.fields)) {
    const target = isValueField(field) ? undefined : schema.models[field.model];
    if (isValueField(field) || target === undefined) continue;
    const name = nameRelated(field);
    const verbs = renamed[name];
    if (verbs === undefined) continue;
    if (name !== field.name && renamed[field.name] !== undefined) throw createTwice(field.name, name);
    delete renamed[name];
    renamed[field.name] = verbs === null ? null : renameVerbs(schema, target, verbs);
  }
  return renamed;
}

function createTwice(name: string, other: string): FootingError {
  const detail = `Expected ${name} or ${other}, got both.`;
  return new FootingError("FTG_INVALID", { detail, problems: [{ path: `/${name}`, detail }] });
}

/** Inside the verbs, data stands under `create`, `update` and `data`. */
function renameVerbs(schema: Schema, target: ModelSchema, given: unknown): unknown {
  if (Array.isArray(given)) return given.map((item) => renameVerbs(schema, target, item));
  if (!isObject(given)) return given;
  const members = Object.entries(given)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => {
      if (name === "create" || name === "data") return [name, renameRelated(schema, target, value)];
      // A list of pairs, the changes themselves, or a pair that holds them.
      const isChange = name === "update" && isObject(value);
      return [
        name,
        isChange ? renameRelated(schema, target, value) : isData(name) ? renameVerbs(schema, target, value) : value,
      ];
    });
  return Object.fromEntries(members);
}

function isData(verb: string): boolean {
  return verb === "update" || verb === "upsert" || verb === "connectOrCreate";
}

/** Keys alone say no more than the relation's own field does. */
function saysMore(field: RelationField, verbs: readonly Verb[]): boolean {
  if (field.kind === "manyToMany") return verbs.some((verb) => verb !== "set");
  return field.kind === "ref" ? verbs.some((verb) => verb !== "connect" && verb !== "disconnect") : verbs.length > 0;
}

const descriptions: Readonly<Record<Verb, string>> = {
  create: "New rows.",
  connect: "Keys of rows that are there.",
  connectOrCreate: "Keys of rows, and the rest of their data should they not be there.",
  disconnect: "Related rows that shall be so no more.",
  set: "Keys of all rows that shall be related.",
  update: "Changes of related rows.",
  upsert: "Changes of related rows, which are created where they are not related.",
  delete: "Related rows to delete.",
};
