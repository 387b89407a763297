/**
 * The door of a model: every query parameter that its routes accept, as data. The parser reads requests by
 * it and the OpenAPI document is written from it, so that neither can know a parameter the other does not.
 */
import type { Operator } from "../../schema/operators.ts";
import type { ModelSchema, ScalarType } from "../../schema/schema-model.ts";

/** `population[gt]`, `country`, `country.name[contains]`, `borders.code`: a condition on a field. */
export interface FilterParameter {
  readonly kind: "filter";
  readonly name: string;
  /** The relation the field is reached through; null for an own field. */
  readonly relation: string | null;
  /** Whether the relation leads to many rows, of which some one must meet all conditions. */
  readonly toMany: boolean;
  readonly field: string;
  readonly operator: Operator;
  /** Of one value. */
  readonly type: ScalarType;
  /** Whether the value is a comma-separated list. */
  readonly list: boolean;
}

/** `sort`, `fields`, `include`: a comma-separated list of different names. */
export interface NamesParameter {
  readonly kind: "names";
  readonly name: "sort" | "fields" | "include";
  readonly names: ReadonlySet<string>;
}

/** `limit`, `offset`: a whole number. */
export interface NumberParameter {
  readonly kind: "number";
  readonly name: "limit" | "offset";
  readonly minimum: number;
  readonly maximum: number;
  /** What holds when the parameter is absent. */
  readonly fallback: number;
}

/** `after`, `before`: a cursor. */
export interface CursorParameter {
  readonly kind: "cursor";
  readonly name: "after" | "before";
}

/** Any parameter. */
export type Parameter = FilterParameter | NamesParameter | NumberParameter | CursorParameter;

/** Parameters by name. */
export type ParameterTable = ReadonlyMap<string, Parameter>;

/** What the routes of one model accept. */
export interface Door {
  readonly model: ModelSchema;
  /** Where its rows are: `/api/cities`. */
  readonly path: string;
  /** Of the list. */
  readonly list: ParameterTable;
  /** Of one row. */
  readonly row: ParameterTable;
  /** The shape of a row with its relations, for `fields` and `include`. */
  readonly view: View;
}

/** The fields and relations of a model that REST shows. */
export interface View {
  readonly model: ModelSchema;
  /** Own fields in declared order: scalars, and refs as keys. */
  readonly fields: readonly string[];
  /** Relations to models that anybody may read. */
  readonly relations: ReadonlyMap<string, RelationView>;
}

/** A relation as REST shows it. */
export interface RelationView {
  readonly toMany: boolean;
  /** The name of the related model. */
  readonly model: string;
}

/** The views of all models, by name. */
export type Views = ReadonlyMap<string, View>;
