/** Condenses what the database must have into a short text that changes with it and with nothing else. */
import { createHash } from "node:crypto";
import { listFieldColumns } from "./create-indexes.ts";
import { listColumns } from "./list-columns.ts";
import type { ModelSchema, OnDelete, ScalarType } from "./schema-model.ts";

/** A hash over tables, columns, keys, references, indexes and checks. Order of models and fields does not count. */
export function createFingerprint(models: readonly ModelSchema[]): string {
  const tables = models.flatMap((model) => [describeTable(model), ...describeLinks(model)]).sort();
  return createHash("sha256").update(tables.join("\n")).digest("hex").slice(0, 32);
}

function describeTable(model: ModelSchema): string {
  const columns = listColumns(model).map(
    ({ column, type, field }) => `${column} ${describeColumn(type)}${isOptional(model, field) ? "?" : ""}`,
  );
  const key = model.key.map(({ column }) => column);
  const indexes = model.indexes.map(
    ({ name, fields, unique }) =>
      `${name} ${unique} ${fields.flatMap((field) => listFieldColumns(model.fields[field])).join()}`,
  );
  const checks = model.checks.map(({ name, where }) => `${name} ${JSON.stringify(where)}`);
  const refs = Object.values(model.fields).flatMap((field) =>
    field.kind === "ref" ? [`${listFieldColumns(field).join()} ${field.model}${describeOnDelete(field.onDelete)}`] : [],
  );
  const search = model.search === null ? [] : [[model.search.name, model.search.parts.map(({ column }) => column)]];
  return JSON.stringify([model.table, columns.sort(), key, indexes.sort(), checks.sort(), refs.sort(), ...search]);
}

/** Nothing for the default, so that fingerprints of schemas without a word about it stay as they are. */
function describeOnDelete(behaviour: OnDelete): string {
  return behaviour === "restrict" ? "" : ` ${behaviour}`;
}

/** What of a type a column depends on; limits are checked before the store. */
function describeColumn({ kind, list, precision, scale }: ScalarType): string {
  return `${kind}${list ? "[]" : ""}${kind === "decimal" ? `(${precision},${scale})` : ""}`;
}

function isOptional(model: ModelSchema, name: string): boolean {
  const field = model.fields[name];
  return (field?.kind === "scalar" || field?.kind === "ref") && field.optional;
}

function describeLinks(model: ModelSchema): readonly string[] {
  return Object.values(model.fields).flatMap((field) => {
    if (field.kind !== "manyToMany" || !field.owner) return [];
    const columns = [...field.near, ...field.far].map(({ column, type }) => `${column} ${describeColumn(type)}`);
    return [JSON.stringify([field.table, columns, model.table, field.model])];
  });
}
