// The atlas: every country, language, currency, region and city of the world. This file declares all of it;
// import.ts fills it once. Everyone reads; only who holds ATLAS_EDITOR_TOKEN writes.

import { hash, timingSafeEqual } from "node:crypto";
import { defineApp, model, t } from "footing";
import { importAtlas } from "./import.ts";

const access = { read: true, create: isEditor, update: isEditor, delete: isEditor } as const;

const Country = model(
  {
    code: t
      .text()
      .length(2)
      .pattern(/^[A-Z]{2}$/)
      .describe("ISO 3166-1 alpha-2, e.g. PE."),
    code3: t.text().length(3).unique().describe("ISO 3166-1 alpha-3, e.g. PER."),
    name: t.text().max(100),
    officialName: t.text().max(200),
    continent: t.enum("Africa", "Americas", "Antarctic", "Asia", "Europe", "Oceania"),
    subregion: t.text().max(100).optional(),
    area: t.float().min(0).optional().describe("Square kilometres."),
    latitude: t.float().min(-90).max(90),
    longitude: t.float().min(-180).max(180),
    landlocked: t.bool(),
    capital: t.text().max(100).optional().describe("All of them, when there are several."),
    languages: t.manyToMany("Language"),
    currencies: t.manyToMany("Currency"),
    borders: t.manyToMany("Country"),
    regions: t.many("Region", "country"),
    cities: t.many("City", "country"),
  },
  { key: "code", access, search: ["name", "officialName", "capital"] },
);

const Language = model(
  {
    code: t.text().length(3).describe("ISO 639-3, e.g. que."),
    name: t.text().max(100),
    countries: t.manyToMany("Country", "languages"),
  },
  { key: "code", access },
);

const Currency = model(
  {
    code: t.text().length(3).describe("ISO 4217, e.g. PEN."),
    name: t.text().max(100),
    symbol: t.text().max(10),
    countries: t.manyToMany("Country", "currencies"),
  },
  { key: "code", access },
);

const Region = model(
  {
    code: t.text().max(12).describe("GeoNames code of the first level below the country, e.g. PE.15."),
    name: t.text().max(100),
    country: t.ref("Country"),
    cities: t.many("City", "region"),
  },
  { key: "code", access },
);

const City = model(
  {
    id: t.int().min(1).describe("GeoNames id."),
    name: t.text().max(200),
    population: t.int().min(0),
    latitude: t.float().min(-90).max(90),
    longitude: t.float().min(-180).max(180),
    featureCode: t.text().max(10).describe("GeoNames feature, e.g. PPLC for a capital."),
    country: t.ref("Country"),
    region: t.ref("Region").optional(),
  },
  { key: "id", access, index: [["population"], ["country", "population"]] },
);

const editorToken = process.env["ATLAS_EDITOR_TOKEN"];
const editor = editorToken ? digest(editorToken) : null;

/** All models, for the types of import.ts. */
export const models = { Country, Language, Currency, Region, City };

export default defineApp({ models, authenticate, setup: importAtlas });

function isEditor({ user }: { readonly user: { readonly role?: unknown } | null }): boolean {
  return user?.role === "editor";
}

/** The user behind a request: the editor, who knows the token of the environment, or nobody. */
function authenticate({
  headers,
}: {
  readonly headers: { readonly authorization?: string | undefined };
}): { role: "editor" } | null {
  if (headers.authorization === undefined || editor === null) return null;
  const [scheme, token] = headers.authorization.split(" ");
  if (scheme?.toLowerCase() !== "bearer" || !token) return null;
  return timingSafeEqual(digest(token), editor) ? { role: "editor" } : null;
}

/** Digests have one length, so comparing them tells nothing about that of the token. */
function digest(text: string): Buffer {
  return hash("sha256", text, "buffer");
}
