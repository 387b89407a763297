/**
 * A write as plain data: the statements it takes, in order, and those that find out why one of them failed.
 * Running them is the work of `run-program.ts` and of a store's driver.
 */
import type { WritePlan } from "../../plan/plan.ts";
import type { PatchOperator } from "../../plan/write-nodes.ts";
import type { ModelSchema } from "../../schema/schema-model.ts";
import type { Referring } from "../contract/violations.ts";
import type { SqlText } from "./sql-text.ts";

/** A written ref or manyToMany, and the statement that finds the first of its keys that leads nowhere. */
export interface WrittenReference {
  readonly field: string;
  /** Indexes of the params that hold the key's parts, or of the one that holds a list of keys. */
  readonly params: readonly number[];
  readonly isList: boolean;
  /** One row with the position of the key in the list (0 for a ref); no row when every key leads to a row. */
  readonly missing: SqlText;
}

/** A value that is changed in part, and the param of what it is patched with. */
export interface PatchedParam {
  readonly field: string;
  readonly operator: PatchOperator;
  readonly param: number;
}

/** One step of a write. */
export type SqlStep =
  /** One row when the target may be written. Without it the write ends as not found or forbidden. */
  | { readonly kind: "locate"; readonly text: SqlText }
  /** One row with the number of target rows and their keys, bound later as `collected`. None: the write is done. */
  | { readonly kind: "collect"; readonly text: SqlText }
  | { readonly kind: "reference"; readonly reference: WrittenReference }
  /** One row with what the target row has in a column, kept from others, as JSON; the param is what it is patched with. */
  | (PatchedParam & { readonly kind: "patch"; readonly text: SqlText })
  /** One row with the keys of the target rows and what they have in the patched columns, as JSON. */
  | { readonly kind: "patchEach"; readonly patches: readonly PatchedParam[]; readonly text: SqlText }
  /** Lets the target rows go of each other before they are deleted. */
  | { readonly kind: "release"; readonly text: SqlText }
  /** Writes the rows of the model and counts them. */
  | { readonly kind: "change"; readonly text: SqlText }
  /** Writes one row of the model and answers its JSON; no row when it wrote none. */
  | { readonly kind: "changeOne"; readonly text: SqlText }
  /** One row with the number of target rows, of which nothing but their links changes. */
  | { readonly kind: "count"; readonly text: SqlText }
  /** One row when the column left its range, which the params at the two indexes hold. */
  | {
      readonly kind: "bound";
      readonly field: string;
      readonly bounds: readonly [min: number, max: number];
      readonly text: SqlText;
    }
  /** Writes a link table. */
  | { readonly kind: "link"; readonly texts: readonly SqlText[]; readonly reference: WrittenReference }
  /** One row when the rule does not hold of a written row. */
  | { readonly kind: "rule"; readonly text: SqlText }
  /** The JSON of the written row, or no row. */
  | { readonly kind: "return"; readonly text: SqlText };

/** A compiled write. */
export interface SqlProgram {
  readonly plan: WritePlan;
  readonly model: ModelSchema;
  readonly steps: readonly SqlStep[];
  /** For a target named by key: one row when it is there for the writer to see. */
  readonly visible: SqlText | null;
  /** For a target of an expected version: one row with the version it has, when it may be written. */
  readonly current: SqlText | null;
  /** The index of the param that says how many rows the change may reach; null for any number. */
  readonly atMost: number | null;
  /** The written refs in declared order, for a foreign key that fails. */
  readonly references: readonly WrittenReference[];
  /** The checks of a model that has several, in declared order, and one row when the written row does not meet it. */
  readonly checks: readonly { readonly name: string; readonly text: SqlText }[];
  /**
   * For an engine with gaps: the key and the unique indexes in the order in which they are judged, and one row when
   * another row has the same values. Empty elsewhere.
   */
  readonly taken: readonly { readonly fields: readonly string[]; readonly text: SqlText }[];
  /** For a create: one row when another row has the key. */
  readonly keyTaken: SqlText | null;
  /** For a delete by key: each model that may refer here, in schema order, and one row when it does. */
  readonly referrers: readonly (Referring & { readonly text: SqlText })[];
  /** For a delete: whether the engine keeps rows that refer to themselves, or to each other in a circle. */
  readonly keepsCircles: boolean;
  /** For a delete: whether rows of other tables, or other rows of its own, may go along. */
  readonly cascades: boolean;
}
