/**
 * Derives the JSON Schemas of the data of writes with what it may say of related rows: the components of an API
 * document, which refer to each other by name. What a single row takes is `json-schema.ts`.
 */
import { isNumber, listCalculations } from "./calculations.ts";
import { createJsonSchema, createKeySchema, createTypeSchema, type JsonSchema } from "./json-schema.ts";
import { capitalize } from "./naming.ts";
import { listPatches } from "./patches.ts";
import { findVia, isToMany, listVerbs, type Verb, type WriteUse } from "./related-verbs.ts";
import {
  isValueField,
  type JsonValue,
  type ModelSchema,
  type RelationField,
  type ScalarField,
  type Schema,
} from "./schema-model.ts";

/** Items that one verb takes at most. */
export const MAX_RELATED = 1_000;

/** A component in the making. */
interface DataForm {
  readonly model: ModelSchema;
  readonly use: WriteUse;
  /** Fields that are given elsewhere. */
  readonly without: readonly string[];
}

/** The components for the data that creates and changes rows of a model: `CityCreate`, `CityUpdate`, and all they refer to. */
export function createDataSchemas(schema: Schema, model: ModelSchema): Readonly<Record<string, JsonSchema>> {
  const forms: DataForm[] = [];
  if (model.access.create !== "nobody") forms.push({ model, use: "create", without: [] });
  if (model.access.update !== "nobody") forms.push({ model, use: "update", without: [] });
  const made = new Map<string, JsonSchema>();
  for (let form = forms.pop(); form !== undefined; form = forms.pop()) {
    const name = nameForm(form);
    if (!made.has(name))
      made.set(
        name,
        createForm(schema, form, (other) => forms.push(other)),
      );
  }
  return Object.fromEntries(made);
}

function nameForm({ model, use, without }: DataForm): string {
  const ending = without.length === 0 ? "" : `Without${without.map(capitalize).join("")}`;
  return `${model.name}${capitalize(use)}${ending}`;
}

function createForm(schema: Schema, { model, use, without }: DataForm, need: (form: DataForm) => void): JsonSchema {
  const own = createJsonSchema(schema, model, use);
  const given = { ...Object(own["properties"]) };
  const required = [own["required"]]
    .flat()
    .filter((name): name is string => typeof name === "string" && !without.includes(name));
  const properties = new Map(Object.entries<JsonValue>(given).filter(([name]) => !without.includes(name)));
  for (const field of Object.values(model.fields)) {
    const value = properties.get(field.name);
    if (use === "update" && isNumber(field) && !field.unique && value !== undefined)
      properties.set(field.name, { anyOf: [value, createCalculation(field)] });
    if (use === "update" && field.kind === "scalar" && field.type.list && value !== undefined)
      properties.set(field.name, { anyOf: [value, createListPatch(field)] });
    if (isValueField(field) || without.includes(field.name) || isFixed(model, field, use)) continue;
    const verbs = listVerbs(schema, field, use);
    if (verbs.length === 0) continue;
    const related = createRelated({ schema, need }, field, verbs);
    const key = properties.get(field.name);
    properties.set(field.name, key === undefined ? related : { anyOf: [key, related] });
  }
  const { required: _required, ...rest } = own;
  return { ...rest, properties: Object.fromEntries(properties), ...(required.length > 0 && { required }) };
}

/** What an update may do to a number instead of setting it. */
function createCalculation({ type }: ScalarField): JsonSchema {
  // The limits are those of the result.
  const { min: _min, max: _max, ...unlimited } = type;
  const value = createTypeSchema(unlimited);
  const verbs = listCalculations(type);
  return {
    type: "object",
    description: "Calculates with the value that is there; the result must be within the limits.",
    properties: Object.fromEntries(verbs.map((verb) => [verb, value])),
    additionalProperties: false,
    minProperties: 1,
    maxProperties: 1,
  };
}

/** What an update may do to a list instead of setting it. */
function createListPatch({ type }: ScalarField): JsonSchema {
  // What is removed need not be anything that the list may hold now.
  const { kind, values, precision, scale } = type;
  const bare = {
    kind,
    ...(values && { values }),
    ...(precision && { precision }),
    ...(scale !== undefined && { scale }),
  };
  const lists = { append: createTypeSchema(type), remove: createTypeSchema({ ...bare, list: true }) };
  return {
    type: "object",
    description: "Adds items at the end, or removes every item that equals one of the given.",
    properties: Object.fromEntries(
      listPatches(type).map((verb) => [verb, verb === "remove" ? lists.remove : lists.append]),
    ),
    additionalProperties: false,
    minProperties: 1,
    maxProperties: 1,
  };
}

/** An update changes neither the key nor what is set at creation only. */
function isFixed({ key }: ModelSchema, field: RelationField, use: WriteUse): boolean {
  if (use === "create") return false;
  return ("immutable" in field && field.immutable) || key.some((part) => part.field === field.name);
}

interface Needs {
  readonly schema: Schema;
  readonly need: (form: DataForm) => void;
}

function createRelated(needs: Needs, field: RelationField, verbs: readonly Verb[]): JsonSchema {
  const many = isToMany(field);
  return {
    type: "object",
    description: many
      ? `What to do with its ${field.model} rows, in the order given.`
      : `What to do with its ${field.model} row: one of these.`,
    properties: Object.fromEntries(verbs.map((verb) => [verb, createVerb(needs, field, verb)])),
    additionalProperties: false,
    minProperties: 1,
    ...(!many && { maxProperties: 1 }),
  };
}

function createVerb(needs: Needs, field: RelationField, verb: Verb): JsonSchema {
  const item = createItem(needs, field, verb);
  return isToMany(field) ? { type: "array", items: item, maxItems: MAX_RELATED } : item;
}

function createItem({ schema, need }: Needs, field: RelationField, verb: Verb): JsonSchema {
  const target = schema.models[field.model];
  if (target === undefined) return {};
  const many = isToMany(field);
  const via = findVia(field);
  const key = createKeySchema(target.key);
  const vias = via === null ? [] : [via];
  const refer = (form: DataForm): JsonSchema => {
    need(form);
    return { $ref: `#/components/schemas/${nameForm(form)}` };
  };
  const create = (without: readonly string[]) =>
    refer({ model: target, use: "create", without: [...new Set(without)] });
  const update = () => refer({ model: target, use: "update", without: [] });
  const keyless = () => create([...target.key.map((part) => part.field), ...vias]);
  switch (verb) {
    case "create":
      return create(vias);
    case "connect":
    case "set":
      return key;
    case "disconnect":
    case "delete":
      return many ? key : { const: true };
    case "connectOrCreate":
      return createObject({ key, create: keyless() });
    case "update":
      return many ? createObject({ key, data: update() }) : update();
    case "upsert":
      return many
        ? createObject({ key, create: keyless(), update: update() })
        : createObject({ create: create(vias), update: update() });
  }
}

function createObject(properties: Readonly<Record<string, JsonSchema>>): JsonSchema {
  return { type: "object", properties, required: Object.keys(properties), additionalProperties: false };
}
