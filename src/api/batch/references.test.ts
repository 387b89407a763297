import { expect, test } from "vitest";
import { findReferences, followSteps, parseTarget, replaceReferences } from "./references.ts";

test("finds references at any depth, with their places", () => {
  const value = { a: [1, { $ref: "x.id" }], "b/c": { d: { $ref: "y" }, e: { $ref: "z", more: 1 } } };
  expect(findReferences(value, "/data")).toEqual([
    { path: "/data/a/1", target: "x.id" },
    { path: "/data/b~1c/d", target: "y" },
  ]);
});

test("leaves a quoted value alone, whatever it looks like", () => {
  const value = { a: { $value: { $ref: "x" } } };
  expect(findReferences(value, "")).toEqual([]);
  expect(replaceReferences(value, () => "wrong")).toEqual({ a: { $ref: "x" } });
});

test("puts values in place and keeps the rest", () => {
  const value = { a: { $ref: "x" }, b: [{ $ref: "y" }], c: null, d: { e: 1 } };
  expect(replaceReferences(value, (target) => target.toUpperCase())).toEqual({
    a: "X",
    b: ["Y"],
    c: null,
    d: { e: 1 },
  });
});

test.each(["", ".", "a.", ".a", "a..b", "1a", "a b", "a.b-c", 5, null, {}])("takes %j for no reference", (target) => {
  expect(parseTarget(target)).toBeNull();
});

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
