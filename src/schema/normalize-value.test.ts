import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FootingError } from "../errors/footing-error.ts";
import { normalizeValue } from "./normalize-value.ts";
import type { JsonValue, ScalarKind, ScalarType } from "./schema-model.ts";

function of(kind: ScalarKind, more: Partial<ScalarType> = {}): ScalarType {
  return { kind, list: false, ...more };
}

const price = of("decimal", { precision: 6, scale: 2 });

const accepted: readonly [name: string, type: ScalarType, value: unknown, canonical: JsonValue][] = [
  ["text", of("text"), "añ😀", "añ😀"],
  ["empty text", of("text"), "", ""],
  ["largest int", of("int"), 2 ** 53 - 1, 9007199254740991],
  ["minus zero int", of("int"), -0, 0],
  ["minus zero float", of("float"), -0, 0],
  ["float", of("float"), 5e-324, 5e-324],
  ["bigint text", of("bigint"), "-9223372036854775808", "-9223372036854775808"],
  ["bigint", of("bigint"), 2n ** 63n - 1n, "9223372036854775807"],
  ["decimal without point", price, "12", "12.00"],
  ["decimal with fewer digits", price, "-0.5", "-0.50"],
  ["decimal minus zero", price, "-0.0", "0.00"],
  ["decimal without whole part", of("decimal", { precision: 2, scale: 2 }), "0.25", "0.25"],
  ["decimal of 38 digits", of("decimal", { precision: 38, scale: 0 }), "9".repeat(38), "9".repeat(38)],
  ["bool", of("bool"), false, false],
  ["leap day", of("date"), "2000-02-29", "2000-02-29"],
  ["first day", of("date"), "0001-01-01", "0001-01-01"],
  ["datetime", of("datetime"), "2026-01-31T09:30:00.120Z", "2026-01-31T09:30:00.120Z"],
  ["datetime without fraction", of("datetime"), "2026-01-31T09:30:00Z", "2026-01-31T09:30:00.000Z"],
  ["datetime with offset", of("datetime"), "2026-01-31T09:30:00.5+02:30", "2026-01-31T07:00:00.500Z"],
  ["datetime with offset west", of("datetime"), "2026-12-31T23:30:00-01:00", "2027-01-01T00:30:00.000Z"],
  ["datetime of year 1", of("datetime"), "0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000Z"],
  ["Date", of("datetime"), new Date(1), "1970-01-01T00:00:00.001Z"],
  ["uuid", of("uuid"), "0190B2A4-7C1E-7A53-9D3E-0242AC120002", "0190b2a4-7c1e-7a53-9d3e-0242ac120002"],
  ["bytes", of("bytes"), new Uint8Array([255, 0]), "/wA="],
  ["base64", of("bytes"), "/wA=", "/wA="],
  ["no bytes", of("bytes"), "", ""],
  ["json", of("json"), { a: [1, null, -0] }, { a: [1, null, 0] }],
  ["enum", of("enum", { values: ["a", "b"] }), "b", "b"],
  ["list", of("bigint", { list: true }), [1n, "2"], ["1", "2"]],
  ["empty list", of("text", { list: true }), [], []],
];

test.each(accepted)("takes %s", (_name, type, value, canonical) => {
  expect(normalizeValue(type, value, "x")).toStrictEqual(canonical);
});

const refused: readonly [name: string, type: ScalarType, value: unknown][] = [
  ["null", of("text"), null],
  ["undefined", of("json"), undefined],
  ["NUL", of("text"), "a\0"],
  ["a lone surrogate", of("text"), "a\ud800"],
  ["a number for text", of("text"), 5],
  ["an unsafe int", of("int"), 2 ** 53],
  ["a fraction for int", of("int"), 1.5],
  ["text for int", of("int"), "5"],
  ["NaN", of("float"), Number.NaN],
  ["Infinity", of("float"), Number.POSITIVE_INFINITY],
  ["a number for bigint", of("bigint"), 5],
  ["2^63", of("bigint"), "9223372036854775808"],
  ["-2^63 - 1", of("bigint"), -(2n ** 63n) - 1n],
  ["leading zeros", of("bigint"), "007"],
  ["minus zero as bigint", of("bigint"), "-0"],
  ["a number for decimal", price, 1.5],
  ["too many decimals", price, "1.001"],
  ["too many digits", price, "12345.00"],
  ["an exponent", price, "1e2"],
  ["a bare point", price, ".5"],
  ["a day that is not", of("date"), "1900-02-29"],
  ["month 13", of("date"), "2026-13-01"],
  ["day 0", of("date"), "2026-01-00"],
  ["year 0", of("date"), "0000-01-01"],
  ["a Date for date", of("date"), new Date(0)],
  ["a leap second", of("datetime"), "2016-12-31T23:59:60Z"],
  ["hour 24", of("datetime"), "2026-01-01T24:00:00Z"],
  ["microseconds", of("datetime"), "2026-01-01T00:00:00.000001Z"],
  ["no offset", of("datetime"), "2026-01-01T00:00:00"],
  ["an instant before year 1", of("datetime"), "0001-01-01T00:00:00+01:00"],
  ["an instant after year 9999", of("datetime"), "9999-12-31T23:59:59-01:00"],
  ["February 30", of("datetime"), "2026-02-30T00:00:00Z"],
  ["an invalid Date", of("datetime"), new Date(Number.NaN)],
  ["a Date of year 10000", of("datetime"), new Date(Date.UTC(10_000, 0))],
  ["a uuid without hyphens", of("uuid"), "0190b2a47c1e7a539d3e0242ac120002"],
  ["base64 without padding", of("bytes"), "/wA"],
  ["base64 with stray bits", of("bytes"), "/wB="],
  ["base64url", of("bytes"), "_wA="],
  ["json null", of("json"), null],
  ["json with undefined", of("json"), { a: undefined }],
  ["json with a Date", of("json"), { a: new Date(0) }],
  ["json with a bigint", of("json"), [1n]],
  ["json with a NUL", of("json"), { a: ["b\0"] }],
  ["json with half a character", of("json"), ["\udc00"]],
  ["json with a NUL in a name", of("json"), { a: { "\0": 1 } }],
  ["json with half a character in a name", of("json"), { "\ud800": 1 }],
  ["another enum", of("enum", { values: ["a"] }), "b"],
  ["a value for a list", of("text", { list: true }), "a"],
  ["null in a list", of("text", { list: true }), ["a", null]],
];

