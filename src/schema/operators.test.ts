import { expect, test } from "vitest";
import { isSortable, listOperators } from "./operators.ts";
import type { ScalarKind } from "./schema-model.ts";

test.each<[ScalarKind, number, boolean]>([
  ["text", 12, true],
  ["int", 9, true],
  ["bigint", 9, true],
  ["float", 9, true],
  ["decimal", 9, true],
  ["date", 9, true],
  ["datetime", 9, true],
  ["uuid", 9, true],
  ["bool", 5, true],
  ["enum", 5, true],
  ["bytes", 1, false],
  ["json", 1, false],
])("%s has %i operators", (kind, count, sortable) => {
  expect(listOperators({ kind, list: false })).toHaveLength(count);
  expect(isSortable({ kind, list: false })).toBe(sortable);
  expect(listOperators({ kind, list: true })).toEqual(["isNull"]);
  expect(isSortable({ kind, list: true })).toBe(false);
});
