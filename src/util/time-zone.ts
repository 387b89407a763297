/**
 * Time zones as lists of the moments at which their clocks change, read from the time zone data of JavaScript, so that
 * everything that calculates with them calculates alike. It knows the years 1900 to 2099.
 */

/** A moment from which on the clocks of a zone show UTC plus an offset. */
export interface ZoneChange {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Seconds, negative to the west. */
  readonly offset: number;
}

const DAY = 86_400_000;
const START = Date.UTC(1900, 0, 1);
const END = Date.UTC(2100, 0, 1);
/** Shorter than the time between any two changes of a zone, the shortest of which is four days (Freetown, 1939). */
const STEP = 3 * DAY;

const known = new Map<string, readonly ZoneChange[]>();

/** The name of a time zone as the tz database spells it; null when there is no such zone. */
export function findTimeZone(name: string): string | null {
  try {
    return new Intl.DateTimeFormat("en-US", { timeZone: name }).resolvedOptions().timeZone;
  } catch {
    return null;
  }
}

/**
 * The changes of a zone in order of time; empty for one that is always UTC. Before 1900 and from 2100 on every zone
 * counts as UTC: nobody knows the rules of then.
 */
export function listZoneChanges(timeZone: string): readonly ZoneChange[] {
  const found = known.get(timeZone);
  if (found !== undefined) return found;
  const changes = searchChanges(createOffsetReader(timeZone));
  known.set(timeZone, changes);
  return changes;
}

function searchChanges(offsetAt: (at: number) => number): readonly ZoneChange[] {
  const changes: ZoneChange[] = [];
  let offset = 0;
  const add = (at: number, next: number) => {
    if (next !== offset) changes.push(Object.freeze({ at, offset: next }));
    offset = next;
  };
  add(START, offsetAt(START));
  for (let from = START; from < END; from += STEP) {
    const to = Math.min(from + STEP, END - 1000);
    const next = offsetAt(to);
    if (next !== offset) add(findChange(offsetAt, { from, to, next }), next);
  }
  add(END, 0);
  return Object.freeze(changes);
}

/** The first second between two moments at which the offset is that of the later one. */
function findChange(
  offsetAt: (at: number) => number,
  { from, to, next }: { readonly from: number; readonly to: number; readonly next: number },
): number {
  let before = from;
  let after = to;
  while (after - before > 1000) {
    const middle = before + Math.floor((after - before) / 2000) * 1000;
    if (offsetAt(middle) === next) after = middle;
    else before = middle;
  }
  return after;
}

/** Reads the offset out of a formatted date, which ends in `GMT`, `GMT+01:00` or `GMT-00:25:21`. */
function createOffsetReader(timeZone: string): (at: number) => number {
  const format = new Intl.DateTimeFormat("en-US", { timeZone, timeZoneName: "longOffset", year: "numeric" });
  return (at) => {
    const [, sign, hours, minutes, seconds = "0"] = /GMT([+-])(\d\d):(\d\d)(?::(\d\d))?$/.exec(format.format(at)) ?? [];
    const size = Number(hours ?? 0) * 3600 + Number(minutes ?? 0) * 60 + Number(seconds);
    return sign === "-" ? -size : size;
  };
}
