/** Writes the JSON Schemas of a model: its rows as they are shown, and the data that creates and changes them. */
import { createJsonSchema, type JsonSchema } from "../../../schema/json-schema.ts";
import type { JsonValue, ModelSchema, Schema } from "../../../schema/schema-model.ts";
import type { Door, RelationView } from "../door.ts";

/** The component schemas of a model, by name: `City`, `CityCreate`, `CityUpdate`. */
export function describeModel(schema: Schema, { model, view }: Door, maxLimit: number): JsonSchema {
  const row = createJsonSchema(schema, model, "row");
  const relations = [...view.relations].map(([name, relation]) => [
    name,
    describeRelation(readProperties(row)[name], relation, maxLimit),
  ]);
  const { required: _shownByDefault, ...shown } = row;
  const description = `${model.describe ?? `One ${model.name}.`} Shows its own fields, or those that \`fields\` names; related rows with \`include\` or \`fields\`.`;
  const properties = { ...readProperties(row), ...Object.fromEntries(relations) };
  return {
    ...(model.access.read !== "nobody" && { [model.name]: { ...shown, description, properties } }),
    ...(model.access.create !== "nobody" && { [`${model.name}Create`]: createJsonSchema(schema, model, "create") }),
    ...(model.access.update !== "nobody" && { [`${model.name}Update`]: createJsonSchema(schema, model, "update") }),
  };
}

/** A reference to the component schema of a model. */
export function referModel({ name }: ModelSchema, use: "" | "Create" | "Update"): JsonSchema {
  return { $ref: `#/components/schemas/${name}${use}` };
}

/** A ref shows its key, or the row when that is included; null when there is none or it may not be seen. */
function describeRelation(key: JsonValue | undefined, { toMany, model }: RelationView, maxLimit: number): JsonValue {
  const target = { $ref: `#/components/schemas/${model}` };
  if (toMany) return { type: "array", items: target, maxItems: maxLimit };
  return { anyOf: [...(key === undefined ? [] : [key]), target, { type: "null" }] };
}

function readProperties({ properties }: JsonSchema): Readonly<Record<string, JsonValue>> {
  return { ...Object(properties) };
}
