/** Turns the limits a field was given into the type of its values. Refuses limits that do not fit the kind or each other. */
import { FootingError } from "../errors/footing-error.ts";
import { describeValue } from "../util/describe-value.ts";
import { isObject } from "../util/is-object.ts";
import { compareValues } from "./compare-values.ts";
import type { DeclaredLimits, ScalarDeclaration, ValueKind } from "./declarations.ts";
import { isLinearPattern } from "./is-linear-pattern.ts";
import { normalizeValue } from "./normalize-value.ts";
import type { ProblemList } from "./problem-list.ts";
import type { ScalarType } from "./schema-model.ts";

const NUMBER_LIMITS = ["min", "max"] as const;

/** Which limits fit which kind. */
const LIMITS: Readonly<Record<ValueKind, readonly (keyof DeclaredLimits)[]>> = {
  text: ["min", "max", "length", "pattern", "format"],
  int: NUMBER_LIMITS,
  bigint: NUMBER_LIMITS,
  float: NUMBER_LIMITS,
  decimal: ["min", "max", "precision", "scale"],
  bytes: ["max"],
  list: ["max", "item"],
  enum: ["values"],
  bool: [],
  date: [],
  datetime: [],
  uuid: [],
  json: [],
};

/** Where a declaration stands and where to report what is wrong with it. */
export interface Place {
  /** `City.population` */
  readonly path: string;
  readonly problems: ProblemList;
}

/** The type of a field's values. What is wrong goes to the problems, and a usable type is answered all the same. */
export function createScalarType(declaration: ScalarDeclaration, place: Place): ScalarType {
  checkFit(declaration, place);
  const { scalar, limits } = declaration;
  if (scalar === "list") return createListType(limits, place);
  const base = { kind: scalar, list: false };
  switch (scalar) {
    case "text":
      return {
        ...base,
        ...readLengths(limits, place),
        ...readPattern(limits, place),
        ...(limits.format === undefined ? {} : { format: limits.format }),
      };
    case "bytes":
      return { ...base, ...readLengths(limits, place) };
    case "enum":
      return { ...base, values: readEnum(limits.values ?? [], place) };
    case "decimal":
      return readRange({ ...base, ...readDigits(limits, place) }, limits, place);
    default:
      return readRange(base, limits, place);
  }
}

function checkFit({ scalar, limits }: ScalarDeclaration, { path, problems }: Place): void {
  for (const limit of Object.keys(limits)) {
    if (LIMITS[scalar].some((fitting) => fitting === limit)) continue;
    problems.add(path, `${limit} does not apply to ${scalar}.`, "Leave it out.");
  }
}

function createListType(limits: DeclaredLimits, place: Place): ScalarType {
  const item = readItem(limits.item);
  const maxItems = readCount("max", limits.max, place);
  if (item === null) {
    place.problems.add(
      place.path,
      "the item of a list is a field of values that is not itself a list.",
      "Say for instance t.list(t.text()).",
    );
    return { kind: "json", list: true };
  }
  if (
    item.optional ||
    item.unique ||
    item.hidden ||
    item.immutable ||
    item.keeps !== undefined ||
    item.default !== undefined ||
    item.describe !== undefined
  ) {
    place.problems.add(
      place.path,
      "the item of a list takes limits, but no other modifier.",
      "Put the modifier on the list.",
    );
  }
  return { ...createScalarType(item, place), list: true, ...(maxItems === undefined ? {} : { maxItems }) };
}

function readItem(item: unknown): ScalarDeclaration | null {
  const declaration = isObject(item) ? item["declaration"] : undefined;
  return isItem(declaration) ? declaration : null;
}

function isItem(value: unknown): value is ScalarDeclaration {
  return isObject(value) && value["kind"] === "scalar" && value["scalar"] !== "list";
}

