// The two statements that a person would write for "the first cities of each of many regions", with the JSON functions of
// the database: one for all parents, which numbers the children of each, and one that looks up the children of each parent.

import type { StoreName } from "./databases/database.ts";

/** The first `children` cities of each of the first `parents` regions: lowest id, or greatest population. */
export interface TrapQuestion {
  readonly parents: number;
  readonly children: number;
  readonly order: "id" | "population";
}

type Server = Exclude<StoreName, "sqlite">;

/** Reads the cities of all the regions and takes the first of each. */
export function writeSetBased(server: Server, question: TrapQuestion): string {
  const { parents, children } = question;
  const order = writeOrder(question);
  const { list, city, region, nest } = WORDS[server];
  const source = `city AS c JOIN (SELECT code FROM region ORDER BY code LIMIT ${parents}) AS p ON p.code = c.region_code`;
  const cities =
    server === "postgres"
      ? `SELECT n.region_code, ${list(city("n"), "n.place")} AS cities
         FROM (
           SELECT c.region_code, c.id, c.name, c.population,
             row_number() OVER (PARTITION BY c.region_code ORDER BY ${order}) AS place
           FROM ${source}
         ) AS n
         WHERE n.place <= ${children} GROUP BY n.region_code`
      : // An aggregate of MariaDB takes a limit, which measured twice as fast as numbering the rows.
        `SELECT c.region_code, ${list(city("c"), `${order} LIMIT ${children}`)} AS cities
         FROM ${source} GROUP BY c.region_code`;
  return `
    SELECT ${list(region(nest("coalesce(c.cities, '[]')")), "r.code")}
    FROM (SELECT code, name FROM region ORDER BY code LIMIT ${parents}) AS r
    LEFT JOIN (${cities}) AS c ON c.region_code = r.code`;
}

/** Looks up the first cities of one region after the other. */
export function writeCorrelated(server: Server, question: TrapQuestion): string {
  const { parents, children } = question;
  const order = writeOrder(question);
  const { list, city, region, nest } = WORDS[server];
  const cities =
    server === "postgres"
      ? `SELECT ${list(city("n"), "n.place")} FROM (
           SELECT c.id, c.name, c.population, row_number() OVER (ORDER BY ${order}) AS place
           FROM city AS c WHERE c.region_code = r.code ORDER BY ${order} LIMIT ${children}) AS n`
      : // MariaDB has no LATERAL, but an aggregate takes a limit.
        `SELECT ${list(city("c"), `${order} LIMIT ${children}`)} FROM city AS c WHERE c.region_code = r.code`;
  return `
    SELECT ${list(region(nest(`coalesce((${cities}), '[]')`)), "r.code")}
    FROM (SELECT code, name FROM region ORDER BY code LIMIT ${parents}) AS r`;
}

interface Words {
  /** A JSON list of all rows. */
  list(item: string, order: string): string;
  /** The JSON of a city. */
  city(alias: string): string;
  /** The JSON of the region `r`. */
  region(cities: string): string;
  /** JSON inside other JSON. */
  nest(json: string): string;
}

const WORDS: Readonly<Record<Server, Words>> = {
  postgres: {
    list: (item, order) => `json_agg(${item} ORDER BY ${order})`,
    city: (c) => `json_build_object('id', ${c}.id, 'name', ${c}.name, 'population', ${c}.population)`,
    region: (cities) => `json_build_object('code', r.code, 'name', r.name, 'cities', ${cities})`,
    nest: (json) => json,
  },
  mariadb: {
    list: (item, order) => `JSON_ARRAYAGG(${item} ORDER BY ${order})`,
    city: (c) => `JSON_OBJECT('id', ${c}.id, 'name', ${c}.name, 'population', ${c}.population)`,
    region: (cities) => `JSON_OBJECT('code', r.code, 'name', r.name, 'cities', ${cities})`,
    // Else it would be quoted as a text.
    nest: (json) => `JSON_COMPACT(${json})`,
  },
};

function writeOrder({ order }: TrapQuestion): string {
  return order === "id" ? "c.id" : "c.population DESC, c.id DESC";
}
