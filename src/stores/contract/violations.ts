/**
 * What every store says when a write fails, so that all stores say the same. It builds errors and decides
 * nothing; the order below is what a store must keep when several things are wrong at once.
 *
 * The order of a write, judged row by row unless said otherwise:
 *
 * 1. The target of an update or delete by key: no readable row is `notFound`, a readable one that is not
 *    allowed is `forbidden`, an allowed one of another version than the `expected` is `versionMismatch`. Of many rows, those are left alone; when none is left, nothing below is judged.
 * 2. The plan's `references`, in plan order, judged on the data before this row's write (so that no write can
 *    open its own door): the target must exist and be readable, else `missingReference`.
 * 3. The model's checks, in declared order: `checkViolation`.
 * 4. The key, then the unique indexes in the order of `model.indexes`: `uniqueViolation`. A null in any part
 *    of a unique index never collides. (SQLite tests the newest index first: create them last to first, and
 *    look for the key before naming an index.)
 * 5. Refs to missing rows, in declared field order, judged after the whole statement: `missingReference`.
 *    A row may refer to itself.
 *    Then the plan's `atMost`: `tooManyRows`. (A delete is judged by 7 before.)
 *    Then the plan's `bounds` on every written row: `boundViolation`. (A result that no column can hold may be
 *    reported before 3.)
 * 6. Links, in plan order, each list in its given order: a key with no row is `missingReference`. A key given
 *    twice counts once.
 * 7. Rows that still refer to a deleted one by a ref that says `restrict`, judged after the whole statement:
 *    `stillReferenced`. Links to it go with it, and so do rows whose ref says `cascade`, with what refers to those in
 *    turn; refs that say `setNull` are emptied. None of these count as affected.
 * 8. The plan's `check` on every written row, after the whole write: `forbidden`.
 *
 * When one statement writes many rows, which of 3 and 4 is reported may depend on the order of the rows. In
 * `executeMany` each row is one whole write, and the first failure ends it.
 */
import { FootingError } from "../../errors/footing-error.ts";
import { keepsDeleted } from "../../schema/kept-fields.ts";
import type { JsonValue, ModelSchema, Operation } from "../../schema/schema-model.ts";
import { showsToAll } from "../../schema/shows-to-all.ts";

/** The parts of a key in their JSON form, in key order. */
export type Key = readonly JsonValue[];

/**
 * Another row has the same values in `fields` (field names of the index, or of the key). Fields that are hidden, or not
 * shown to everyone, are not named.
 */
export function uniqueViolation(model: ModelSchema, fields: readonly string[]): FootingError {
  const known = fields.map((name) => model.fields[name]);
  if (!known.every((field) => field !== undefined && showsToAll(field))) {
    return new FootingError("FTG_CONFLICT", { detail: `Another ${model.name} is in the way of this one.` });
  }
  const same = `Another ${model.name} has the same ${joinNames(fields)}.`;
  const fix = `Change the values, or restore or remove permanently the ${model.name} that has them if it is a deleted one.`;
  return new FootingError("FTG_CONFLICT", {
    detail: same,
    ...(keepsDeleted(model) && { fix }),
    problems: fields.map((field) => ({ path: `/${field}`, detail: same })),
  });
}

/** No row that the writer can see has the key that `field` (a ref or manyToMany of `model`) was given. */
export function missingReference(model: ModelSchema, field: string, key: Key): FootingError {
  const target = referenceTarget(model, field);
  const detail = `${model.name}.${field} refers to the ${target.model} ${renderKey(target.fields, key)}, which does not exist.`;
  return new FootingError("FTG_REFERENCE", {
    detail,
    fix: `Create the ${target.model} first, or give the key of one that exists.`,
    problems: [{ path: `/${field}`, detail }],
  });
}

/** What still refers to a deleted row: the first such model in schema order, or null for one that is not to be named. */
export interface Referring {
  readonly model: string | null;
}

/**
 * A deleted row is still referred to; `by` is null when it is something that goes along with the row. Both null when the
 * statement deletes many rows.
 */
