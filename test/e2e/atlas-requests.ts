/** Varied requests to the example app, drawn by a seed: what an app might ask of it, over REST and over GraphQL. */

import { Random } from "../property/random.ts";

/** One request to the atlas. */
export interface AtlasRequest {
  readonly path: string;
  /** JSON text; then it is a POST. */
  readonly body?: string;
}

interface Resource {
  readonly path: string;
  readonly keys: readonly string[];
  /** Own fields, and how a value of each is drawn. */
  readonly fields: Readonly<Record<string, Draw>>;
  readonly include: readonly string[];
  readonly sort: readonly string[];
  /** Filters through relations. */
  readonly related: Readonly<Record<string, Draw>>;
}

/** A condition: an operator with brackets, or none, and its value. */
type Draw = (random: Random) => readonly [operator: string, value: string];

const countries = ["PE", "DE", "US", "CN", "NP", "ZA", "BR", "IS", "TV", "XX"];
const words = ["San", "New", "a", "ä", "São", "Al ", "'", "%", "Ż", "北", "e"];

const code: Draw = (random) => {
  if (random.chance(0.3)) return [random.pick(["[in]", "[notIn]"]), random.some(countries, 4).join(",") || "PE"];
  return [random.pick(["", "[not]"]), random.pick(countries)];
};
const name: Draw = (random) => [
  random.pick(["[contains]", "[startsWith]", "[endsWith]", "[gt]", "[lte]", ""]),
  encodeURIComponent(random.pick(words)),
];
const population: Draw = (random) => [
  random.pick(["[gt]", "[gte]", "[lt]", "[lte]", "[not]", ""]),
  String(random.pick([0, 1, 15000, 100000, 1000000, 20000000])),
];
const degrees: Draw = (random) => [random.pick(["[gt]", "[lt]"]), String(random.int(-1800, 1800) / 10)];

const resources: readonly Resource[] = [
  {
    path: "/api/cities",
    keys: ["3936456", "2950159", "5128581", "1816670", "1"],
    fields: {
      name,
      population,
      latitude: degrees,
      longitude: degrees,
      country: code,
      featureCode: (random) => ["[in]", random.some(["PPLC", "PPLA", "PPL"], 3).join(",") || "PPLC"],
      region: (random) => (random.chance(0.5) ? ["[isNull]", random.pick(["true", "false"])] : ["", "PE.15"]),
    },
    include: ["country", "region", "region.country", "country.languages"],
    sort: ["id", "name", "population", "latitude", "featureCode", "country", "country.name", "region.name"],
    related: { "country.name": name, "country.landlocked": () => ["", "true"], "region.name": name },
  },
  {
    path: "/api/countries",
    keys: countries,
    fields: {
      code,
      name,
      continent: (random) => [random.pick(["", "[not]"]), random.pick(["Africa", "Asia", "Antarctic"])],
      area: (random) => (random.chance(0.6) ? [random.pick(["[gt]", "[lt]"]), "500000.5"] : ["[isNull]", "true"]),
      landlocked: (random) => ["", random.pick(["true", "false"])],
      latitude: degrees,
    },
    include: ["languages", "currencies", "borders", "borders.languages", "regions"],
    sort: ["code", "name", "area", "continent", "subregion", "latitude", "capital"],
    related: { "cities.population": population, "borders.code": code, "languages.name": name },
  },
  {
    path: "/api/regions",
    keys: ["PE.15", "US.CA", "none"],
    fields: { name, country: code },
    include: ["country", "cities"],
    sort: ["code", "name", "country", "country.area"],
    related: { "country.continent": () => ["", "Europe"], "cities.population": population },
  },
  {
    path: "/api/languages",
    keys: ["que", "deu", "none"],
    fields: { name, code: (random) => ["[gt]", random.pick(["a", "m", "z"])] },
    include: ["countries"],
    sort: ["code", "name"],
    related: { "countries.code": code },
  },
  {
    path: "/api/currencies",
    keys: ["PEN", "EUR", "XXX"],
    fields: {
      name,
      symbol: (random) => [random.pick(["", "[not]"]), encodeURIComponent(random.pick(["$", "€", "S/"]))],
    },
    include: ["countries"],
    sort: ["code", "name", "symbol"],
    related: { "countries.name": name },
  },
];

