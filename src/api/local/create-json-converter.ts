/**
 * Brings data from JavaScript into the JSON form that validation speaks: a `Date`, a `bigint` or a `Uint8Array`
 * becomes its text. It converts and judges nothing; what does not fit is left for the validator to report.
 */
import { type Field, isValueField, type ModelSchema, type ScalarType } from "../../schema/schema-model.ts";

/** Data to data; the same object when nothing had to be converted. */
export type JsonConverter = (data: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>;

/** The converter of a model, or null when no field of it takes anything but JSON. */
export function createJsonConverter(model: ModelSchema): JsonConverter | null {
  const names = Object.values(model.fields)
    .filter(takesMore)
    .map(({ name }) => name);
  return names.length === 0 ? null : (data) => convertData(names, data);
}

/** A relation may hold the data of other rows. */
function takesMore(field: Field): boolean {
  return !isValueField(field) || isConvertible(field.type);
}

function isConvertible({ kind }: ScalarType): boolean {
  return kind === "datetime" || kind === "bigint" || kind === "bytes";
}

function convertData(
  names: readonly string[],
  data: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  if (typeof data !== "object" || data === null) return data;
  const changes: [string, unknown][] = [];
  for (const name of names) {
    const value = data[name];
    const converted = toJson(value);
    if (converted !== value) changes.push([name, converted]);
  }
  return changes.length === 0 ? data : { ...data, ...Object.fromEntries(changes) };
}

/** Text for what has one; lists and objects likewise, part by part; anything else as it is. */
function toJson(value: unknown): unknown {
  if (typeof value === "bigint") return value.toString();
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? value : value.toISOString();
  if (value instanceof Uint8Array)
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("base64");
  if (Array.isArray(value)) return value.map(toJson);
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, toJson(part)]));
}
