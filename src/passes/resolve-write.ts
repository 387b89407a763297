/**
 * Resolves writes: which columns and links get values, which row is meant, what comes back. The values
 * themselves are validated and put in column order by the engine. Decides nothing about access.
 */
import { FootingError } from "../errors/footing-error.ts";
import { createColumn } from "../plan/column-node.ts";
import type { ParamNode } from "../plan/param-node.ts";
import {
  type CreatePlan,
  createPlan,
  type DeletePlan,
  type ReturningNode,
  type TargetNode,
  type UpdatePlan,
} from "../plan/plan.ts";
import { createAnd, createCompare, createIn, isConstant, type PredicateNode } from "../plan/predicate-node.ts";
import type { ExpectedVersion, SelectQuery, WhereQuery } from "../plan/query.ts";
import {
  type AssignmentNode,
  type AssignmentOperator,
  type BoundNode,
  createAssignment,
  createBound,
  createLink,
  type LinkMode,
  type LinkNode,
} from "../plan/write-nodes.ts";
import { isVersioned, VERSION_FIELD } from "../schema/kept-fields.ts";
import type { ManyToManyField, ModelSchema, ScalarType } from "../schema/schema-model.ts";
import { describeValue } from "../util/describe-value.ts";
import { isPlainObject } from "../util/is-object.ts";
import { keysOf, listOf, queryError, type ResolveContext } from "./resolve-context.ts";
import { resolveSelect } from "./resolve-rows.ts";
import { createQueryReader, resolveWhere } from "./resolve-where.ts";

/** The type of versions and of numbers of rows. */
const COUNT: ScalarType = Object.freeze({ kind: "int", list: false });

/** One value a write gives: a stored column, or the links of a manyToMany. */
export type WrittenPart =
  | {
      readonly kind: "column";
      readonly field: string;
      readonly part: number;
      readonly type: ScalarType;
      /** Absent: set. A calculated column is followed by its two bounds. */
      readonly operator?: AssignmentOperator;
    }
  | { readonly kind: "bound"; readonly field: string; readonly side: "min" | "max"; readonly type: ScalarType }
  | { readonly kind: "links"; readonly field: ManyToManyField; readonly mode: LinkMode };

/** What comes back of a written row: nothing (null), or a selection (undefined: every visible own field). */
export type Returning = SelectQuery | undefined | null;

/** Resolves a create whose values come in the order of `parts`. */
export function resolveCreate(
  context: ResolveContext,
  model: ModelSchema,
  { parts, returning }: { parts: readonly WrittenPart[]; returning: Returning },
): CreatePlan {
  const { assignments, links } = resolveParts(context, parts);
  return createPlan({
    kind: "create",
    model: model.name,
    assignments,
    links,
    references: [],
    check: null,
    returning: resolveReturning(context, model, returning),
  });
}

/** A row named by its whole key and, if wanted, its version, or rows that match a filter and how many they may be. */
export type WriteTarget =
  | { readonly key: WhereQuery; readonly ifVersion?: ExpectedVersion | undefined }
  | { readonly where: WhereQuery | undefined; readonly atMost?: number | undefined };

/** Resolves an update whose values come in the order of `parts`. */
export function resolveUpdate(
  context: ResolveContext,
  model: ModelSchema,
  options: { target: WriteTarget; parts: readonly WrittenPart[]; returning: Returning },
): UpdatePlan {
  const target = resolveTarget(context, model, options.target);
  const written = resolveParts(context, options.parts);
  return createPlan({
    kind: "update",
    model: model.name,
    target,
    ...written,
    references: [],
    check: null,
    returning: resolveReturning(context, model, options.returning),
  });
}

/** Resolves a delete. */
export function resolveDelete(
  context: ResolveContext,
  model: ModelSchema,
  options: { target: WriteTarget; returning: Returning },
): DeletePlan {
  const target = resolveTarget(context, model, options.target);
  return createPlan({
    kind: "delete",
    model: model.name,
    target,
    returning: resolveReturning(context, model, options.returning),
  });
}

