// The example as a visitor meets it: the first start imports the world, and the commands of the README answer.

import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Running, start, stop } from "./cli-harness.ts";

const IMPORT_LIMIT = 120_000;
const TOKEN = "an-editors-token";
const app = fileURLToPath(new URL("../../examples/atlas/app.ts", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "footing-atlas-"));
const file = join(folder, "atlas.db");
let server: Running;
let address: string;

beforeAll(async () => {
  server = serve(file);
  address = await server.address(IMPORT_LIMIT);
}, IMPORT_LIMIT);

afterAll(async () => {
  await stop(server);
  rmSync(folder, { recursive: true });
});

function serve(database: string): Running {
  return start(folder, ["start", app], { DATABASE_URL: `sqlite:${database}`, ATLAS_EDITOR_TOKEN: TOKEN });
}

async function get(path: string): Promise<{ status: number; body: Record<string, unknown> }> {
  const answer = await fetch(`${address}${path}`);
  return { status: answer.status, body: await readObject(answer) };
}

async function readObject(answer: Response): Promise<Record<string, unknown>> {
  const body: unknown = await answer.json();
  if (typeof body !== "object" || body === null) throw new Error(`Expected an object, got ${JSON.stringify(body)}.`);
  return { ...body };
}

async function ask(query: string): Promise<unknown> {
  const body = JSON.stringify({ query });
  const answer = await fetch(`${address}/graphql`, {
    method: "POST",
    body,
    headers: { "content-type": "application/json" },
  });
  return answer.json();
}

function countRows(database: string): Record<string, unknown> {
  const db = new DatabaseSync(database, { readOnly: true });
  const count = (sql: string): unknown => Object.values(db.prepare(`SELECT count(*) FROM ${sql}`).get() ?? {})[0];
  const counts = {
    countries: count("country"),
    languages: count("language"),
    currencies: count("currency"),
    regions: count("region"),
    cities: count("city"),
    citiesWithoutRegion: count("city WHERE region_code IS NULL"),
    borders: count("country_borders"),
    spoken: count("country_languages"),
    paid: count("country_currencies"),
  };
  db.close();
  return counts;
}

const WORLD = {
  countries: 250,
  languages: 153,
  currencies: 162,
  regions: 3865,
  cities: 135_233,
  citiesWithoutRegion: 889,
  borders: 649,
  spoken: 412,
  paid: 275,
};

describe("the import", () => {
  test("brings every row of the data", () => expect(countRows(file)).toEqual(WORLD));

  test("is skipped by later starts", async () => {
    const copy = join(folder, "again.db");
    const db = new DatabaseSync(file);
    db.exec(`VACUUM INTO '${copy}'`);
    db.close();
    const size = statSync(copy).size;
    const again = serve(copy);
    await again.address();
    expect(again.output()).not.toMatch(/cities:/);
    await stop(again);
    expect(statSync(copy).size).toBe(size);
  });

  test(
    "goes on after a kill, and leaves nothing half done",
    async () => {
      const killed = join(folder, "killed.db");
      const first = serve(killed);
      while (!isBegun(killed)) await sleep(5);
      await stop(first, "SIGKILL");
      const second = serve(killed);
      await second.address(IMPORT_LIMIT);
      await stop(second);
      expect(countRows(killed)).toEqual(WORLD);
    },
    IMPORT_LIMIT,
  );
});

/** Whether some model has its rows, but not yet the last one. */
function isBegun(database: string): boolean {
  try {
    const db = new DatabaseSync(database, { readOnly: true });
    const row = db.prepare("SELECT (SELECT count(*) FROM language) AS begun").get();
    db.close();
    return Number(row?.["begun"]) > 0;
  } catch {
    return false;
  }
}

