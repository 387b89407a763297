/**
 * The methods of one model of `db`: each makes one query of the query language, runs it as one actor and parses the
 * answer. It checks what only a JavaScript caller can get wrong and leaves everything else to the engine.
 */
import type { Actor } from "../../engine/actor.ts";
import { whereKey } from "../../engine/composed/row-keys.ts";
import type { Executor } from "../../engine/executor.ts";
import { FootingError } from "../../errors/footing-error.ts";
import type { DataQuery, SelectQuery } from "../../plan/query.ts";
import { keepsDeleted } from "../../schema/kept-fields.ts";
import { measureFunctions } from "../../schema/measures.ts";
import { readRowKey } from "../../schema/read-row-key.ts";
import type { ModelSchema } from "../../schema/schema-model.ts";
import { describeValue } from "../../util/describe-value.ts";
import { isPlainObject } from "../../util/is-object.ts";
import { findNearest } from "../../util/nearest.ts";
import type { JsonConverter } from "./create-json-converter.ts";

type Options = Readonly<Record<string, unknown>>;

const SELECTING = ["select"];
const CHANGING = ["select", "ifVersion"];
const FIRST = ["select", "where", "search", "orderBy"];
const FIND = [...FIRST, "limit", "offset", "after", "before"];

const AGGREGATE = ["where", "search", "groupBy", ...measureFunctions, "having", "orderBy", "limit", "offset"];

/** What a client needs to know of its model, the same for every actor. */
export interface ClientModel {
  readonly model: ModelSchema;
  readonly convert: JsonConverter | null;
}

/** One model under the rules of one actor. See `ModelApi` for the typed view. */
export class ModelClient {
  readonly #model: ModelSchema;
  readonly #convert: JsonConverter | null;
  readonly #executor: Executor;
  readonly #actor: Actor;

  constructor({ model, convert }: ClientModel, executor: Executor, actor: Actor) {
    this.#model = model;
    this.#convert = convert;
    this.#executor = executor;
    this.#actor = actor;
  }

  async find(query: Options = {}): Promise<unknown> {
    this.#checkOptions("find", query, this.#withDeleted(FIND));
    const { json } = await this.#executor.read({ ...query, model: this.#model.name }, this.#actor);
    return JSON.parse(json);
  }

  async findPage(query: Options = {}): Promise<unknown> {
    this.#checkOptions("findPage", query, this.#withDeleted([...FIND, "count"]));
    const answer = await this.#executor.read({ ...query, model: this.#model.name }, this.#actor);
    const { json, hasMore, cursor, total } = answer;
    return { data: JSON.parse(json), page: { hasMore, next: cursor, ...(total !== undefined && { total }) } };
  }

  async first(query: Options = {}): Promise<unknown> {
    this.#checkOptions("first", query, this.#withDeleted(FIRST));
    const { json } = await this.#executor.read({ ...query, model: this.#model.name, single: true }, this.#actor);
    return JSON.parse(json);
  }

  async get(key: unknown, query: Options = {}): Promise<unknown> {
    this.#checkOptions("get", query, this.#withDeleted(SELECTING));
    const where = whereKey(this.#readKey("get", key));
    const { json } = await this.#executor.read({ ...query, model: this.#model.name, where, single: true }, this.#actor);
    return JSON.parse(json);
  }

  async count(query: Options = {}): Promise<number> {
    this.#checkOptions("count", query, this.#withDeleted(["where", "search"]));
    return await this.#executor.count({ ...query, model: this.#model.name }, this.#actor);
  }

  async aggregate(query: Options): Promise<unknown> {
    this.#checkOptions("aggregate", query, this.#withDeleted(AGGREGATE));
    const { json } = await this.#executor.aggregate({ ...query, model: this.#model.name }, this.#actor);
    return JSON.parse(json.toString());
  }

  async create(data: DataQuery, query: Options = {}): Promise<unknown> {
    this.#checkOptions("create", query, SELECTING);
    const json = await this.#executor.create(
      { model: this.#model.name, data: this.#toJson(data), ...readSelect(query) },
      this.#actor,
    );
    return parseRow(json);
  }

  async createMany(data: Iterable<DataQuery>): Promise<number> {
    const rows = this.#convert === null ? data : convertAll(this.#convert, data);
    return await this.#executor.createMany({ model: this.#model.name, data: rows }, this.#actor);
  }

  async update(key: unknown, data: DataQuery, query: Options = {}): Promise<unknown> {
    this.#checkOptions("update", query, CHANGING);
    const row = this.#readKey("update", key);
    const json = await this.#executor.update(
      { ...query, model: this.#model.name, key: row, data: this.#toJson(data) },
      this.#actor,
    );
    return parseRow(json);
  }

  async updateMany(query: Options & { readonly data: DataQuery }): Promise<number> {
    this.#checkOptions("updateMany", query, ["where", "all", "atMost", "data"]);
    return await this.#executor.updateMany(
      { ...query, model: this.#model.name, data: this.#toJson(query.data) },
      this.#actor,
    );
  }

  async upsert(
    key: unknown,
    data: { readonly create: DataQuery; readonly update: DataQuery },
    query: Options = {},
  ): Promise<unknown> {
    this.#checkOptions("upsert", data, ["create", "update"]);
    this.#checkOptions("upsert", query, SELECTING);
    // An object names a unique field, or the fields of a key of several.
    const row = isPlainObject(key) ? key : this.#readKey("upsert", key);
    const json = await this.#executor.upsert(
      {
        model: this.#model.name,
        key: this.#toJson(row),
        create: this.#toJson(data.create),
        update: this.#toJson(data.update),
        ...readSelect(query),
      },
      this.#actor,
    );
    return parseRow(json);
  }

