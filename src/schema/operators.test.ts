import { expect, test } from "vitest";
import { isSortable, listCheckOperators, listOperators } from "./operators.ts";
import type { ScalarKind } from "./schema-model.ts";

test.each<[ScalarKind, number, boolean]>([
  ["text", 16, true],
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
  const items = kind === "json" ? [] : ["has", "hasAny", "hasEvery"];
  expect(listOperators({ kind, list: true })).toEqual([...items, "isEmpty", "isNull"]);
  expect(listCheckOperators({ kind, list: true })).toEqual(["isNull"]);
  expect(listCheckOperators({ kind, list: false })).toHaveLength(kind === "text" ? 12 : count);
  expect(isSortable({ kind, list: true })).toBe(false);
});
