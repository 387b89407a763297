import { describe, expect, test } from "vitest";
import { findProblems, wrong } from "../../test/support/schema-problems.ts";
import { createSchema } from "./create-schema.ts";
import { model } from "./model.ts";
import type { Field, ManyToManyField, ModelSchema, Schema } from "./schema-model.ts";
import { t } from "./t.ts";

function findModel(schema: Schema, name: string): ModelSchema {
  const found = schema.models[name];
  if (found === undefined) throw new Error(`no ${name}`);
  return found;
}

function findField(schema: Schema, path: `${string}.${string}`): Field {
  const [name = "", field = ""] = path.split(".");
  const found = findModel(schema, name).fields[field];
  if (found === undefined) throw new Error(`no ${path}`);
  return found;
}

const Country = model(
  {
    code: t.text().length(2),
    cities: t.many("City", "country"),
    borders: t.manyToMany("Country"),
    tongues: t.manyToMany("Tongue"),
  },
  { key: "code" },
);
const Tongue = model({ name: t.text(), countries: t.manyToMany("Country", "tongues") });
const City = model(
  { id: t.int(), officialName: t.text(), country: t.ref("Country"), mayor: t.ref("Person").unique().optional() },
  {
    key: "id",
    access: { read: true, create: false, update: ({ user }) => user !== null },
    index: [["country", "officialName"]],
    describe: "A town.",
  },
);
const Person = model({ email: t.text().unique(), city: t.one("City", "mayor") });
const Sight = model(
  { city: t.ref("City"), number: t.int(), name: t.text() },
  { key: ["city", "number"], plural: "sights", table: "places" },
);
const Visit = model({ sight: t.ref("Sight"), day: t.date().default("now"), near: t.manyToMany("Sight") });

describe("a schema", () => {
  const { schema, rules } = createSchema({ Country, Tongue, City, Person, Sight, Visit });

  test("names tables, columns and plurals", () => {
    expect(Object.values(schema.models).map(({ name, table, plural }) => [name, table, plural])).toEqual([
      ["Country", "country", "countries"],
      ["Tongue", "tongue", "tongues"],
      ["City", "city", "cities"],
      ["Person", "person", "persons"],
      ["Sight", "places", "sights"],
      ["Visit", "visit", "visits"],
    ]);
    expect(findField(schema, "City.officialName")).toMatchObject({ kind: "scalar", column: "official_name" });
  });

  test("gives a model without a key a uuid of version 7 called id, first", () => {
    const [id] = Object.values(findModel(schema, "Person").fields);
    expect(id).toEqual({
      kind: "scalar",
      name: "id",
      column: "id",
      type: { kind: "uuid", list: false },
      optional: false,
      unique: false,
      hidden: false,
      immutable: true,
      default: { kind: "uuid" },
      keeps: null,
    });
    expect(findModel(schema, "Person").key).toEqual([
      { column: "id", field: "id", type: { kind: "uuid", list: false } },
    ]);
  });

  test("resolves keys through refs, and refs to keys of several fields", () => {
    const int = { kind: "int", list: false };
    expect(findModel(schema, "Sight").key).toEqual([
      { column: "city_id", field: "city", type: int },
      { column: "number", field: "number", type: int },
    ]);
    expect(findField(schema, "Visit.sight")).toMatchObject({
      columns: [
        { column: "sight_city", field: "city", type: int },
        { column: "sight_number", field: "number", type: int },
      ],
    });
    expect(findField(schema, "Sight.city")).toMatchObject({ immutable: true });
  });

  test("mirrors a manyToMany in its other side", () => {
    const owner = findField(schema, "Country.tongues") as ManyToManyField;
    const mirror = findField(schema, "Tongue.countries") as ManyToManyField;
    expect(owner).toMatchObject({
      owner: true,
      table: "country_tongues",
      near: [{ column: "source_code" }],
      far: [{ column: "target_id" }],
    });
    expect(mirror).toMatchObject({
      owner: false,
      table: owner.table,
      near: owner.far,
      far: owner.near,
      model: "Country",
    });
    expect(findField(schema, "Country.borders")).toMatchObject({
      near: [{ column: "source_code" }],
      far: [{ column: "target_code" }],
    });
    expect(findField(schema, "Visit.near")).toMatchObject({
      far: [{ column: "target_city_id" }, { column: "target_number" }],
    });
  });

  test("indexes each ref and unique field once", () => {
    // An index for a ref goes on with the key, so that a relation is listed in its order; the key of Sight is one for its city.
    expect(findModel(schema, "City").indexes).toEqual([
      { name: "city_mayor_id_unique", fields: ["mayor"], unique: true },
      { name: "city_country_code_official_name_index", fields: ["country", "officialName"], unique: false },
      { name: "city_country_code_id_index", fields: ["country", "id"], unique: false },
    ]);
    expect(findModel(schema, "Person").indexes).toEqual([
      { name: "person_email_unique", fields: ["email"], unique: true },
    ]);
    expect(findModel(schema, "Sight").indexes).toEqual([]);
    expect(findModel(schema, "Visit").indexes).toEqual([
      { name: "visit_sight_city_sight_number_id_index", fields: ["sight", "id"], unique: false },
    ]);
  });

  test("tells levels from rules, and keeps the rules beside the data", () => {
    expect(findModel(schema, "City").access).toEqual({
      read: "everyone",
      create: "nobody",
      update: "rule",
      delete: "nobody",
    });
    expect(rules["City"]).toEqual({ read: true, create: false, update: expect.any(Function) });
    expect(rules["Person"]).toEqual({});
  });

  test("is plain data, deeply frozen, and finds no name that was not declared", () => {
    expect(JSON.parse(JSON.stringify(schema))).toEqual(schema);
    expect(isFrozenDeep(schema)).toBe(true);
    expect(schema.models["constructor"]).toBeUndefined();
    expect(findModel(schema, "City").fields["toString"]).toBeUndefined();
  });
});

test("every problem is named at once, each with a fix", () => {
  const problems = findProblems({
    A: model({ x: t.enum(), b: t.ref("C") }, wrong({ acess: {} })),
    B: model({ a: t.many("A", "b") }),
  });
  expect(problems).toHaveLength(4);
  expect(() => createSchema({ A: model({ x: t.enum() }) })).toThrow(/^A\.x: enum: expected/);
});

function isFrozenDeep(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return true;
  return Object.isFrozen(value) && Object.values(value).every(isFrozenDeep);
}
