/** A finished statement as plain data: its text and what is bound at each placeholder. */
import type { ParamType } from "../../plan/param-node.ts";
import type { ScalarType } from "../../schema/schema-model.ts";

/**
 * In which native form a value is bound. `value`: as it is stored. `sortable`: as the dialect's `sortable` makes it.
 * `members`: a list whose items are compared one by one. `plusOne`: a number plus one. `oneItem`: a list, as it is stored,
 * with the value as its one item. `jsonStep`: a step of a path inside json. `words`: the words of a text, as they are
 * stored. `search`: what a search looks for; `phrases`: the phrases among it.
 */
export type BindingForm =
  | "value"
  | "sortable"
  | "members"
  | "plusOne"
  | "oneItem"
  | "jsonStep"
  | "words"
  | "search"
  | "phrases";

/** A value that each of many rows has for itself, at some place of its values. */
export interface RowColumn {
  readonly index: number;
  readonly type: ScalarType;
  readonly form: BindingForm;
}

/**
 * One bound value: a param of the plan, (`collected`) the keys that an earlier statement of the same write found, or (`rows`)
 * the values of some columns in many rows.
 */
export type Binding =
  | { readonly kind: "param"; readonly index: number; readonly type: ParamType; readonly form: BindingForm }
  | { readonly kind: "collected" }
  | { readonly kind: "rows"; readonly columns: readonly RowColumn[] };

/** A finished statement. */
export interface SqlText {
  readonly text: string;
  /** In the order of the placeholders. */
  readonly bindings: readonly Binding[];
}
