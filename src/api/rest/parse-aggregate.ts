/** Turns the query string of groups into an aggregate of the query language. */
import { FootingError } from "../../errors/footing-error.ts";
import type { AggregateQuery, KeyQuery, MeasuresQuery } from "../../plan/query.ts";
import { findTimeZone } from "../../util/time-zone.ts";
import { createMeasures } from "./create-measures.ts";
import type { Door } from "./door.ts";
import { type ParameterValues, parseParameters } from "./parse-parameters.ts";

/** A key as it was asked for. */
interface AskedKey {
  readonly path: string;
  readonly bucket: string | undefined;
  /** Whether it is a span of time on a clock. */
  readonly isZoned: boolean;
}

/** The aggregate that a query string asks for; a plain count unless it says more. Throws FTG_PARAMETER, FTG_VALUE. */
export function parseAggregate({ model, groups }: Door, text: string): AggregateQuery {
  const values = parseParameters(groups, text);
  const { where, search, deleted, having, sort, limit, offset, timeZone } = values;
  const zone = groups.get("timeZone");
  const zoned: ReadonlySet<string> = zone?.kind === "zone" ? zone.keys : new Set();
  const keys = (values.groupBy ?? []).map((name) => readKey(name, zoned));
  refuseClash(keys);
  refuseUngrouped(keys, sort ?? []);
  if (timeZone !== undefined) checkZone(keys, timeZone);
  return {
    model: model.name,
    ...(where !== undefined && { where }),
    ...(search !== undefined && { search }),
    ...(deleted !== undefined && { deleted }),
    ...(keys.length > 0 && { groupBy: keys.map((key) => createKey(key, timeZone)) }),
    ...readMeasures(values),
    ...(having !== undefined && { having }),
    ...(sort !== undefined && { orderBy: sort }),
    ...(limit !== undefined && { limit }),
    ...(offset !== undefined && { offset }),
  };
}

function readKey(name: string, zoned: ReadonlySet<string>): AskedKey {
  const [path = "", bucket] = name.split(":");
  return { path, bucket, isZoned: zoned.has(name) };
}

/** A time zone counts for all spans of time on a clock. */
function createKey({ path, bucket, isZoned }: AskedKey, timeZone: string | undefined): string | KeyQuery {
  if (bucket === undefined) return path;
  // Only names of the table come here, which are made of these units.
  const unit = bucket as NonNullable<KeyQuery["bucket"]>;
  return { field: path, bucket: unit, ...(isZoned && timeZone !== undefined && { timeZone }) };
}

function readMeasures({ groupBy, aggregate }: ParameterValues): MeasuresQuery {
  if (aggregate !== undefined) return createMeasures(aggregate);
  return groupBy === undefined ? { count: true } : {};
}

function refuseClash(keys: readonly AskedKey[]): void {
  const paths = keys.map(({ path }) => path);
  const clash = paths.find(
    (path, index) => paths.indexOf(path) < index || paths.some((other) => other.startsWith(`${path}.`)),
  );
  if (clash === undefined) return;
  throw parameterError(
    "groupBy",
    `groupBy has ${clash} twice, or beside a field behind it; they would have one place in the answer.`,
  );
}

function refuseUngrouped(keys: readonly AskedKey[], sort: readonly string[]): void {
  const isGrouped = (name: string) => keys.some(({ path }) => name === `key.${path}`);
  const names = sort.map((name) => name.replace(/^-/, "").replace(/:.*$/, ""));
  const missing = names.find((name) => name.startsWith("key.") && !isGrouped(name));
  if (missing !== undefined)
    throw parameterError("sort", `sort has ${missing}, but groupBy does not have ${missing.slice(4)}.`);
}

function checkZone(keys: readonly AskedKey[], timeZone: string): void {
  if (findTimeZone(timeZone) === null)
    throw parameterError(
      "timeZone",
      `timeZone must be the name of a time zone, like Europe/Berlin; got ${JSON.stringify(timeZone.slice(0, 60))}.`,
    );
  if (!keys.some(({ isZoned }) => isZoned))
    throw parameterError("timeZone", "timeZone needs a datetime in groupBy by a span of time, like createdAt:month.");
}

function parameterError(path: string, detail: string): FootingError {
  return new FootingError("FTG_PARAMETER", { detail, problems: [{ path, detail }] });
}
