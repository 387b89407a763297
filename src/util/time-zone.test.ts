import { expect, test } from "vitest";
import { findTimeZone, listZoneChanges } from "./time-zone.ts";

function between(timeZone: string, from: string, to: string): readonly string[] {
  return listZoneChanges(timeZone)
    .filter(({ at }) => at >= Date.parse(from) && at < Date.parse(to))
    .map(({ at, offset }) => `${new Date(at).toISOString()} ${offset}`);
}

test("a zone has a name of the tz database, in any case", () => {
  expect(findTimeZone("europe/berlin")).toBe("Europe/Berlin");
  expect(findTimeZone("utc")).toBe("UTC");
  expect(findTimeZone("Mars/Olympus")).toBeNull();
  expect(findTimeZone("")).toBeNull();
});

test("the changes of a year, to the second", () => {
  expect(between("Europe/Berlin", "2026-01-01", "2027-01-01")).toEqual([
    "2026-03-29T01:00:00.000Z 7200",
    "2026-10-25T01:00:00.000Z 3600",
  ]);
  expect(between("Australia/Lord_Howe", "2026-01-01", "2027-01-01")).toEqual([
    "2026-04-04T15:00:00.000Z 37800",
    "2026-10-03T15:30:00.000Z 39600",
  ]);
  // Samoa left out a day.
  expect(between("Pacific/Apia", "2011-12-01", "2012-01-01")).toEqual(["2011-12-30T10:00:00.000Z 50400"]);
  // Six days of summer time less than a week apart.
  expect(between("America/Recife", "2000-10-01", "2000-11-01")).toEqual([
    "2000-10-08T03:00:00.000Z -7200",
    "2000-10-15T02:00:00.000Z -10800",
  ]);
  expect(between("Africa/Monrovia", "1972-01-01", "1973-01-01")).toEqual(["1972-01-07T00:44:30.000Z 0"]);
});

test("UTC has none, and every zone is UTC before 1900 and from 2100 on", () => {
  expect(listZoneChanges("UTC")).toEqual([]);
  const changes = listZoneChanges("Asia/Tokyo");
  expect(changes[0]).toEqual({ at: Date.parse("1900-01-01"), offset: 32_400 });
  expect(changes.at(-1)).toEqual({ at: Date.parse("2100-01-01"), offset: 0 });
  expect(listZoneChanges("Asia/Tokyo")).toBe(changes);
});
