/** Writes the JSON Schemas of a model: its rows as they are shown, and the data that creates and changes them. */
import { createJsonSchema, type JsonSchema } from "../../../schema/json-schema.ts";
import { createDataSchemas } from "../../../schema/related-json-schema.ts";
import { isValueField, type JsonValue, type ModelSchema, type Schema } from "../../../schema/schema-model.ts";
import type { Door, RelationView } from "../door.ts";
import { isAggregateShown, nameAggregate } from "../parse-select.ts";

/** The component schemas of a model, by name: `City`, `CityCreate`, `CityUpdate`. */
export function describeModel(schema: Schema, { model, view }: Door, maxLimit: number): JsonSchema {
  const row = createJsonSchema(schema, model, "row");
  const relations = [...view.relations].map(([name, relation]) => {
    const described = relation.toMany
      ? describeMany(relation, maxLimit, findList(schema, model, name))
      : describeOne(readProperties(row)[name], relation);
    return [name, described];
  });
  const calculated = [...view.relations]
    .filter(([name, { toMany }]) => toMany && isAggregateShown(view, name))
    .map(([name, { model: far }]) => [nameAggregate(name), { $ref: `#/components/schemas/${far}Aggregate` }]);
  const { required: _shownByDefault, ...shown } = row;
  const description = `${model.describe ?? `One ${model.name}.`} Shows its own fields, or those that \`fields\` names; related rows with \`include\` or \`fields\`.`;
  const properties = { ...readProperties(row), ...Object.fromEntries([...relations, ...calculated]) };
  return {
    ...(model.access.read !== "nobody" && { [model.name]: { ...shown, description, properties } }),
    ...createDataSchemas(schema, model),
  };
}

/** A reference to the component schema of a model. */
export function referModel({ name }: ModelSchema, use: "" | "Create" | "Update"): JsonSchema {
  return { $ref: `#/components/schemas/${name}${use}` };
}

/** A ref shows its key, or the row when that is included; null when there is none or it may not be seen. */
function describeOne(key: JsonValue | undefined, { model }: RelationView): JsonValue {
  const target = { $ref: `#/components/schemas/${model}` };
  return { anyOf: [...(key === undefined ? [] : [key]), target, { type: "null" }] };
}

/** An included list is cut without a sign, so its description says where the rest is. */
function describeMany({ model }: RelationView, maxLimit: number, list: string | null): JsonValue {
  const rest = list === null ? "." : `: \`${list}\` has them all, page by page.`;
  return {
    type: "array",
    description: `The first ${maxLimit} related rows, by key. When there are ${maxLimit}, there may be more${rest}`,
    items: { $ref: `#/components/schemas/${model}` },
    maxItems: maxLimit,
  };
}

/** The list of the related model that holds the rows of a to-many relation; null when nothing there leads back. */
function findList({ models }: Schema, { key, name, fields }: ModelSchema, relation: string): string | null {
  const field = fields[relation];
  const target = field === undefined || isValueField(field) ? undefined : models[field.model];
  const back = Object.values(target?.fields ?? {}).find((other) =>
    field?.kind === "many"
      ? other.name === field.via
      : other !== field && other.kind === "manyToMany" && field?.kind === "manyToMany" && other.table === field.table,
  );
  if (target === undefined || back === undefined || back.hidden || key.some((part) => fields[part.field]?.hidden))
    return null;
  const filters = key.map((part) => {
    const filter = back.kind === "ref" && key.length === 1 ? back.name : `${back.name}.${part.field}`;
    return `${filter}={${name}.${part.field}}`;
  });
  return `/api/${target.plural}?${filters.join("&")}`;
}

function readProperties({ properties }: JsonSchema): Readonly<Record<string, JsonValue>> {
  return { ...Object(properties) };
}
