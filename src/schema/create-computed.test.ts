import { expect, test } from "vitest";
import { findProblems, testProblems, wrong } from "../../test/support/schema-problems.ts";
import { createSchema } from "./create-schema.ts";
import { model } from "./model.ts";
import { t } from "./t.ts";

const fields = {
  name: t.text(),
  size: t.int(),
  serial: t.bigint(),
  price: t.decimal(20, 2),
  share: t.float(),
  day: t.date(),
  secret: t.text().hidden().optional(),
  notes: t.json(),
  tags: t.list(t.text()),
};

function declare(computed: unknown): object {
  return { A: model(fields, { computed: wrong(computed) }) };
}

type Build = Readonly<Record<string, (...operands: unknown[]) => unknown>>;
type Operand = string | number | boolean | bigint | object | null;

/** The field `x` of one function and its operands. */
function declareOne(make: (build: Build) => unknown): object {
  return declare((build: Build) => ({ x: make(build) }));
}

const field = (build: Build, name: string): unknown => build["field"]?.(name);
const call = (name: string, ...operands: readonly (Operand | ((build: Build) => unknown))[]) =>
  declareOne((build) =>
    build[name]?.(...operands.map((operand) => (typeof operand === "function" ? operand(build) : operand))),
  );
const size = (build: Build): unknown => field(build, "size");
const price = (build: Build): unknown => field(build, "price");
const share = (build: Build): unknown => field(build, "share");

testProblems([
  ["no function", declare({ x: 1 }), ["A: computed: expected a function that returns fields by name, got an object"]],
  [
    "a function that throws",
    declare(() => {
      throw new Error("no such thing");
    }),
    ['A: computed: expected a function that returns fields by name, got "no such thing"'],
  ],
  ["no expression", declare(() => ({ x: {} })), ["A.x: expected an expression, got an object"]],
  ["a name that is no name", declare((build: Build) => ({ "1": size(build) })), ['A.1: "1" is no field name']],
  [
    "the name of a field",
    declare((build: Build) => ({ size: size(build) })),
    ["A.size: size is declared as a field and as a computed field"],
  ],
  ["an unknown field", call("field", "siz"), ["A.x: A has no stored field siz. Did you mean size?"]],
  [
    "another computed field",
    declare((build: Build) => ({ y: size(build), x: build["add"]?.(field(build, "y"), 1) })),
    ["A.x: A has no stored field y."],
  ],
  [
    "a hidden field",
    call("field", "secret"),
    ["A.x: secret is hidden, and this field would show it. Leave secret out."],
  ],
  ["a hidden field in a condition", call("matches", { secret: null }), ["A.x: secret is hidden"]],
  ["a JSON field", call("field", "notes"), ["A.x: notes is a json field"]],
  ["a list", call("field", "tags"), ["A.x: tags is a list field"]],
  [
    "a text that is calculated with",
    call("add", (build) => field(build, "name"), 1),
    ["A.x: add: expected numbers, got a text"],
  ],
  ["half a whole number", call("add", size, 1.5), ["A.x: the constant: expected an integer"]],
  ["a float in a text", call("concat", share), ["A.x: expected a text or a whole number, got a float"]],
  ["the capitals of a number", call("upper", size), ["A.x: upper: expected a text, got a int"]],
  ["the length of a number", call("length", size), ["A.x: length: expected a text, got a int"]],
  [
    "values of two kinds",
    call("coalesce", size, (build) => field(build, "name")),
    ["A.x: int and text cannot stand for one another"],
  ],
  [
    "a constant of another kind",
    call("coalesce", (build) => field(build, "day"), "soon"),
    ["A.x: the constant: expected"],
  ],
  ["too many digits", call("multiply", price, price), ["A.x: multiply: the result may have more than 38 digits"]],
  ["a constant beyond all floats", call("multiply", share, 1e30), ["A.x: 1e+30 is beyond what is calculated with"]],
  [
    "an unknown field in a condition",
    call("when", { siz: 1 }, size, 2),
    ["A: A.x: when: A has no field siz. Did you mean size?"],
  ],
  ["a constant", call("concat", "x"), ["A.x: the expression reads no field."]],
  ["no texts", call("concat"), ["A.x: concat: expected texts, got none"]],
  ["no values", call("coalesce"), ["A.x: "]],
  [
    "too many parts",
    declareOne((build) => build["concat"]?.(...Array.from({ length: 40 }, () => "x"))),
    ["A.x: the expression has more than 32 parts"],
  ],
  [
    "too many floats",
    declareOne((build) => Array.from({ length: 9 }).reduce((sum) => build["add"]?.(sum, share(build)), share(build))),
    ["A.x: more than 8 floats in one calculation"],
  ],
]);

test("an index, a check or a key cannot name a computed field", () => {
  const options = { index: [["label"]], computed: (build: Build) => ({ label: field(build, "name") }) };
  expect(findProblems({ A: model(fields, wrong(options)) })).toEqual([
    expect.stringContaining("A has no field label."),
  ]);
});

test("the type is exact, and says what the expression reads", () => {
  const { schema } = createSchema({
    A: model(fields, {
      computed: ({ add, multiply, subtract, coalesce, field: read, when }) => ({
        gross: multiply(read("price"), "1.190"),
        more: add(read("price"), read("serial")),
        least: coalesce(read("price"), "0.125"),
        count: subtract(read("size"), 1),
        chosen: when({ share: { gt: 0 } }, read("size"), read("serial")),
      }),
    }),
  });
  const { gross, more, least, count, chosen } = schema.models["A"]?.fields ?? {};
  expect(gross).toMatchObject({
    type: { kind: "decimal", precision: 24, scale: 5 },
    optional: false,
    sources: ["price"],
  });
  expect(more).toMatchObject({ type: { kind: "decimal", precision: 22, scale: 2 }, sources: ["price", "serial"] });
  expect(least).toMatchObject({ type: { kind: "decimal", precision: 21, scale: 3 }, optional: false });
  expect(count).toMatchObject({ type: { kind: "int" }, optional: true });
  expect(chosen).toMatchObject({ type: { kind: "bigint" }, optional: false, sources: ["size", "serial", "share"] });
});
