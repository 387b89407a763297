import { describe, expect, test } from "vitest";
import { FootingError, type Problem } from "../errors/footing-error.ts";
import type { Models } from "./check-types.ts";
import { createSchema } from "./create-schema.ts";
import { model } from "./model.ts";
import type { Field, ManyToManyField, ModelSchema, Schema } from "./schema-model.ts";
import { t } from "./t.ts";

/** The problems of a schema as `path: detail fix`; models are unchecked, as from JavaScript. */
function findProblems(models: object): readonly string[] {
  try {
    // What JavaScript callers can do.
    createSchema(models as Models);
  } catch (error) {
    if (error instanceof FootingError && error.code === "FTG_SCHEMA") return error.problems.map(showProblem);
    throw error;
  }
  return [];
}

function showProblem({ path, detail, fix }: Problem): string {
  return `${path}: ${detail} ${fix}`;
}

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
  const fields = Object.values(findModel(schema, "All").fields);
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
  expect(findField(schema, "All.at").describe).toBe("When.");
});

test("checks keep their values in canonical form", () => {
  const { schema } = createSchema({
    Stay: model(
      { from: t.datetime(), nights: t.bigint(), kind: t.enum("a", "b") },
      {
        check: { longEnough: { nights: { gte: 1n }, any: [{ kind: { in: ["a"] } }, { not: { from: new Date(0) } }] } },
      },
    ),
  });
  expect(findModel(schema, "Stay").checks).toEqual([
    {
      name: "stay_long_enough_check",
      where: { nights: { gte: "1" }, any: [{ kind: { in: ["a"] } }, { not: { from: "1970-01-01T00:00:00.000Z" } }] },
    },
  ]);
});

describe("the fingerprint", () => {
  const base = fingerprint({
    A: model({ name: t.text(), b: t.ref("B") }, { access: { read: true } }),
    B: model({ x: t.int() }),
  });

  test("does not change with what the database does not know", () => {
    expect(
      fingerprint({
        B: model({ x: t.int().min(5).describe("x") }),
        A: model({ b: t.ref("B"), name: t.text().max(5).hidden().default("") }, { plural: "as" }),
      }),
    ).toBe(base);
  });

  test.each<[string, object]>([
    ["a column", { A: model({ name: t.text(), b: t.ref("B"), c: t.int() }), B: model({ x: t.int() }) }],
    ["a type", { A: model({ name: t.uuid(), b: t.ref("B") }), B: model({ x: t.int() }) }],
    ["nullability", { A: model({ name: t.text().optional(), b: t.ref("B") }), B: model({ x: t.int() }) }],
    ["a table", { A: model({ name: t.text(), b: t.ref("B") }, { table: "z" }), B: model({ x: t.int() }) }],
    ["an index", { A: model({ name: t.text(), b: t.ref("B") }, { index: [["name"]] }), B: model({ x: t.int() }) }],
    ["uniqueness", { A: model({ name: t.text().unique(), b: t.ref("B") }), B: model({ x: t.int() }) }],
    [
      "a check",
      { A: model({ name: t.text(), b: t.ref("B") }), B: model({ x: t.int() }, { check: { some: { x: { gt: 0 } } } }) },
    ],
    ["a link", { A: model({ name: t.text(), b: t.ref("B"), bs: t.manyToMany("B") }), B: model({ x: t.int() }) }],
    ["a key", { A: model({ name: t.text(), b: t.ref("B") }), B: model({ x: t.int() }, { key: "x" }) }],
  ])("changes with %s", (_what, models) => expect(fingerprint(models)).not.toBe(base));

  function fingerprint(models: object): string {
    // Different shapes of models, one parameter.
    return createSchema(models as Models).schema.fingerprint;
  }
});

// What is wrong, the models, and how each problem starts. Declarations TypeScript would refuse go through `wrong`.
const wrong = (value: unknown): never => value as never;

