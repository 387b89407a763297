// The questions of the cases in Drizzle, in the two forms that its documents show. Where they offer two ways, the
// documented form takes the one they show first, relational queries, and the prepared form the one that measured faster.
// On MariaDB relational queries that nest fail, so there both join, and read to-many rows with a second statement.

import { and, asc, desc, eq, getTableColumns, gt, type Placeholder, sql } from "drizzle-orm";
import type { NodePgDatabase } from "drizzle-orm/node-postgres";
import type { AtlasTables } from "./drizzle-tables.ts";
import type { CityBody } from "./serve.ts";
import type { AtlasQueries, Rows } from "./serve-queries.ts";

/** Drizzle on the atlas, typed as on PostgreSQL whatever the dialect. */
export interface Atlas {
  readonly db: NodePgDatabase<AtlasTables>;
  readonly tables: AtlasTables;
  /** Then an insert answers no row, and relational queries that nest fail: they need LATERAL. */
  readonly isMariadb: boolean;
}

/** What is used of a prepared statement. */
interface Prepared {
  execute(values: Readonly<Record<string, unknown>>): Rows;
}

/** A value now, or its place in a prepared statement. */
type Value<T> = T | Placeholder;

type Builders = ReturnType<typeof createBuilders>;

/** Rows of a list. */
const PAGE = 20;

/** Relational queries and the query builder, built anew for each request. */
export function createDocumentedQueries(atlas: Atlas): AtlasQueries {
  const { db, tables, isMariadb } = atlas;
  const { city } = tables;
  const { get, filter, ...builders } = createBuilders(atlas);
  const page = (id: number) => ({ where: gt(city.id, id), orderBy: asc(city.id), limit: PAGE });
  const related = (id: number) =>
    db.query.city.findMany({ ...page(id), columns: { country: false }, with: { home: true } });
  return {
    get,
    list: (id) => db.query.city.findMany(page(id)),
    listWithCountry: isMariadb ? builders.join : related,
    listCountries: isMariadb
      ? async (code) => {
          const countries = await builders.countries(code);
          return addCities(countries, await builders.cities(countries.map((country) => country.code)));
        }
      : builders.listCountries,
    filter,
    create: async (body) => {
      if (!isMariadb) return (await db.insert(city).values(body).returning())[0];
      await db.insert(city).values(body);
      return get(body.id);
    },
  };
}

/** Statements prepared once. */
export function createPreparedQueries(atlas: Atlas): AtlasQueries {
  const builders = createBuilders(atlas);
  const [id, code, country] = [sql.placeholder("id"), sql.placeholder("code"), sql.placeholder("country")];
  const get = builders.get(id).prepare("get");
  const list = builders.list(id).prepare("list");
  const joined = builders.join(id).prepare("join");
  const related = builders.listCountries(code).prepare("countries");
  const filtered = builders.filter(country, sql.placeholder("population")).prepare("filter");
  return {
    get: (id) => run(get, { id }),
    list: (id) => run(list, { id }),
    listWithCountry: (id) => run(joined, { id }),
    listCountries: atlas.isMariadb ? prepareInTwo(builders) : (code) => run(related, { code }),
    filter: (country, population) => run(filtered, { country, population }),
    create: prepareCreate(atlas, get),
  };
}

function createBuilders({ db, tables: { city, country } }: Atlas) {
  const { region: _region, ...shown } = getTableColumns(city);
  const nested = { ...getTableColumns(city), country: getTableColumns(country) };
  return {
    get: (id: Value<number>) => db.query.city.findFirst({ where: eq(city.id, id) }),
    list: (id: Value<number>) => db.select().from(city).where(gt(city.id, id)).orderBy(asc(city.id)).limit(PAGE),
    join: (id: Value<number>) =>
      db
        .select(nested)
        .from(city)
        .innerJoin(country, eq(city.country, country.code))
        .where(gt(city.id, id))
        .orderBy(asc(city.id))
        .limit(PAGE),
    listCountries: (code: Value<string>) =>
      db.query.country.findMany({
        where: gt(country.code, code),
        orderBy: asc(country.code),
        limit: PAGE,
        with: { cities: { columns: { country: false, region: false }, orderBy: asc(city.id), limit: 5 } },
      }),
    countries: (code: Value<string>) =>
      db.select().from(country).where(gt(country.code, code)).orderBy(asc(country.code)).limit(PAGE),
    cities: (codes: readonly Value<string>[]) => {
      const [first = "", ...others] = codes;
      const select = (code: Value<string>) =>
        db.select(shown).from(city).where(eq(city.country, code)).orderBy(asc(city.id)).limit(5).$dynamic();
      return others.reduce((all, code) => all.unionAll(select(code)), select(first));
    },
    filter: (code: Value<string>, population: Value<number>) =>
      db
        .select()
        .from(city)
        .where(and(eq(city.country, code), gt(city.population, population)))
        .orderBy(desc(city.population), desc(city.id))
        .limit(PAGE),
  };
}

function prepareInTwo(builders: Builders): (code: string) => Promise<Rows> {
  const countries = builders.countries(sql.placeholder("code")).prepare("countries");
  const names = Array.from({ length: PAGE }, (_, index) => `code${index}`);
  const cities = builders.cities(names.map((name) => sql.placeholder(name))).prepare("cities");
  return async (code) => {
    const found = await countries.execute({ code });
    // No city has the country null, so a page that is not full asks for nothing more.
    const codes = Object.fromEntries(names.map((name, index) => [name, found[index]?.code ?? null]));
    return addCities(found, await cities.execute(codes));
  };
}

/** Puts cities into their countries. */
function addCities<C extends { code: string }, T extends { country: string }>(
  countries: readonly C[],
  cities: readonly T[],
): Rows {
  const lists = new Map(countries.map(({ code }): [string, Omit<T, "country">[]] => [code, []]));
  for (const { country, ...city } of cities) lists.get(country)?.push(city);
  return countries.map((country) => ({ ...country, cities: lists.get(country.code) }));
}

function prepareCreate({ db, tables, isMariadb }: Atlas, get: Prepared): (body: CityBody) => Rows {
  const value = (name: keyof CityBody): Placeholder => sql.placeholder(name);
  const insert = db.insert(tables.city).values({
    id: value("id"),
    name: value("name"),
    population: value("population"),
    latitude: value("latitude"),
    longitude: value("longitude"),
    featureCode: value("featureCode"),
    country: value("country"),
    region: value("region"),
  });
  const prepared: Prepared = isMariadb ? insert.prepare("create") : insert.returning().prepare("create");
  return async (body) => {
    // PostgreSQL and SQLite answer the rows that they wrote.
    const rows = (await run(prepared, { ...body })) as readonly unknown[];
    return isMariadb ? run(get, { id: body.id }) : rows[0];
  };
}

/** The answer of a prepared statement: at once where the driver has it at once. */
function run(prepared: Prepared, values: Readonly<Record<string, unknown>>): Rows {
  const answer = prepared.execute(values);
  return isSync(answer) ? answer.sync() : answer;
}

function isSync(answer: Rows): answer is { sync(): Rows } {
  return typeof answer === "object" && answer !== null && "sync" in answer;
}
