/**
 * Turns the data of a write into checked, canonical values in column order. Validation and defaults are the
 * schema's; this knows what a rule forces and which parts of a row an update touches.
 */
import { FootingError } from "../errors/footing-error.ts";
import type { WrittenPart } from "../passes/resolve-write.ts";
import type { DataQuery } from "../plan/query.ts";
import type { LinkMode } from "../plan/write-nodes.ts";
import { findCalculation, isNumber } from "../schema/calculations.ts";
import { type Clock, createRowFiller, type RowFiller } from "../schema/fill-row.ts";
import { isKept } from "../schema/kept-fields.ts";
import { listColumns } from "../schema/list-columns.ts";
import { normalizeValue } from "../schema/normalize-value.ts";
import { findPatch, readAssigned } from "../schema/patches.ts";
import type { KeyColumn, ManyToManyField, ModelSchema, Operation, RefField, Schema } from "../schema/schema-model.ts";
import { describeValue } from "../util/describe-value.ts";
import { isPlainObject } from "../util/is-object.ts";

/** The parts of a row a write gives, with their values in the same order. */
export interface WrittenValues {
  readonly parts: readonly WrittenPart[];
  readonly values: readonly unknown[];
}

const nothing: WrittenValues = Object.freeze({ parts: [], values: [] });

/** The parts and values of an update: the fields that the data names, in declared order, and those that Footing keeps. */
export function collectUpdate(
  model: ModelSchema,
  data: Readonly<Record<string, unknown>>,
  clock: Clock,
): WrittenValues {
  const parts: WrittenPart[] = [];
  const values: unknown[] = [];
  for (const field of Object.values(model.fields)) {
    const value = data[field.name];
    if (field.kind === "scalar" && field.keeps !== null) {
      const { name, type, keeps } = field;
      if (keeps === "created" || keeps === "deleted") continue;
      parts.push({ kind: "column", field: name, part: 0, type, operator: keeps === "version" ? "add" : "set" });
      values.push(keeps === "version" ? 1 : clock());
      continue;
    }
    if (value === undefined) continue;
    if (field.kind === "scalar") {
      const { name, type } = field;
      const calculation = findCalculation(field, value);
      const patch = findPatch(field, value);
      const operator = calculation?.operator ?? patch?.operator ?? "set";
      parts.push({ kind: "column", field: name, part: 0, type, operator });
      if (patch !== null) {
        values.push(patch.value);
      } else if (calculation === null) {
        values.push(value === null ? null : normalizeValue(type, readAssigned(type, value), `/${name}`));
      } else {
        parts.push(
          { kind: "bound", field: name, side: "min", type },
          { kind: "bound", field: name, side: "max", type },
        );
        values.push(calculation.value, calculation.min, calculation.max);
      }
    } else if (field.kind === "ref") {
      field.columns.forEach(
        (column, part) => void parts.push({ kind: "column", field: field.name, part, type: column.type }),
      );
      values.push(...normalizeRef(field, value));
    } else if (field.kind === "manyToMany") {
      for (const { mode, keys } of readLinks(field, value)) {
        parts.push({ kind: "links", field, mode });
        values.push(keys);
      }
    }
  }
  return { parts, values };
}

/** The links that the data of a create gives: one part for each of the manyToMany fields that it names. */
export function collectLinks(
  fields: readonly ManyToManyField[],
  data: Readonly<Record<string, unknown>>,
): WrittenValues {
  const given = fields.filter((field) => data[field.name] !== undefined);
  if (given.length === 0) return nothing;
  return {
    parts: given.map((field) => ({ kind: "links", field, mode: "set" })),
    values: given.map((field) => readLinks(field, data[field.name]).flatMap(({ keys }) => keys)),
  };
}

/**
 * The data without what is no value: links that are given as verbs and, in an update, calculations and patches. What is
 * appended to a list stands for the list: its items have the same limits.
 */
export function withoutVerbs(
  model: ModelSchema,
  data: DataQuery,
  { system, operation }: { readonly system: boolean; readonly operation: Operation },
): DataQuery {
  const isVerbs = (name: string): boolean => {
    if (!isPlainObject(data[name])) return false;
    const field = Object.hasOwn(model.fields, name) ? model.fields[name] : undefined;
    if (field === undefined || (field.hidden && !system)) return false;
    if (field.kind === "manyToMany") return true;
    if (operation !== "update" || field.kind !== "scalar" || field.immutable || isKept(field)) return false;
    return isNumber(field) || findPatch(field, data[name]) !== null;
  };
  if (!isPlainObject(data) || !Object.keys(data).some(isVerbs)) return data;
  return Object.fromEntries(
    Object.entries(data).flatMap(([name, value]) => {
      if (!isVerbs(name)) return [[name, value]];
      const appended = isPlainObject(value) && isList(model, name) ? value["append"] : undefined;
      return appended === undefined ? [] : [[name, appended]];
    }),
  );
}

