/**
 * Where the value of each param of a plan comes from, as data. A template (plan and sources) is made once per
 * request shape; the engine then reads the values of every further request of that shape through these.
 */
import type { ParamType } from "../plan/param-node.ts";
import type { RuleName } from "../schema/rules.ts";
import type { ScalarType } from "../schema/schema-model.ts";
import type { SearchLimits } from "../schema/search-terms.ts";

/** Steps from the root of a query (or of a rule's answer) to a value. */
export type Path = readonly (string | number)[];

/** A value inside the query, checked against `type`. */
export interface QuerySource {
  readonly from: "query";
  readonly path: Path;
  readonly type: ParamType;
}

/** A full-text search inside the query, made canonical. */
export interface SearchSource extends SearchLimits {
  readonly from: "search";
  readonly path: Path;
}

/** A number that a sum is compared with: also one that is not written as text, where it is a whole number. */
export interface TotalSource {
  readonly from: "total";
  readonly path: Path;
  readonly type: ScalarType;
}

/** A row limit inside the query: a whole number from 1 to the maximum, or the default when absent. */
export interface LimitSource {
  readonly from: "limit";
  readonly path: Path;
  readonly fallback: number;
  readonly max: number;
}

/** A number of rows to skip: a whole number of at least 0. */
export interface OffsetSource {
  readonly from: "offset";
  readonly path: Path;
}

/** One sort-key value of a cursor inside the query. The cursor must start with the tag of `shape`. */
export interface CursorSource {
  readonly from: "cursor";
  readonly path: Path;
  /** What the cursor's tag signs: the model and sort of its list. */
  readonly shape: string;
  /** Which sort key, from 0, of how many. */
  readonly position: number;
  readonly length: number;
  readonly type: ScalarType;
}

/** The tag of the list's own cursors. */
export interface CursorTagSource {
  readonly from: "cursorTag";
  readonly shape: string;
}

/** A value inside what an access rule answered for this request. */
export interface RuleSource {
  readonly from: "rule";
  readonly rule: RuleName;
  readonly path: Path;
  readonly type: ParamType;
}

/** A value of the row being written, by its position in the list of columns or, for links, by its field. */
export interface InputSource {
  readonly from: "input";
  readonly index: number;
}

/** Any place a value may come from. */
export type ValueSource =
  | QuerySource
  | SearchSource
  | TotalSource
  | LimitSource
  | OffsetSource
  | CursorSource
  | CursorTagSource
  | RuleSource
  | InputSource;