/** Resolves a key (`{ code: "PE" }`) into the condition that names exactly that row. Throws FTG_QUERY. */
function resolveKey(context: ResolveContext, model: ModelSchema, key: unknown): PredicateNode {
  const names = model.key.map((part) => part.field);
  if (!isPlainObject(key)) throw queryError(["key"], `an object with ${names.join(", ")}`, describeValue(key));
  const extra = Object.keys(key).find((name) => !names.includes(name));
  if (extra !== undefined) throw queryError(["key"], `only ${names.join(", ")}`, JSON.stringify(extra));
  const reader = createQueryReader(context);
  return createAnd(
    names.map((name) => {
      const value = key[name];
      if (value === undefined || value === null || isPlainObject(value))
        throw queryError(["key", name], "a value", describeValue(value));
      return resolveWhere(reader, { model, where: { [name]: value }, path: ["key"] });
    }),
  );
}

function resolveTarget(context: ResolveContext, model: ModelSchema, target: WriteTarget): TargetNode {
  if ("key" in target) {
    const where = resolveKey(context, model, target.key);
    return createTarget({ where, single: true, expected: resolveVersion(context, model, target.ifVersion) });
  }
  const where = resolveWhere(createQueryReader(context), { model, where: target.where, path: ["where"] });
  // A filter that lost its conditions (`{ all: [] }`) is no filter.
  if (target.where !== undefined && Object.keys(target.where).length > 0 && isConstant(where, true))
    throw unboundedWrite("The filter of the write holds for every row.");
  const atMost =
    target.atMost === undefined ? null : context.addParam({ from: "query", path: ["atMost"], type: COUNT }, COUNT);
  return createTarget({ where, single: false, atMost });
}

/** What a single row must have: one version, or one of several. Throws FTG_QUERY for a model without versions. */
function resolveVersion(
  context: ResolveContext,
  model: ModelSchema,
  version: ExpectedVersion | undefined,
): PredicateNode | null {
  if (version === undefined) return null;
  if (!isVersioned(model))
    throw new FootingError("FTG_QUERY", {
      detail: `ifVersion: the rows of ${model.name} have no versions.`,
      fix: "Leave ifVersion out, or declare the model with version: true.",
    });
  const type = Array.isArray(version) ? listOf(COUNT) : COUNT;
  const value = context.addParam({ from: "query", path: ["ifVersion"], type }, type);
  const column = createColumn(VERSION_FIELD);
  return Array.isArray(version) ? createIn(column, value) : createCompare(column, "eq", value);
}

function createTarget(
  target: Pick<TargetNode, "where" | "single"> & Partial<Pick<TargetNode, "expected" | "atMost">>,
): TargetNode {
  return Object.freeze({ kind: "target", readable: null, allowed: null, expected: null, atMost: null, ...target });
}

/** The refusal of a bulk write that would touch every row without saying so. */
export function unboundedWrite(detail: string): FootingError {
  return new FootingError("FTG_UNBOUNDED_WRITE", { detail });
}

function resolveParts(
  context: ResolveContext,
  parts: readonly WrittenPart[],
): {
  assignments: readonly AssignmentNode[];
  bounds: readonly BoundNode[];
  links: readonly LinkNode[];
} {
  const assignments: AssignmentNode[] = [];
  const bounds: BoundNode[] = [];
  const links: LinkNode[] = [];
  let min: ParamNode | null = null;
  parts.forEach((part, index) => {
    const type = part.kind === "links" ? keysOf(part.field.far.map((column) => column.type)) : part.type;
    const value = context.addParam({ from: "input", index }, type);
    if (part.kind === "column")
      assignments.push(createAssignment(createColumn(part.field, part.part), value, part.operator));
    else if (part.kind === "links") links.push(createLink(part.field.name, part.mode, value));
    else if (part.side === "min") min = value;
    else if (min !== null) bounds.push(createBound(createColumn(part.field), min, value));
  });
  return { assignments: Object.freeze(assignments), bounds: Object.freeze(bounds), links: Object.freeze(links) };
}

function resolveReturning(context: ResolveContext, model: ModelSchema, returning: Returning): ReturningNode | null {
  if (returning === null) return null;
  return Object.freeze({
    kind: "returning",
    access: null,
    select: resolveSelect({ context, model, path: ["select"] }, returning),
  });
}
