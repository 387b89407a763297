import { expect, test } from "vitest";
import { type BucketUnit, createBucket } from "../../plan/aggregate-node.ts";
import { startBucket } from "./bucket.ts";

test.each<[BucketUnit, string, string]>([
  ["hour", "2026-05-17T13:59:59.999Z", "2026-05-17T13:00:00.000Z"],
  ["day", "2026-05-17T13:59:59.999Z", "2026-05-17T00:00:00.000Z"],
  ["week", "2026-05-17T13:59:59.999Z", "2026-05-11T00:00:00.000Z"],
  ["week", "2026-05-18T00:00:00.000Z", "2026-05-18T00:00:00.000Z"],
  ["month", "2026-05-17T13:59:59.999Z", "2026-05-01T00:00:00.000Z"],
  ["quarter", "2026-05-17T13:59:59.999Z", "2026-04-01T00:00:00.000Z"],
  ["quarter", "2026-12-31T23:59:59.999Z", "2026-10-01T00:00:00.000Z"],
  ["year", "2026-05-17T13:59:59.999Z", "2026-01-01T00:00:00.000Z"],
  ["week", "2026-01-01", "2025-12-29"],
  ["month", "2024-02-29", "2024-02-01"],
  ["quarter", "2024-02-29", "2024-01-01"],
  ["year", "0001-12-31", "0001-01-01"],
])("the %s of %s starts at %s", (unit, value, start) => {
  expect(startBucket(createBucket(unit, null), value)).toBe(start);
});

test.each<[BucketUnit, string, string, string]>([
  ["day", "Europe/Berlin", "2026-03-29T22:30:00.000Z", "2026-03-29T22:00:00.000Z"],
  ["day", "Europe/Berlin", "2026-03-29T12:00:00.000Z", "2026-03-28T23:00:00.000Z"],
  // The hour from 2 to 3 comes twice.
  ["hour", "Europe/Berlin", "2026-10-25T00:30:00.000Z", "2026-10-25T00:00:00.000Z"],
  ["hour", "Europe/Berlin", "2026-10-25T01:30:00.000Z", "2026-10-25T01:00:00.000Z"],
  ["month", "Europe/Berlin", "2026-10-25T01:30:00.000Z", "2026-09-30T22:00:00.000Z"],
  ["week", "Asia/Kathmandu", "2026-05-17T18:20:00.000Z", "2026-05-17T18:15:00.000Z"],
  ["year", "America/New_York", "2026-01-01T04:59:59.999Z", "2025-01-01T05:00:00.000Z"],
  // Midnight was left out: the day begins at one.
  ["day", "America/Sao_Paulo", "2018-11-04T12:00:00.000Z", "2018-11-04T03:00:00.000Z"],
  // Midnight came twice: the day begins with the second.
  ["day", "America/Havana", "2026-11-01T12:00:00.000Z", "2026-11-01T05:00:00.000Z"],
  ["day", "America/Havana", "2026-11-01T04:30:00.000Z", "2026-11-01T05:00:00.000Z"],
  ["day", "Pacific/Apia", "2011-12-30T10:00:00.000Z", "2011-12-30T10:00:00.000Z"],
])("the %s in %s of %s starts at %s", (unit, zone, value, start) => {
  expect(startBucket(createBucket(unit, zone), value)).toBe(start);
});
