/** The start of the span of time that a date or datetime lies in, by the calendar of JavaScript. */
import type { BucketNode, BucketUnit } from "../../plan/aggregate-node.ts";
import { listZoneChanges, type ZoneChange } from "../../util/time-zone.ts";

const DAY = 86_400_000;

/** The start of the bucket of a canonical date or datetime, in the same form. */
export function startBucket({ unit, timeZone }: BucketNode, value: string): string {
  if (!value.includes("T")) return new Date(startLocal(unit, Date.parse(value))).toISOString().slice(0, 10);
  const changes = timeZone === null ? [] : listZoneChanges(timeZone);
  return new Date(startInstant(unit, Date.parse(value), changes)).toISOString();
}

function startInstant(unit: BucketUnit, at: number, changes: readonly ZoneChange[]): number {
  const offset = findOffset(changes, (change) => change.at <= at);
  const start = startLocal(unit, at + offset);
  // An hour that comes twice is two buckets.
  if (unit === "hour") return start - offset;
  // A local time that comes twice is the second, one that is left out is as if the clocks had not been put forward.
  return start - findOffset(changes, (change) => change.at + change.offset * 1000 <= start);
}

/** The offset of the last change that has happened, in milliseconds. */
function findOffset(changes: readonly ZoneChange[], hasHappened: (change: ZoneChange) => boolean): number {
  return (changes.findLast(hasHappened)?.offset ?? 0) * 1000;
}

function startLocal(unit: BucketUnit, at: number): number {
  const date = new Date(at);
  const month = date.getUTCMonth();
  switch (unit) {
    case "hour":
      return date.setUTCMinutes(0, 0, 0);
    case "day":
      return date.setUTCHours(0, 0, 0, 0);
    case "week":
      // Monday is the first day; JavaScript counts from Sunday.
      return date.setUTCHours(0, 0, 0, 0) - ((date.getUTCDay() + 6) % 7) * DAY;
    case "month":
      return startMonth(date, month);
    case "quarter":
      return startMonth(date, month - (month % 3));
    case "year":
      return startMonth(date, 0);
  }
}

function startMonth(date: Date, month: number): number {
  date.setUTCMonth(month, 1);
  return date.setUTCHours(0, 0, 0, 0);
}