describe("REST", () => {
  test("finds the largest cities of Peru with their regions", async () => {
    const path = "/api/cities?country.code=PE&sort=-population&limit=5&fields=name,population&include=region";
    const { status, body } = await get(path);
    expect(status).toBe(200);
    expect(body["data"]).toHaveLength(5);
    expect(body["data"]).toMatchObject([
      { name: "Lima", population: 7_737_002 },
      { name: "Arequipa", region: { code: "PE.04", country: "PE" } },
      { name: "Callao" },
      { name: "Trujillo" },
      { name: "Chiclayo" },
    ]);
    expect(body["page"]).toMatchObject({ hasMore: true, next: expect.any(String) });
  });

  test("shows a country with its neighbours and languages", async () => {
    const { status, body } = await get("/api/countries/PE?include=borders,languages");
    expect(status).toBe(200);
    expect(body).toMatchObject({ code: "PE", code3: "PER", capital: "Lima", landlocked: false });
    expect(body["borders"]).toMatchObject(["BO", "BR", "CL", "CO", "EC"].map((code) => ({ code })));
    expect(body["languages"]).toEqual([
      { code: "aym", name: "Aymara" },
      { code: "que", name: "Quechua" },
      { code: "spa", name: "Spanish" },
    ]);
  });

  test("names a misspelling and the nearest field", async () => {
    const { status, body } = await get("/api/cities?populaton[gt]=5");
    expect(status).toBe(400);
    expect(JSON.stringify(body)).toMatch(/populaton.*population/);
  });

  test("says what the data does not know", async () => {
    expect((await get("/api/countries/SJ")).body).toMatchObject({ area: null });
    expect((await get("/api/countries/AQ")).body).toMatchObject({ capital: null, subregion: null });
    expect((await get("/api/countries/ZA")).body).toMatchObject({ capital: "Pretoria, Bloemfontein, Cape Town" });
  });

  test("reads all cities page by page, each once", async () => {
    const seen = new Set<unknown>();
    let path: string | null = "/api/cities?country=PE&fields=id&limit=100&sort=-population";
    while (path !== null) {
      const { body } = await get(path);
      const { data, page } = body;
      if (!Array.isArray(data)) throw new Error("No data.");
      for (const { id } of data) seen.add(id);
      const next = typeof page === "object" && page !== null && "next" in page ? page.next : null;
      path = next === null ? null : `/api/cities?country=PE&fields=id&limit=100&sort=-population&after=${next}`;
    }
    const db = new DatabaseSync(file, { readOnly: true });
    expect(seen.size).toBe(db.prepare("SELECT count(*) AS n FROM city WHERE country_code = 'PE'").get()?.["n"]);
    db.close();
  });
});

describe("GraphQL", () => {
  test("follows borders and cities three levels deep", async () => {
    const answer = await ask(
      '{ countries(where:{continent:"Africa"}, orderBy:["-area"], first:3){ nodes { name borders(first:3){ nodes { name cities(orderBy:["-population"], first:2){ nodes { name population region { name } } } } } } } }',
    );
    expect(answer).toMatchObject({
      data: { countries: { nodes: [{ name: "Algeria" }, { name: "DR Congo" }, { name: "Sudan" }] } },
    });
    expect(answer).toHaveProperty("data.countries.nodes[0].borders.nodes[1].cities.nodes[1].region.name", "Banghazi");
  });
});

describe("writing", () => {
  const city = {
    id: 100_000_001,
    name: "San Benito",
    population: 12,
    latitude: -12.5,
    longitude: -77,
    featureCode: "PPL",
    country: "PE",
  };

  async function write(method: string, path: string, token: string | null): Promise<number> {
    const headers = {
      "content-type": "application/json",
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
    };
    const body = method === "POST" ? JSON.stringify(city) : null;
    return (await fetch(`${address}${path}`, { method, body, headers })).status;
  }

  test.each([null, "another-token", ""])("is refused to the token %j", async (token) => {
    expect(await write("POST", "/api/cities", token)).toBe(403);
    expect((await get(`/api/cities/${city.id}`)).status).toBe(404);
  });

  test("is for the editor", async () => {
    expect(await write("POST", "/api/cities", TOKEN)).toBe(201);
    expect((await get(`/api/cities/${city.id}`)).body).toEqual({ ...city, region: null });
    expect(await write("DELETE", `/api/cities/${city.id}`, TOKEN)).toBeLessThan(300);
    expect((await get(`/api/cities/${city.id}`)).status).toBe(404);
  });
});
