/**
 * What the resolve pass carries along: the schema, the limits, the params found so far and how complex the
 * query has become. One context makes one plan.
 */
import { FootingError } from "../errors/footing-error.ts";
import { createParam, type KeysType, type ParamNode, type ParamType } from "../plan/param-node.ts";
import type { Field, ModelSchema, ScalarType, Schema } from "../schema/schema-model.ts";
import type { SearchLimits } from "../schema/search-terms.ts";
import { findNearest } from "../util/nearest.ts";
import type { Path, ValueSource } from "./value-source.ts";

/** Bounds on what one query may ask for. */
export interface QueryLimits extends SearchLimits {
  /** Rows of a list when the query does not say. */
  readonly defaultLimit: number;
  /** Rows of a list at most. */
  readonly maxLimit: number;
  /** Objects one answer may hold at most, all levels together. */
  readonly maxCost: number;
  /** Conditions, selected relations and sort keys one query may have in all. */
  readonly maxNodes: number;
  /** Rows that a bulk write from outside may reach; the app's own code has no bound but its own `atMost`. */
  readonly maxAffected: number;
}

/** The limits that hold unless an app sets others. */
export const defaultQueryLimits: QueryLimits = Object.freeze({
  defaultLimit: 20,
  maxLimit: 100,
  maxCost: 25_000,
  maxNodes: 500,
  maxAffected: 10_000,
  maxSearchLength: 500,
  maxSearchTerms: 20,
});

/** Collects params and counts nodes while one query is resolved. */
export class ResolveContext {
  readonly schema: Schema;
  readonly limits: QueryLimits;
  readonly sources: ValueSource[] = [];
  readonly #seesHidden: boolean;
  #nodes = 0;

  /** `seesHidden` is true for the app's own words: those of the system, and rules. */
  constructor(schema: Schema, limits: QueryLimits, seesHidden: boolean) {
    this.schema = schema;
    this.limits = limits;
    this.#seesHidden = seesHidden;
  }

  /** Adds a value and gives the param that stands for it. */
  addParam(source: ValueSource, type: ParamType): ParamNode {
    this.sources.push(source);
    return createParam(this.sources.length - 1, type);
  }

  /** Counts one more condition, relation or sort key; throws FTG_COST beyond the limit. */
  countNode(): void {
    this.#nodes += 1;
    if (this.#nodes > this.limits.maxNodes) {
      throw new FootingError("FTG_COST", {
        detail: `The query has more than ${this.limits.maxNodes} conditions, relations and sort keys.`,
      });
    }
  }

  /** The model of that name; throws FTG_QUERY when there is none. */
  model(name: string): ModelSchema {
    const model = Object.hasOwn(this.schema.models, name) ? this.schema.models[name] : undefined;
    if (model === undefined) throw unknownModel(name, Object.keys(this.schema.models));
    return model;
  }

  /** The field of that name; throws FTG_QUERY when there is none for the caller, before anything else is said of it. */
  field(model: ModelSchema, name: string): Field {
    const field = Object.hasOwn(model.fields, name) ? model.fields[name] : undefined;
    if (field === undefined || (field.hidden && !this.#seesHidden)) throw unknownField(model, name);
    return field;
  }
}

/**
 * The error for a name the model does not have. A hidden field gets the same text as a misspelling, and is
 * never proposed.
 */
export function unknownField(model: ModelSchema, name: string): FootingError {
  const visible = Object.values(model.fields).filter((field) => !field.hidden);
  return unknownName(
    `${model.name} has no field`,
    name,
    visible.map((field) => field.name),
  );
}

/** The error for a model the schema does not have. */
export function unknownModel(name: string, known: readonly string[]): FootingError {
  return unknownName("The schema has no model", name, known);
}

/** An FTG_QUERY at a place of the query. */
export function queryError(path: Path, expected: string, came: string): FootingError {
  return new FootingError("FTG_QUERY", {
    detail: `${renderPath(path) || "query"}: expected ${expected}, got ${came}.`,
  });
}

/** Refuses keys that no list query has; a front end's own keys are taken off before. */
export function refuseUnknown(query: object, known: ReadonlySet<string>, path: Path): void {
  const unknown = Object.keys(query).find((name) => !known.has(name));
  if (unknown !== undefined) throw queryError(path, [...known].join(", "), JSON.stringify(unknown));
}

/** A path as a reader writes it: `where.any[0].name`. */
export function renderPath(path: Path): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === "number") return `${text}[${step}]`;
    return text === "" ? step : `${text}.${step}`;
  }, "");
}

/** The list form of a type, for `in`. */
export function listOf(type: ScalarType): ScalarType {
  return Object.freeze({ ...type, list: true });
}

/** The type of a list of keys of the given parts. */
export function keysOf(parts: readonly ScalarType[]): KeysType {
  return Object.freeze({ kind: "keys", parts: Object.freeze(parts) });
}

function unknownName(missing: string, name: string, candidates: readonly string[]): FootingError {
  const nearest = findNearest(name, candidates);
  return new FootingError("FTG_QUERY", {
    detail: `${missing} ${JSON.stringify(name)}.`,
    fix:
      nearest === undefined
        ? `Use one of: ${candidates.slice(0, 30).join(", ")}.`
        : `Did you mean ${JSON.stringify(nearest)}?`,
  });
}
