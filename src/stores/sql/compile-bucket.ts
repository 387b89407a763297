/**
 * Compiles spans of time. The clocks of a time zone stand in the statement itself, as a tree of comparisons, so that
 * every engine calculates with the same ones, whatever it knows of zones.
 */
import type { BucketNode } from "../../plan/aggregate-node.ts";
import type { ScalarType } from "../../schema/schema-model.ts";
import { listZoneChanges, type ZoneChange } from "../../util/time-zone.ts";
import type { Compilation } from "./compilation.ts";

const datetime: ScalarType = Object.freeze({ kind: "datetime", list: false });

/** What rows are grouped by: the start of the span; of one longer than an hour, in the time of its zone. */
export function compileBucket(
  c: Compilation,
  { unit, timeZone }: BucketNode,
  { expression, type }: { readonly expression: string; readonly type: ScalarType },
): string {
  const { shift, truncate } = c.dialect.aggregates;
  if (timeZone === null) return truncate(expression, unit, type);
  const offset = writeOffset(c, expression, { timeZone, timeOf: ({ at }) => at });
  const start = truncate(shift(expression, offset), unit, type);
  // An hour that comes twice is two buckets.
  return unit === "hour" ? shift(start, `-(${offset})`) : start;
}

/** The instant at which a span begins, of what {@link compileBucket} grouped by. */
export function compileBucketStart(c: Compilation, { unit, timeZone }: BucketNode, local: string): string {
  if (timeZone === null || unit === "hour") return local;
  // A local time that comes twice is the second, one that is left out is as if the clocks had not been put forward.
  const changed = ({ at, offset }: ZoneChange) => at + offset * 1000;
  return c.dialect.aggregates.shift(local, `-(${writeOffset(c, local, { timeZone, timeOf: changed })})`);
}

/** The offset after the last change whose time is not later than the expression, found by halving. */
function writeOffset(
  c: Compilation,
  expression: string,
  { timeZone, timeOf }: { readonly timeZone: string; readonly timeOf: (change: ZoneChange) => number },
): string {
  const changes = listZoneChanges(timeZone);
  const write = (from: number, to: number): string => {
    if (from === to) return String(changes[from - 1]?.offset ?? 0);
    const middle = Math.floor((from + to) / 2);
    const change = changes[middle];
    const limit = writeInstant(c, change === undefined ? 0 : timeOf(change));
    return `CASE WHEN ${expression} < ${limit} THEN ${write(from, middle)} ELSE ${write(middle + 1, to)} END`;
  };
  return write(0, changes.length);
}

function writeInstant(c: Compilation, at: number): string {
  return c.dialect.literal({ kind: "param", index: 0, type: datetime, form: "sortable" }, new Date(at).toISOString());
}
