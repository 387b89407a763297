// What is inferred from declared models: rows, keys, written data, queries and their answers. Compiled, never run.
import { expectTypeOf } from "vitest";
import type { Db } from "../../src/api/local/db-types.ts";
import { createSchema } from "../../src/schema/create-schema.ts";
import type { CreateInput, UpdateInput } from "../../src/schema/input-types.ts";
import { model } from "../../src/schema/model.ts";
import type { Key } from "../../src/schema/row-types.ts";
import type { JsonValue } from "../../src/schema/schema-model.ts";
import type { Row } from "../../src/schema/select-types.ts";
import { t } from "../../src/schema/t.ts";
import type { OrderInput } from "../../src/schema/where-types.ts";

const Country = model(
  {
    code: t.text().length(2),
    name: t.text().max(120),
    area: t.float().min(0),
    landlocked: t.bool().default(false),
    languages: t.manyToMany("Language"),
    borders: t.manyToMany("Country"),
    cities: t.many("City", "country"),
  },
  { key: "code", access: { read: true } },
);

const Language = model(
  { code: t.text(), name: t.text(), countries: t.manyToMany("Country", "languages") },
  { key: "code", access: { read: true } },
);

const City = model(
  {
    id: t.int(),
    name: t.text(),
    population: t.bigint().optional(),
    budget: t.decimal(12, 2).default("0.00"),
    founded: t.date().optional(),
    seenAt: t.datetime().default("now"),
    seal: t.bytes().optional(),
    notes: t.json().optional(),
    kind: t.enum("town", "capital"),
    aliases: t.list(t.text()).default([]),
    secret: t.text().hidden().optional(),
    country: t.ref("Country"),
    mayor: t.ref("Person").optional(),
    sights: t.many("Sight", "city"),
  },
  { key: "id", index: [["country", "name"]], access: { read: true } },
);

const Person = model(
  { name: t.text(), email: t.text().email().unique().immutable(), profile: t.one("Profile", "person") },
  { access: { read: ({ user }) => ({ id: user?.id }) } },
);

const Profile = model(
  { bio: t.text(), person: t.ref("Person").unique() },
  { access: { create: ({ user }) => user !== null && { person: user.id } } },
);

const Sight = model(
  { city: t.ref("City"), number: t.int(), title: t.text() },
  { key: ["city", "number"], access: { read: true } },
);

const Visit = model({ sight: t.ref("Sight"), at: t.datetime() }, { access: { read: true } });

const atlas = { Country, Language, City, Person, Profile, Sight, Visit };
type Atlas = typeof atlas;
createSchema(atlas);

interface CityRow {
  id: number;
  name: string;
  population: string | null;
  budget: string;
  founded: string | null;
  seenAt: string;
  seal: string | null;
  notes: JsonValue | null;
  kind: "town" | "capital";
  aliases: string[];
  country: string;
  mayor: string | null;
}

expectTypeOf<Row<Atlas, "City">>().toEqualTypeOf<CityRow>();
expectTypeOf<Row<Atlas, "City", true>["secret"]>().toEqualTypeOf<string | null>();
expectTypeOf<Row<Atlas, "Person">>().toEqualTypeOf<{ id: string; name: string; email: string }>();
expectTypeOf<Row<Atlas, "Visit">>().toEqualTypeOf<{
  id: string;
  sight: { city: number; number: number };
  at: string;
}>();

expectTypeOf<Key<Atlas, "City">>().toEqualTypeOf<number>();
expectTypeOf<Key<Atlas, "Person">>().toEqualTypeOf<string>();
expectTypeOf<Key<Atlas, "Sight">>().toEqualTypeOf<{ city: number; number: number }>();

expectTypeOf({ code: "PE", name: "Peru", area: 1, borders: ["BO"] }).toExtend<CreateInput<Atlas, "Country">>();
expectTypeOf({
  id: 1,
  name: "Lima",
  kind: "capital" as const,
  country: "PE",
  population: 5n,
  seenAt: new Date(),
  seal: new Uint8Array(),
}).toExtend<CreateInput<Atlas, "City">>();
// The create rule fills the person in; the app itself has to.
expectTypeOf({ bio: "…" }).toExtend<CreateInput<Atlas, "Profile">>();
expectTypeOf({ bio: "…" }).not.toExtend<CreateInput<Atlas, "Profile", true>>();
expectTypeOf({ sight: { city: 1, number: 2 }, at: "2026-01-01T00:00:00Z" }).toExtend<CreateInput<Atlas, "Visit">>();

