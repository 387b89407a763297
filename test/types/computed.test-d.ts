// The types of computed fields: what their expressions make, where they can be named, and that nobody writes them.
import { expectTypeOf } from "vitest";
import type { Db } from "../../src/api/local/db-types.ts";
import { defineApp } from "../../src/app/define-app.ts";
import type { createClient } from "../../src/client/create-client.ts";
import type { CreateInput, UpdateInput } from "../../src/schema/input-types.ts";
import { model } from "../../src/schema/model.ts";
import type { Row } from "../../src/schema/select-types.ts";
import { t } from "../../src/schema/t.ts";

const City = model(
  {
    code: t.int(),
    name: t.text(),
    state: t.text().optional(),
    kind: t.enum("town", "capital"),
    people: t.int().optional(),
    serial: t.bigint(),
    area: t.float(),
    tax: t.decimal(10, 2),
    founded: t.date().optional(),
    secret: t.text().hidden().optional(),
    notes: t.json().optional(),
    country: t.ref("Country"),
  },
  {
    key: "code",
    access: { read: true },
    computed: ({ field, concat, length, lower, upper, add, multiply, divide, coalesce, when, matches }) => ({
      label: concat(field("name"), ", ", field("code")),
      place: concat(field("name"), field("state")),
      kindOf: field("kind"),
      size: length(field("name")),
      small: lower(field("name")),
      large: upper(field("state")),
      density: divide(field("people"), field("area")),
      next: add(field("people"), 1),
      wide: multiply(field("serial"), field("code")),
      gross: multiply(field("tax"), "1.19"),
      rough: multiply(field("tax"), field("area")),
      known: coalesce(add(field("people"), 1), 0),
      since: coalesce(field("founded"), "2000-01-01"),
      maybe: coalesce(field("founded"), field("founded")),
      word: when({ people: { gt: 1 } }, "big", "small"),
      half: when({ people: null }, field("area")),
      isBig: matches({ people: { gt: 1 } }),
    }),
  },
);
const Country = model({ name: t.text(), cities: t.many("City", "country") }, { access: { read: true } });
const models = { City, Country };
type Models = typeof models;

interface CityRow {
  code: number;
  name: string;
  state: string | null;
  kind: "town" | "capital";
  people: number | null;
  serial: string;
  area: number;
  tax: string;
  founded: string | null;
  notes: Row<Models, "City">["notes"];
  country: string;
  label: string;
  place: string | null;
  kindOf: string;
  size: number;
  small: string;
  large: string | null;
  density: number | null;
  next: number | null;
  wide: string | null;
  gross: string;
  rough: number | null;
  known: number;
  since: string;
  maybe: string | null;
  word: string;
  half: number | null;
  isBig: boolean;
}
expectTypeOf<Row<Models, "City">>().toEqualTypeOf<CityRow>();
expectTypeOf<Extract<keyof CreateInput<Models, "City">, "label" | "density">>().toEqualTypeOf<never>();
expectTypeOf<Extract<keyof UpdateInput<Models, "City">, "label" | "density">>().toEqualTypeOf<never>();
expectTypeOf<Extract<keyof CreateInput<Models, "City", true>, "label">>().toEqualTypeOf<never>();

async function use(db: Db<Models>): Promise<void> {
  const rows = await db.City.find({
    select: { label: true, density: true },
    where: { density: { gt: 5 }, label: { startsWith: "L" }, isBig: true },
    orderBy: ["-density", "label"],
  });
  expectTypeOf(rows).toEqualTypeOf<{ label: string; density: number | null }[]>();
  const groups = await db.City.aggregate({ groupBy: ["word"], sum: ["next", "gross"], max: ["label"] });
  expectTypeOf(groups[0]?.key.word).toEqualTypeOf<string | undefined>();
  expectTypeOf(groups[0]?.sum.gross).toEqualTypeOf<string | null | undefined>();
  const countries = await db.Country.find({
    select: { cities: { select: { label: true } } },
    orderBy: ["-cities.max.label"],
  });
  expectTypeOf(countries[0]?.cities).toEqualTypeOf<{ label: string }[] | undefined>();
  // @ts-expect-error a computed field is not written
  await db.City.update(1, { label: "x" });
  // @ts-expect-error density is a number
  await db.City.find({ where: { density: { gt: "5" } } });
  // @ts-expect-error flags have no sum
  await db.City.aggregate({ sum: ["isBig"] });
}
void use;

const app = defineApp({ models });
async function useClient(client: ReturnType<typeof createClient<typeof app>>): Promise<void> {
  const rows = await client.City.find({ select: { density: true, word: true }, orderBy: ["-word"] });
  expectTypeOf(rows).toEqualTypeOf<{ density: number | null; word: string }[]>();
}
void useClient;

const fields = { name: t.text(), size: t.int(), secret: t.text().hidden(), notes: t.json(), country: t.ref("Country") };
// @ts-expect-error no such field
model(fields, { computed: ({ field }) => ({ x: field("nam") }) });
// @ts-expect-error the field is hidden
model(fields, { computed: ({ field }) => ({ x: field("secret") }) });
// @ts-expect-error JSON is not computed with
model(fields, { computed: ({ field }) => ({ x: field("notes") }) });
// @ts-expect-error a reference is not computed with
model(fields, { computed: ({ field }) => ({ x: field("country") }) });
// @ts-expect-error a text is not calculated with
model(fields, { computed: ({ field, add }) => ({ x: add(field("name"), 1) }) });
// @ts-expect-error a number has no length
model(fields, { computed: ({ field, length }) => ({ x: length(field("size")) }) });
// @ts-expect-error the condition names no field
model(fields, { computed: ({ when }) => ({ x: when({ nam: "a" }, 1, 2) }) });
// @ts-expect-error not an expression
model(fields, { computed: () => ({ x: 5 }) });
