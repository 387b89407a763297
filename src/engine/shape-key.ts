/**
 * The shape of a query as a list of tokens: its structure and names without its values. Queries of one shape share
 * one plan and one statement, so everything that decides a plan must be in the key, and no value may be.
 */
import { FootingError } from "../errors/footing-error.ts";
import { isIndex } from "../passes/read-json-condition.ts";
import { isFieldOperand } from "../passes/resolve-field-operand.ts";
import { listOperators } from "../schema/operators.ts";
import { isPlainObject } from "../util/is-object.ts";

/** A name as text, or a piece of structure as a number: no name can pass for structure. */
export type Token = string | number;

/** A shape; two are the same when all their tokens are. */
export type Shape = readonly Token[];

/** Levels of objects and lists one query may have. */
const maxDepth = 24;

/** The pieces of structure. Each is read to its `close`, to the texts behind it, or is one token. */
const open = 0;
const openList = 1;
const close = 2;
const name = 3;
const json = 4;
const other = 5;
const yes = 6;
const no = 7;
const none = 8;
const missing = 9;
const value = 10;
const values = 11;
const valuesWithNull = 12;
const rows = 13;
const edges = 14;
const object = 15;
const text = 16;
const number = 17;
const index = 18;
const field = 19;

/** What may be compared with a field. */
const operators: ReadonlySet<string> = new Set(listOperators({ kind: "text", list: false }));

/** Writes down a shape. All methods throw FTG_COST for a query that is nested too deep. */
export class ShapeKey {
  readonly tokens: Token[];
  #depth = 0;

  /** `kind` tells apart what is done with queries of one shape. */
  constructor(kind: string) {
    this.tokens = [kind];
  }

  /** Adds a part that is text already. */
  addText(part: string): this {
    return this.#add(part);
  }

  /** Adds a rows query, relation query or any part with its keys. */
  addQuery(query: object): this {
    this.#enter();
    // Any object can be read by name; what is under a name is not known.
    const parts = query as Readonly<Record<string, unknown>>;
    for (const key in parts) if (parts[key] !== undefined) this.#addPart(key, parts[key]);
    return this.#leave();
  }

  /**
   * Adds a filter. Null, undefined and booleans decide the plan, so they are part of it; of other values only that
   * there is one, and of a list of values whether a null is in it. The field that another is compared with is a name,
   * and of a condition inside json the types of its values decide as well.
   */
  addFilter(filter: unknown): this {
    if (Array.isArray(filter)) return this.#addList(filter);
    if (!isPlainObject(filter)) return this.#add(classify(filter));
    this.#enter();
    const isJson = Array.isArray(filter["path"]);
    for (const key in filter) {
      const part = filter[key];
      this.#add(key);
      if (isJson) this.#addTyped(key, part);
      else if (operators.has(key) && isFieldOperand(part)) this.#add(field).#add(part.field);
      else this.addFilter(part);
    }
    return this.#leave();
  }

  /** Adds a condition inside json: the steps of its path, and the types of its values. All of a list are of one. */
  #addTyped(key: string, part: unknown): this {
    if (isPlainObject(part)) return this.addFilter(part);
    if (!Array.isArray(part)) return this.#add(classifyTyped(part));
    if (key !== "path") return this.#addList(part).#add(part.length === 0 ? none : classifyTyped(part[0]));
    this.#enter(openList);
    for (const step of part) this.#add(isIndex(step) ? index : classifyTyped(step));
    return this.#leave();
  }

  #addList(items: readonly unknown[]): this {
    if (!items.some(isPlainObject))
      return this.#add(items.some((item) => item === null || item === undefined) ? valuesWithNull : values);
    this.#enter(openList);
    for (const item of items) this.addFilter(item);
    return this.#leave();
  }

  #addPart(key: string, part: unknown): this {
    this.#add(key);
    switch (key) {
      case "where":
      case "key":
      case "having":
      case "ifVersion":
        return this.addFilter(part);
      case "select":
        return this.#addSelect(part);
      case "page":
        return this.#addPage(part);
      case "search":
      case "limit":
      case "offset":
      case "after":
      case "before":
      case "atMost":
        return this.#add(value);
      default:
        return this.#addLiteral(part);
    }
  }

  #addSelect(select: unknown): this {
    if (!isPlainObject(select)) return this.#addOther(select);
    this.#enter();
    for (const as in select) this.#add(as).#addEntry(select[as]);
    return this.#leave();
  }

  #addEntry(entry: unknown): this {
    if (entry === true) return this.#add(yes);
    return isPlainObject(entry) ? this.addQuery(entry) : this.#addOther(entry);
  }

  #addPage(page: unknown): this {
    if (!isPlainObject(page)) return this.#addOther(page);
    this.#enter();
    for (const as in page) this.#add(as).#addPageEntry(page[as]);
    return this.#leave();
  }

  /** Asks in the order of the resolver, so that of an entry with several meanings the same one is in the key. */
  #addPageEntry(entry: unknown): this {
    if (!isPlainObject(entry)) return this.#addOther(entry);
    if ("rows" in entry) return this.#add(rows).#addSelect(entry["rows"]);
    if ("edges" in entry) return this.#add(edges).#addEdges(entry["edges"]);
    if ("object" in entry && !("info" in entry)) return this.#add(object).#addPage(entry["object"]);
    return this.#addJson(entry);
  }

  #addEdges(items: unknown): this {
    if (!isPlainObject(items)) return this.#addOther(items);
    this.#enter();
    for (const as in items) {
      const entry = items[as];
      this.#add(as);
      if (isPlainObject(entry) && "row" in entry) this.#add(rows).#addSelect(entry["row"]);
      else this.#addJson(entry);
    }
    return this.#leave();
  }

  /** Adds names and flags, which belong to the shape as they are. */
  #addLiteral(literal: unknown): this {
    if (typeof literal === "string") return this.#add(name).#add(literal);
    if (literal === true) return this.#add(yes);
    if (!Array.isArray(literal) || !literal.every(isText)) return this.#addJson(literal);
    this.#enter(openList);
    for (const item of literal) this.#add(item);
    return this.#leave();
  }

  #addJson(part: unknown): this {
    return this.#add(json).#add(JSON.stringify(part) ?? "");
  }

  /** Adds what stands where an object belongs: nothing, or something that the resolver refuses. */
  #addOther(part: unknown): this {
    return this.#add(other).#add(typeof part);
  }

  #enter(token: Token = open): void {
    this.#depth += 1;
    if (this.#depth > maxDepth)
      throw new FootingError("FTG_COST", { detail: `The query is nested more than ${maxDepth} levels deep.` });
    this.tokens.push(token);
  }

  #leave(): this {
    this.#depth -= 1;
    return this.#add(close);
  }

  #add(token: Token): this {
    this.tokens.push(token);
    return this;
  }
}

function classify(leaf: unknown): Token {
  if (typeof leaf === "boolean") return leaf ? yes : no;
  if (leaf === undefined) return missing;
  return leaf === null ? none : value;
}

/** Texts and numbers are different in json. */
function classifyTyped(leaf: unknown): Token {
  if (typeof leaf === "string") return text;
  return typeof leaf === "number" ? number : classify(leaf);
}

function isText(item: unknown): item is string {
  return typeof item === "string";
}
