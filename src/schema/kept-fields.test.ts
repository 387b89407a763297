import { expect, test } from "vitest";
import { testProblems, wrong } from "../../test/support/schema-problems.ts";
import { createSchema } from "./create-schema.ts";
import { isKept, isVersioned } from "./kept-fields.ts";
import { model } from "./model.ts";
import { t } from "./t.ts";

testProblems([
  ["a version that is no flag", { A: model({ x: t.int() }, { version: wrong("yes") }) }, ["A: version: expected true"]],
  [
    "a field in the place of the version",
    { A: model({ version: t.int() }, { version: true }) },
    ["A.version: is the name of the field in which Footing counts the updates"],
  ],
  [
    "modifiers of a field that the server writes",
    { A: model({ at: wrong(Object(t.updatedAt()).default("now")), made: wrong(Object(t.createdAt()).optional()) }) },
    ["A.at: Footing writes this field, so it takes no modifier", "A.made: Footing writes this field"],
  ],
  [
    "a key that the server writes",
    { A: model({ at: t.updatedAt() }, { key: "at" }) },
    ["A.at: Footing writes this field, so it can be no key."],
  ],
  ["a list of them", { A: model({ at: t.list(wrong(t.createdAt())) }) }, ["A.at: the item of a list takes limits"]],
  [
    "rules that nobody could meet",
    {
      A: model(
        { at: t.updatedAt() },
        { version: true, access: { fields: wrong({ at: { write: true }, version: { read: true } }) } },
      ),
    },
    ["A.at: access.fields: nobody writes the field", "A.version: access.fields: a version has no read rule"],
  ],
]);

test("the version is the last field, a field of that name is none of the server's", () => {
  const { schema } = createSchema({
    A: model({ x: t.int(), at: t.createdAt() }, { version: true, index: [["at"]] }),
    B: model({ version: t.int() }, { version: false }),
  });
  const [a, b] = Object.values(schema.models);
  if (a === undefined || b === undefined) throw new Error("two models were declared");
  expect(Object.keys(a.fields)).toEqual(["id", "x", "at", "version"]);
  expect([isVersioned(a), isVersioned(b)]).toEqual([true, false]);
  expect(Object.values(a.fields).filter(isKept)).toMatchObject([
    { name: "at", keeps: "created", default: { kind: "now" } },
    { name: "version", keeps: "version", default: { kind: "value", value: 1 }, type: { kind: "int", list: false } },
  ]);
});
