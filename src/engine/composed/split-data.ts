/**
 * Tells the own fields of a write's data from what it says of related rows: `{ country: { create: … } }`. It reads
 * names and forms only; what a verb is given is checked when it runs.
 */
import { FootingError } from "../../errors/footing-error.ts";
import type { DataQuery } from "../../plan/query.ts";
import { isToMany, manyVerbs, newVerbs, oneVerbs, type Verb, type WriteUse } from "../../schema/related-verbs.ts";
import { type Field, isValueField, type ModelSchema, type RelationField } from "../../schema/schema-model.ts";
import { describeValue } from "../../util/describe-value.ts";
import { isPlainObject } from "../../util/is-object.ts";

/** A relation of the written row, and what is to happen to its rows. */
export interface Hop {
  readonly field: RelationField;
  readonly verbs: ReadonlyMap<Verb, unknown>;
}

/** The data of a write in two parts. */
export interface SplitData {
  /** Without what the hops say. */
  readonly own: DataQuery;
  readonly hops: readonly Hop[];
}

/** What a write of one row does to its links itself. */
const linkVerbs: ReadonlySet<Verb> = new Set(["connect", "disconnect", "set"]);

/**
 * The parts of the data; null when it says nothing of related rows that the write itself could not do.
 * @throws FootingError FTG_INVALID for a verb that does not fit.
 */
export function splitData(
  model: ModelSchema,
  data: DataQuery,
  { use, system }: { readonly use: WriteUse; readonly system: boolean },
): SplitData | null {
  const hops: Hop[] = [];
  for (const name in data) {
    const field = Object.hasOwn(model.fields, name) ? model.fields[name] : undefined;
    if (!isRelation(field) || (field.hidden && !system) || !saysVerbs(field, data[name])) continue;
    const hop = { field, verbs: readVerbs(field, data[name], use) };
    if (!isOfWriteItself(hop)) hops.push(hop);
  }
  if (hops.length === 0) return null;
  const taken = new Set(hops.map(({ field }) => field.name));
  const own = Object.fromEntries(Object.entries(data).filter(([name]) => !taken.has(name)));
  return { own, hops };
}

function isRelation(field: Field | undefined): field is RelationField {
  return field !== undefined && !isValueField(field);
}

/** A ref takes a key and a manyToMany a list of keys; the other relations have no value of their own. */
function saysVerbs(field: RelationField, value: unknown): boolean {
  if (value === undefined) return false;
  if (field.kind !== "ref" && field.kind !== "manyToMany") return true;
  return isPlainObject(value) && (field.kind === "manyToMany" || !isKeyObject(field.columns, value));
}

function isKeyObject(
  columns: readonly { readonly field: string }[],
  value: Readonly<Record<string, unknown>>,
): boolean {
  const names = Object.keys(value);
  return columns.length > 1 && names.every((name) => columns.some(({ field }) => field === name));
}

function readVerbs(field: RelationField, value: unknown, use: WriteUse): ReadonlyMap<Verb, unknown> {
  const isMany = isToMany(field);
  const known = use === "create" ? newVerbs : isMany ? manyVerbs : oneVerbs;
  if (!isPlainObject(value)) throw createInvalid(field, `one of ${known.join(", ")}`, describeValue(value));
  const given = Object.keys(value).filter((name) => value[name] !== undefined);
  const verbs = new Map<Verb, unknown>();
  for (const name of given) {
    const verb = known.find((candidate) => candidate === name);
    if (verb === undefined) throw createInvalid(field, `only ${known.join(", ")}`, JSON.stringify(name));
    verbs.set(verb, value[verb]);
  }
  if (given.length === 0) throw createInvalid(field, `one of ${known.join(", ")}`, "an empty object");
  if (!isMany && given.length > 1) throw createInvalid(field, "one verb", given.join(" and "));
  return verbs;
}

function isOfWriteItself({ field, verbs }: Hop): boolean {
  return field.kind === "manyToMany" && [...verbs.keys()].every((verb) => linkVerbs.has(verb));
}

function createInvalid(field: RelationField, expected: string, came: string): FootingError {
  const detail = `expected ${expected}, got ${came}.`;
  return new FootingError("FTG_INVALID", {
    detail: `/${field.name}: ${detail}`,
    problems: [{ path: `/${field.name}`, detail }],
  });
}
