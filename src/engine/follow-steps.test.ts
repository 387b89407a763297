import { expect, test } from "vitest";
import { followSteps } from "./follow-steps.ts";

test("follows members and places of lists", () => {
  const rows = [{ id: 1 }, { id: 2, tags: ["a"] }];
  expect(followSteps(rows, { name: "x", steps: ["1", "id"] })).toBe(2);
  expect(followSteps(rows, { name: "x", steps: ["1", "tags", "0"] })).toBe("a");
  expect(followSteps(5, { name: "x", steps: [] })).toBe(5);
});

test.each([
  [null, ["id"], "FTG_REFERENCE", "x is null, so it has no id."],
  [[], ["0", "id"], "FTG_REFERENCE", "x has 0 items, so there is none at 0."],
  [{ a: null }, ["a", "b"], "FTG_REFERENCE", "x.a is null, so it has no b."],
  [{ name: 1 }, ["nam"], "FTG_QUERY", "x has no nam; it is an object."],
  [5, ["id"], "FTG_QUERY", "x has no id; it is 5."],
  [{}, ["constructor"], "FTG_QUERY", "x has no constructor; it is an object."],
  [[1], ["length"], "FTG_QUERY", "x has no length; it is an array."],
  ["text", ["0"], "FTG_QUERY", 'x has no 0; it is "text".'],
])("refuses a path that %j does not have: %j", (data, steps, code, message) => {
  expect(() => followSteps(data, { name: "x", steps })).toThrow(expect.objectContaining({ code, message }));
});
