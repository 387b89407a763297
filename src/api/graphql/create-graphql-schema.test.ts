import { printType } from "graphql";
import { describe, expect, test } from "vitest";
import { FootingError } from "../../errors/footing-error.ts";
import { createSchema, type DeclaredSchema } from "../../schema/create-schema.ts";
import { model } from "../../schema/model.ts";
import type { Schema } from "../../schema/schema-model.ts";
import { t } from "../../schema/t.ts";
import { createGraphqlSchema, type DerivedSchema } from "./create-graphql-schema.ts";

const rows = { defaultLimit: 20, maxLimit: 100 };
const open = { access: { read: true, create: true, update: true, delete: true } } as const;

function derive({ schema }: DeclaredSchema): DerivedSchema {
  return createGraphqlSchema(schema, rows);
}

/** A type in SDL without its descriptions, on one line. */
function print({ graphql }: DerivedSchema, name: string): string {
  const type = graphql.getType(name);
  if (type === undefined) return "none";
  return printType(type)
    .replace(/"""[\s\S]*?"""\s*/g, "")
    .replace(/\s+/g, " ");
}

function problemsOf(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error instanceof FootingError
      ? [error.code, error.problems.map(({ path, detail }) => `${path}: ${detail}`)]
      : error;
  }
  return "none";
}

const kinds = derive(
  createSchema({
    Kinds: model(
      {
        id: t.int().min(0).max(9),
        text: t.text(),
        int: t.int(),
        bigint: t.bigint(),
        float: t.float(),
        decimal: t.decimal(5, 2),
        bool: t.bool(),
        date: t.date(),
        datetime: t.datetime(),
        uuid: t.uuid(),
        bytes: t.bytes(),
        json: t.json(),
        good: t.enum("a", "B_2"),
        bad: t.enum("not-a-name", "b"),
        word: t.enum("true", "b"),
        list: t.list(t.enum("x")),
        optional: t.text().optional(),
        hidden: t.text().hidden().optional(),
      },
      { key: "id", plural: "kindsList", ...open },
    ),
  }),
);

describe("the object type", () => {
  test("has a type for every kind, non-null when required, and no hidden field", () => {
    expect(print(kinds, "Kinds")).toBe(
      "type Kinds { id: Int! text: String! int: SafeInt! bigint: BigInt! float: Float! decimal: Decimal! bool: Boolean! date: Date! datetime: DateTime! " +
        "uuid: UUID! bytes: Base64! json: JSON! good: KindsGood! bad: String! word: String! list: [KindsList!]! optional: String }",
    );
    expect(print(kinds, "KindsGood")).toBe("enum KindsGood { a B_2 }");
  });

  test("can be filtered by every kind", () => {
    expect(print(kinds, "KindsWhere")).toBe(
      "input KindsWhere { id: IntFilter text: StringFilter int: IntFilter bigint: BigIntFilter float: FloatFilter decimal: DecimalFilter bool: BooleanFilter " +
        "date: DateFilter datetime: DateTimeFilter uuid: UUIDFilter bytes: Base64Filter json: JSONFilter good: EnumFilter bad: EnumFilter word: EnumFilter " +
        "list: ListFilter optional: StringFilter all: [KindsWhere!] any: [KindsWhere!] not: KindsWhere }",
    );
  });

  test("can be changed in all but its key", () => {
    expect(print(kinds, "KindsUpdate")).toMatch(/^input KindsUpdate \{ text: String int: SafeInt /);
    expect(print(kinds, "KindsUpdate")).not.toMatch(/hidden| id:/);
  });
});

describe("relations", () => {
  const derived = derive(
    createSchema({
      Country: model(
        { code: t.text(), name: t.text(), cities: t.many("City", "country"), borders: t.manyToMany("Country") },
        { key: "code", ...open },
      ),
      Region: model(
        { country: t.ref("Country"), code: t.text(), secrets: t.many("Secret", "region") },
        { key: ["country", "code"], access: { read: () => true } },
      ),
      City: model(
        {
          id: t.int(),
          country: t.ref("Country"),
          twin: t.ref("Country").optional(),
          region: t.ref("Region"),
          note: t.text().default("none").immutable(),
          mayor: t.one("Mayor", "city"),
          secrets: t.many("Secret", "city"),
        },
        { key: "id", ...open },
      ),
      Mayor: model({ name: t.text(), city: t.ref("City").unique() }, { access: { read: true } }),
      Secret: model({ city: t.ref("City"), region: t.ref("Region") }),
    }),
  );

  test("are objects, nullable unless everyone may read the one row there must be", () => {
    expect(print(derived, "City")).toMatch(
      /country: Country! twin: Country region: Region note: String! mayor: Mayor \}$/,
    );
  });

  test("to many rows are connections with arguments", () => {
    expect(print(derived, "Country")).toContain(
      "borders( where: CountryWhere orderBy: [String!] first: Int after: String last: Int before: String offset: Int ): CountryConnection!",
    );
    expect(print(derived, "CityWhere")).toContain("country: CountryWhere twin: CountryWhere region: RegionWhere");
    expect(print(derived, "CountryWhere")).toContain("cities: CityListWhere borders: CountryListWhere");
  });

  test("take keys when written, an object for a key of several parts", () => {
    expect(print(derived, "CityCreate")).toBe(
      "input CityCreate { id: SafeInt! country: String twin: String region: RegionKey! note: String countryWith: CountryRefCreate twinWith: CountryRefCreate }",
    );
    expect(print(derived, "CityUpdate")).toBe(
      "input CityUpdate { country: String twin: String region: RegionKey countryWith: CountryRefUpdate twinWith: CountryOptionalRefUpdate }",
    );
    expect(print(derived, "RegionKey")).toBe("input RegionKey { country: String! code: String! }");
    expect(print(derived, "CountryCreate")).toBe(
      "input CountryCreate { code: String! name: String! borders: [String!] cities: CityWithoutCountryListCreate bordersWith: CountryLinksCreate }",
    );
  });

  test("to a model nobody may read do not exist, nor does it", () => {
    expect(print(derived, "City")).not.toContain("secrets");
    expect(print(derived, "CityWhere")).not.toContain("secrets");
    expect(derived.graphql.getType("Secret")).toBeUndefined();
  });

  test("make up the key arguments of the root fields", () => {
    expect(print(derived, "Query")).toMatch(/region\(country: String!, code: String!\): Region /);
    expect(print(derived, "Query")).not.toMatch(/secret/i);
  });

  test("mutations exist for what somebody may do", () => {
    const names = Object.keys(derived.graphql.getMutationType()?.getFields() ?? {});
    expect(names).toEqual([
      "createCountry",
      "updateCountry",
      "upsertCountry",
      "deleteCountry",
      "createCity",
      "updateCity",
      "upsertCity",
      "deleteCity",
    ]);
  });
});

