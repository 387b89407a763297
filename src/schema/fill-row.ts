/**
 * Turns validated create data into a row: canonical values in column order, defaults and nulls filled in. It does
 * not know fields by anything but the model, and sets no links.
 */
import { FootingError } from "../errors/footing-error.ts";
import { describeValue } from "../util/describe-value.ts";
import { createUuidV7 } from "../util/uuid-v7.ts";
import { isKept } from "./kept-fields.ts";
import { listColumns } from "./list-columns.ts";
import { normalizeValue } from "./normalize-value.ts";
import type { FieldDefault, JsonValue, ModelSchema, ScalarType } from "./schema-model.ts";

/**
 * Makes the row of `listColumns` order from the data of a create.
 * @throws FootingError FTG_INVALID for a required field that is absent, FTG_VALUE for a value that is not of its type.
 */
export type RowFiller = (data: Readonly<Record<string, unknown>>, clock: Clock) => JsonValue[];

/** The time of a write, as a datetime: the same whenever it is asked. */
export type Clock = () => string;

/** The clock of one write, or of several that happen at once. It stands still from the first time it is asked. */
export function createClock(): Clock {
  let now: string | undefined;
  return () => {
    now ??= new Date().toISOString();
    return now;
  };
}

/** How one column gets its value. */
interface ColumnStep {
  readonly field: string;
  readonly path: string;
  readonly type: ScalarType;
  readonly optional: boolean;
  readonly default: FieldDefault | null;
  /** Whether the default is the only value it can have. */
  readonly isKept: boolean;
  /** The member of the key object to take, for a ref to a key of several fields. */
  readonly member: string | null;
}

/** The filler of a model; everything that does not depend on the data is decided here, once. */
export function createRowFiller(model: ModelSchema): RowFiller {
  const steps = createSteps(model);
  return (data, clock) => fillRow(steps, data, clock);
}

function fillRow(steps: readonly ColumnStep[], data: Readonly<Record<string, unknown>>, clock: Clock): JsonValue[] {
  const row: JsonValue[] = [];
  for (const step of steps) {
    const value = step.isKept ? undefined : data[step.field];
    if (value === undefined) row.push(makeDefault(step, clock));
    else if (value === null) row.push(requireOptional(step));
    else row.push(normalizeValue(step.type, step.member === null ? value : readMember(step, value), step.path));
  }
  return row;
}

function createSteps(model: ModelSchema): readonly ColumnStep[] {
  return listColumns(model).map(({ field: name, part, type }) => {
    const field = model.fields[name];
    if (field?.kind === "scalar") {
      const { optional, default: fallback } = field;
      return { field: name, path: `/${name}`, type, optional, default: fallback, isKept: isKept(field), member: null };
    }
    const columns = field?.kind === "ref" ? field.columns : [];
    const member = columns.length > 1 ? (columns[part]?.field ?? null) : null;
    const path = member === null ? `/${name}` : `/${name}/${member}`;
    const optional = field?.kind === "ref" && field.optional;
    return { field: name, path, type, optional, default: null, isKept: false, member };
  });
}

function makeDefault(step: ColumnStep, clock: Clock): JsonValue {
  if (step.default === null) return requireOptional(step);
  if (step.default.kind === "value") return step.default.value;
  if (step.default.kind === "uuid") return createUuidV7();
  return step.type.kind === "date" ? clock().slice(0, 10) : clock();
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