/** As many requests as asked for; the same seed gives the same. */
export function drawAtlasRequests(seed: number, count: number): readonly AtlasRequest[] {
  const random = new Random(seed);
  return random.times(count, () => {
    if (random.chance(0.35)) return drawGraphql(random);
    return { path: random.chance(0.15) ? drawGet(random) : drawList(random) };
  });
}

function drawGet(random: Random): string {
  const { path, keys, include } = random.pick(resources);
  const included = random.some(include, 2).join(",");
  return `${path}/${random.pick(keys)}${included === "" ? "" : `?include=${included}`}`;
}

function drawList(random: Random): string {
  const { path, fields, include, sort, related } = random.pick(resources);
  const parameters = new Map<string, string>();
  for (const [field, draw] of [...random.some(Object.entries(fields), 3), ...random.some(Object.entries(related), 1)]) {
    const [operator, value] = draw(random);
    parameters.set(`${field}${operator}`, value);
  }
  const order = random.some(sort, 3).map((key) => (random.chance(0.4) ? `-${key}` : key));
  if (order.length > 0) parameters.set("sort", order.join(","));
  if (random.chance(0.5)) parameters.set("include", random.pick(include));
  else if (random.chance(0.4)) parameters.set("fields", random.some(Object.keys(fields), 3).join(",") || "name");
  parameters.set("limit", String(random.pick([1, 5, 20, 100])));
  if (random.chance(0.2)) parameters.set("offset", String(random.int(0, 200)));
  return `${path}?${[...parameters].map(([key, value]) => `${key}=${value}`).join("&")}`;
}

function drawGraphql(random: Random): AtlasRequest {
  const first = random.pick([1, 3, 10]);
  const inner = random.int(1, 4);
  const word = JSON.stringify(random.pick(words));
  const land = JSON.stringify(random.pick(countries));
  const down = random.pick(["", "-"]);
  const info = random.pick(["", "pageInfo { hasNextPage hasPreviousPage startCursor endCursor }"]);
  const query = random.pick([
    `{ countries(first: ${first}, orderBy: ["${down}name"]) { nodes { name cities(first: ${inner}, orderBy: ["-population"]) { nodes { name population region { name } } ${info} } } ${info} } }`,
    `{ country(code: ${land}) { name borders(first: ${inner}) { nodes { name languages(first: 3) { nodes { name } } } ${info} } currencies { nodes { code symbol } } } }`,
    `{ cities(first: ${first}, where: { name: { contains: ${word} }, population: { gt: ${random.int(0, 50000)} } }, orderBy: ["${down}country.name", "-population"]) { edges { cursor node { id name country { name } } } ${info} } }`,
    `{ countries(first: ${first}, where: { cities: { ${random.pick(["some", "none", "every"])}: { population: { gt: ${random.pick([100000, 5000000])} } } } }, orderBy: ["-area"]) { nodes { code area } ${info} } }`,
    `{ a: regions(first: ${first}, where: { country: { code: { eq: ${land} } } }) { nodes { code name cities(first: ${inner}) { nodes { name } } } } b: language(code: "que") { name countries(first: 5, orderBy: ["${down}code"]) { nodes { code } ${info} } } }`,
    `{ cities(first: ${first}, offset: ${random.int(0, 1000)}, orderBy: ["${down}latitude"]) { nodes { name latitude longitude } ${info} } }`,
    `{ cities(first: ${first}, where: { any: [{ name: { startsWith: ${word} } }, { not: { country: { landlocked: { eq: false } } } }] }) { nodes { name country { code } } } }`,
  ]);
  return { path: "/graphql", body: JSON.stringify({ query }) };
}
