// Fills the atlas when it is empty. Each model is imported whole or not at all, so a start that was interrupted
// goes on where the last one stopped.

import { setImmediate } from "node:timers/promises";
import type { SetupContext } from "footing";
import type { models } from "./app.ts";

type Context = SetupContext<typeof models>;
type Rows = typeof import("./rows.ts");

/** Cities between two steps of the progress bar. */
const BATCH = 2000;

/** Imports every model that has no rows yet. */
export async function importAtlas(context: Context): Promise<void> {
  const db = context.db.asSystem();
  if ((await db.City.first()) !== null) return;
  const rows = await import("./rows.ts");
  if ((await db.Language.first()) === null) await db.Language.createMany(rows.listLanguages());
  if ((await db.Currency.first()) === null) await db.Currency.createMany(rows.listCurrencies());
  if ((await db.Country.first()) === null) await importCountries(context, rows);
  if ((await db.Region.first()) === null) await db.Region.createMany(rows.listRegions());
  await importCities(context, rows);
}

/** Borders lead to countries in both directions, so they are set when all countries are there. */
async function importCountries({ db }: Context, rows: Rows): Promise<void> {
  await db.asSystem().transaction(async (db) => {
    await db.Country.createMany(rows.listCountries());
    for (const { code, borders } of rows.listBorders()) await db.Country.update(code, { borders });
  });
}

/** One transaction in batches, with a pause after each in which the bar moves. */
async function importCities({ db, progress }: Context, rows: Rows): Promise<void> {
  const cities = rows.listCities();
  const bar = await progress("cities", cities.length);
  await db.asSystem().transaction(async (db) => {
    for (let from = 0; from < cities.length; from += BATCH) {
      bar.advance(await db.City.createMany(cities.slice(from, from + BATCH)));
      await setImmediate();
    }
  });
  bar.stop();
}