function isList({ fields }: ModelSchema, name: string): boolean {
  const field = fields[name];
  return field?.kind === "scalar" && field.type.list;
}

/**
 * The values that a create rule forces: its plain equalities on own fields. They fill what the data leaves
 * out; everything the rule says is checked on the new row anyway.
 */
export function collectForced(
  model: ModelSchema,
  answer: boolean | Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  if (typeof answer === "boolean") return {};
  const forced = Object.entries(answer).filter(([name, value]) => {
    const field = Object.hasOwn(model.fields, name) ? model.fields[name] : undefined;
    return (
      (field?.kind === "scalar" || field?.kind === "ref") &&
      !isKept(field) &&
      value !== null &&
      value !== undefined &&
      !isPlainObject(value)
    );
  });
  return Object.fromEntries(forced);
}

/** The key of a row from its data, as a key filter; used after defaults are filled. */
export function createKeyFilter(
  model: ModelSchema,
  columns: readonly { field: string }[],
  values: readonly unknown[],
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    model.key.map((part) => [part.field, values[columns.findIndex((column) => column.field === part.field)]]),
  );
}

function normalizeRef(field: RefField, value: unknown): unknown[] {
  if (value === null) return field.columns.map(() => null);
  return normalizeKey(field.columns, value, `/${field.name}`);
}

/** What is done with links, in this order. */
const linkVerbs = [
  { verb: "set", mode: "set" },
  { verb: "disconnect", mode: "remove" },
  { verb: "connect", mode: "add" },
] as const;

/** The steps that the value of a manyToMany asks for: a list of keys replaces the links. */
function readLinks(
  field: ManyToManyField,
  value: unknown,
): readonly { readonly mode: LinkMode; readonly keys: readonly unknown[] }[] {
  if (!isPlainObject(value)) return [{ mode: "set", keys: normalizeLinks(field, value, `/${field.name}`) }];
  const names = linkVerbs.map(({ verb }): string => verb);
  const other = Object.keys(value).find((name) => !names.includes(name));
  if (other !== undefined)
    throw new FootingError("FTG_INVALID", {
      detail: `/${field.name}: expected a list of keys or only ${names.join(", ")} here, got ${JSON.stringify(other)}.`,
    });
  return linkVerbs
    .filter(({ verb }) => value[verb] !== undefined)
    .map(({ verb, mode }) => ({ mode, keys: normalizeLinks(field, value[verb], `/${field.name}/${verb}`) }));
}

function normalizeLinks(field: ManyToManyField, value: unknown, path: string): readonly unknown[] {
  if (!Array.isArray(value))
    throw new FootingError("FTG_INVALID", {
      detail: `${path}: expected a list of keys of ${field.model}, got ${describeValue(value)}.`,
    });
  const keys = value.map((item, index) => normalizeKey(field.far, item, `${path}/${index}`));
  const distinct = new Map(keys.map((key) => [JSON.stringify(key), key]));
  return [...distinct.values()];
}

function normalizeKey(columns: readonly KeyColumn[], value: unknown, path: string): unknown[] {
  const [first, ...others] = columns;
  if (first !== undefined && others.length === 0) return [normalizeValue(first.type, value, path)];
  if (!isPlainObject(value))
    throw new FootingError("FTG_INVALID", {
      detail: `${path}: expected an object with ${columns.map((column) => column.field).join(", ")}, got ${describeValue(value)}.`,
    });
  return columns.map((column) => normalizeValue(column.type, value[column.field], `${path}/${column.field}`));
}

/** How rows of one model are made ready for insertion. */
export interface ModelFiller {
  /** Validated data to canonical column values, defaults filled. */
  readonly fill: RowFiller;
  /** What those values are, in order. */
  readonly parts: readonly (WrittenPart & { readonly kind: "column" })[];
  /** The fields that are links, not columns. */
  readonly links: readonly ManyToManyField[];
  /** The fields that not everyone may set. */
  readonly guarded: readonly string[];
}

/** The fillers of all models. */
export function createFillers(schema: Schema): ReadonlyMap<string, ModelFiller> {
  return new Map(
    Object.values(schema.models).map((model) => {
      const parts = listColumns(model).map(({ field, part, type }) => ({ kind: "column", field, part, type }) as const);
      const fields = Object.values(model.fields);
      const links = fields.filter((field) => field.kind === "manyToMany");
      const guarded = fields.filter(({ access }) => access !== undefined && access.write !== "everyone");
      return [model.name, { fill: createRowFiller(model), parts, links, guarded: guarded.map(({ name }) => name) }];
    }),
  );
}

/** The filler of a model of the same schema. */
export function findFiller(fillers: ReadonlyMap<string, ModelFiller>, model: ModelSchema): ModelFiller {
  const filler = fillers.get(model.name);
  if (filler === undefined) throw new Error(`No filler was made for ${model.name}.`);
  return filler;
}
