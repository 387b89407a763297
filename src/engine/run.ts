/** What the phases of the engine share: the parts that live as long as the engine, and the session they run on. */
import { queryError, unknownModel } from "../passes/resolve-context.ts";
import { unboundedWrite, type WrittenPart } from "../passes/resolve-write.ts";
import type { DataQuery, DeleteManyQuery } from "../plan/query.ts";
import type { Clock } from "../schema/fill-row.ts";
import type { ModelSchema, Operation, Schema } from "../schema/schema-model.ts";
import type { DataValidator } from "../schema/validate-data.ts";
import type { Abort, Session, Store } from "../stores/contract/store.ts";
import { describeValue } from "../util/describe-value.ts";
import { isPlainObject } from "../util/is-object.ts";
import type { Actor } from "./actor.ts";
import type { Planner } from "./planner.ts";
import { type ModelFiller, withoutVerbs } from "./write-input.ts";

/** What all sessions of one engine share. */
export interface EngineParts {
  readonly schema: Schema;
  readonly store: Store;
  readonly planner: Planner;
  readonly validator: DataValidator;
  /** By model name. */
  readonly fillers: ReadonlyMap<string, ModelFiller>;
}

/** The parts, and the store or open transaction that statements go to. */
export interface Run {
  readonly parts: EngineParts;
  readonly session: Session;
  /** Whether written data has been through the app's own code, which may set hidden fields whoever acts. */
  readonly trusted: boolean;
  /** The data as the caller sent it, row by row, where own code has changed it. */
  readonly sent?: readonly DataQuery[];
  /** The clock of the open transaction; absent: each write has its own. */
  readonly clock?: Clock;
  /** Whether somebody still waits for the answer; absent: yes. */
  readonly abort?: Abort;
}

/** The model of a query; throws FTG_QUERY for an unknown one. */
export function findModel(run: Run, name: string): ModelSchema {
  const { models } = run.parts.schema;
  const model = Object.hasOwn(models, name) ? models[name] : undefined;
  if (model === undefined) throw unknownModel(name, Object.keys(models));
  return model;
}

/** Data of a write, and on whose behalf it is written. */
export interface WrittenData {
  readonly model: ModelSchema;
  readonly operation: Extract<Operation, "create" | "update">;
  readonly data: DataQuery;
  readonly actor: Actor;
}

/** Checks the data of a write; throws FTG_INVALID with every wrong field. */
export function validateData(run: Run, { model, operation, data, actor }: WrittenData): void {
  const system = run.trusted || actor.kind === "system";
  const values = withoutVerbs(model, data, { system, operation });
  run.parts.validator.validate(values, { model: model.name, use: operation, system });
}

/** The same for data that own code will complete: required fields may be missing. */
export function validateDraft(run: Run, { model, operation, data, actor }: WrittenData): void {
  const system = actor.kind === "system";
  const variant = { model: model.name, use: operation, system, draft: true };
  run.parts.validator.validate(withoutVerbs(model, data, { system, operation }), variant);
}

/** Refuses a bulk write that names no rows unless all are meant; throws FTG_UNBOUNDED_WRITE. Throws FTG_QUERY for a wrong `atMost`. */
export function refuseUnbounded({ where, all, atMost }: DeleteManyQuery): void {
  if (atMost !== undefined && (!Number.isSafeInteger(atMost) || atMost < 1))
    throw queryError(["atMost"], "a whole number from 1", describeValue(atMost));
  if (where !== undefined && !isPlainObject(where)) throw queryError(["where"], "a filter", String(where));
  const empty = where === undefined || Object.keys(where).length === 0;
  if (empty && all !== true) throw unboundedWrite("The write has no filter, so it would touch every row.");
  if (!empty && all === true) throw queryError(["all"], "a filter or all: true", "both");
}

/** The part of a write's shape that tells which columns and links it gives. */
export function renderParts(parts: readonly WrittenPart[]): string {
  return parts.map(renderPart).join(",");
}

function renderPart(part: WrittenPart): string {
  switch (part.kind) {
    case "column":
      return `${part.field}.${part.part} ${part.operator ?? ""}`;
    case "bound":
      return part.side;
    case "links":
      return `${part.field.name} ${part.mode}`;
  }
}