function readLengths(limits: DeclaredLimits, place: Place): Pick<ScalarType, "minLength" | "maxLength"> {
  const exact = readCount("length", limits.length, place);
  const minLength = exact ?? readCount("min", limits.min, place);
  const maxLength = exact ?? readCount("max", limits.max, place);
  if (minLength !== undefined && maxLength !== undefined && minLength > maxLength) {
    place.problems.add(place.path, `min ${minLength} is above max ${maxLength}.`, "Swap them.");
  }
  return { ...(minLength === undefined ? {} : { minLength }), ...(maxLength === undefined ? {} : { maxLength }) };
}

function readCount(limit: string, value: unknown, { path, problems }: Place): number | undefined {
  if (value === undefined || (Number.isSafeInteger(value) && Number(value) >= 0))
    return value === undefined ? undefined : Number(value);
  problems.add(path, `${limit}: expected a number from 0, got ${describeValue(value)}.`, "Give a count.");
  return undefined;
}

function readPattern({ pattern }: DeclaredLimits, { path, problems }: Place): Pick<ScalarType, "pattern"> {
  if (pattern === undefined) return {};
  if (!(pattern instanceof RegExp) || /[^uv]/.test(pattern.flags)) {
    problems.add(
      path,
      `pattern: expected a regular expression without flags, got ${pattern instanceof RegExp ? String(pattern) : describeValue(pattern)}.`,
      "Write for instance /^[a-z]+$/.",
    );
    return {};
  }
  try {
    new RegExp(pattern.source, "u");
  } catch (error) {
    problems.add(
      path,
      `pattern: ${String(pattern)} is not valid in Unicode mode (${error instanceof Error ? error.message : String(error)}).`,
      "Escape what needs escaping.",
    );
    return {};
  }
  if (!isLinearPattern(pattern.source))
    problems.add(
      path,
      `pattern: ${String(pattern)} may take far longer than its text is long, so one request could stop the server.`,
      "Start it with ^, and let no two repetitions match the same characters: /^[a-z]+(?:-[a-z]+)*$/, not /^(?:[a-z]+-?)*$/.",
    );
  return { pattern: pattern.source };
}

function readEnum(values: readonly unknown[], { path, problems }: Place): readonly string[] {
  const strings = values.filter(
    (value) => typeof value === "string" && value !== "" && value.isWellFormed() && !value.includes("\0"),
  );
  if (strings.length !== values.length || values.length === 0 || new Set(values).size !== values.length) {
    problems.add(
      path,
      `enum: expected different non-empty strings, got ${values.length === 0 ? "none" : values.map(describeValue).join(", ")}.`,
      'Say for instance t.enum("draft", "published").',
    );
  }
  return strings.map(String);
}

function readDigits(
  { precision, scale }: DeclaredLimits,
  { path, problems }: Place,
): Pick<ScalarType, "precision" | "scale"> {
  if (isWithin(precision, 1, 38) && isWithin(scale, 0, precision)) return { precision, scale };
  problems.add(
    path,
    `decimal: expected a precision from 1 to 38 and a scale from 0 to the precision, got ${describeValue(precision)} and ${describeValue(scale)}.`,
    "Say for instance t.decimal(12, 2).",
  );
  return { precision: 38, scale: 18 };
}

function isWithin(value: unknown, min: number, max: number): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= min && value <= max;
}

function readRange(type: ScalarType, limits: DeclaredLimits, place: Place): ScalarType {
  const min = readBound(type, { name: "min", value: limits.min }, place);
  const max = readBound(type, { name: "max", value: limits.max }, place);
  if (min !== undefined && max !== undefined && compareValues(type, min, max) > 0) {
    place.problems.add(place.path, `min ${min} is above max ${max}.`, "Swap them.");
  }
  return { ...type, ...(min === undefined ? {} : { min }), ...(max === undefined ? {} : { max }) };
}

function readBound(
  type: ScalarType,
  { name, value }: { readonly name: string; readonly value: unknown },
  { path, problems }: Place,
): number | string | undefined {
  if (value === undefined) return undefined;
  try {
    const bound = normalizeValue(type, value, name);
    return typeof bound === "number" || typeof bound === "string" ? bound : undefined;
  } catch (error) {
    if (!(error instanceof FootingError)) throw error;
    problems.add(path, error.message, "Give a value of the field's own kind.");
    return undefined;
  }
}