// @ts-expect-error name is required
const withoutName: CreateInput<Atlas, "Person"> = { email: "a@b.c" };
// @ts-expect-error no such field
const misspelt: CreateInput<Atlas, "Person"> = { nam: "A", email: "a@b.c", name: "A" };
// @ts-expect-error a hidden field is for the app itself
const hidden: CreateInput<Atlas, "City"> = { id: 1, name: "Lima", kind: "town", country: "PE", secret: "x" };
const hiddenBySystem: CreateInput<Atlas, "City", true> = {
  id: 1,
  name: "Lima",
  kind: "town",
  country: "PE",
  secret: "x",
};
// @ts-expect-error not one of the values
const wrongEnum: CreateInput<Atlas, "City"> = { id: 1, name: "Lima", kind: "village", country: "PE" };
// @ts-expect-error many cannot be written
const written: CreateInput<Atlas, "Country"> = { code: "PE", name: "Peru", area: 1, cities: [] };
// @ts-expect-error a key cannot change
const changedKey: UpdateInput<Atlas, "City"> = { id: 2 };
// @ts-expect-error an immutable field cannot change
const changedImmutable: UpdateInput<Atlas, "Person"> = { email: "b@b.c" };
// @ts-expect-error a required field cannot become null
const nulled: UpdateInput<Atlas, "City"> = { name: null };
const cleared: UpdateInput<Atlas, "City"> = { mayor: null, founded: null, country: "BO" };

void [withoutName, misspelt, hidden, hiddenBySystem, wrongEnum, written, changedKey, changedImmutable, nulled, cleared];

declare const db: Db<Atlas>;

async function aggregates(): Promise<void> {
  expectTypeOf(
    await db.City.aggregate({
      groupBy: [
        "kind",
        "country.code",
        "country.name",
        "mayor.name",
        { field: "seenAt", bucket: "day", timeZone: "UTC" },
      ],
      count: true,
      countDistinct: ["name", "country"],
      sum: ["id", "population", "budget"],
      avg: ["budget"],
      min: ["founded", "kind"],
      max: ["population"],
      where: { country: "PE" },
      having: {
        count: { gte: 2 },
        sum: { population: { gt: 5 }, budget: "5.00" },
        min: { founded: { isNull: false } },
      },
      orderBy: ["-sum.population", "key.country.name", "count", "-min.founded"],
      limit: 3,
      offset: 1,
    }),
  ).toEqualTypeOf<
    {
      key: {
        kind: "town" | "capital";
        country: { code: string; name: string };
        mayor: { name: string | null };
        seenAt: string;
      };
      count: number;
      countDistinct: { name: number; country: number };
      sum: { id: string | null; population: string | null; budget: string | null };
      avg: { budget: number | null };
      min: { founded: string | null; kind: "town" | "capital" | null };
      max: { population: string | null };
    }[]
  >();
  expectTypeOf(await db.Country.aggregate({ count: true, sum: ["area"] })).toEqualTypeOf<
    { count: number; sum: { area: number | null } }[]
  >();
  expectTypeOf(await db.City.aggregate({ groupBy: ["country", "mayor", "founded"] })).toEqualTypeOf<
    { key: { country: string; mayor: string | null; founded: string | null } }[]
  >();
  expectTypeOf(await db.asSystem().City.aggregate({ max: ["secret"] })).toEqualTypeOf<
    { max: { secret: string | null } }[]
  >();
  expectTypeOf(
    await db.Country.find({
      select: { code: true, cities: { aggregate: { count: true, max: ["kind"], sum: ["budget"] }, where: { id: 1 } } },
      orderBy: ["-cities.count", "cities.sum.population", "-borders.max.name"],
    }),
  ).toEqualTypeOf<
    {
      code: string;
      cities: { count: number; max: { kind: "town" | "capital" | null }; sum: { budget: string | null } };
    }[]
  >();
  // @ts-expect-error a misspelt field
  await db.Country.find({ select: { cities: { aggregate: { max: ["kid"] } } } });
  // @ts-expect-error not a number
  await db.Country.find({ orderBy: ["cities.sum.name"] });
  // @ts-expect-error a misspelt field
  await db.City.aggregate({ sum: ["populaton"] });
  // @ts-expect-error not a number
  await db.City.aggregate({ sum: ["name"] });
  // @ts-expect-error hidden
  await db.City.aggregate({ max: ["secret"] });
  // @ts-expect-error a date has no hours
  await db.City.aggregate({ groupBy: [{ field: "founded", bucket: "hour" }] });
  // @ts-expect-error not a word of aggregates
  await db.City.aggregate({ count: true, select: { name: true } });
  // @ts-expect-error a misspelt field in the filter
  await db.City.aggregate({ count: true, where: { nme: "x" } });
  // @ts-expect-error no such sort key
  await db.City.aggregate({ count: true, orderBy: ["name"] });
  await db.City.aggregate({
    groupBy: ["mayor"],
    orderBy: [{ field: "key.mayor", nulls: "last" }, "-max.founded:nullsLast"],
  });
  // @ts-expect-error
  await db.City.aggregate({ groupBy: ["mayor"], orderBy: ["key.mayor:nullslast"] });
}

