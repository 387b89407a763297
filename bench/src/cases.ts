// What is measured: requests as a web app sends them, each with keys drawn from the whole atlas.

import { createRandom, pick } from "./random.ts";

/** One request. */
export interface CaseRequest {
  readonly path: string;
  /** JSON text; then the request is a POST. */
  readonly body?: string;
  /** The same question over REST, for the server that has no GraphQL. */
  readonly rest?: string;
}

/** One kind of request. */
export interface BenchCase {
  readonly name: string;
  /** Whether it changes the database; then every server gets a copy of its own. */
  readonly writes: boolean;
  /** Whom Footing is compared with: libraries and the floor, or SQL written by hand where libraries have no form of it. */
  readonly against: "libraries" | "hand";
  /** The next request. */
  readonly next: () => CaseRequest;
}

/** The keys to draw from. */
export interface Keys {
  readonly cities: readonly { readonly id: number; readonly country: string; readonly population: number }[];
  readonly countries: readonly string[];
}

/** Ids from here on belong to no city of the atlas. */
const NEW_IDS = 100_000_000;

const CITIES_QUERY = `query ($code: String!) {
  countries(where: { code: { gt: $code } }, first: 20) {
    nodes {
      code code3 name officialName continent subregion area latitude longitude landlocked capital
      cities(first: 5) { nodes { id name population latitude longitude featureCode } }
    }
  }
}`;

/** The cases over `keys`. Each call starts the same random sequence again. */
export function createCases({ cities, countries }: Keys, seed: number): BenchCase[] {
  const random = createRandom(seed);
  const city = () => pick(cities, random);
  const measures = "aggregate=count,sum.population";
  let id = NEW_IDS;
  return [
    read("get by key", () => `/api/cities/${city().id}`),
    read("list 20", () => `/api/cities?id[gt]=${city().id}&limit=20`),
    read("list 20 + to-one", () => `/api/cities?id[gt]=${city().id}&limit=20&include=country`),
    {
      name: "list 20 + to-many of 5",
      writes: false,
      against: "libraries",
      next: () => askCities(pick(countries, random)),
    },
    read("filter + sort", () => {
      const { country, population } = city();
      return `/api/cities?country=${country}&population[gt]=${population >> 1}&sort=-population&limit=20`;
    }),
    {
      name: "create",
      writes: true,
      against: "libraries",
      next: () => ({ path: "/api/cities", body: createCity(id++, city().country) }),
    },
    byHand(
      "groups of a relation",
      () => `/api/aggregate/cities?population[gt]=20000&groupBy=country.continent&${measures}&sort=-sum.population`,
    ),
    byHand("groups + having", () => {
      const parameters = "groupBy=region&aggregate=count,max.population&having[count][gte]=3&sort=-count&limit=20";
      return `/api/aggregate/cities?country=${city().country}&${parameters}`;
    }),
    byHand(
      "sort by related count",
      () => `/api/regions?country=${city().country}&sort=-cities.count&limit=20&fields=code,name`,
    ),
    {
      name: "create + 10 related",
      writes: true,
      against: "hand",
      next: () => ({ path: "/api/regions", body: createRegion(NEW_IDS + 10 * id++, city().country) }),
    },
  ];
}

/** The request for a server that has no GraphQL. */
export function toRest(request: CaseRequest): CaseRequest {
  return request.rest === undefined ? request : { path: request.rest };
}

function read(name: string, path: () => string): BenchCase {
  return { name, writes: false, against: "libraries", next: () => ({ path: path() }) };
}

function byHand(name: string, path: () => string): BenchCase {
  return { ...read(name, path), against: "hand" };
}

/** Countries behind a code with five cities each. GraphQL, because only there a relation has a limit of its own. */
export function askCities(code: string): CaseRequest {
  const body = JSON.stringify({ query: CITIES_QUERY, variables: { code } });
  return { path: "/graphql", body, rest: `/api/countries?code[gt]=${code}` };
}

export function createCity(id: number, country: string): string {
  return JSON.stringify(createCityData(id, country));
}

function createCityData(id: number, country: string): object {
  const place = { population: 1234, latitude: -12.04318, longitude: -77.02824 };
  return { id, name: "San Benito", ...place, featureCode: "PPL", country };
}

/** A region with ten cities of its own, whose ids begin with `id`. */
function createRegion(id: number, country: string): string {
  const cities = Array.from({ length: 10 }, (_, index) => createCityData(id + index, country));
  return JSON.stringify({ code: `X${id}`, name: "San Benito", country, cities: { create: cities } });
}
