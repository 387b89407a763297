/**
 * Runs a write's program, whatever drives it: it yields one statement at a time and is handed the answer, so a
 * synchronous and an asynchronous driver share the order of steps and every error. It opens no transaction.
 */
import { FootingError } from "../../errors/footing-error.ts";
import type { JsonValue, ModelSchema } from "../../schema/schema-model.ts";
import { expectedVersions } from "../contract/expected-versions.ts";
import { patchValue } from "../contract/patch-value.ts";
import type { Values, WriteResult } from "../contract/store.ts";
import { targetKey } from "../contract/target-key.ts";
import {
  boundViolation,
  checkViolation,
  forbidden,
  type Key,
  missingReference,
  notFound,
  stillReferenced,
  tooManyRows,
  uniqueViolation,
  versionMismatch,
} from "../contract/violations.ts";
import type { SqlProgram, SqlStep, WrittenReference } from "./sql-program.ts";
import type { SqlText } from "./sql-text.ts";

/** One statement to run. */
export interface SqlCall {
  readonly text: SqlText;
  readonly values: Values;
  /** The value of the binding `collected`. */
  readonly collected: unknown;
  /** Whether it writes, and may be refused. */
  readonly isChange: boolean;
  /** What to answer: the number of rows written, or the first row, or undefined without one. */
  readonly answer: "count" | "row";
}

/** The answer to a {@link SqlCall}. */
export type SqlReply = number | readonly unknown[] | undefined;

/**
 * Why the database refused a statement. A unique violation names the columns of the index, or the index itself, where
 * any name that no index of the model has is the key.
 */
export type Refusal =
  | { readonly kind: "unique"; readonly columns: readonly string[] }
  | { readonly kind: "unique"; readonly index: string }
  | { readonly kind: "check"; readonly name: string }
  | { readonly kind: "reference" }
  /** Rows that go along with rows that go along, through more levels than the engine follows. */
  | { readonly kind: "depth" }
  /** A value that no column of the type can hold. */
  | { readonly kind: "range" };

/** Reads a driver's error; null when it is not about a constraint. */
export type ReadRefusal = (error: unknown) => Refusal | null;

/** A run of a program. */
export type ProgramRun = Generator<SqlCall, WriteResult, SqlReply>;

interface Run {
  readonly program: SqlProgram;
  /** Patched values take the place of what they are patched with. */
  values: Values;
  readonly readRefusal: ReadRefusal;
  collected: unknown;
  /** The keys of many rows with the patched values of each; null when none are patched. */
  patched: readonly (readonly JsonValue[])[] | null;
  /** How many keys were collected; null when none were asked for. */
  count: number | null;
}

/**
 * Runs the steps in order.
 * @throws FootingError FTG_NOT_FOUND, FTG_FORBIDDEN, FTG_CONFLICT, FTG_REFERENCE, FTG_CHECK; the driver must then
 * undo what was written.
 */
export function* runProgram(program: SqlProgram, values: Values, readRefusal: ReadRefusal): ProgramRun {
  const run: Run = { program, values, readRefusal, collected: null, patched: null, count: null };
  let affected = 0;
  let json: string | null = null;
  for (const step of program.steps) {
    switch (step.kind) {
      case "locate":
        if ((yield askRow(run, step.text)) === undefined) yield* failTarget(run);
        break;
      case "collect": {
        const [count, keys] = readRow(yield askRow(run, step.text));
        run.count = Number(count);
        if (run.count === 0) return { affected: 0, json: null };
        run.collected = keys;
        break;
      }
      case "reference":
        yield* checkReference(run, step.reference);
        break;
      case "patch":
      case "patchEach":
        yield* patch(run, step);
        break;
      case "release":
        yield askChange(run, step.text);
        break;
      case "change":
        affected = Number(yield* change(run, askPatched(run, step.text)));
        // Of rows that go along with each other an engine counts some.
        if (program.cascades && run.count !== null) affected = run.count;
        refuseMany(run, affected);
        break;
      case "changeOne": {
        const reply = yield* change(run, { ...askChange(run, step.text), answer: "row" });
        affected = reply === undefined ? 0 : 1;
        json = readText(readRow(reply)[0]);
        break;
      }
      case "count":
        affected = Number(readRow(yield askRow(run, step.text))[0]);
        if (affected === 0 && program.visible !== null) yield* failTarget(run);
        refuseMany(run, affected);
        break;
      case "bound":
        if ((yield askRow(run, step.text)) !== undefined) throw createBoundError(run, step);
        break;
      case "link":
        yield* writeLinks(run, step.texts, step.reference);
        break;
      case "rule":
        if ((yield askRow(run, step.text)) !== undefined) throw forbidden(program.model, program.plan.kind);
        break;
      case "return":
        json = readText(readRow(yield askRow(run, step.text))[0]);
        break;
    }
  }
  return { affected, json };
}