test.each(refused)("refuses %s", (_name, type, value) => {
  expect(() => normalizeValue(type, value, "City.x")).toThrow(FootingError);
});

test("says where, what was expected and what came", () => {
  expect(() => normalizeValue(of("int"), "5", "City.population")).toThrow(
    'City.population: expected an integer from -9007199254740991 to 9007199254740991, got "5".',
  );
  expect(() => normalizeValue(of("int", { list: true }), [1, 2.5], "x")).toThrow("x/1: expected an integer");
});

test("does not apply the limits of the field, which filters may go beyond", () => {
  expect(normalizeValue(of("text", { maxLength: 1, pattern: "^a$" }), "abc", "x")).toBe("abc");
  expect(normalizeValue(of("int", { min: 0 }), -5, "x")).toBe(-5);
});

test("refuses JSON that contains itself", () => {
  const circle: unknown[] = [];
  circle.push(circle);
  expect(() => normalizeValue(of("json"), circle, "x")).toThrow(FootingError);
});

test("keeps a key named __proto__ as data and shares nothing with the caller", () => {
  const value: { a: number[] } = JSON.parse('{"__proto__":{"x":1},"a":[1]}');
  const canonical = normalizeValue(of("json"), value, "x");
  expect(JSON.stringify(canonical)).toBe('{"__proto__":{"x":1},"a":[1]}');
  value.a.push(2);
  expect(JSON.stringify(canonical)).toBe('{"__proto__":{"x":1},"a":[1]}');
});

describe("a canonical value", () => {
  test("is its own canonical form", () => {
    for (const [, type, value] of accepted) {
      const canonical = normalizeValue(type, value, "x");
      expect(normalizeValue(type, canonical, "x")).toStrictEqual(canonical);
    }
  });

  test("of a datetime is what Date prints", () => {
    const instants = fc.date({
      min: new Date("0001-01-01T00:00:00Z"),
      max: new Date("9999-12-31T23:59:59.999Z"),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(instants, fc.integer({ min: -23 * 60 - 59, max: 23 * 60 + 59 }), (instant, minutes) => {
        const local = new Date(instant.getTime() + minutes * 60_000);
        fc.pre(/^(?!0000)\d{4}-/.test(local.toISOString()));
        const [hours, rest] = [Math.trunc(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
        const offset = `${minutes < 0 ? "-" : "+"}${String(hours).padStart(2, "0")}:${String(rest).padStart(2, "0")}`;
        const text = local.toISOString().replace("Z", offset);
        expect(normalizeValue(of("datetime"), text, "x")).toBe(instant.toISOString());
        expect(normalizeValue(of("datetime"), instant, "x")).toBe(instant.toISOString());
      }),
    );
  });

  test("of a bigint reads no digits that cannot be one", () => {
    const started = performance.now();
    expect(() => normalizeValue(of("bigint"), "9".repeat(10_000_000), "x")).toThrow(FootingError);
    expect(performance.now() - started).toBeLessThan(1_000);
  });

  test("of a bigint is what BigInt prints", () => {
    fc.assert(
      fc.property(
        fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n),
        (value) => normalizeValue(of("bigint"), value.toString(), "x") === value.toString(),
      ),
    );
  });

  test("of bytes is what Buffer prints", () => {
    fc.assert(
      fc.property(
        fc.uint8Array(),
        (value) => normalizeValue(of("bytes"), value, "x") === Buffer.from(value).toString("base64"),
      ),
    );
    fc.assert(
      fc.property(fc.base64String(), (text) => {
        const isCanonical = Buffer.from(text, "base64").toString("base64") === text;
        const attempt = () => normalizeValue(of("bytes"), text, "x");
        if (isCanonical) expect(attempt()).toBe(text);
        else expect(attempt).toThrow(FootingError);
      }),
    );
  });

  test("of json survives its text", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
        fc.pre(!JSON.stringify(value).includes("\\u0000"));
        fc.pre(value !== null);
        expect(JSON.stringify(normalizeValue(of("json"), value, "x"))).toBe(JSON.stringify(value));
      }),
    );
  });
});
