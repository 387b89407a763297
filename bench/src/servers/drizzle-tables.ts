// The part of the atlas that the benchmark reads, declared for Drizzle over the tables that Footing created, once for all
// dialects. Keys are Footing's field names, so that both answer with the same names.

import { relations } from "drizzle-orm";
import * as mysql from "drizzle-orm/mysql-core";
import * as pg from "drizzle-orm/pg-core";
import * as sqlite from "drizzle-orm/sqlite-core";

/** How a dialect of Drizzle names what the tables are made of. */
type Kit = typeof postgres;

const postgres = {
  table: pg.pgTable,
  text: (name: string) => pg.text(name),
  int: (name: string) => pg.bigint(name, { mode: "number" }),
  float: (name: string) => pg.doublePrecision(name),
  bool: (name: string) => pg.boolean(name),
};

const kits = {
  postgres,
  mariadb: {
    table: mysql.mysqlTable,
    text: (name: string) => mysql.varchar(name, { length: 255 }),
    int: (name: string) => mysql.bigint(name, { mode: "number" }),
    float: (name: string) => mysql.double(name),
    bool: (name: string) => mysql.boolean(name),
  },
  sqlite: {
    table: sqlite.sqliteTable,
    text: (name: string) => sqlite.text(name),
    int: (name: string) => sqlite.integer(name),
    float: (name: string) => sqlite.real(name),
    bool: (name: string) => sqlite.integer(name, { mode: "boolean" }),
  },
};

/** The tables and their relations. */
export type AtlasTables = ReturnType<typeof declareTables>;

/** The tables in a dialect, typed as PostgreSQL's. */
export function createTables(dialect: keyof typeof kits): AtlasTables {
  // Drizzle's dialects have the same methods and no common type.
  return declareTables(kits[dialect] as unknown as Kit);
}

function declareTables({ table, text, int, float, bool }: Kit) {
  const country = table("country", {
    code: text("code").primaryKey(),
    code3: text("code3").notNull().unique(),
    name: text("name").notNull(),
    officialName: text("official_name").notNull(),
    continent: text("continent").notNull(),
    subregion: text("subregion"),
    area: float("area"),
    latitude: float("latitude").notNull(),
    longitude: float("longitude").notNull(),
    landlocked: bool("landlocked").notNull(),
    capital: text("capital"),
  });
  const city = table("city", {
    id: int("id").primaryKey(),
    name: text("name").notNull(),
    population: int("population").notNull(),
    latitude: float("latitude").notNull(),
    longitude: float("longitude").notNull(),
    featureCode: text("feature_code").notNull(),
    country: text("country_code").notNull(),
    region: text("region_code"),
  });
  const cityRelations = relations(city, ({ one }) => ({
    home: one(country, { fields: [city.country], references: [country.code] }),
  }));
  const countryRelations = relations(country, ({ many }) => ({ cities: many(city) }));
  return { country, city, cityRelations, countryRelations };
}