type PatchStep = Extract<SqlStep, { readonly kind: "patch" }>;
type PatchEachStep = Extract<SqlStep, { readonly kind: "patchEach" }>;
type BoundStep = Extract<SqlStep, { readonly kind: "bound" }>;
type Steps<T> = Generator<SqlCall, T, SqlReply>;

function askRow({ values, collected }: Run, text: SqlText): SqlCall {
  return { text, values, collected, isChange: false, answer: "row" };
}

function askChange(run: Run, text: SqlText): SqlCall {
  return { ...askRow(run, text), isChange: true, answer: "count" };
}

/** A change of rows that get values of their own binds these with the keys. */
function askPatched(run: Run, text: SqlText): SqlCall {
  return { ...askChange(run, text), ...(run.patched !== null && { collected: run.patched }) };
}

function readRow(reply: SqlReply): readonly unknown[] {
  return typeof reply === "object" ? reply : [];
}

function readText(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

function* change(run: Run, call: SqlCall): Steps<SqlReply> {
  let reply: SqlReply;
  try {
    reply = yield call;
  } catch (error) {
    return yield* failChange(run, error);
  }
  if ((reply === 0 || reply === undefined) && run.program.visible !== null) return yield* failTarget(run);
  return reply;
}

function refuseMany({ program: { model, plan, atMost }, values }: Run, affected: number): void {
  const most = atMost === null ? Number.POSITIVE_INFINITY : Number(values[atMost]);
  if (affected > most) throw tooManyRows({ model, operation: plan.kind }, most, affected);
}

function* patch(run: Run, step: PatchStep | PatchEachStep): Steps<void> {
  const reply = yield askRow(run, step.text);
  if (step.kind === "patchEach") run.patched = patchRows(run, step, reply);
  else run.values = reply === undefined ? yield* failTarget(run) : patchParam(run, step, reply);
}

function patchParam({ program, values }: Run, { field, operator, param }: PatchStep, reply: SqlReply): Values {
  const current: JsonValue = JSON.parse(readText(readRow(reply)[0]) ?? "null");
  // Values are canonical JSON forms.
  const given = (values[param] ?? null) as JsonValue;
  return values.with(param, patchValue(program.model, { field, operator, current, given }));
}

/** Patch by patch, so that of several that fail every store names the same. */
function patchRows({ program: { model }, values }: Run, { patches }: PatchEachStep, reply: SqlReply): Run["patched"] {
  const rows: JsonValue[][] = JSON.parse(readText(readRow(reply)[0]) ?? "[]");
  patches.forEach(({ param, ...patch }, index) => {
    const place = model.key.length + index;
    // Values are canonical JSON forms.
    const given = (values[param] ?? null) as JsonValue;
    for (const row of rows) row[place] = patchValue(model, { ...patch, current: row[place] ?? null, given });
  });
  return rows;
}

function createBoundError({ program, values }: Run, { field, bounds }: BoundStep): FootingError {
  return boundViolation(program.model, field, [values[bounds[0]], values[bounds[1]]]);
}

/** A calculation whose result no column can hold: of several, the first is named. */
function failRange(run: Run, error: unknown): never {
  const step = run.program.steps.find((candidate) => candidate.kind === "bound");
  throw step?.kind === "bound" ? createBoundError(run, step) : error;
}

/** The target of a write by key was not written: it is not there, it is not allowed, or it has another version. */
function* failTarget(run: Run): Steps<never> {
  const { model, plan, visible, current } = run.program;
  if (plan.kind === "create") throw forbidden(model, plan.kind);
  const { where, expected } = plan.target;
  const isHidden = visible !== null && (yield askRow(run, visible)) === undefined;
  if (isHidden) throw notFound(model, targetKey(model, where, run.values));
  const row = current === null ? undefined : yield askRow(run, current);
  if (row === undefined) throw forbidden(model, plan.kind);
  throw versionMismatch(model, {
    expected: expectedVersions(expected, run.values),
    current: Number(readRow(row)[0]),
  });
}

function* failChange(run: Run, error: unknown): Steps<never> {
  const { model, plan } = run.program;
  const refusal = run.readRefusal(error);
  if (refusal === null) throw error;
  if (refusal.kind === "range") return failRange(run, error);
  if (refusal.kind === "depth") throw createDepthError(model);
  if (refusal.kind === "check") return yield* failCheck(run, refusal.name);
  for (const { fields, text } of run.program.taken) {
    if ((yield askRow(run, text)) !== undefined) throw uniqueViolation(model, fields);
  }
  if (refusal.kind === "unique") return yield* failUnique(run, refusal);
  if (plan.kind === "delete") return yield* failReferrers(run);
  for (const reference of run.program.references) yield* checkReference(run, reference);
  throw error;
}

/** The first check in declared order that fails: databases judge them in orders of their own. */
function* failCheck(run: Run, name: string): Steps<never> {
  const { model, checks } = run.program;
  for (const check of checks) {
    if ((yield askRow(run, check.text)) !== undefined) throw checkViolation(model, check.name);
  }
  throw checkViolation(model, name);
}

/** A row that has the key is named before one that has the values of an index. */
function* failUnique(run: Run, refusal: Refusal & { readonly kind: "unique" }): Steps<never> {
  const { model, keyTaken } = run.program;
  const key = model.key.map((part) => part.field);
  if (keyTaken !== null && (yield askRow(run, keyTaken)) !== undefined) throw uniqueViolation(model, key);
  const index = model.indexes.find(({ name, fields, unique }) => {
    if ("index" in refusal) return unique && name === refusal.index;
    const columns = fields.flatMap((field) => listColumnNames(run, field));
    return unique && isSameList(columns, refusal.columns);
  });
  throw uniqueViolation(model, index?.fields ?? key);
}

function listColumnNames({ program }: Run, name: string): readonly string[] {
  const field = program.model.fields[name];
  if (field?.kind === "scalar") return [field.column];
  return field?.kind === "ref" ? field.columns.map((part) => part.column) : [];
}

function isSameList(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((item, index) => item === right[index]);
}

function* failReferrers(run: Run): Steps<never> {
  const { model, plan, referrers } = run.program;
  if (plan.kind !== "delete" || !plan.target.single) throw createCircleError(run) ?? stillReferenced(model, null, null);
  const key = targetKey(model, plan.target.where, run.values);
  for (const referrer of referrers) {
    if ((yield askRow(run, referrer.text)) !== undefined) throw stillReferenced(model, key, referrer);
  }
  throw createCircleError(run) ?? stillReferenced(model, run.program.cascades ? key : null, null);
}

function createDepthError(model: ModelSchema): FootingError {
  return new FootingError("FTG_REFERENCE", {
    detail: `With the ${model.name} would go rows through more levels of references than this database follows.`,
    fix: "Delete the rows at the lowest levels first.",
  });
}

/** Of several rows nobody asked which of the two it is. */
function createCircleError({ program: { model, plan, keepsCircles } }: Run): FootingError | null {
  if (!keepsCircles || plan.kind !== "delete") return null;
  const circle = "to itself, or to another in a circle, by a required ref";
  return new FootingError("FTG_REFERENCE", {
    detail: plan.target.single
      ? `This database deletes no ${model.name} that refers ${circle}.`
      : `Other rows still refer to some of these ${model.name} rows, or one of them refers ${circle}, which this database does not delete.`,
    fix: "Delete or change the rows that refer to it first, or declare the ref optional.",
  });
}

function* checkReference(run: Run, reference: WrittenReference): Steps<void> {
  const reply = yield askRow(run, reference.missing);
  if (reply === undefined) return;
  throw missingReference(run.program.model, reference.field, readKey(run.values, reference, Number(readRow(reply)[0])));
}

function readKey(values: Values, { params, isList }: WrittenReference, position: number): Key {
  // Values are canonical JSON forms.
  if (!isList) return params.map((index) => (values[index] ?? null) as JsonValue);
  // A param of type `keys` holds a list of keys.
  const keys = values[params[0] ?? -1] as readonly Key[];
  return keys[position] ?? [];
}

function* writeLinks(run: Run, texts: readonly SqlText[], reference: WrittenReference): Steps<void> {
  for (const text of texts) {
    try {
      yield askChange(run, text);
    } catch (error) {
      if (run.readRefusal(error)?.kind === "reference") yield* checkReference(run, reference);
      throw error;
    }
  }
}
