/** `@export`: values that the fields of one mutation give the fields after them, on every store. */
import { describe, expect, test } from "vitest";
import { createActor } from "../../src/engine/actor.ts";
import { createSchema } from "../../src/schema/create-schema.ts";
import { model } from "../../src/schema/model.ts";
import { t } from "../../src/schema/t.ts";
import { type SendGraphql, serveGraphql } from "../support/send-graphql.ts";
import { closeWithTest, type OpenApp, openApp } from "./open-app.ts";
import { storeKinds } from "./stores.ts";

const all = { read: true, create: true, update: true, delete: true } as const;

const values = {
  small: t.int().min(0).max(9).optional(),
  whole: t.int().optional(),
  large: t.bigint().optional(),
  exact: t.decimal(20, 4).optional(),
  float: t.float().optional(),
  flag: t.bool().optional(),
  day: t.date().optional(),
  moment: t.datetime().optional(),
  code: t.uuid().optional(),
  octets: t.bytes().optional(),
  grade: t.enum("a", "b").optional(),
  words: t.list(t.text()).optional(),
  extra: t.json().optional(),
};

const models = {
  Country: model(
    { name: t.text(), secret: t.text().optional(), cities: t.many("City", "country") },
    { access: { ...all, fields: { secret: { read: ({ user }) => user?.role === "boss" } } } },
  ),
  City: model(
    { id: t.int(), name: t.text().optional(), country: t.ref("Country").optional(), ...values },
    { key: "id", access: all },
  ),
  Report: model({ text: t.text() }, { access: { create: true } }),
};

const { schema } = createSchema(models);

const makeBoth = `mutation ($country: UUID) {
  createCountry(data: { name: "Peru" }) { id @export(as: "country") }
  createCity(data: { id: 1, name: "Lima", country: $country }) { country { name } }
}`;

describe.each(storeKinds)("$name", (kind) => {
  async function open(): Promise<OpenApp & { readonly send: SendGraphql }> {
    const app = closeWithTest(await openApp(kind, models));
    return { ...app, send: serveGraphql(schema, app.engine) };
  }

  const names = (app: OpenApp, name: string) => app.find({ model: name, select: { name: true }, orderBy: ["name"] });

  test("a later field uses the key that an earlier one made, again and again", async () => {
    const { send } = await open();
    const answer = { createCountry: { id: expect.any(String) }, createCity: { country: { name: "Peru" } } };
    expect(await send(makeBoth)).toEqual({ data: answer });
    expect(await send(makeBoth.replace("id: 1", "id: 2"))).toEqual({ data: answer });
  });

  test("what fails after it undoes all", async () => {
    const app = await open();
    await app.create("City", { id: 1 });
    const { data, errors } = await app.send(makeBoth);
    expect(data).toBeNull();
    expect(errors).toMatchObject([{ path: ["createCity"], extensions: { code: "FTG_CONFLICT" } }]);
    expect(await names(app, "Country")).toEqual([]);
  });

  test("each kind of value arrives as it was", async () => {
    const app = await open();
    const row = {
      small: 9,
      whole: 9007199254740991,
      large: "9223372036854775807",
      exact: "1234567890123456.7891",
      float: 1.5e-7,
      flag: false,
      day: "0001-01-01",
      moment: "9999-12-31T23:59:59.999Z",
      code: "018f0000-0000-7000-8000-000000000001",
      octets: "AP8=",
      grade: "b",
      words: ["ä", "𝒳", "$x"],
      extra: { $ref: "a", list: [null, { deep: "$words" }] },
    };
    await app.create("City", { id: 1, ...row });
    const types = "Int SafeInt BigInt Decimal Float Boolean Date DateTime UUID Base64 CityGrade [String!] JSON".split(
      " ",
    );
    const fields = Object.keys(values);
    const declared = fields.map((field, index) => `$${field}: ${types[index]}`);
    const exported = fields.map((field) => `${field} @export(as: "${field}")`);
    const used = fields.map((field) => `${field}: $${field}`);
    const { data } = await app.send(`mutation (${declared.join(", ")}) {
      from: updateCity(id: 1, data: { name: "x" }) { ${exported.join(" ")} }
      to: createCity(data: { id: 2, ${used.join(", ")} }) { ${fields.join(" ")} } }`);
    expect(data).toEqual({ from: row, to: row });
  });

  test("goes by the names of the answer, through related rows, pages and fragments", async () => {
    const { send } = await open();
    const { data, errors } = await send(
      `mutation ($id: SafeInt!, $name: String, $count: SafeInt!, $type: String!) {
        made: createCity(data: { id: 5, countryWith: { create: { name: "Chile" } } }) { ...Made }
        createCity(data: { id: $count, name: $name }) { id name }
        again: updateCity(id: $id, data: { name: $type }) { id name }
      }
      fragment Made on City {
        number: id @export(as: "id")
        land: country { called: name @export(as: "name") cities { totalCount @export(as: "count") } }
        ... on City { kind: __typename @export(as: "type") }
      }`,
    );
    expect(errors).toBeUndefined();
    expect(data).toMatchObject({ createCity: { id: 1, name: "Chile" }, again: { id: 5, name: "City" } });
  });

  test("a value that may not be read is null, and is nothing where there must be one", async () => {
    const app = await open();
    const copy = (type: string): string => `mutation ($secret: ${type}) {
      createCountry(data: { name: "a", secret: "hidden" }) { secret @export(as: "secret") }
      createCity(data: { id: 1, name: $secret }) { name } }`;
    expect((await app.send(copy("String"), {}, createActor({ role: "guest" }))).data).toEqual({
      createCountry: { secret: null },
      createCity: { name: null },
    });
    const { data, errors } = await app.send(copy("String!"), {}, createActor({ role: "guest" }));
    expect(data).toBeNull();
    expect(errors).toMatchObject([
      {
        message: "$secret must be a value, and createCountry.secret is null.",
        path: ["createCity"],
        extensions: { code: "FTG_REFERENCE" },
      },
    ]);
    expect(await names(app, "Country")).toEqual([{ name: "a" }]);
  });

  test("a row that may not be read, and one that is not there, have no values", async () => {
    const { send } = await open();
    const report = await send(
      `mutation ($id: UUID) { createReport(data: { text: "x" }) { id @export(as: "id") }
        createCity(data: { id: 1, country: $id }) { id } }`,
      {},
      createActor({}),
    );
    expect(report.errors).toMatchObject([
      { message: "createReport is null, so it has no id.", extensions: { code: "FTG_REFERENCE" } },
    ]);
    const { errors } = await send(`mutation ($name: String) {
      a: createCity(data: { id: 1 }) { country { name @export(as: "name") } }
      b: createCity(data: { id: 2, name: $name }) { id } }`);
    expect(errors).toMatchObject([{ message: "a.country is null, so it has no name.", path: ["b"] }]);
  });
});