  async updateEach(rows: Iterable<{ readonly key: unknown; readonly data: DataQuery }>): Promise<number> {
    const changes = Array.from(rows, ({ key, data }) => ({
      key: this.#readKey("updateEach", key),
      data: this.#toJson(data),
    }));
    return await this.#executor.updateEach({ model: this.#model.name, rows: changes }, this.#actor);
  }

  async upsertMany(data: Iterable<DataQuery>, query: Options = {}): Promise<unknown> {
    this.#checkOptions("upsertMany", query, ["update"]);
    const rows = Array.from(data, (row) => this.#toJson(row));
    return await this.#executor.upsertMany({ ...query, model: this.#model.name, data: rows }, this.#actor);
  }

  async delete(key: unknown, query: Options = {}): Promise<unknown> {
    this.#checkOptions("delete", query, this.#withDeleted(CHANGING, "permanently"));
    const row = this.#readKey("delete", key);
    const json = await this.#executor.delete({ ...query, model: this.#model.name, key: row }, this.#actor);
    return parseRow(json);
  }

  async deleteMany(query: Options): Promise<number> {
    this.#checkOptions("deleteMany", query, this.#withDeleted(["where", "all", "atMost"], "permanently"));
    return await this.#executor.deleteMany({ ...query, model: this.#model.name }, this.#actor);
  }

  async restore(key: unknown, query: Options = {}): Promise<unknown> {
    this.#checkOptions("restore", query, CHANGING);
    const row = this.#readKey("restore", key);
    const json = await this.#executor.restore({ ...query, model: this.#model.name, key: row }, this.#actor);
    return parseRow(json);
  }

  async previewDelete(key: unknown, query: Options = {}): Promise<unknown> {
    this.#checkOptions("previewDelete", query, this.#withDeleted([], "permanently"));
    const row = this.#readKey("previewDelete", key);
    return await this.#executor.previewDelete({ ...query, model: this.#model.name, key: row }, this.#actor);
  }

  #toJson(data: DataQuery): DataQuery {
    return this.#convert === null ? data : this.#convert(data);
  }

  /** The options and the word about deleted rows, where there are any. */
  #withDeleted(known: readonly string[], word = "deleted"): readonly string[] {
    return keepsDeleted(this.#model) ? [...known, word] : known;
  }

  /** A misspelt `where` must not be a missing one. */
  #checkOptions(method: string, options: unknown, known: readonly string[]): void {
    if (typeof options !== "object" || options === null)
      throw this.#createError(method, "an object of options", describeValue(options));
    const unknown = Object.keys(options).find((name) => !known.includes(name));
    if (unknown === undefined) return;
    const nearest = findNearest(unknown, known);
    const hint = nearest === undefined ? "" : ` Did you mean ${nearest}?`;
    throw this.#createError(
      method,
      known.length === 0 ? "no options" : `only ${known.join(", ")}`,
      `${unknown}.${hint}`,
    );
  }

  #readKey(method: string, key: unknown): DataQuery {
    return readRowKey(
      this.#model,
      key,
      (detail) => new FootingError("FTG_QUERY", { detail: `${this.#model.name}.${method}: ${detail}` }),
    );
  }

  #createError(method: string, expected: string, came: string): FootingError {
    return new FootingError("FTG_QUERY", {
      detail: `${this.#model.name}.${method}: expected ${expected}, got ${came}${/[.?]$/.test(came) ? "" : "."}`,
    });
  }
}

function readSelect(query: Options): { readonly select?: SelectQuery } {
  return query;
}

function parseRow(json: string | null): unknown {
  return json === null ? null : JSON.parse(json);
}

function* convertAll(convert: JsonConverter, data: Iterable<DataQuery>): Generator<DataQuery> {
  for (const row of data) yield convert(row);
}