test("nothing is required of a new row where a rule may fill it in", () => {
  const declared = createSchema({
    Note: model(
      { id: t.int(), author: t.text() },
      { key: "id", access: { read: true, create: ({ user }) => ({ author: String(user?.id) }) } },
    ),
  });
  expect(print(derive(declared), "NoteCreate")).toBe("input NoteCreate { id: SafeInt author: String }");
});

test("a schema without rules is served, with nothing in it", () => {
  const derived = derive(createSchema({ Note: model({ text: t.text() }) }));
  expect(print(derived, "Query")).toBe("type Query { _empty: Boolean }");
  expect(derived.graphql.getMutationType()).toBeNull();
});

describe("names that collide stop the boot, all at once", () => {
  test("with GraphQL's own and with those of other models", () => {
    const declared = createSchema({
      Query: model({ text: t.text() }),
      City: model({ kind: t.enum("a") }),
      CityEdge: model({ text: t.text() }),
      CityKind: model({ text: t.text() }),
    });
    expect(problemsOf(() => derive(declared))).toEqual([
      "FTG_SCHEMA",
      [
        'Query: Expected a GraphQL type name of its own, got "Query", which belongs to GraphQL itself.',
        'CityEdge: Expected a GraphQL type name of its own, got "CityEdge", which belongs to City.',
        'CityKind: Expected a GraphQL type name of its own, got "CityKind", which belongs to City.',
      ],
    ]);
  });

  test("of a plural that is the singular", () => {
    const { schema } = createSchema({ Sheep: model({ text: t.text() }, { plural: "flock" }) });
    const sheep = schema.models["Sheep"];
    if (sheep === undefined) throw new Error("no model");
    const same: Schema = { ...schema, models: { Sheep: { ...sheep, plural: "sheep" } } };
    expect(problemsOf(() => createGraphqlSchema(same, rows))).toEqual([
      "FTG_SCHEMA",
      ['Sheep: Expected a GraphQL query field name of its own, got "sheep", which this model needs twice.'],
    ]);
  });

  test("of a key field with the argument of an update", () => {
    const declared = createSchema({ Blob: model({ data: t.text(), text: t.text() }, { key: "data", ...open }) });
    expect(problemsOf(() => derive(declared))).toMatchObject(["FTG_SCHEMA", [expect.stringMatching(/^Blob\.data: /)]]);
  });

  test("of a model with any type that every schema may have", () => {
    const { schema } = createSchema({ Base: model({ text: t.text() }, { access: { read: true } }) });
    const base = schema.models["Base"];
    if (base === undefined) throw new Error("no model");
    const own = Object.keys(kinds.graphql.getTypeMap()).filter((name) => !/^(Kinds|__)/.test(name));
    expect(own.length).toBeGreaterThan(25);
    for (const name of own) {
      const named: Schema = { ...schema, models: { [name]: { ...base, name } } };
      expect(
        problemsOf(() => createGraphqlSchema(named, rows)),
        name,
      ).toMatchObject(["FTG_SCHEMA", expect.arrayContaining([expect.stringMatching(/belongs to GraphQL itself/)])]);
    }
  });
});
