import { expect, test } from "vitest";
import { testProblems, wrong } from "../../test/support/schema-problems.ts";
import { createSchema } from "./create-schema.ts";
import { model } from "./model.ts";
import { t } from "./t.ts";

testProblems([
  [
    "limits that do not fit",
    { A: model({ x: wrong(wrongInt().pattern(/x/).max("a")) }) },
    [
      "A.x: pattern does not apply to int.",
      'A.x: max: expected an integer from -9007199254740991 to 9007199254740991, got "a".',
    ],
  ],
  [
    "limits that cross",
    { A: model({ x: t.int().min(5).max(2), y: t.text().min(5).max(2) }) },
    ["A.x: min 5 is above max 2.", "A.y: min 5 is above max 2."],
  ],
  [
    "a pattern with flags",
    { A: model({ x: t.text().pattern(/a/i) }) },
    ["A.x: pattern: expected a regular expression without flags, got /a/i."],
  ],
  [
    "a pattern that is not Unicode",
    { A: model({ x: t.text().pattern(/{/) }) },
    ["A.x: pattern: /{/ is not valid in Unicode mode"],
  ],
  [
    "a pattern that can take for ever",
    { A: model({ x: t.text().pattern(/^(?:[a-z]+-?)*$/), y: t.list(t.text().pattern(/\s+$/)) }) },
    ["A.x: pattern: /^(?:[a-z]+-?)*$/ may take far longer", "A.y: pattern: /\\s+$/ may take far longer"],
  ],
  ["an enum of nothing", { A: model({ x: t.enum() }) }, ["A.x: enum: expected different non-empty strings, got none."]],
  [
    "an enum with a value twice",
    { A: model({ x: t.enum("a", "a") }) },
    ["A.x: enum: expected different non-empty strings"],
  ],
  [
    "decimals out of bounds",
    { A: model({ x: t.decimal(39, 2), y: t.decimal(5, 6) }) },
    ["A.x: decimal: expected a precision from 1 to 38", "A.y: decimal: expected"],
  ],
  [
    "a list of lists",
    { A: model({ x: t.list(wrong(t.list(t.text()))) }) },
    ["A.x: the item of a list is a field of values that is not itself a list."],
  ],
  [
    "a list of optional items",
    { A: model({ x: t.list(wrong(t.text().optional())) }) },
    ["A.x: the item of a list takes limits, but no other modifier."],
  ],
  [
    "a default of the wrong type",
    { A: model({ x: t.int().default(wrong("5")) }) },
    ["A.x: default: expected an integer"],
  ],
  [
    "a default outside the limits",
    { A: model({ x: t.int().min(5).default(0) }) },
    ["A.x: default: expected at least 5, got 0."],
  ],
  ["now for text is text", { A: model({ x: t.text().default("now") }) }, []],
]);

test("the limits of a field become its type", () => {
  const { schema } = createSchema({
    All: model({
      name: t
        .text()
        .min(1)
        .max(5)
        .pattern(/^[a-z]/)
        .email(),
      price: t.decimal(6, 2).min("0").max("9999.9"),
      big: t.bigint().min(-5n),
      kind: t.enum("a", "b").default("b"),
      tags: t.list(t.text().max(3)).max(9).default(["x"]),
      seal: t.bytes().max(10),
      at: t.datetime().default(new Date(0)).describe("When."),
    }),
  });
  const fields = Object.values(schema.models["All"]?.fields ?? {});
  expect(fields.map((field) => (field.kind === "scalar" ? [field.name, field.type, field.default] : []))).toEqual([
    ["id", { kind: "uuid", list: false }, { kind: "uuid" }],
    ["name", { kind: "text", list: false, minLength: 1, maxLength: 5, pattern: "^[a-z]", format: "email" }, null],
    ["price", { kind: "decimal", list: false, precision: 6, scale: 2, min: "0.00", max: "9999.90" }, null],
    ["big", { kind: "bigint", list: false, min: "-5" }, null],
    ["kind", { kind: "enum", list: false, values: ["a", "b"] }, { kind: "value", value: "b" }],
    ["tags", { kind: "text", list: true, maxLength: 3, maxItems: 9 }, { kind: "value", value: ["x"] }],
    ["seal", { kind: "bytes", list: false, maxLength: 10 }, null],
    ["at", { kind: "datetime", list: false }, { kind: "value", value: "1970-01-01T00:00:00.000Z" }],
  ]);
  expect(fields.at(-1)?.describe).toBe("When.");
});

/** A number field as JavaScript sees it, with all methods. */
function wrongInt(): { pattern(pattern: RegExp): { max(max: unknown): unknown } } {
  return wrong(t.int());
}
