/** The requests whose way through the house is written down: what an app sends, in every kind that compiles differently. */

/** One request, as somebody sends it. */
export interface GoldenRequest {
  /** Names the file. */
  readonly name: string;
  readonly method?: "POST" | "PATCH" | "DELETE";
  readonly path: string;
  /** The body, sent as JSON. */
  readonly body?: unknown;
  /** Who sends it; absent: nobody in particular. */
  readonly user?: string;
}

const peru = "country=PE";

/** In the order in which they are sent: those that change rows come last. */
export const goldenRequests: readonly GoldenRequest[] = [
  { name: "list", path: "/api/languages" },
  { name: "list-counted", path: "/api/countries?limit=2&offset=1&sort=-area&count=exact" },
  { name: "list-limit-offset", path: "/api/countries?limit=2&offset=1" },
  { name: "list-every-kind", path: "/api/cities?limit=2" },
  { name: "get", path: "/api/cities/1" },
  { name: "get-missing", path: "/api/cities/99" },
  { name: "get-composite-key", path: "/api/readings/a%2Cb,2026-01-02" },
  { name: "get-fields", path: "/api/cities/1?fields=name,population" },
  { name: "fields-related", path: "/api/cities?fields=name,country.name,region.name&limit=3" },
  { name: "include-ref", path: "/api/cities?include=country,region&limit=3" },
  { name: "include-ref-composite", path: "/api/readings?include=source" },
  { name: "include-many", path: "/api/countries?include=cities&fields=name,cities.name" },
  { name: "include-many-to-many", path: "/api/countries/PE?include=borders,languages" },
  {
    name: "include-nested",
    path: "/api/countries?include=regions.cities&fields=code,regions.name,regions.cities&limit=2",
  },
  { name: "filter-equal", path: `/api/cities?${peru}` },
  { name: "filter-range", path: "/api/cities?population[gte]=800&population[lt]=9000" },
  { name: "filter-in", path: "/api/countries?code[in]=PE,CL" },
  { name: "filter-not-in", path: "/api/countries?code[notIn]=PE,CL" },
  { name: "filter-text", path: "/api/cities?name[startsWith]=L&name[contains]=im" },
  { name: "filter-ends-with", path: "/api/cities?name[endsWith]=RM" },
  { name: "filter-null", path: "/api/cities?founded[isNull]=true&region[isNull]=true" },
  { name: "filter-decimal", path: "/api/cities?budget[gt]=10.4&sort=-budget" },
  { name: "filter-bigint", path: "/api/cities?seats=9007199254740993" },
  { name: "filter-date", path: "/api/readings?day[gte]=2026-01-02" },
  { name: "filter-through-ref", path: "/api/cities?country.name=Peru&country.landlocked=false" },
  { name: "filter-through-many", path: "/api/countries?cities.population[gt]=5000" },
  { name: "sort", path: "/api/cities?sort=-population" },
  { name: "sort-nullable", path: "/api/countries?sort=area" },
  { name: "sort-nullable-down", path: "/api/countries?sort=-area&limit=2" },
  { name: "sort-related", path: "/api/cities?sort=country.name,-population&limit=3" },
  { name: "rule-of-a-user", path: "/api/notes", user: "ann" },
  { name: "rule-forbids", path: "/api/notes" },
  {
    name: "graphql-get",
    path: "/graphql",
    body: { query: '{ country(code: "PE") { name borders(first: 1) { nodes { name } } } }' },
  },
  {
    name: "graphql-sort-calculated",
    path: "/graphql",
    body: {
      query: '{ cities(first: 3, orderBy: ["-region.cities.count"]) { nodes { name } pageInfo { endCursor } } }',
    },
  },
  {
    name: "graphql-connection",
    path: "/graphql",
    body: {
      query:
        '{ cities(first: 2, orderBy: ["-population"]) { edges { cursor node { name country { code } } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }',
    },
  },
  {
    name: "graphql-nested-page",
    path: "/graphql",
    body: {
      query:
        '{ countries(first: 3) { nodes { name cities(first: 1, orderBy: ["-population"]) { nodes { name } pageInfo { hasNextPage endCursor } } } } }',
    },
  },
  {
    name: "graphql-some-none-every",
    path: "/graphql",
    body: {
      query:
        '{ countries(where: { cities: { some: { population: { gt: 500 } }, every: { population: { gt: 300 } } }, borders: { none: { code: { eq: "UY" } } } }) { nodes { code } } }',
    },
  },
  {
    name: "graphql-any-not",
    path: "/graphql",
    body: {
      query:
        '{ cities(where: { any: [{ name: { eq: "Lima" } }, { not: { country: { landlocked: { eq: false } } } }] }) { nodes { name } } }',
    },
  },
  {
    name: "graphql-aliases",
    path: "/graphql",
    body: { query: '{ a: language(code: "es") { label: name __typename } b: language(code: "none") { name } }' },
  },
  {
    name: "aggregate",
    path: "/api/aggregate/cities?groupBy=country.name,kind&aggregate=count,sum.population,avg.budget&having[count][gte]=1&sort=-sum.population&population[gt]=0&limit=3",
  },
  { name: "aggregate-all", path: "/api/aggregate/cities?aggregate=count,countDistinct.country,max.seats,sum.budget" },
  {
    name: "aggregate-time-zone",
    path: "/api/aggregate/cities?groupBy=seenAt:month&timeZone=Asia/Tokyo&aggregate=count",
  },
  {
    name: "aggregate-related",
    path: "/api/countries?fields=code&include=cities.count,cities.max.name&sort=-cities.sum.population&limit=2",
  },
  {
    name: "graphql-aggregate",
    path: "/graphql",
    body: {
      query:
        '{ citiesAggregate(orderBy: ["-key.country.name"], first: 2) { nodes { key { country { name } } count max { population } } pageInfo { hasNextPage } } cities(first: 1) { totalCount nodes { name } } }',
    },
  },
  { name: "search", path: '/api/sources?search=a* "b" -c&limit=1' },
  { name: "search-sorted", path: "/api/sources?search=a&sort=-version&version[gt]=0" },
  { name: "create", path: "/api/languages", body: { code: "grn", name: "Guarani" } },
  {
    name: "create-with-refs",
    path: "/api/cities",
    body: { id: 6, name: "Arequipa", population: 1000, country: "PE", region: "PE.08", seats: "5", tags: ["white"] },
  },
  { name: "create-searched", path: "/api/sources", body: { name: "Lima", version: 2, note: "near the sea" } },
  { name: "create-conflict", path: "/api/languages", body: { code: "grn", name: "Again" } },
  {
    name: "create-missing-reference",
    path: "/api/cities",
    body: { id: 7, name: "Nowhere Else", population: 0, country: "XX" },
  },
  { name: "create-under-a-rule", path: "/api/notes", body: { id: 9, text: "new", owner: "ann" }, user: "ann" },
  { name: "update", method: "PATCH", path: "/api/cities/6", body: { population: 1001, meta: { new: [1, null] } } },
  { name: "update-links", method: "PATCH", path: "/api/countries/UY", body: { borders: ["CL"], area: null } },
  { name: "update-under-a-rule", method: "PATCH", path: "/api/notes/1", body: { text: "changed" }, user: "ann" },
  { name: "update-forbidden", method: "PATCH", path: "/api/notes/2", body: { text: "stolen" }, user: "ann" },
  { name: "delete-referenced", method: "DELETE", path: "/api/countries/PE" },
  { name: "delete", method: "DELETE", path: "/api/cities/6" },
];
