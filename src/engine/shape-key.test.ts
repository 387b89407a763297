import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Shape, ShapeKey } from "./shape-key.ts";

function shapeOf(query: object): Shape {
  return new ShapeKey("rows").addQuery(query).tokens;
}

describe("values are not in the shape", () => {
  test.each<[string, object, object]>([
    ["of a field", { where: { id: 1 } }, { where: { id: "x" } }],
    ["of an operator", { where: { id: { gt: 1 } } }, { where: { id: { gt: 9.5 } } }],
    ["of a list, nor their number", { where: { id: { in: [1] } } }, { where: { id: { in: [2, 3, 4] } } }],
    ["of dates and bytes", { where: { at: new Date(0) } }, { where: { at: new Uint8Array(2) } }],
    ["of the page", { limit: 1, after: "a" }, { limit: 2, after: "b" }],
    ["that are absent", { limit: 1 }, { where: undefined, limit: 1 }],
    ["inside a select", { select: { tags: { limit: 1 } } }, { select: { tags: { limit: 2 } } }],
  ])("%s", (_name, one, another) => {
    expect(shapeOf(one)).toEqual(shapeOf(another));
  });
});

describe("what decides the plan is in the shape", () => {
  test.each<[string, object, object]>([
    ["a model", { model: "City" }, { model: "Country" }],
    ["null", { where: { id: 1 } }, { where: { id: null } }],
    ["undefined in a filter", { where: { id: 1 } }, { where: { id: undefined } }],
    ["a boolean", { where: { done: true } }, { where: { done: false } }],
    ["null in a list", { where: { id: { in: [1] } } }, { where: { id: { in: [1, null] } } }],
    ["an operator", { where: { id: { gt: 1 } } }, { where: { id: { lt: 1 } } }],
    ["a level", { where: { a: { b: 1 }, c: 1 } }, { where: { a: { b: 1, c: 1 } } }],
    ["a list of filters", { where: { any: [{ a: 1 }, { b: 1 }] } }, { where: { any: [{ a: 1, b: 1 }] } }],
    ["a sort", { orderBy: ["a", "b"] }, { orderBy: ["a,b"] }],
    ["an unknown key", { limit: 1 }, { limit: 1, limt: 1 }],
    ["a cursor's direction", { after: "x" }, { before: "x" }],
    ["another name of a field", { select: { a: { value: "x" } } }, { select: { a: { value: "y" } } }],
    ["a constant", { select: { a: { constant: 1 } } }, { select: { a: { constant: "1" } } }],
    ["the empty select", { page: { a: { rows: {} } } }, { page: { a: { rows: undefined } } }],
    ["a page's info", { page: { a: { info: "hasNext" } } }, { page: { a: { info: "hasPrevious" } } }],
    ["the cursor of an edge", { page: { a: { edges: {} } } }, { page: { a: { edges: { c: { info: "cursor" } } } } }],
    ["a nested page", { page: { a: { object: {} } } }, { page: { a: { object: { b: { info: "hasNext" } } } } }],
    ["a select that is none", { select: {} }, { select: null }],
  ])("%s", (_name, one, another) => {
    expect(shapeOf(one)).not.toEqual(shapeOf(another));
  });
});

test("filters have one shape exactly when they differ in values alone, whatever their names are", () => {
  const name = fc.constantFrom("a", "b", "0", "1", "2", "null", "{", "}", "");
  const leaf = fc.constantFrom<unknown>(1, "a", "}", null, undefined, true, false);
  const filter = fc.letrec((tie) => ({
    any: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      leaf,
      fc.dictionary(name, tie("any"), { maxKeys: 3 }),
      fc.array(tie("any"), { maxLength: 3 }),
    ),
  })).any;
  fc.assert(
    fc.property(filter, filter, (one, another) => {
      const sameKey = isSame(new ShapeKey("x").addFilter(one).tokens, new ShapeKey("x").addFilter(another).tokens);
      expect(sameKey).toBe(JSON.stringify(outline(one)) === JSON.stringify(outline(another)));
    }),
    { numRuns: 3000 },
  );
});

test("a query nested too deep is refused", () => {
  let where: object = { id: 1 };
  for (let level = 0; level < 30; level++) where = { not: where };
  expect(() => shapeOf({ where })).toThrow(expect.objectContaining({ code: "FTG_COST" }));
});

function isSame(one: Shape, another: Shape): boolean {
  return one.length === another.length && one.every((token, index) => token === another[index]);
}

/** The structure of a filter, said in another way. */
function outline(filter: unknown): unknown {
  if (typeof filter === "boolean" || filter === null) return String(filter);
  if (filter === undefined) return "undefined";
  if (typeof filter !== "object") return "value";
  if (!Array.isArray(filter)) return Object.entries(filter).map(([name, inner]) => [name, outline(inner)]);
  const isFilters = filter.some((item) => typeof item === "object" && item !== null && !Array.isArray(item));
  if (isFilters) return { filters: filter.map(outline) };
  return filter.some((item) => item === null || item === undefined) ? "values with null" : "values";
}
