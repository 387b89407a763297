/**
 * The app of the golden requests as it is after years: some 100,000 rows, and the indexes that somebody declares who
 * filters and sorts by these fields. Nothing in it is random.
 */

import { systemActor } from "../../src/engine/actor.ts";
import { createEngine } from "../../src/engine/engine.ts";
import type { DataQuery } from "../../src/plan/query.ts";
import { createConstraintName } from "../../src/schema/naming.ts";
import type { Schema } from "../../src/schema/schema-model.ts";
import type { Store } from "../../src/stores/contract/store.ts";
import { declared, fill } from "../e2e/rest-app.ts";

/** Fields that are filtered and sorted by, per model. */
const INDEXES: Readonly<Record<string, readonly (readonly string[])[]>> = {
  Country: [["name"], ["area"]],
  City: [["name"], ["population"], ["country", "population"], ["budget"], ["seats"]],
};

const COUNTRIES = 2000;
const REGIONS = 6000;
const CITIES = 40_000;
const READINGS = 20_000;
const SOURCES = 2000;
const NOTES = 20_000;
const LANGUAGES = 2000;

/** The schema of the golden app with these indexes. */
export const bigSchema: Schema = {
  ...declared.schema,
  models: Object.fromEntries(
    Object.values(declared.schema.models).map((model) => {
      const added = (INDEXES[model.name] ?? []).map((fields) => ({
        name: createConstraintName(model.table, fields, "index"),
        fields,
        unique: false,
      }));
      return [model.name, { ...model, indexes: [...model.indexes, ...added] }];
    }),
  ),
};

/** The rows of each table that holds many. */
export const bigTables: ReadonlyMap<string, number> = new Map([
  ["country", COUNTRIES],
  ["country_borders", COUNTRIES * 3],
  ["country_languages", COUNTRIES * 2],
  ["language", LANGUAGES],
  ["region", REGIONS],
  ["city", CITIES],
  ["reading", READINGS],
  ["source", SOURCES],
  ["note", NOTES],
]);

/** Opens an empty store and fills it: the rows of the golden app and many more. */
export async function openBigStore(store: Store): Promise<void> {
  await store.open(bigSchema, { createTables: true });
  const engine = createEngine({ schema: bigSchema, rules: declared.rules, store });
  await fill(engine);
  for (const [model, data] of listRows()) await engine.createMany({ model, data }, systemActor);
}

function listRows(): readonly (readonly [model: string, data: Iterable<DataQuery>])[] {
  return [
    ["Language", times(LANGUAGES, (n) => ({ code: `l${n}`, name: `Language ${n}` }))],
    ["Country", times(COUNTRIES, createCountry)],
    ["Region", times(REGIONS, (n) => ({ code: `r${n}`, name: `Region ${n}`, country: nameCountry(n % COUNTRIES) }))],
    ["City", times(CITIES, createCity)],
    ["Source", times(SOURCES, (n) => ({ name: `source ${n}`, version: n % 5 }))],
    ["Reading", times(READINGS, createReading)],
    ["Note", times(NOTES, (n) => ({ id: 100 + n, text: `note ${n}`, owner: `user ${n % 500}`, public: n % 10 === 0 }))],
  ];
}

function createCountry(n: number): DataQuery {
  return {
    code: nameCountry(n),
    name: `Country ${n}`,
    ...(n % 20 !== 0 && { area: n * 10 }),
    landlocked: n % 5 === 0,
    borders: [1, 2, 3].map((step) => nameCountry((n + step) % COUNTRIES)),
    languages: [1, 2].map((step) => `l${(n * 7 + step) % LANGUAGES}`),
  };
}

function createCity(n: number): DataQuery {
  return {
    id: 100 + n,
    name: `${String.fromCharCode(65 + (n % 26))}ity ${n}`,
    population: (n * 7919) % 20_000,
    // One country in a hundred has most of the cities.
    country: nameCountry(n % 3 === 0 ? n % COUNTRIES : (n % 20) * 100),
    ...(n % 4 !== 0 && { region: `r${n % REGIONS}` }),
    ...(n % 3 === 0 && { budget: `${n}.25` }),
    ...(n % 10 === 0 && { seats: String(n) }),
    ...(n % 7 === 0 && { founded: "1900-01-01" }),
  };
}

function createReading(n: number): DataQuery {
  const day = new Date(Date.UTC(2025, 0, 1) + (n % 500) * 86_400_000).toISOString().slice(0, 10);
  return {
    station: `station ${Math.floor(n / 500)}`,
    day,
    value: n / 8,
    ...(n % 2 === 0 && { city: 100 + n }),
    ...(n % 3 === 0 && { source: { name: `source ${n % SOURCES}`, version: (n % SOURCES) % 5 } }),
  };
}

/** Two letters: `aa`, `ab`, … None is a country of the golden app. */
function nameCountry(n: number): string {
  const at = (index: number): string => "abcdefghijklmnopqrstuvwxyz0123456789!#$%&()*+,-./:;<=>?@"[index] ?? "";
  return at(Math.floor(n / 45) % 45) + at(n % 45);
}

function* times(count: number, create: (n: number) => DataQuery): Generator<DataQuery> {
  for (let n = 0; n < count; n++) yield create(n);
}
