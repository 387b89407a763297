/** Tells of a write's data whether it does nothing but create rows. It looks at names and forms; wrong data is not its concern. */
import type { DataQuery } from "../../plan/query.ts";
import { isValueField, type ModelSchema, type RelationField, type Schema } from "../../schema/schema-model.ts";
import { isPlainObject } from "../../util/is-object.ts";

/**
 * The models of the rows that creating the row would create, its own too; null when more would be done than creating rows
 * and naming others by their keys.
 */
export function listCreated(schema: Schema, model: ModelSchema, data: DataQuery): ReadonlySet<ModelSchema> | null {
  const found = new Set<ModelSchema>();
  return collect(schema, found, { model, data }) ? found : null;
}

function collect(
  schema: Schema,
  found: Set<ModelSchema>,
  { model, data }: { readonly model: ModelSchema; readonly data: DataQuery },
): boolean {
  found.add(model);
  return Object.entries(data).every(([name, value]) => {
    const field = Object.hasOwn(model.fields, name) ? model.fields[name] : undefined;
    if (field === undefined || isValueField(field) || !isPlainObject(value)) return true;
    const target = schema.models[field.model];
    return Object.entries(value).every(([verb, given]) => {
      if (verb !== "create" || target === undefined) return isKeyOnly(field, verb);
      return [given].flat().every((row) => !isPlainObject(row) || collect(schema, found, { model: target, data: row }));
    });
  });
}

/** Rows that refer here are changed to be connected; the others are named in what is created. */
function isKeyOnly({ kind }: RelationField, verb: string): boolean {
  return verb === "connect" && (kind === "ref" || kind === "manyToMany");
}
