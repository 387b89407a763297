// Fastify with SQL written by hand for the cases that Drizzle and Prisma have no form of: groups, a list sorted by what
// is calculated over a relation, and a row created with its children. As a person would write it: statements
// prepared once, rows as the driver gives them, JSON.stringify.

import Fastify, { type FastifyInstance } from "fastify";
import { type HandDriver, openHandDriver } from "./hand-drivers.ts";
import { CITY_BODY, type CityBody, readEnvironment, serve } from "./serve.ts";

/** A new region with its cities, as Footing takes it. */
interface RegionBody {
  readonly code: string;
  readonly name: string;
  readonly country: string;
  readonly cities: { readonly create: readonly Omit<CityBody, "country" | "region">[] };
}

type Row = Readonly<Record<string, unknown>>;

const PAGE = 20;
const CITY_COLUMNS = "id, name, population, latitude, longitude, feature_code, country_code, region_code";

/** What a new region must be, for Fastify's own validation, as a new city is checked elsewhere. */
const REGION_BODY: object = {
  type: "object",
  additionalProperties: false,
  required: ["code", "name", "country", "cities"],
  properties: {
    code: { type: "string", maxLength: 12 },
    name: { type: "string", maxLength: 100 },
    country: { type: "string" },
    cities: {
      type: "object",
      additionalProperties: false,
      required: ["create"],
      properties: { create: { type: "array", maxItems: 1000, items: CITY_BODY } },
    },
  },
};

const environment = readEnvironment();
const driver = await openHandDriver(environment.database);
const server = Fastify();
addReads(server, driver);
addCreate(server, driver);
await serve(server);

function addReads(app: FastifyInstance, db: HandDriver): void {
  const text = (expression: string) => `CAST(${expression} AS ${db.textType})`;
  const continents = db.prepare(
    `SELECT n.continent, count(*) AS count, ${text("sum(c.population)")} AS population FROM city c ` +
      "JOIN country n ON n.code = c.country_code WHERE c.population > $1 GROUP BY n.continent ORDER BY sum(c.population) DESC, n.continent",
  );
  const groups = db.prepare(
    "SELECT region_code, count(*) AS count, max(population) AS population FROM city WHERE country_code = $1 " +
      `GROUP BY region_code HAVING count(*) >= 3 ORDER BY count(*) DESC, region_code${db.nullsFirst} LIMIT ${PAGE}`,
  );
  const regions = db.prepare(
    "SELECT r.code, r.name FROM region r WHERE r.country_code = $1 ORDER BY " +
      `(SELECT count(*) FROM city c WHERE c.region_code = r.code) DESC, r.code DESC LIMIT ${PAGE}`,
  );
  app.get<{ Querystring: Row }>("/api/aggregate/cities", async ({ query }) => {
    if (query["country"] === undefined)
      return { data: (await continents([Number(query["population[gt]"])])).map(renderContinent) };
    return { data: (await groups([query["country"]])).map(renderRegionGroup) };
  });
  app.get<{ Querystring: Row }>("/api/regions", async ({ query }) => ({ data: await regions([query["country"]]) }));
}

function renderContinent({ continent, count, population }: Row): Row {
  return { key: { country: { continent } }, count: Number(count), sum: { population } };
}

function renderRegionGroup({ region_code: region, count, population }: Row): Row {
  return { key: { region }, count: Number(count), max: { population: Number(population) } };
}

/** One transaction of two inserts, the second of all cities. */
function addCreate(app: FastifyInstance, db: HandDriver): void {
  const options = { schema: { body: REGION_BODY } };
  app.post<{ Body: RegionBody }>("/api/regions", options, async ({ headers, body }, reply) => {
    if (headers.authorization !== environment.authorization) return reply.code(403).send({ title: "Not allowed" });
    const { code, name, country, cities } = body;
    const rows = cities.create.map((city) => [
      ...[city.id, city.name, city.population, city.latitude, city.longitude, city.featureCode],
      ...[country, code],
    ]);
    await db.transact([
      { text: "INSERT INTO region (code, name, country_code) VALUES ($1, $2, $3)", values: [code, name, country] },
      { text: `INSERT INTO city (${CITY_COLUMNS}) VALUES ${listPlaces(rows)}`, values: rows.flat() },
    ]);
    return reply.code(201).send({ code, name, country });
  });
}

function listPlaces(rows: readonly (readonly unknown[])[]): string {
  let count = 0;
  return rows.map((row) => `(${row.map(() => `$${++count}`).join(", ")})`).join(", ");
}
