/**
 * Checks the data of a create or an update against the JSON Schema of its model, compiled once by Ajv. It takes
 * JSON forms only and changes nothing; what it lets pass, `normalizeValue` can bring into canonical form.
 */
import { Ajv2020, type ErrorObject, type ValidateFunction } from "ajv/dist/2020.js";
import { fullFormats } from "ajv-formats/dist/formats.js";
import { FootingError } from "../errors/footing-error.ts";
import { compareValues } from "./compare-values.ts";
import { describeDataProblem } from "./describe-data-problem.ts";
import { createObjectSchema, createTypeSchema } from "./json-schema.ts";
import { isOfKind, normalizeValue } from "./normalize-value.ts";
import type { ScalarKind, ScalarType, Schema } from "./schema-model.ts";

/** What data is for. */
export type DataUse = "create" | "update";

const MAX_PROBLEMS = 100;

/** The validators of one schema, each compiled when first needed. */
export class DataValidator {
  readonly #schema: Schema;
  readonly #ajv: Ajv2020 = createAjv();
  /** By model and then by {@link numberVariant}: asked for each row of an import. */
  readonly #compiled: Map<string, ValidateFunction[]> = new Map();

  constructor(schema: Schema) {
    this.#schema = schema;
  }

  /**
   * Checks data in its JSON form. A field that is `undefined` counts as left out.
   * @throws FootingError FTG_INVALID with every wrong field (JSON Pointers).
   */
  validate(data: unknown, variant: Variant): void {
    const check = this.#compiled.get(variant.model)?.[numberVariant(variant)] ?? this.#compile(variant);
    if (!check(data)) throw this.#createError(check.errors ?? [], variant);
  }

  #compile(variant: Variant): ValidateFunction {
    const { model, use, system, draft = false } = variant;
    const declared = this.#schema.models[model];
    if (declared === undefined) throw new FootingError("FTG_QUERY", { detail: `No model is called ${model}.` });
    const { required, ...open } = createObjectSchema(this.#schema, declared, { use, system });
    const check = this.#ajv.compile(draft || required === undefined ? open : { ...open, required });
    const known = this.#compiled.get(model) ?? [];
    known[numberVariant(variant)] = check;
    this.#compiled.set(model, known);
    return check;
  }

  #createError(errors: readonly ErrorObject[], { model, use, system }: Variant): FootingError {
    const declared = this.#schema.models[model];
    const byPath = new Map<string, string>();
    for (const error of errors) {
      const problem = describeDataProblem(error, { model: declared, use, system });
      if (!byPath.has(problem.path) && byPath.size < MAX_PROBLEMS) byPath.set(problem.path, problem.detail);
    }
    const problems = [...byPath].map(([path, detail]) => ({ path, detail }));
    const first = problems[0];
    const detail =
      problems.length === 1
        ? `${first?.path === "" ? model : first?.path}: ${first?.detail}`
        : `${problems.length} fields of the ${model} are wrong.`;
    return new FootingError("FTG_INVALID", { detail, problems });
  }
}

/** What data is checked for. */
export interface Variant {
  readonly model: string;
  readonly use: DataUse;
  /** True: hidden fields may be given. */
  readonly system: boolean;
  /** True: required fields may be missing. */
  readonly draft?: boolean;
}

function numberVariant({ use, system, draft = false }: Variant): number {
  return (use === "create" ? 0 : 4) + (system ? 2 : 0) + (draft ? 1 : 0);
}

/** What is wrong with a canonical value of the type by the limits the type declares, or null. For few values: it compiles. */
export function findValueProblem(type: ScalarType, value: unknown): string | null {
  const check = createAjv().compile(createTypeSchema(type));
  if (check(value)) return null;
  const [error] = check.errors ?? [];
  return error === undefined ? null : describeDataProblem(error, {}).detail;
}

function createAjv(): Ajv2020 {
  const ajv = new Ajv2020({
    strict: true,
    allErrors: true,
    verbose: true,
    allowUnionTypes: true,
    addUsedSchema: false,
  });
  ajv.addFormat("date", createFormat("date"));
  ajv.addFormat("date-time", createFormat("datetime"));
  ajv.addFormat("uuid", createFormat("uuid"));
  ajv.addFormat("int64", createFormat("bigint"));
  ajv.addFormat("byte", createFormat("bytes"));
  ajv.addFormat("email", fullFormats.email);
  ajv.addFormat("uri", isUrl);
  ajv.addKeyword({ keyword: "x-minimum", type: "string", schemaType: "string", validate: isAtLeast, errors: false });
  ajv.addKeyword({ keyword: "x-maximum", type: "string", schemaType: "string", validate: isAtMost, errors: false });
  ajv.addKeyword({ keyword: "x-maxBytes", type: "string", schemaType: "number", validate: hasAtMost, errors: false });
  return ajv;
}

function createFormat(kind: ScalarKind): (value: string) => boolean {
  const type: ScalarType = { kind, list: false };
  return (value) => isOfKind(type, value);
}

function isUrl(value: string): boolean {
  return /^https?:\/\/[^\s\p{Cc}\\]+$/iu.test(value) && URL.canParse(value);
}

function isAtLeast(min: string, value: string): boolean {
  return compareNumbers(value, min) >= 0;
}

function isAtMost(max: string, value: string): boolean {
  return compareNumbers(value, max) <= 0;
}

/** Compares digits with a canonical bound; what is no number has been reported by its pattern or format. */
function compareNumbers(value: string, bound: string): number {
  const point = bound.indexOf(".");
  const type: ScalarType = {
    kind: "decimal",
    list: false,
    precision: 76,
    scale: point < 0 ? 0 : bound.length - point - 1,
  };
  return isOfKind(type, value) ? compareValues(type, normalizeValue(type, value, ""), bound) : 0;
}

function hasAtMost(max: number, value: string): boolean {
  return Buffer.byteLength(value, "base64") <= max;
}
