import { expect, test } from "vitest";
import { testProblems, wrong } from "../../test/support/schema-problems.ts";
import { createSchema } from "./create-schema.ts";
import { model } from "./model.ts";
import { t } from "./t.ts";

const salary = { name: t.text(), salary: t.int() };

testProblems([
  [
    "no rules",
    { A: model(salary, { access: { fields: wrong(5) } }) },
    ["A: access.fields: expected rules by field, got 5"],
  ],
  [
    "rules of a field that is not there",
    { A: model(salary, { access: { fields: wrong({ salery: { read: true } }) } }) },
    ["A: access.fields: A has no field salery. Did you mean salary?"],
  ],
  [
    "a rule where rules belong",
    { A: model(salary, { access: { fields: wrong({ salary: false }) } }) },
    ["A.salary: access.fields: expected read and write, got false"],
  ],
  [
    "an operation of rows",
    { A: model(salary, { access: { fields: wrong({ salary: { update: true } }) } }) },
    ["A.salary: access.fields: update is neither read nor write."],
  ],
  [
    "something that is no rule",
    { A: model(salary, { access: { fields: wrong({ salary: { read: { name: "x" } } }) } }) },
    ["A.salary: access.fields.read: expected true, false or a function"],
  ],
  [
    "a hidden field",
    { A: model({ x: t.int().hidden().optional() }, { access: { fields: { x: { read: true } } } }) },
    ["A.x: access.fields: the field is hidden"],
  ],
  [
    "a key that does not show",
    { A: model(salary, { key: "name", access: { fields: { name: { read: false } } } }) },
    ["A.name: access.fields: a key field has no read rule"],
  ],
  [
    "the other side of a ref",
    {
      A: model({ bs: t.many("B", "a") }, { access: { fields: { bs: { read: false } } } }),
      B: model({ a: t.ref("A") }),
    },
    ["A.bs: access.fields: the field only mirrors B.a. Give the rule to a of B"],
  ],
  [
    "links that do not show",
    { A: model({ bs: t.manyToMany("B") }, { access: { fields: { bs: { read: false } } } }), B: model({}) },
    ["A.bs: access.fields: a manyToMany has no read rule of its own."],
  ],
  [
    "half of a unique index",
    {
      A: model(
        { x: t.int(), y: t.int() },
        { unique: [["x", "y"]], access: { fields: { y: { read: ({ user }) => user !== null } } } },
      ),
    },
    ["A: unique: x, y have different read rules"],
  ],
  [
    "half of a check",
    {
      A: model(
        { x: t.int(), y: t.int() },
        { check: { c: { any: [{ x: 1 }, { y: 1 }] } }, access: { fields: { y: { read: false } } } },
      ),
    },
    ["A: check: x, y have different read rules"],
  ],
  [
    "a constraint over fields with one rule",
    {
      A: model(
        { x: t.int(), y: t.int() },
        { unique: [["x", "y"]], access: { fields: { x: { read: false }, y: { read: false } } } },
      ),
    },
    [],
  ],
]);

test("levels are data of the schema, functions are beside it", () => {
  const read = () => ({ name: "x" });
  const { schema, rules } = createSchema({
    A: model(salary, { access: { read: true, fields: { salary: { read }, name: { write: false } } } }),
  });
  expect(schema.models["A"]?.fields["salary"]?.access).toEqual({ read: "rule", write: "everyone" });
  expect(schema.models["A"]?.fields["name"]?.access).toEqual({ read: "everyone", write: "nobody" });
  expect(schema.models["A"]?.fields["id"]?.access).toBeUndefined();
  expect(rules["A"]?.fields).toEqual({ salary: { read }, name: { write: false } });
});

test("rules change nothing that the database must have", () => {
  const plain = createSchema({ A: model(salary) }).schema.fingerprint;
  expect(
    createSchema({ A: model(salary, { access: { fields: { salary: { read: false } } } }) }).schema.fingerprint,
  ).toBe(plain);
});