/** Compiled, never called. */
export async function answers(): Promise<void> {
  expectTypeOf(await db.Person.find()).toEqualTypeOf<{ id: string; name: string; email: string }[]>();
  expectTypeOf(await db.City.find({ select: { name: true, population: true } })).toEqualTypeOf<
    { name: string; population: string | null }[]
  >();
  expectTypeOf(await db.City.first({ select: { id: true } })).toEqualTypeOf<{ id: number } | null>();
  expectTypeOf(await db.City.get(5, { select: { kind: true } })).toEqualTypeOf<{ kind: "town" | "capital" } | null>();
  expectTypeOf(await db.Sight.get({ city: 1, number: 2 }, { select: { title: true } })).toEqualTypeOf<{
    title: string;
  } | null>();
  // A ref as its key; expanded it is never null when it is required and everyone may read the target.
  expectTypeOf(await db.City.find({ select: { country: true } })).toEqualTypeOf<{ country: string }[]>();
  expectTypeOf(await db.City.find({ select: { country: { select: { code: true } } } })).toEqualTypeOf<
    { country: { code: string } }[]
  >();
  // The rule of Person may hide the row, and mayor is optional.
  expectTypeOf(await db.City.find({ select: { mayor: { select: { name: true } } } })).toEqualTypeOf<
    { mayor: { name: string } | null }[]
  >();
  expectTypeOf(await db.Profile.find({ select: { person: { select: { name: true } } } })).toEqualTypeOf<
    { person: { name: string } | null }[]
  >();
  expectTypeOf(await db.asSystem().Profile.find({ select: { person: { select: { name: true } } } })).toEqualTypeOf<
    { person: { name: string } }[]
  >();
  expectTypeOf(await db.Person.find({ select: { profile: { select: { bio: true } } } })).toEqualTypeOf<
    { profile: { bio: string } | null }[]
  >();
  expectTypeOf(
    await db.Country.find({
      select: {
        cities: { select: { name: true }, limit: 2, orderBy: ["-population"], where: { population: { gt: 5n } } },
        borders: { select: { code: true } },
      },
    }),
  ).toEqualTypeOf<{ cities: { name: string }[]; borders: { code: string }[] }[]>();
  expectTypeOf(await db.Visit.find({ select: { sight: {} } })).toEqualTypeOf<
    { sight: { city: number; number: number; title: string } }[]
  >();
  expectTypeOf(await db.Country.find({ select: { languages: true } })).toEqualTypeOf<
    { languages: { code: string; name: string }[] }[]
  >();
  expectTypeOf((await db.City.findPage({ select: { id: true } })).data).toEqualTypeOf<{ id: number }[]>();
  const counted = await db.City.findPage({ select: { id: true }, count: "estimated" });
  expectTypeOf(counted.page.total).toEqualTypeOf<{ readonly count: number; readonly isExact: boolean } | undefined>();
  // @ts-expect-error
  await db.City.findPage({ count: "much" });
  // @ts-expect-error
  await db.City.find({ count: "exact" });
  // What was written may be hidden from the writer, unless everyone may read it.
  expectTypeOf(
    await db.Country.create({ code: "PE", name: "Peru", area: 1 }, { select: { code: true } }),
  ).toEqualTypeOf<{ code: string }>();
  expectTypeOf(await db.Profile.create({ bio: "…" }, { select: { bio: true } })).toEqualTypeOf<{
    bio: string;
  } | null>();
  expectTypeOf(await db.asSystem().City.get(5, { select: { secret: true } })).toEqualTypeOf<{
    secret: string | null;
  } | null>();
  expectTypeOf(await db.transaction(async (tx) => await tx.City.count())).toEqualTypeOf<number>();
  await aggregates();
  expectTypeOf<Exclude<OrderInput<Atlas, "Profile">, object | `${string}:${string}`>>().toEqualTypeOf<
    | "id"
    | "-id"
    | "bio"
    | "-bio"
    | "person"
    | "-person"
    | "person.id"
    | "-person.id"
    | "person.name"
    | "-person.name"
    | "person.email"
    | "-person.email"
  >();
}