test.each<[string, object, readonly string[]]>([
  ["models that are no object", [], ["models: expected an object of models, got an array."]],
  ["a model in lower case", { city: model({}) }, ['city: "city" is no model name.']],
  [
    "something that is no model",
    { City: { name: "text" } },
    ["City: expected a model, got an object. Declare it with model("],
  ],
  ["a field in snake_case", { A: model({ my_name: t.text() }) }, ['A.my_name: "my_name" is no field name.']],
  ["a word of the query language", { A: model({ some: t.text() }) }, ["A.some: some is a word of the query language."]],
  [
    "a name of every object",
    { A: model({ constructor: t.text() }) },
    ["A.constructor: constructor is a name every JavaScript object has."],
  ],
  [
    "a field that was not called",
    { A: model({ x: wrong(t.text) }) },
    ["A.x: expected a field, got a function. Declare it with t"],
  ],
  ["an unknown option", { A: model({}, wrong({ indx: [] })) }, ["A: unknown option indx. Did you mean index?"]],
  [
    "options of the wrong type",
    { A: model({}, wrong({ plural: 5, table: "a-b", describe: {} })) },
    ["A: plural: expected", "A: table: expected", "A: describe: expected"],
  ],
  [
    "an id that is not the key",
    { A: model({ id: t.int() }) },
    ['A.id: id is the name of the key that a model gets by default. Say key: "id"'],
  ],
  [
    "an unknown key",
    { A: model({ code: t.text() }, { key: wrong("cod") }) },
    ["A: key: A has no field cod. Did you mean code?"],
  ],
  ["an empty key", { A: model({ code: t.text() }, { key: [] }) }, ["A: key: expected a field name"]],
  [
    "an optional key",
    { A: model({ code: t.text().optional() }, { key: "code" }) },
    ["A.code: a key field cannot be optional."],
  ],
  [
    "a hidden key",
    { A: model({ code: t.text().hidden() }, { key: "code" }) },
    ["A.code: a key field cannot be hidden."],
  ],
  ["a float as key", { A: model({ x: t.float() }, { key: "x" }) }, ["A.x: a key field cannot be float."]],
  ["a list as key", { A: model({ x: t.list(t.int()) }, { key: "x" }) }, ["A.x: a key field cannot be a list."]],
  [
    "a many as key",
    { A: model({ bs: t.many("B", "a") }, { key: "bs" }), B: model({ a: t.ref("A") }) },
    ["A.bs: a many field cannot be part of a key."],
  ],
  [
    "a key that refers to a key of two fields",
    { A: model({ b: t.ref("B") }, { key: "b" }), B: model({ x: t.int(), y: t.int() }, { key: ["x", "y"] }) },
    ["A.b: a ref in a key must refer to a model whose key has one field."],
  ],
  [
    "keys that refer to each other",
    { A: model({ b: t.ref("B") }, { key: "b" }), B: model({ a: t.ref("A") }, { key: "a" }) },
    ["B.a: the key of B refers to A, whose key refers back."],
  ],
  [
    "an unknown model",
    { City: model({ country: t.ref("Contry") }), Country: model({}) },
    ["City.country: no model is called Contry. Did you mean Country?"],
  ],
  [
    "a many without its ref",
    { A: model({ bs: t.many("B", "a") }), B: model({}) },
    ['A.bs: B has no ref a to A. Declare a: t.ref("A") in B.'],
  ],
  [
    "a many by the wrong name",
    { A: model({ bs: t.many("B", "own") }), B: model({ owner: t.ref("A") }) },
    ["A.bs: B has no ref own to A. Use one of: owner."],
  ],
  [
    "a many by a ref to another model",
    { A: model({ bs: t.many("B", "c") }), B: model({ c: t.ref("C") }), C: model({}) },
    ["A.bs: B has no ref c to A."],
  ],
  [
    "a one that is many",
    { A: model({ b: t.one("B", "a") }), B: model({ a: t.ref("A") }) },
    ["A.b: B.a is not unique, so there may be many."],
  ],
  [
    "a many that is one",
    { A: model({ b: t.many("B", "a") }), B: model({ a: t.ref("A").unique() }) },
    ["A.b: B.a is unique, so there is one at most."],
  ],
  [
    "a mirror of nothing",
    { A: model({ bs: t.manyToMany("B", "as") }), B: model({}) },
    ["A.bs: B has no manyToMany as of its own to A."],
  ],
  [
    "a mirror of a mirror",
    { A: model({ bs: t.manyToMany("B", "as") }), B: model({ as: t.manyToMany("A", "bs") }) },
    ["A.bs: B has no manyToMany as of its own", "B.as: A has no manyToMany bs of its own"],
  ],
  [
    "a visible side of a hidden ref",
    { A: model({ bs: t.many("B", "a") }), B: model({ a: t.ref("A").hidden().optional() }) },
    ["A.bs: B.a is hidden, and this field would show it."],
  ],
  [
    "a visible side of hidden links",
    { A: model({ bs: t.manyToMany("B", "as") }), B: model({ as: t.manyToMany("A").hidden() }) },
    ["A.bs: B.as is hidden, and this field would show it."],
  ],
  [
    "limits that do not fit",
    { A: model({ x: wrong(wrong2().pattern(/x/).max("a")) }) },
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
  ["a unique list", { A: model({ x: t.list(t.int()).unique() }) }, ["A.x: a list field cannot be unique."]],
  [
    "an index over an unknown field",
    { A: model({ name: t.text() }, { index: wrong([["nme"]]) }) },
    ["A: index: A has no field nme. Did you mean name?"],
  ],
  [
    "an index over json",
    { A: model({ data: t.json() }, { index: [["data"]] }) },
    ["A: index: data is a json field, which cannot be indexed."],
  ],
  [
    "an index that is no list of lists",
    { A: model({ name: t.text() }, { index: wrong(["name"]) }) },
    ['A: index: expected lists of field names, got "name".'],
  ],
  [
    "an index twice",
    { A: model({ name: t.text() }, { index: [["name"], ["name"]] }) },
    ["A: the index or check a_name_index is also that of A. Declare it once."],
  ],
  [
    "a unique that is the key",
    { A: model({ x: t.int() }, { key: "x", unique: [["x"]] }) },
    ["A: unique: x is the key and unique already."],
  ],
  [
    "a unique of hidden and visible fields",
    { A: model({ x: t.int(), y: t.int().hidden() }, { unique: [["x", "y"]] }) },
    ["A: unique: x, y mixes hidden and visible fields"],
  ],
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
  [
    "access that is no operation",
    { A: model({}, { access: wrong({ write: true }) }) },
    ["A: access: write is no operation. Use one of: read, create, update, delete."],
  ],
  [
    "access that is no rule",
    { A: model({}, { access: wrong({ read: "all" }) }) },
    ['A: access.read: expected true, false or a function, got "all".'],
  ],
  [
    "a hidden field nobody can set",
    { A: model({ x: t.int().hidden() }, { access: { create: true } }) },
    ["A.x: the field is hidden and required and has no default"],
  ],
  ["a hidden field only the app sets", { A: model({ x: t.int().hidden() }, { access: { read: true } }) }, []],
  [
    "two models of one table",
    { A: model({}, { table: "x" }), B: model({}, { table: "X" }) },
    ["B: the table X is also that of A."],
  ],
  [
    "a link table of a model's name",
    { A: model({ bs: t.manyToMany("B") }), B: model({}), ABs: model({}, { table: "a_bs" }) },
    ["A.bs: the table a_bs is also that of ABs."],
  ],
  [
    "two models of one plural",
    { Leaf: model({}, { plural: "leaves" }), Leave: model({}) },
    ["Leave: the plural leaves is also the name of the plural of Leaf."],
  ],
  [
    "a plural that is a single",
    { Data: model({}, { plural: "data" }) },
    ["Data: the plural data is also the name of the single Data."],
  ],
  [
    "two fields of one column",
    { A: model({ bCode: t.text(), b: t.ref("B") }), B: model({ code: t.text() }, { key: "code" }) },
    ["A.b: the column b_code is also that of A.bCode."],
  ],
])("%s", (_what, models, starts) => {
  const problems = findProblems(models);
  expect(problems).toHaveLength(starts.length);
  for (const [index, start] of starts.entries()) expect(problems[index]).toContain(start);
});

test("every problem is named at once, each with a fix", () => {
  const problems = findProblems({
    A: model({ x: t.enum(), b: t.ref("C") }, wrong({ acess: {} })),
    B: model({ a: t.many("A", "b") }),
  });
  expect(problems).toHaveLength(4);
  expect(() => createSchema({ A: model({ x: t.enum() }) })).toThrow(/^A\.x: enum: expected/);
});

/** A number field as JavaScript sees it, with all methods. */
function wrong2(): { pattern(pattern: RegExp): { max(max: unknown): unknown } } {
  return wrong(t.int());
}

function isFrozenDeep(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return true;
  return Object.isFrozen(value) && Object.values(value).every(isFrozenDeep);
}
