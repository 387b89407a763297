/** Reads the checks of a model: conditions over its own scalar fields, with their values in canonical form. */
import { FootingError } from "../errors/footing-error.ts";
import { describeValue } from "../util/describe-value.ts";
import { isObject } from "../util/is-object.ts";
import { checkMixed, type FieldTable } from "./create-indexes.ts";
import type { ModelDraft } from "./model-draft.ts";
import { createConstraintName, toSnakeCase } from "./naming.ts";
import { normalizeValue } from "./normalize-value.ts";
import { type CheckOperator, listCheckOperators } from "./operators.ts";
import type { ProblemList } from "./problem-list.ts";
import type { CheckSchema, Field, JsonValue, ScalarField } from "./schema-model.ts";

type JsonObject = { readonly [key: string]: JsonValue };

/** One condition being read. */
export interface CheckSpot {
  readonly draft: ModelDraft;
  readonly fields: FieldTable;
  /** Starts every message: `check positive`. */
  readonly what: string;
  readonly problems: ProblemList;
  /** Grows while reading. */
  readonly used: Field[];
}

/** The checks of the model; what is wrong goes to `problems`. */
export function createChecks(draft: ModelDraft, fields: FieldTable, problems: ProblemList): readonly CheckSchema[] {
  const declared = draft.options["check"] ?? {};
  if (!isObject(declared)) {
    problems.add(
      draft.name,
      `check: expected conditions by name, got ${describeValue(declared)}.`,
      "Say for instance check: { positive: { price: { gt: 0 } } }.",
    );
    return [];
  }
  return Object.entries(declared).map(([name, where]) => {
    const spot: CheckSpot = { draft, fields, what: `check ${name}`, problems, used: [] };
    if (!/^[a-z][A-Za-z0-9]*$/.test(name))
      problems.add(draft.name, `check: ${JSON.stringify(name)} is no name.`, "Use camelCase with letters and digits.");
    const read = readCondition(where, spot);
    checkMixed(draft.name, spot.used, { what: spot.what, problems });
    return { name: createConstraintName(draft.table, [toSnakeCase(name)], "check"), where: read };
  });
}

/** A condition over the stored fields of the model, its values in canonical form; what is wrong with it is reported. */
export function readCondition(where: unknown, spot: CheckSpot): JsonObject {
  if (!isObject(where) || Object.keys(where).length === 0) {
    report(
      spot,
      `expected a condition, got ${isObject(where) ? "an empty object" : describeValue(where)}.`,
      "Say for instance { price: { gt: 0 } }.",
    );
    return {};
  }
  return Object.fromEntries(Object.entries(where).map(([name, value]) => [name, readEntry(name, value, spot)]));
}

function readEntry(name: string, value: unknown, spot: CheckSpot): JsonValue {
  if (name === "not") return readCondition(value, spot);
  if (name === "all" || name === "any") return readList(name, value, spot);
  const field = spot.fields.get(name);
  if (field?.kind === "scalar") {
    spot.used.push(field);
    return readComparison(field, value, spot);
  }
  // A field that was declared but is wrong has been reported already.
  if (field === undefined && spot.draft.fields.has(name)) return null;
  const candidates = [...spot.fields.values()].filter(({ kind }) => kind === "scalar").map((scalar) => scalar.name);
  if (field === undefined)
    spot.problems.addUnknown(spot.draft.name, `${spot.what}: ${spot.draft.name} has no field ${name}.`, {
      name,
      candidates,
    });
  else report(spot, `${name} is a ${field.kind} field.`, "Use scalar fields of the model itself.");
  return null;
}

function readList(name: string, value: unknown, spot: CheckSpot): JsonValue {
  if (Array.isArray(value)) return value.map((item) => readCondition(item, spot));
  report(spot, `${name}: expected a list of conditions, got ${describeValue(value)}.`, `Say ${name}: [{ … }, { … }].`);
  return [];
}

function readComparison(field: ScalarField, value: unknown, spot: CheckSpot): JsonValue {
  if (!isObject(value) || value instanceof Date || value instanceof Uint8Array)
    return readValue(field, "eq", { value, spot });
  const fitting = listCheckOperators(field.type);
  const entries = Object.entries(value).map(([name, operand]): [string, JsonValue] => {
    const operator = fitting.find((candidate) => candidate === name);
    if (operator !== undefined) return [name, readValue(field, operator, { value: operand, spot })];
    spot.problems.addUnknown(spot.draft.name, `${spot.what}: ${field.name} has no operator ${name}.`, {
      name,
      candidates: fitting,
    });
    return [name, null];
  });
  if (entries.length === 0)
    report(spot, `${field.name}: expected a comparison, got an empty object.`, "Say for instance { gt: 0 }.");
  return Object.fromEntries(entries);
}

function readValue(
  field: ScalarField,
  operator: CheckOperator,
  { value, spot }: { readonly value: unknown; readonly spot: CheckSpot },
): JsonValue {
  if (value === null && (operator === "eq" || operator === "not")) return null;
  try {
    if (operator === "isNull") return normalizeValue({ kind: "bool", list: false }, value, field.name);
    const isList = operator === "in" || operator === "notIn";
    return normalizeValue({ ...field.type, list: isList || field.type.list }, value, field.name);
  } catch (error) {
    if (!(error instanceof FootingError)) throw error;
    report(spot, error.message, "Compare with a value of the field's own kind.");
    return null;
  }
}

function report({ draft, what, problems }: CheckSpot, detail: string, fix: string): void {
  problems.add(draft.name, `${what}: ${detail}`, fix);
}
