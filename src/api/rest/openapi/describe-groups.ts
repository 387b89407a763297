/** Writes the JSON Schema of a model's groups: the keys that rows can be grouped by, and what can be calculated. */
import { createJsonSchema, createTypeSchema, type JsonSchema } from "../../../schema/json-schema.ts";
import { type MeasureFunction, measuredType, measureFunctions, measureType } from "../../../schema/measures.ts";
import type { JsonValue, Schema } from "../../../schema/schema-model.ts";
import type { Door, View, Views } from "../door.ts";
import { listOrdered, listOwn, withoutLimits } from "../view-fields.ts";

/** The component schema of a model's groups, `CityAggregate`; none when nobody may read the model. */
export function describeGroups(schema: Schema, { model, view }: Door, views: Views): JsonSchema {
  if (model.access.read === "nobody") return {};
  const related = [...view.relations].flatMap(([name, { toMany, model: target }]): [string, JsonValue][] => {
    const far = views.get(target);
    return toMany || far === undefined ? [] : [[name, describeObject(describeKeys(schema, far))]];
  });
  const keys = describeKeys(schema, view);
  // A reference is shown by its key, or as an object of what is grouped by behind it.
  const joined = related.map(([name, object]) => [
    name,
    keys[name] === undefined ? object : { anyOf: [keys[name], object] },
  ]);
  const measures = measureFunctions.flatMap((name): [string, JsonValue][] => {
    const properties = describeMeasures(view, name);
    return Object.keys(properties).length === 0 ? [] : [[name, describeObject(properties)]];
  });
  return {
    [`${model.name}Aggregate`]: {
      ...describeObject({
        key: describeObject({ ...keys, ...Object.fromEntries(joined) }),
        count: { type: "integer", minimum: 0 },
        ...Object.fromEntries(measures),
      }),
      description: `A group of ${model.plural}. Shows what was asked for; \`key\` only with \`groupBy\`.`,
    },
  };
}

/** Keys are null for rows without a value, and where a related row is not there to see. */
function describeKeys(schema: Schema, view: View): Readonly<Record<string, JsonValue>> {
  const row: Readonly<Record<string, JsonValue>> = {
    ...Object(createJsonSchema(schema, view.model, "row")["properties"]),
  };
  return Object.fromEntries(listOrdered(view).map(({ name }) => [name, orNull(row[name] ?? {})]));
}

function describeMeasures(view: View, measure: MeasureFunction): Readonly<Record<string, JsonValue>> {
  return Object.fromEntries(
    listOwn(view).flatMap((field): [string, JsonValue][] => {
      const type = measuredType(measure, field);
      if (type === null) return [];
      const result = createTypeSchema(measureType(measure, withoutLimits(type)));
      return [[field.name, measure === "countDistinct" ? result : orNull(result)]];
    }),
  );
}

function describeObject(properties: Readonly<Record<string, JsonValue>>): JsonSchema {
  return { type: "object", properties, additionalProperties: false };
}

function orNull(schema: JsonValue): JsonValue {
  return { anyOf: [schema, { type: "null" }] };
}
