import fc from "fast-check";
import { expect, test } from "vitest";
import { compareValues } from "./compare-values.ts";
import { normalizeValue } from "./normalize-value.ts";
import type { JsonValue, ScalarKind, ScalarType } from "./schema-model.ts";

function of(kind: ScalarKind, more: Partial<ScalarType> = {}): ScalarType {
  return { kind, list: false, ...more };
}

const text = fc.string({ unit: "binary" }).filter((value) => !value.includes("\0"));

test("orders text by code point, which is the order of its UTF-8", () => {
  expect(compareValues(of("text"), "\uFFFD", "😀")).toBeLessThan(0);
  expect("\uFFFD" < "😀").toBe(false);
  fc.assert(
    fc.property(
      text,
      text,
      (a, b) =>
        Math.sign(compareValues(of("text"), a, b)) === Math.sign(Buffer.compare(Buffer.from(a), Buffer.from(b))),
    ),
  );
});

test("orders bigints and decimals by value", () => {
  const integer = fc.bigInt(-(10n ** 18n), 10n ** 18n);
  const decimal = of("decimal", { precision: 30, scale: 2 });
  fc.assert(
    fc.property(integer, integer, (a, b) => {
      const expected = a < b ? -1 : a > b ? 1 : 0;
      expect(Math.sign(compareValues(of("bigint"), a.toString(), b.toString()))).toBe(expected);
      const [left, right] = [normalizeValue(decimal, `${a}.5`, "a"), normalizeValue(decimal, `${b}.5`, "b")];
      const [leftCents, rightCents] = [toCents(left), toCents(right)];
      expect(Math.sign(compareValues(decimal, left, right))).toBe(
        leftCents < rightCents ? -1 : leftCents > rightCents ? 1 : 0,
      );
    }),
  );
});

test.each<[ScalarType, JsonValue, JsonValue]>([
  [of("int"), null, -5],
  [of("text"), null, ""],
  [of("int"), -5, 3],
  [of("float"), -Number.MAX_VALUE, Number.MAX_VALUE],
  [of("bool"), false, true],
  [of("date"), "0999-12-31", "1000-01-01"],
  [of("datetime"), "2026-01-01T00:00:00.000Z", "2026-01-01T00:00:00.001Z"],
  [of("bigint"), "-10", "-9"],
  [of("bigint"), "9", "10"],
  [of("bigint"), "-1", "0"],
  [of("decimal"), "-0.10", "-0.09"],
  [of("enum"), "a", "b"],
])("%o: %j comes before %j", (type, a, b) => {
  expect(compareValues(type, a, b)).toBeLessThan(0);
  expect(compareValues(type, b, a)).toBeGreaterThan(0);
  expect(compareValues(type, a, a)).toBe(0);
});

test("is zero for equal json, bytes and lists, and only for them", () => {
  expect(compareValues(of("json"), { a: [1] }, { a: [1] })).toBe(0);
  expect(compareValues(of("text", { list: true }), ["a"], ["a", "b"])).not.toBe(0);
});

function toCents(value: JsonValue): bigint {
  return BigInt(String(value).replace(".", ""));
}
