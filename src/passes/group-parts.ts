/**
 * Collects what groups are made of while one query is resolved: each key and each measure once, however often it is
 * shown, compared or sorted by. Decides nothing about access.
 */
import {
  type BucketNode,
  type BucketUnit,
  createBucket,
  createGroupKey,
  type GroupKeyNode,
} from "../plan/aggregate-node.ts";
import { createColumn } from "../plan/column-node.ts";
import type { MeasureNode } from "../plan/measure-node.ts";
import type { MeasureFunction } from "../schema/measures.ts";
import { isSortable } from "../schema/operators.ts";
import { type Field, isValueField, type KeyColumn, type ModelSchema, type ScalarType } from "../schema/schema-model.ts";
import { describeValue } from "../util/describe-value.ts";
import { isPlainObject } from "../util/is-object.ts";
import { findTimeZone, listZoneChanges } from "../util/time-zone.ts";
import { queryError, type ResolveContext, refuseUnknown } from "./resolve-context.ts";
import { resolveMeasure } from "./resolve-measure.ts";
import { type ReachedField, resolveFieldPath } from "./resolve-order.ts";
import type { Path } from "./value-source.ts";

/** A key as it was added: one place for each of its columns. */
export interface AddedKey {
  /** The names from the grouped model to the field. */
  readonly names: readonly string[];
  readonly places: readonly number[];
  /** Of a reference to a key of several parts: these parts. */
  readonly parts: readonly KeyColumn[] | null;
}

/** A measure as it was added. */
export interface AddedMeasure {
  readonly place: number;
  readonly type: ScalarType;
}

const keyKeys: ReadonlySet<string> = new Set(["field", "bucket", "timeZone"]);
const dateUnits: readonly BucketUnit[] = ["week", "month", "quarter", "year"];
const datetimeUnits: readonly BucketUnit[] = ["hour", "day", ...dateUnits];

/** The keys and measures found so far. */
export class GroupParts {
  readonly context: ResolveContext;
  readonly model: ModelSchema;
  readonly #keys: GroupKeyNode[] = [];
  readonly #measures: MeasureNode[] = [];

  constructor(context: ResolveContext, model: ModelSchema) {
    this.context = context;
    this.model = model;
  }

  /** The keys, in the order in which they were added. */
  get keys(): readonly GroupKeyNode[] {
    return Object.freeze([...this.#keys]);
  }

  /** The measures, in the order in which they were added. */
  get measures(): readonly MeasureNode[] {
    return Object.freeze([...this.#measures]);
  }

  /** Adds what is grouped by: a path, or an object with a bucket. Throws FTG_QUERY. */
  addKey(entry: unknown, path: Path): AddedKey {
    this.context.countNode();
    const { field: text, bucket: unit, timeZone } = readKeyEntry(entry, path);
    const reached = resolveFieldPath(this.context, this.model, { text, path });
    const columns = listKeyColumns(reached, path);
    const bucket = resolveBucket(reached.field, { unit, timeZone, path });
    const places = columns.map((part) =>
      this.#place(this.#keys, createGroupKey(reached.hops, createColumn(reached.field.name, part), bucket)),
    );
    const { field } = reached;
    const parts = field.kind === "ref" && field.columns.length > 1 ? field.columns : null;
    return { names: text.split("."), places, parts };
  }

  /** Adds a calculation; `field` is undefined for `count`. Throws FTG_QUERY. */
  addMeasure(name: MeasureFunction, field: unknown, path: Path): AddedMeasure {
    const { node, type } = resolveMeasure(this.context, this.model, { name, field, path });
    return { place: this.#place(this.#measures, node), type };
  }

  /** The place of an item in its list, at the end when it is not there yet. */
  #place<T>(list: T[], item: T): number {
    const text = JSON.stringify(item);
    const found = list.findIndex((other) => JSON.stringify(other) === text);
    return found >= 0 ? found : list.push(item) - 1;
  }
}

interface KeyEntry {
  readonly field: string;
  readonly bucket: unknown;
  readonly timeZone: unknown;
}

function readKeyEntry(entry: unknown, path: Path): KeyEntry {
  if (typeof entry === "string") return { field: entry, bucket: undefined, timeZone: undefined };
  if (!isPlainObject(entry)) throw queryError(path, "a field name or an object with one", describeValue(entry));
  refuseUnknown(entry, keyKeys, path);
  const { field, bucket, timeZone } = entry;
  if (typeof field !== "string") throw queryError([...path, "field"], "a field name", describeValue(field));
  return { field, bucket, timeZone };
}

function listKeyColumns({ model, field }: ReachedField, path: Path): readonly number[] {
  if (field.kind === "ref") return field.columns.map((_, part) => part);
  if (isValueField(field) && isSortable(field.type)) return [0];
  throw queryError(path, "a field to group by", `${model.name}.${field.name}, which is none`);
}

function resolveBucket(
  field: Field,
  { unit, timeZone, path }: { readonly unit: unknown; readonly timeZone: unknown; readonly path: Path },
): BucketNode | null {
  if (unit === undefined) {
    if (timeZone === undefined) return null;
    throw queryError([...path, "timeZone"], "nothing without a bucket", describeValue(timeZone));
  }
  const kind = isValueField(field) ? field.type.kind : "";
  const units = kind === "datetime" ? datetimeUnits : kind === "date" ? dateUnits : [];
  const found = units.find((name) => name === unit);
  if (found === undefined) {
    const expected = units.length === 0 ? `nothing, because ${field.name} is no date or datetime` : units.join(", ");
    throw queryError([...path, "bucket"], expected, describeValue(unit));
  }
  if (timeZone === undefined) return createBucket(found, null);
  if (kind === "date")
    throw queryError([...path, "timeZone"], "nothing, because a date has no zone", describeValue(timeZone));
  return createBucket(found, resolveTimeZone(timeZone, [...path, "timeZone"]));
}

/** Null for a zone whose clocks always show UTC. */
function resolveTimeZone(timeZone: unknown, path: Path): string | null {
  const found = typeof timeZone === "string" ? findTimeZone(timeZone) : null;
  if (found === null) throw queryError(path, "the name of a time zone, like Europe/Berlin", describeValue(timeZone));
  return listZoneChanges(found).length === 0 ? null : found;
}
