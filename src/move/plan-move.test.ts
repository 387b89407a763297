import { expect, test } from "vitest";
import { FootingError } from "../errors/footing-error.ts";
import { createSchema } from "../schema/create-schema.ts";
import { type Model, model } from "../schema/model.ts";
import { t } from "../schema/t.ts";
import { type MovePlan, planMove } from "./plan-move.ts";

function plan(models: Readonly<Record<string, Model>>): MovePlan {
  return planMove(createSchema(models).schema);
}

/** `City` for a table, `City(capital)` for one with deferred refs. */
function renderOrder({ tables }: MovePlan): readonly string[] {
  return tables.map(({ model: { name }, deferred }) =>
    deferred.length === 0 ? name : `${name}(${deferred.map((field) => field.name).join(" ")})`,
  );
}

test("models come after those they refer to, links last, and otherwise as declared", () => {
  const order = plan({
    Visit: model({ city: t.ref("City"), person: t.ref("Person").optional() }),
    Person: model({ name: t.text(), friends: t.manyToMany("Person"), likes: t.manyToMany("City") }),
    City: model({ country: t.ref("Country"), fans: t.manyToMany("Person", "likes") }),
    Country: model({ name: t.text() }),
  });
  expect(renderOrder(order)).toEqual(["Person", "Country", "City", "Visit", "Person.friends", "Person.likes"]);
});

test("in a circle an optional ref waits, and no more of them than must", () => {
  const order = plan({
    Country: model({
      capital: t.ref("City").optional(),
      largest: t.ref("City").optional(),
      next: t.ref("Country").optional(),
    }),
    City: model({ country: t.ref("Country"), twin: t.ref("City").optional(), mayor: t.ref("Person").optional() }),
    Person: model({ born: t.ref("City") }),
  });
  expect(renderOrder(order)).toEqual(["Country(capital largest next)", "City(twin mayor)", "Person"]);
});

test("a required ref to its own model can wait, with its own row in its place", () => {
  expect(renderOrder(plan({ Person: model({ boss: t.ref("Person") }) }))).toEqual(["Person(boss)"]);
});

test("required refs in a circle are refused by name", () => {
  const refusal = refuse({
    A: model({ b: t.ref("B"), c: t.ref("C").optional() }),
    B: model({ c: t.ref("C") }),
    C: model({ a: t.ref("A"), d: t.ref("D") }),
    D: model({ name: t.text() }),
  });
  expect(refusal.code).toBe("FTG_MOVE");
  expect(refusal.problems.map(({ path }) => path)).toEqual(["A.b", "B.c", "C.a"]);
});

test("a ref that is required, unique and to its own model is refused by name", () => {
  const refusal = refuse({ Person: model({ partner: t.ref("Person").unique() }) });
  expect(refusal.problems.map(({ path }) => path)).toEqual(["Person.partner"]);
});

test("links become rows whose key is all they have, of the same table and types", () => {
  const { schema, tables } = plan({
    City: model({ country: t.text(), number: t.int(), twins: t.manyToMany("City") }, { key: ["country", "number"] }),
  });
  const links = schema.models["City.twins"];
  expect(links?.table).toBe("city_twins");
  expect(links?.key.map(({ column, type }) => [column, type.kind])).toEqual([
    ["source_country", "text"],
    ["source_number", "int"],
    ["target_country", "text"],
    ["target_number", "int"],
  ]);
  expect(tables.map(({ owner, isLink }) => [owner, isLink])).toEqual([
    ["City", false],
    ["City", true],
  ]);
});

function refuse(models: Readonly<Record<string, Model>>): FootingError {
  try {
    plan(models);
  } catch (error) {
    if (error instanceof FootingError) return error;
    throw error;
  }
  throw new Error("The plan was not refused.");
}
