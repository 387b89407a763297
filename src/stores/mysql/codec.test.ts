import { expect, test } from "vitest";
import type { ScalarType } from "../../schema/schema-model.ts";
import type { Binding, BindingForm } from "../sql/sql-text.ts";
import { createEncoder, quoteText, writeLiteral } from "./codec.ts";

function bind(type: Omit<ScalarType, "list">, form: BindingForm = "value"): Binding {
  return { kind: "param", index: 0, type: { ...type, list: false }, form };
}

test.each([
  [bind({ kind: "int" }), 5, 5],
  [bind({ kind: "int" }), 9007199254740991, 9007199254740991n],
  [bind({ kind: "int" }), -2147483649, -2147483649n],
  [bind({ kind: "int" }), 2147483647, 2147483647n],
  [bind({ kind: "bigint" }), "-9223372036854775808", -9223372036854775808n],
  [bind({ kind: "float" }), 1e21, 1e21],
  [bind({ kind: "bool" }), true, 1],
  [bind({ kind: "datetime" }), "0001-01-01T00:00:00.001Z", "0001-01-01 00:00:00.001"],
  [bind({ kind: "json" }), { b: 1, a: 2 }, '{"b":1,"a":2}'],
  [bind({ kind: "text" }), null, null],
  [bind({ kind: "int" }, "plusOne"), 20, 21],
  [bind({ kind: "bigint" }, "members"), ["9223372036854775807", null], "[9223372036854775807,null]"],
  [bind({ kind: "bool" }, "members"), [true, false], "[1,0]"],
  [bind({ kind: "datetime" }, "members"), ["2024-02-29T12:00:00.001Z"], '["2024-02-29 12:00:00.001"]'],
])("%o binds %o as %o", (binding, value, native) => expect(createEncoder(binding)(value)).toEqual(native));

test("keys are lists of what the columns hold", () => {
  const parts: ScalarType[] = [
    { kind: "text", list: false },
    { kind: "bigint", list: false },
  ];
  const encode = createEncoder({ kind: "param", index: 0, type: { kind: "keys", parts }, form: "value" });
  expect(
    encode([
      ['a"', "1"],
      ["b", "9223372036854775807"],
    ]),
  ).toBe('[["a\\"",1],["b",9223372036854775807]]');
});

test.each([
  [bind({ kind: "text" }), "it's \\", "'it''s \\\\'"],
  [bind({ kind: "float" }), 0.5, "0.5e0"],
  [bind({ kind: "float" }), 1e21, "1e+21"],
  [bind({ kind: "decimal", precision: 5, scale: 2 }), "1.50", "1.50"],
  [bind({ kind: "bytes" }), "AAE=", "x'0001'"],
  [bind({ kind: "date" }), "2024-02-29", "'2024-02-29'"],
  [bind({ kind: "int" }), null, "NULL"],
])("%o is written %o as %s", (binding, value, text) => expect(writeLiteral(binding, value)).toBe(text));

test("a backslash in a text does not escape what follows", () => {
  expect(quoteText("\\' OR 1=1 -- ")).toBe("'\\\\'' OR 1=1 -- '");
});
