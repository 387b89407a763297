/**
 * The door of a model: every query parameter that its routes accept, as data. The parser reads requests by
 * it and the OpenAPI document is written from it, so that neither can know a parameter the other does not.
 */
import type { CountForm, DeletedQuery } from "../../plan/query.ts";
import type { MeasureFunction } from "../../schema/measures.ts";
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
  /** Whether the value is the name of another field to compare with. */
  readonly operand: "value" | "field";
}

/** `meta[where]`: a condition inside json, as JSON. */
export interface JsonParameter extends Pick<FilterParameter, "name" | "relation" | "toMany" | "field"> {
  readonly kind: "json";
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
  /** What holds when the parameter is absent; null for no bound. */
  readonly fallback: number | null;
}

/** `format`: one of a few words. */
export interface ChoiceParameter {
  readonly kind: "choice";
  readonly name: "format";
  readonly choices: readonly ExportFormat[];
}

/** `count`: how all rows of the list are counted. */
export interface CountParameter {
  readonly kind: "count";
  readonly name: "count";
  readonly choices: readonly CountForm[];
}

/** `deleted`: which rows of a model that keeps deleted ones. */
export interface DeletedParameter {
  readonly kind: "deleted";
  readonly name: "deleted";
  readonly choices: readonly DeletedQuery[];
}

/** `permanently`: true or false. */
export interface FlagParameter {
  readonly kind: "flag";
  readonly name: "permanently";
}

/** How an export is written. */
export type ExportFormat = "ndjson" | "csv";

/** `after`, `before`: a cursor. */
export interface CursorParameter {
  readonly kind: "cursor";
  readonly name: "after" | "before";
}

/** `search`: words to find in the fields that the model declares for it. */
export interface SearchParameter {
  readonly kind: "search";
  readonly name: "search";
  /** The fields. */
  readonly fields: readonly string[];
  /** Characters at most. */
  readonly maximum: number;
}

/** `groupBy`, `aggregate` and the `sort` of groups: a comma-separated list of different names. */
export interface GroupNamesParameter {
  readonly kind: "groupNames";
  readonly name: "groupBy" | "aggregate" | "sort";
  readonly names: ReadonlySet<string>;
}

/** `timeZone`: the zone whose clocks count for spans of time. */
export interface ZoneParameter {
  readonly kind: "zone";
  readonly name: "timeZone";
  /** The names in `groupBy` that it is about. */
  readonly keys: ReadonlySet<string>;
}

/** How what is calculated over a group can be compared. */
export type HavingOperator = "eq" | "lt" | "lte" | "gt" | "gte";

/** `having[count]`, `having[sum.population][gt]`: a condition on groups. */
export interface HavingParameter {
  readonly kind: "having";
  readonly name: string;
  readonly measure: MeasureFunction;
  /** Null for `count`. */
  readonly field: string | null;
  readonly operator: HavingOperator;
  readonly type: ScalarType;
}

/** Any parameter. */
export type Parameter =
  | FilterParameter
  | JsonParameter
  | NamesParameter
  | NumberParameter
  | ChoiceParameter
  | CountParameter
  | DeletedParameter
  | FlagParameter
  | CursorParameter
  | SearchParameter
  | GroupNamesParameter
  | ZoneParameter
  | HavingParameter;

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
  /** Where its groups are: `/api/aggregate/cities`. */
  readonly groupsPath: string;
  /** Of its groups. */
  readonly groups: ParameterTable;
  /** Where all rows are as one file: `/api/export/cities`. */
  readonly exportPath: string;
  /** Of that file. A list inside a row has no place in a table, so related rows are shown where there is at most one. */
  readonly export: ParameterTable;
  /** Of what ends a row. */
  readonly end: ParameterTable;
  /** Where it is told what ending a row would take along: `/api/preview/cities`. */
  readonly previewPath: string;
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
