import { expect, test } from "vitest";
import { testProblems, wrong } from "../../test/support/schema-problems.ts";
import { createSchema } from "./create-schema.ts";
import { model } from "./model.ts";
import { t } from "./t.ts";

testProblems([
  [
    "a check of hidden and visible fields",
    { A: model({ x: t.int(), y: t.int().hidden() }, { check: { c: { any: [{ x: 5 }, { y: 5 }] } } }) },
    ["A: check c mixes hidden and visible fields"],
  ],
  ["a check of hidden fields only", { A: model({ y: t.int().hidden() }, { check: { c: { y: { gt: 5 } } } }) }, []],
  [
    "a check over an unknown field",
    { A: model({ price: t.int() }, { check: wrong({ c: { prise: 5 } }) }) },
    ["A: check c: A has no field prise. Did you mean price?"],
  ],
  [
    "a check over a ref",
    { A: model({ b: t.ref("B") }, { check: { c: { b: "x" } } }), B: model({}) },
    ["A: check c: b is a ref field."],
  ],
  [
    "a check with an unknown operator",
    { A: model({ x: t.int() }, { check: { c: { x: { contains: 5 } } } }) },
    ["A: check c: x has no operator contains."],
  ],
  [
    "a check with a wrong value",
    { A: model({ x: t.int() }, { check: { c: { x: { gt: "5" } } } }) },
    ["A: check c: x: expected an integer"],
  ],
  [
    "a check of nothing",
    { A: model({ x: t.int() }, { check: { c: {} } }) },
    ["A: check c: expected a condition, got an empty object."],
  ],
]);

test("checks keep their values in canonical form", () => {
  const { schema } = createSchema({
    Stay: model(
      { from: t.datetime(), nights: t.bigint(), kind: t.enum("a", "b") },
      {
        check: { longEnough: { nights: { gte: 1n }, any: [{ kind: { in: ["a"] } }, { not: { from: new Date(0) } }] } },
      },
    ),
  });
  expect(schema.models["Stay"]?.checks).toEqual([
    {
      name: "stay_long_enough_check",
      where: { nights: { gte: "1" }, any: [{ kind: { in: ["a"] } }, { not: { from: "1970-01-01T00:00:00.000Z" } }] },
    },
  ]);
});
