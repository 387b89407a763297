import { expect, test } from "vitest";
import { findReferences, parseTarget, replaceReferences } from "./references.ts";

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
