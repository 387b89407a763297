/**
 * Turns validated create data into a row: canonical values in column order, defaults and nulls filled in. It does
 * not know fields by anything but the model, and sets no links.
 */
import { FootingError } from "../errors/footing-error.ts";
import { describeValue } from "../util/describe-value.ts";
import { createUuidV7 } from "../util/uuid-v7.ts";
import { listColumns } from "./list-columns.ts";
import { normalizeValue } from "./normalize-value.ts";
import type { FieldDefault, JsonValue, ModelSchema, ScalarType } from "./schema-model.ts";

/**
 * Makes the row of `listColumns` order from the data of a create.
 * @throws FootingError FTG_INVALID for a required field that is absent, FTG_VALUE for a value that is not of its type.
 */
export type RowFiller = (data: Readonly<Record<string, unknown>>) => JsonValue[];

/** How one column gets its value. */
interface ColumnStep {
  readonly field: string;
  readonly path: string;
  readonly type: ScalarType;
  readonly optional: boolean;
  readonly default: FieldDefault | null;
  /** The member of the key object to take, for a ref to a key of several fields. */
  readonly member: string | null;
}

/** The filler of a model; everything that does not depend on the data is decided here, once. */
export function createRowFiller(model: ModelSchema): RowFiller {
  const steps = createSteps(model);
  return (data) => fillRow(steps, data);
}

function fillRow(steps: readonly ColumnStep[], data: Readonly<Record<string, unknown>>): JsonValue[] {
  const row: JsonValue[] = [];
  for (const step of steps) {
    const value = data[step.field];
    if (value === undefined) row.push(makeDefault(step));
    else if (value === null) row.push(requireOptional(step));
    else row.push(normalizeValue(step.type, step.member === null ? value : readMember(step, value), step.path));
  }
  return row;
}

function createSteps(model: ModelSchema): readonly ColumnStep[] {
  return listColumns(model).map(({ field: name, part, type }) => {
    const field = model.fields[name];
    if (field?.kind === "scalar")
      return { field: name, path: `/${name}`, type, optional: field.optional, default: field.default, member: null };
    const columns = field?.kind === "ref" ? field.columns : [];
    const member = columns.length > 1 ? (columns[part]?.field ?? null) : null;
    const path = member === null ? `/${name}` : `/${name}/${member}`;
    return { field: name, path, type, optional: field?.kind === "ref" && field.optional, default: null, member };
  });
}

function makeDefault(step: ColumnStep): JsonValue {
  if (step.default === null) return requireOptional(step);
  if (step.default.kind === "value") return step.default.value;
  if (step.default.kind === "uuid") return createUuidV7();
  const now = new Date().toISOString();
  return step.type.kind === "date" ? now.slice(0, 10) : now;
}

function requireOptional(step: ColumnStep): null {
  if (step.optional) return null;
  throw createInvalid(step.path, "is required.");
}

function readMember(step: ColumnStep, value: unknown): unknown {
  const member =
    typeof value === "object" && value !== null
      ? Object.entries(value).find(([name]) => name === step.member)
      : undefined;
  if (member === undefined)
    throw createInvalid(step.path, `expected a key with ${step.member}, got ${describeValue(value)}.`);
  return member[1];
}

function createInvalid(path: string, detail: string): FootingError {
  return new FootingError("FTG_INVALID", { detail: `${path}: ${detail}`, problems: [{ path, detail }] });
}
