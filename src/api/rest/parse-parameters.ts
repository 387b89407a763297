/**
 * Reads a query string by a table of parameters into their values. What the values mean together is decided
 * in parse-read.ts.
 */
import type { CountForm, DeletedQuery, HavingQuery, WhereQuery } from "../../plan/query.ts";
import { parseText } from "../../schema/parse-text.ts";
import type {
  ExportFormat,
  FilterParameter,
  GroupNamesParameter,
  HavingParameter,
  JsonParameter,
  NamesParameter,
  NumberParameter,
  Parameter,
  ParameterTable,
} from "./door.ts";
import { FilterBuilder } from "./filter-builder.ts";
import { HavingBuilder } from "./having-builder.ts";
import { ParameterProblems } from "./parameter-problems.ts";
import { parseJsonFilter } from "./parse-json-filter.ts";
import { decodePart, isPlain, visitPairs } from "./query-text.ts";

/** The values of the parameters that were given. */
export interface ParameterValues {
  limit?: number;
  offset?: number;
  count?: CountForm;
  format?: ExportFormat;
  deleted?: DeletedQuery;
  permanently?: boolean;
  after?: string;
  before?: string;
  search?: string;
  sort?: readonly string[];
  fields?: readonly string[];
  include?: readonly string[];
  where?: WhereQuery;
  groupBy?: readonly string[];
  aggregate?: readonly string[];
  timeZone?: string;
  having?: HavingQuery;
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

/** Whether a list is sorted by relevance. */
export function isRanked({ search, sort }: ParameterValues): boolean {
  return search !== undefined && sort === undefined;
}

/** A parameter that is one of a few words. */
interface Choice<C extends string> {
  readonly name: string;
  readonly choices: readonly C[];
}

const flagChoices = ["true", "false"] as const;

/** At most 16 digits: more are no safe integer. */
const wholeNumber = /^(?:0|[1-9][0-9]{0,15})$/;

class ParameterReader {
  readonly #table: ParameterTable;
  readonly #query: string;
  readonly #isPlain: boolean;
  readonly #values: ParameterValues = {};
  readonly #filters = new FilterBuilder();
  readonly #seen: Parameter[] = [];
  #having: HavingBuilder | null = null;
  #found: ParameterProblems | null = null;

  constructor(table: ParameterTable, query: string) {
    this.#table = table;
    this.#query = query;
    this.#isPlain = isPlain(query);
  }

  read(): ParameterValues {
    visitPairs(this.#query, (name, value) => this.#readPair(this.#decode(name) ?? name, value));
    if (this.#values.after !== undefined && this.#values.before !== undefined)
      this.#problems.add("before", "before and after exclude each other.", "Leave one of them out.");
    if (this.#values.offset !== undefined && (this.#values.after ?? this.#values.before) !== undefined)
      this.#problems.add("offset", "offset and a cursor exclude each other.", "Leave one of them out.");
    if (isRanked(this.#values) && (this.#values.after ?? this.#values.before) !== undefined)
      this.#problems.add("search", "A search without sort has no cursors.", "Page with offset, or give a sort.");
    this.#found?.throwIfAny();
    const where = this.#filters.build();
    if (where !== null) this.#values.where = where;
    const having = this.#having?.build() ?? null;
    if (having !== null) this.#values.having = having;
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
    else if (this.#seen.includes(parameter)) this.#addRepeated(parameter, value);
    else this.#readParameter(parameter, value);
  }

  #readParameter(parameter: Parameter, value: string): void {
    this.#seen.push(parameter);
    const text = this.#decode(value);
    if (text === null)
      this.#problems.add(parameter.name, `${parameter.name} has a value that is not percent-encoded UTF-8.`);
    else if (parameter.kind === "filter") this.#readFilter(parameter, value, text);
    else if (parameter.kind === "json") this.#readJson(parameter, text);
    else if (parameter.kind === "having") this.#readHaving(parameter, text);
    else if (parameter.kind === "names" || parameter.kind === "groupNames") this.#readNames(parameter, text);
    else if (parameter.kind === "number") this.#readNumber(parameter, text);
    else if (parameter.kind === "choice")
      this.#readChoice(parameter, text, (choice) => {
        this.#values.format = choice;
      });
    else if (parameter.kind === "count")
      this.#readChoice(parameter, text, (choice) => {
        this.#values.count = choice;
      });
    else if (parameter.kind === "deleted")
      this.#readChoice(parameter, text, (choice) => {
        this.#values.deleted = choice;
      });
    else if (parameter.kind === "flag")
      this.#readChoice({ ...parameter, choices: flagChoices }, text, (choice) => {
        this.#values.permanently = choice === "true";
      });
    else this.#values[parameter.name] = text;
  }

  #readFilter(parameter: FilterParameter, value: string, text: string): void {
    const { name, type, list } = parameter;
    try {
      const parsed = list
        ? splitList(parameter, value, text).map((item) => parseText(type, item, name))
        : parseText(type, text, name);
      if (!this.#filters.add(parameter, parsed)) this.#addRepeated(parameter, text);
    } catch (error) {
      this.#problems.addValue(name, error);
    }
  }

  #readJson(parameter: JsonParameter, text: string): void {
    try {
      this.#filters.addJson(parameter, parseJsonFilter(parameter.name, text));
    } catch (error) {
      this.#problems.addValue(parameter.name, error);
    }
  }

  #readHaving(parameter: HavingParameter, text: string): void {
    try {
      this.#having ??= new HavingBuilder();
      this.#having.add(parameter, parseText(parameter.type, text, parameter.name));
    } catch (error) {
      this.#problems.addValue(parameter.name, error);
    }
  }

  #addRepeated(parameter: Parameter, value: string): void {
    const { name } = parameter;
    const shown = JSON.stringify((this.#decode(value) ?? value).slice(0, 60));
    const isEqual = parameter.kind === "filter" && parameter.operator === "eq";
    const list = `${name.replace("[eq]", "")}[in]`;
    this.#problems.add(
      name,
      `${name} is given twice, the second time as ${shown}; expected once.`,
      isEqual && this.#table.has(list) ? `Give ${name} once; several values go into ${list}.` : `Give ${name} once.`,
    );
  }

  #readNames(parameter: NamesParameter | GroupNamesParameter, text: string): void {
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

  #readNumber(parameter: NumberParameter, text: string): void {
    const value = wholeNumber.test(text) ? Number(text) : Number.NaN;
    if (value >= parameter.minimum && value <= parameter.maximum) this.#values[parameter.name] = value;
    else this.#problems.addNumber(parameter, text);
  }

  #readChoice<C extends string>({ name, choices }: Choice<C>, text: string, keep: (choice: C) => void): void {
    const choice = choices.find((known) => known === text);
    if (choice === undefined) this.#problems.addUnknown({ path: name, what: name, name: text, accepted: choices });
    else keep(choice);
  }
}

/** Whether a name is there twice; a sort key up and down, or with nulls elsewhere, is the same name. */
function hasRepeated(names: readonly string[]): boolean {
  return new Set(names.map((name) => name.replace(/^-|:nulls(?:First|Last)$/g, ""))).size < names.length;
}

/** Only text can hold a comma itself, which is then escaped; in other lists an escaped comma separates as well. */
function splitList({ type }: FilterParameter, value: string, text: string): readonly string[] {
  if (type.kind !== "text" && type.kind !== "enum") return text.split(",");
  return value.split(",").map((item) => decodePart(item) ?? item);
}
