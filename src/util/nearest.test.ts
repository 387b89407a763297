import { describe, expect, test } from "vitest";
import { findNearest } from "./nearest.ts";

describe("findNearest", () => {
  test.each([
    ["populaton", "population"],
    ["populaton[gt]", "population[gt]"],
    ["Name", "name"],
    ["nmae", "name"],
    ["zzzzzz", undefined],
    ["", undefined],
  ])("%s means %s", (name, expected) => {
    expect(findNearest(name, ["name", "population", "population[gt]", "population[gte]"])).toBe(expected);
  });

  test("takes the nearest, and of equals the first", () => {
    expect(findNearest("cat", ["car", "bat", "cat"])).toBe("cat");
    expect(findNearest("cat", ["car", "bat"])).toBe("car");
  });

  test("skips names too long to be meant without measuring them", () => {
    expect(findNearest("x".repeat(100_000), ["name"])).toBeUndefined();
  });
});
