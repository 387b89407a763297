// The part of the atlas that the benchmark reads, declared for Drizzle over the tables that Footing created. Keys are
// Footing's field names, so that both answer with the same names.

import { relations } from "drizzle-orm";
import { integer, real, sqliteTable, text } from "drizzle-orm/sqlite-core";

export const country = sqliteTable("country", {
  code: text("code").primaryKey(),
  code3: text("code3").notNull().unique(),
  name: text("name").notNull(),
  officialName: text("official_name").notNull(),
  continent: text("continent").notNull(),
  subregion: text("subregion"),
  area: real("area"),
  latitude: real("latitude").notNull(),
  longitude: real("longitude").notNull(),
  landlocked: integer("landlocked", { mode: "boolean" }).notNull(),
  capital: text("capital"),
});

export const city = sqliteTable("city", {
  id: integer("id").primaryKey(),
  name: text("name").notNull(),
  population: integer("population").notNull(),
  latitude: real("latitude").notNull(),
  longitude: real("longitude").notNull(),
  featureCode: text("feature_code").notNull(),
  country: text("country_code").notNull(),
  region: text("region_code"),
});

export const cityRelations = relations(city, ({ one }) => ({
  home: one(country, { fields: [city.country], references: [country.code] }),
}));

export const countryRelations = relations(country, ({ many }) => ({ cities: many(city) }));
