import { expect, test } from "vitest";
import { createUuidV7 } from "./uuid-v7.ts";

const FORM = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

test("has the form, version and variant of RFC 9562", () => {
  for (let count = 0; count < 1000; count++) expect(createUuidV7()).toMatch(FORM);
});

test("carries the time", () => {
  // Later than any other test's, so that no earlier uuid holds it back.
  const now = Date.now() + 10_000_000;
  expect(Number.parseInt(createUuidV7(now).replaceAll("-", "").slice(0, 12), 16)).toBe(now);
});

test("grows, whatever the clock does", () => {
  const start = Date.now() + 20_000_000;
  const steps = [0, 0, -5000, 1, 0];
  const clocks = Array.from({ length: 20_000 }, (_, index) => start + (index % 7 === 0 ? (steps[index % 5] ?? 0) : 0));
  const uuids = clocks.map((now) => createUuidV7(now));
  expect(uuids.toSorted()).toEqual(uuids);
  expect(new Set(uuids).size).toBe(uuids.length);
});
