/**
 * Reads a query string by a table of parameters into their values. What the values mean together is decided
 * in parse-read.ts.
 */
import type { WhereQuery } from "../../plan/query.ts";
import { parseText } from "../../schema/parse-text.ts";
import type { FilterParameter, NamesParameter, NumberParameter, Parameter, ParameterTable } from "./door.ts";
import { FilterBuilder } from "./filter-builder.ts";
import { ParameterProblems } from "./parameter-problems.ts";
import { decodePart, isPlain, visitPairs } from "./query-text.ts";

/** The values of the parameters that were given. */
export interface ParameterValues {
  limit?: number;
  offset?: number;
  after?: string;
  before?: string;
  sort?: readonly string[];
  fields?: readonly string[];
  include?: readonly string[];
  where?: WhereQuery;
}

/**
 * The values in a query string.
 *
 * @throws FootingError FTG_PARAMETER or FTG_VALUE with every problem: unknown or repeated parameters, names
 * that are not in a parameter's list, values of the wrong type.
 */
export function parseParameters(table: ParameterTable, query: string): ParameterValues {
  return query === "" ? {} : new ParameterReader(table, query).read();
}

class ParameterReader {
  readonly #table: ParameterTable;
  readonly #query: string;
  readonly #isPlain: boolean;
  readonly #values: ParameterValues = {};
  readonly #filters = new FilterBuilder();
  readonly #seen: Parameter[] = [];
  #found: ParameterProblems | null = null;

  constructor(table: ParameterTable, query: string) {
    this.#table = table;
    this.#query = query;
    this.#isPlain = isPlain(query);
  }

  read(): ParameterValues {
    visitPairs(this.#query, (name, value) => this.#readPair(this.#decode(name) ?? name, value));
    if (this.#values.after !== undefined && this.#values.before !== undefined)
      this.#problems.add("before", "before and after exclude each other.");
    if (this.#values.offset !== undefined && (this.#values.after ?? this.#values.before) !== undefined)
      this.#problems.add("offset", "offset and a cursor exclude each other.");
    this.#found?.throwIfAny();
    const where = this.#filters.build();
    if (where !== null) this.#values.where = where;
    return this.#values;
  }

  /** Most requests have none. */
  get #problems(): ParameterProblems {
    this.#found ??= new ParameterProblems();
    return this.#found;
  }

  #decode(part: string): string | null {
    return this.#isPlain ? part : decodePart(part);
  }

  #readPair(name: string, value: string): void {
    const parameter = this.#table.get(name);
    if (parameter === undefined)
      this.#problems.addUnknown({ path: name, what: "parameter", name, accepted: this.#table.keys() });
    else if (this.#seen.includes(parameter)) this.#addRepeated(name);
    else this.#readParameter(parameter, value);
  }

  #readParameter(parameter: Parameter, value: string): void {
    this.#seen.push(parameter);
    const text = this.#decode(value);
    if (text === null)
      this.#problems.add(parameter.name, `${parameter.name} has a value that is not percent-encoded UTF-8.`);
    else if (parameter.kind === "filter") this.#readFilter(parameter, value, text);
    else if (parameter.kind === "names") this.#readNames(parameter, text);
    else if (parameter.kind === "number") this.#readNumber(parameter, text);
    else this.#values[parameter.name] = text;
  }

  #readFilter(parameter: FilterParameter, value: string, text: string): void {
    const { name, type, list } = parameter;
    try {
      const parsed = list
        ? splitList(parameter, value, text).map((item) => parseText(type, item, name))
        : parseText(type, text, name);
      if (!this.#filters.add(parameter, parsed)) this.#addRepeated(name);
    } catch (error) {
      this.#problems.addValue(name, error);
    }
  }

  #addRepeated(name: string): void {
    this.#problems.add(name, `${name} is given twice.`, "Give each parameter once.");
  }

  #readNames(parameter: NamesParameter, text: string): void {
    const names = text.split(",");
    this.#values[parameter.name] = names;
    for (const name of names) {
      if (!parameter.names.has(name))
        this.#problems.addUnknown({
          path: parameter.name,
          what: `name in ${parameter.name}`,
          name,
          accepted: parameter.names,
        });
    }
    if (names.length > 1 && hasRepeated(names))
      this.#problems.add(parameter.name, `${parameter.name} has a name twice.`, "Give each name once.");
  }

  #readNumber({ name, minimum, maximum }: NumberParameter, text: string): void {
    const value = /^(?:0|[1-9][0-9]{0,15})$/.test(text) ? Number(text) : Number.NaN;
    if (value >= minimum && value <= maximum) this.#values[name] = value;
    else
      this.#problems.add(
        name,
        `${name} must be a whole number from ${minimum} to ${maximum}; got ${JSON.stringify(text.slice(0, 60))}.`,
      );
  }
}

/** Whether a name is there twice; a sort key up and down is the same name. */
function hasRepeated(names: readonly string[]): boolean {
  return new Set(names.map((name) => (name.startsWith("-") ? name.slice(1) : name))).size < names.length;
}

/** Only text can hold a comma itself, which is then escaped; in other lists an escaped comma separates as well. */
function splitList({ type }: FilterParameter, value: string, text: string): readonly string[] {
  if (type.kind !== "text" && type.kind !== "enum") return text.split(",");
  return value.split(",").map((item) => decodePart(item) ?? item);
}
