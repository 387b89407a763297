import fc from "fast-check";
import { expect, test } from "vitest";
import { JsonCursor } from "./json-cursor.ts";

test("reads the values of an array one after the other", () => {
  const values = fc.array(
    fc.oneof(fc.jsonValue(), fc.string({ unit: "binary" }), fc.constantFrom('"', "\\", '\\"', "]")),
  );
  fc.assert(
    fc.property(values, (list) => {
      const json = new JsonCursor(JSON.stringify(list));
      const scalars = new JsonCursor(JSON.stringify(list));
      for (const [index, value] of list.entries()) {
        for (const cursor of [json, scalars]) cursor.take(index === 0 ? "[" : ",");
        expect(json.readJson()).toBe(JSON.stringify(value));
        expect(scalars.readScalar()).toBe(typeof value === "string" ? value : JSON.stringify(value));
      }
      for (const cursor of [json, scalars]) cursor.take(list.length === 0 ? "[]" : "]");
    }),
  );
});

test("stops at what it did not expect", () => {
  const cursor = new JsonCursor('{"a": 1}');
  cursor.take('{"a":');
  expect(cursor.skip("1")).toBe(false);
  expect(() => cursor.take("1")).toThrow("Expected 1 at 5");
});