export function stillReferenced(model: ModelSchema, key: Key | null, by: Referring | null): FootingError {
  const row = key === null ? "" : `the ${model.name} ${renderKey(keyFields(model), key)}`;
  const detail =
    key === null
      ? `Other rows still refer to some of these ${model.name} rows.`
      : by === null
        ? `Other rows still refer to rows that would go along with ${row}.`
        : `${by.model === null ? "Other rows" : `Rows of ${by.model}`} still refer to ${row}.`;
  return new FootingError("FTG_REFERENCE", { detail, fix: "Delete or change the rows that refer to it first." });
}

/** The row does not meet the check of that name. */
export function checkViolation(model: ModelSchema, name: string): FootingError {
  return new FootingError("FTG_CHECK", { detail: `The ${model.name} does not meet the check "${name}".` });
}

/** A calculation left the range of its field. */
export function boundViolation(model: ModelSchema, field: string, bounds: readonly [unknown, unknown]): FootingError {
  const detail = `the result must be from ${String(bounds[0])} to ${String(bounds[1])}.`;
  return new FootingError("FTG_INVALID", {
    detail: `${model.name}.${field}: ${detail}`,
    problems: [{ path: `/${field}`, detail }],
  });
}

/** A list that items were appended to has more than its field allows. */
export function lengthViolation(model: ModelSchema, field: string, max: number): FootingError {
  const detail = `the result must have at most ${max} items.`;
  return new FootingError("FTG_INVALID", {
    detail: `${model.name}.${field}: ${detail}`,
    problems: [{ path: `/${field}`, detail }],
  });
}

/** No row that the caller can see has the key. */
export function notFound(model: ModelSchema, key: Key): FootingError {
  return new FootingError("FTG_NOT_FOUND", {
    detail: `No ${model.name} has the key ${renderKey(keyFields(model), key)}.`,
  });
}

/** The caller sees the row, or wrote it, but the rule of the operation does not hold of it. */
export function forbidden(model: ModelSchema, operation: Operation): FootingError {
  return new FootingError("FTG_FORBIDDEN", { detail: `You may not ${operation} this ${model.name}.` });
}

/** The row has another version than the caller of the write expects. Who gets here may read it. */
export function versionMismatch(
  model: ModelSchema,
  { expected, current }: { readonly expected: readonly unknown[]; readonly current: number },
): FootingError {
  const meant = expected.length === 0 ? "none that this row could have" : expected.join(" or ");
  return new FootingError("FTG_VERSION_MISMATCH", {
    detail: `Expected version ${meant} of this ${model.name}; it is at version ${current}.`,
  });
}

/** A bulk write reached more rows than its caller meant to. */
export function tooManyRows(
  { model, operation }: { readonly model: ModelSchema; readonly operation: Operation },
  atMost: number,
  affected: number,
): FootingError {
  return new FootingError("FTG_TOO_MANY_ROWS", {
    detail: `The ${operation} would have affected at least ${affected} ${model.name} rows; at most ${atMost} are allowed. Nothing was changed.`,
  });
}

/** A key of one part as its JSON text, of several parts as an object. */
function renderKey(fields: readonly string[], key: Key): string {
  if (key.length === 1) return JSON.stringify(key[0]);
  return JSON.stringify(Object.fromEntries(fields.map((field, part) => [field, key[part]])));
}

function keyFields(model: ModelSchema): readonly string[] {
  return model.key.map((part) => part.field);
}

function referenceTarget(model: ModelSchema, name: string): { model: string; fields: readonly string[] } {
  const field = model.fields[name];
  if (field?.kind === "ref") return { model: field.model, fields: field.columns.map((column) => column.field) };
  if (field?.kind === "manyToMany") return { model: field.model, fields: field.far.map((column) => column.field) };
  throw new Error(`${model.name}.${name} is not a ref or manyToMany field`);
}

function joinNames(names: readonly string[]): string {
  const last = names.at(-1) ?? "";
  return names.length < 2 ? last : `${names.slice(0, -1).join(", ")} and ${last}`;
}
