/** The values that the root fields of one running mutation have exported. Gives each field the variables it uses; decides nothing about access. */
import { Kind } from "graphql";
import { followSteps, missing } from "../../engine/follow-steps.ts";
import { FootingError } from "../../errors/footing-error.ts";
import type { ReadyField } from "./operation.ts";
import { type ExportedVariable, type Exports, showTarget } from "./parse-exports.ts";
import type { ReadVariables, VariableValues } from "./read-variables.ts";

/** The exported values of one run of an operation. */
export class ExportedValues {
  readonly #exports: Exports;
  readonly #read: ReadVariables;
  readonly #sources: ReadonlySet<string>;
  /** The answers of the fields that export something, parsed. */
  readonly #answers = new Map<string, unknown>();

  constructor(exports: Exports, read: ReadVariables) {
    this.#exports = exports;
    this.#read = read;
    this.#sources = new Set(Array.from(exports.variables.values(), ({ source }) => source.name));
  }

  /** The field, run with the variables it uses, and its answer kept for those after it. */
  link(field: ReadyField): ReadyField {
    return {
      ...field,
      run: async (request) => {
        const variables = this.#fill(field.as, request.variables);
        const json = await field.run({ ...request, variables });
        if (this.#sources.has(field.as)) this.#answers.set(field.as, JSON.parse(json.toString()));
        return json;
      },
    };
  }

  #fill(field: string, given: VariableValues): VariableValues {
    const used = Array.from(this.#exports.uses.get(field) ?? []).flatMap((name) => {
      const variable = this.#exports.variables.get(name);
      return variable === undefined ? [] : [{ name, ...variable }];
    });
    if (used.length === 0) return given;
    const raw = Object.fromEntries(used.map((variable) => [variable.name, this.#demand(variable)]));
    const read = this.#read(
      used.map(({ definition }) => definition),
      raw,
    );
    if (!("errors" in read)) return mergeVariables(given, read);
    const [error] = read.errors;
    if (error === undefined) throw new TypeError("Variables were refused without a reason.");
    throw new FootingError(error.extensions.code, { detail: error.message, fix: error.extensions.fix });
  }

  /** The value of a variable. Throws FTG_REFERENCE when there is none, FTG_QUERY when its field was left out. */
  #demand({ name, definition, source }: ExportedVariable & { readonly name: string }): unknown {
    if (!this.#answers.has(source.name))
      throw missing(`$${name} has no value: ${source.name}, which exports it, did not run before.`);
    const value = followSteps(this.#answers.get(source.name), source);
    if (value === null && definition.type.kind === Kind.NON_NULL_TYPE)
      throw missing(`$${name} must be a value, and ${showTarget(source)} is null.`);
    return value;
  }
}

/** Both sets of variables, in objects without a prototype, as graphql-js makes them. */
function mergeVariables(first: VariableValues, second: VariableValues): VariableValues {
  return {
    sources: Object.assign(Object.create(null), first.sources, second.sources),
    coerced: Object.assign(Object.create(null), first.coerced, second.coerced),
  };
}
