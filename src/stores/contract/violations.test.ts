import { expect, test } from "vitest";
import { createColumn } from "../../plan/column-node.ts";
import { createParam } from "../../plan/param-node.ts";
import { createAnd, createCompare } from "../../plan/predicate-node.ts";
import { createSchema } from "../../schema/create-schema.ts";
import { model } from "../../schema/model.ts";
import type { ModelSchema, ScalarType } from "../../schema/schema-model.ts";
import { t } from "../../schema/t.ts";
import { targetKey } from "./target-key.ts";
import {
  checkViolation,
  forbidden,
  missingReference,
  notFound,
  stillReferenced,
  uniqueViolation,
} from "./violations.ts";

const { schema } = createSchema({
  Country: model({ code: t.text(), name: t.text() }, { key: "code" }),
  City: model(
    {
      country: t.ref("Country"),
      number: t.int(),
      name: t.text(),
      secret: t.text().unique().hidden().optional(),
      twins: t.manyToMany("City"),
    },
    { key: ["country", "number"] },
  ),
});
const Country = modelOf("Country");
const City = modelOf("City");

test.each([
  [uniqueViolation(Country, ["code"]), 409, "Another Country has the same code."],
  [uniqueViolation(City, ["country", "number", "name"]), 409, "Another City has the same country, number and name."],
  [uniqueViolation(City, ["secret"]), 409, "Another City is in the way of this one."],
  [missingReference(City, "country", ["XX"]), 409, 'City.country refers to the Country "XX", which does not exist.'],
  [
    missingReference(City, "twins", ["PE", 1]),
    409,
    'City.twins refers to the City {"country":"PE","number":1}, which does not exist.',
  ],
  [stillReferenced(Country, ["PE"], { model: "City" }), 409, 'Rows of City still refer to the Country "PE".'],
  [stillReferenced(Country, ["PE"], { model: null }), 409, 'Other rows still refer to the Country "PE".'],
  [stillReferenced(Country, null, null), 409, "Other rows still refer to some of these Country rows."],
  [checkViolation(City, "small"), 422, 'The City does not meet the check "small".'],
  [notFound(City, ["PE", 1]), 404, 'No City has the key {"country":"PE","number":1}.'],
  [forbidden(City, "delete"), 403, "You may not delete this City."],
])("%s", (error, status, message) => {
  expect(error).toMatchObject({ status, message });
});

test("the fields that are in the way are pointed at, hidden ones are not", () => {
  expect(uniqueViolation(City, ["country", "number"]).problems.map(({ path }) => path)).toEqual([
    "/country",
    "/number",
  ]);
  expect(missingReference(City, "country", ["XX"]).problems.map(({ path }) => path)).toEqual(["/country"]);
  expect(uniqueViolation(City, ["secret"]).problems).toEqual([]);
});

test("the key of a target is read from its conditions, in key order", () => {
  const text: ScalarType = { kind: "text", list: false };
  const where = createAnd([
    createCompare(createColumn("number"), "eq", createParam(1, { kind: "int", list: false })),
    createCompare(createColumn("country"), "eq", createParam(0, text)),
  ]);
  expect(targetKey(City, where, ["PE", 7])).toEqual(["PE", 7]);
  expect(targetKey(Country, createCompare(createColumn("code"), "eq", createParam(2, text)), ["a", "b", "c"])).toEqual([
    "c",
  ]);
});

function modelOf(name: string): ModelSchema {
  const found = schema.models[name];
  if (found === undefined) throw new Error(`no model ${name}`);
  return found;
}