/** Compiled, never called. */
export async function taken(): Promise<void> {
  await db.City.find({
    where: { name: { startsWith: "L" }, population: { gte: 5n, lt: "9" }, seenAt: { lt: new Date() } },
  });
  await db.City.find({ where: { kind: { in: ["town"] }, mayor: null, notes: { isNull: true } } });
  await db.City.find({
    where: {
      country: "PE",
      any: [{ country: { in: ["PE"] } }, { country: { name: "Peru", cities: { some: { id: 5 } } } }],
    },
  });
  await db.Country.find({
    where: { cities: { none: { population: { gt: 5n } } }, not: { borders: { every: { code: "BO" } } } },
  });
  await db.City.find({ orderBy: ["-population", "country.name", "-mayor.name", "country"] });
  await db.City.updateMany({ where: { country: "PE" }, data: { budget: "1.00" } });
  await db.City.deleteMany({ all: true });
  await db.City.createMany([{ id: 1, name: "Lima", kind: "capital", country: "PE" }]);
}

/** Compiled, never called. */
export async function refused(): Promise<void> {
  // @ts-expect-error no such model
  await db.Citty.find();
  // @ts-expect-error no such field
  await db.City.find({ select: { nam: true } });
  // @ts-expect-error no such field beside a right one
  await db.City.find({ select: { name: true, nam: true } });
  // @ts-expect-error no such field of the related model
  await db.City.find({ select: { country: { select: { code: true, nme: true } } } });
  // @ts-expect-error no such field of the model after two relations
  await db.Country.find({ select: { cities: { select: { mayor: { select: { name: true, nick: true } } } } } });
  // @ts-expect-error hidden
  await db.City.find({ select: { name: true, secret: true } });
  // @ts-expect-error a scalar has nothing to select
  await db.City.find({ select: { name: { select: {} } } });
  // @ts-expect-error one related row takes no limit
  await db.City.find({ select: { country: { limit: 5 } } });
  // @ts-expect-error no such option of a relation
  await db.Country.find({ select: { cities: { limt: 5 } } });
  // @ts-expect-error no such field in the filter of a relation
  await db.Country.find({ select: { cities: { where: { name: "x", nam: "y" } } } });
  // @ts-expect-error no such operator in the filter of a relation
  await db.Country.find({ select: { cities: { where: { id: { gt: 5, lessThan: 9 } } } } });
  // @ts-expect-error no such sort key of a relation
  await db.Country.find({ select: { cities: { orderBy: ["nam"] } } });
  // @ts-expect-error no such option
  await db.City.find({ filter: { name: "x" } });
  // @ts-expect-error no such field
  await db.City.find({ where: { nam: "x" } });
  // @ts-expect-error no such field beside a right one
  await db.City.find({ where: { name: "x", nam: "x" } });
  // @ts-expect-error wrong type
  await db.City.find({ where: { name: 5 } });
  // @ts-expect-error no such operator
  await db.City.find({ where: { name: { like: "x" } } });
  // @ts-expect-error an operator that does not fit
  await db.City.find({ where: { id: { contains: "x" } } });
  // @ts-expect-error json only knows isNull
  await db.City.find({ where: { notes: { eq: {} } } });
  // @ts-expect-error required fields are never null
  await db.City.find({ where: { name: null } });
  // @ts-expect-error a list relation takes some, every or none
  await db.Country.find({ where: { cities: { id: 5 } } });
  // @ts-expect-error no such field of the related model
  await db.City.find({ where: { country: { nam: "Peru" } } });
  // @ts-expect-error hidden
  await db.City.find({ where: { secret: "x" } });
  // @ts-expect-error hidden
  await db.City.find({ orderBy: ["secret"] });
  // @ts-expect-error no such sort key
  await db.City.find({ orderBy: ["nam"] });
  // @ts-expect-error json has no order
  await db.City.find({ orderBy: ["notes"] });
  // @ts-expect-error through a list relation there is no order
  await db.Country.find({ orderBy: ["cities.name"] });
  // @ts-expect-error the key is a number
  await db.City.get("5");
  // @ts-expect-error the key has two fields
  await db.Sight.get({ city: 1 });
  // @ts-expect-error a bulk write needs a filter or all: true
  await db.City.deleteMany({});
  // @ts-expect-error not both
  await db.City.deleteMany({ where: { id: 5 }, all: true });
  // @ts-expect-error a wrong field in the filter of a bulk write
  await db.City.deleteMany({ where: { id: 5, idd: 5 } });
}
