/** Asks the write rules of the fields that a caller sets. What they say of single rows, the plan of the write decides. */
import { FootingError } from "../errors/footing-error.ts";
import type { DataQuery } from "../plan/query.ts";
import type { ModelSchema } from "../schema/schema-model.ts";
import type { Actor } from "./actor.ts";
import { leadError } from "./at-path.ts";
import type { Run } from "./run.ts";
import { findFiller } from "./write-input.ts";

const none: readonly string[] = Object.freeze([]);

/**
 * The fields of the data whose write rules depend on the row.
 * @throws FootingError FTG_FORBIDDEN with every field that the actor may set in no row; FTG_RULE.
 */
export function guardFields(run: Run, model: ModelSchema, { data, actor }: SentData): readonly string[] {
  const { guarded } = findFiller(run.parts.fillers, model);
  if (guarded.length === 0 || actor.kind === "system") return none;
  const set = guarded.filter((name) => data[name] !== undefined);
  const refused = set.filter(
    (field) => run.parts.planner.ask({ model: model.name, field, operation: "write" }, actor).answer === false,
  );
  if (refused.length > 0) throw fieldsForbidden(model, refused);
  return set;
}

/** What a caller sent, before the app's own code saw it. */
export interface SentData {
  readonly data: DataQuery;
  readonly actor: Actor;
}

/** Rows that follow each other and set the same guarded fields, so that one statement judges them. */
export interface GuardedRows {
  readonly guarded: readonly string[];
  readonly rows: Iterable<DataQuery>;
  /** The number of the first row. */
  readonly start: number;
}

/**
 * New rows in their order, put together as long as they set the same guarded fields.
 * @throws FootingError as {@link guardFields}, led by the place of the row; those before it may fail first.
 */
export function* groupRows(
  run: Run,
  model: ModelSchema,
  { rows, actor }: { readonly rows: Iterable<DataQuery>; readonly actor: Actor },
): Generator<GuardedRows> {
  if (actor.kind === "system" || findFiller(run.parts.fillers, model).guarded.length === 0)
    return yield { guarded: none, rows, start: 0 };
  let group: { guarded: readonly string[]; rows: DataQuery[]; start: number } | null = null;
  let index = 0;
  for (const data of rows) {
    let guarded: readonly string[];
    try {
      guarded = guardFields(run, model, { data: run.sent?.[index] ?? data, actor });
    } catch (error) {
      // Those before it come first, and may fail first.
      if (group !== null) yield group;
      throw leadError(`/${index}`, error);
    }
    if (group === null || group.guarded.join() !== guarded.join()) {
      if (group !== null) yield group;
      group = { guarded, rows: [], start: index };
    }
    group.rows.push(data);
    index += 1;
  }
  if (group !== null) yield group;
}

function fieldsForbidden(model: ModelSchema, fields: readonly string[]): FootingError {
  return new FootingError("FTG_FORBIDDEN", {
    detail: `You may not set ${fields.join(", ")} of a ${model.name}.`,
    fix: "Leave the field out, or use an account that the access rules allow to set it.",
    problems: fields.map((field) => ({ path: `/${field}`, detail: `You may not set ${field}.` })),
  });
}
