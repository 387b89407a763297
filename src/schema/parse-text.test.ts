import fc from "fast-check";
import { expect, test } from "vitest";
import { FootingError } from "../errors/footing-error.ts";
import { parseText } from "./parse-text.ts";
import type { JsonValue, ScalarKind, ScalarType } from "./schema-model.ts";

function of(kind: ScalarKind, more: Partial<ScalarType> = {}): ScalarType {
  return { kind, list: false, ...more };
}

test.each<[ScalarType, string, JsonValue]>([
  [of("text"), "007", "007"],
  [of("text"), "", ""],
  [of("int"), "0", 0],
  [of("int"), "-12", -12],
  [of("float"), "1.5e3", 1500],
  [of("float"), "-0", 0],
  [of("bool"), "true", true],
  [of("bool"), "false", false],
  [of("bigint"), "9007199254740993", "9007199254740993"],
  [of("decimal", { precision: 5, scale: 2 }), "1.5", "1.50"],
  [of("date"), "2026-01-31", "2026-01-31"],
  [of("datetime"), "2026-01-31T09:30:00+01:00", "2026-01-31T08:30:00.000Z"],
  [of("uuid"), "0190B2A4-7C1E-7A53-9D3E-0242AC120002", "0190b2a4-7c1e-7a53-9d3e-0242ac120002"],
  [of("enum", { values: ["a"] }), "a", "a"],
  [of("json"), '{"a":1}', { a: 1 }],
  [of("int", { list: true }), "[1,2]", [1, 2]],
])("%o reads %j", (type, text, value) => {
  expect(parseText(type, text, "x")).toStrictEqual(value);
});

test.each<[ScalarType, string]>([
  [of("int"), ""],
  [of("int"), "+5"],
  [of("int"), "05"],
  [of("int"), "-0"],
  [of("int"), "5.0"],
  [of("int"), " 5"],
  [of("int"), "0x10"],
  [of("int"), "9007199254740992"],
  [of("float"), "1e400"],
  [of("float"), "NaN"],
  [of("float"), ".5"],
  [of("bool"), "1"],
  [of("bool"), "TRUE"],
  [of("text"), "a\0"],
  [of("date"), "2026-1-1"],
  [of("json"), "{"],
  [of("enum", { values: ["a"] }), "A"],
])("%o refuses %j", (type, text) => {
  expect(() => parseText(type, text, "x")).toThrow(FootingError);
});

test("reads every number back as JavaScript prints it", () => {
  fc.assert(fc.property(fc.maxSafeInteger(), (value) => parseText(of("int"), String(value), "x") === value));
  const finite = fc.double({ noNaN: true, noDefaultInfinity: true });
  fc.assert(fc.property(finite, (value) => parseText(of("float"), String(value), "x") === (value === 0 ? 0 : value)));
});
