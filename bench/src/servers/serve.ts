// What the hand-written servers share: their environment, the settings of their connections, the check of a new
// city, listening, and telling the benchmark where.

import type { FastifyInstance } from "fastify";

/** The environment of a server under test. */
export interface ServerEnvironment {
  /** Address of the database, as Footing takes it. */
  readonly database: string;
  /** The header that may write. */
  readonly authorization: string;
  /** In which of its forms a library is used. */
  readonly form: string;
}

/** What Footing sets on each of its connections. */
export const PRAGMAS: readonly string[] = [
  "journal_mode = WAL",
  "synchronous = FULL",
  "foreign_keys = ON",
  "cache_size = -16384",
  "temp_store = MEMORY",
];

/** What a new city must be, for Fastify's own validation. */
export const CITY_BODY: object = {
  type: "object",
  additionalProperties: false,
  required: ["id", "name", "population", "latitude", "longitude", "featureCode", "country"],
  properties: {
    id: { type: "integer", minimum: 1 },
    name: { type: "string", maxLength: 200 },
    population: { type: "integer", minimum: 0 },
    latitude: { type: "number", minimum: -90, maximum: 90 },
    longitude: { type: "number", minimum: -180, maximum: 180 },
    featureCode: { type: "string", maxLength: 10 },
    country: { type: "string", maxLength: 2 },
    region: { type: ["string", "null"] },
  },
};

/** A new city, as the check lets it through. */
export interface CityBody {
  readonly id: number;
  readonly name: string;
  readonly population: number;
  readonly latitude: number;
  readonly longitude: number;
  readonly featureCode: string;
  readonly country: string;
  readonly region?: string | null;
}

/** Reads what the benchmark passed. */
export function readEnvironment(): ServerEnvironment {
  const { DATABASE_URL: database, ATLAS_EDITOR_TOKEN: token, FORM: form = "" } = process.env;
  if (!database || !token) throw new Error("Set DATABASE_URL and ATLAS_EDITOR_TOKEN.");
  return { database, authorization: `Bearer ${token}`, form };
}

/** The path in an address of SQLite. */
export function readPath(url: string): string {
  return url.slice("sqlite:".length);
}

/** Listens on any free port of this machine and sends it to the parent process. */
export async function serve(server: FastifyInstance): Promise<void> {
  const address = await server.listen({ port: 0, host: "127.0.0.1" });
  process.send?.({ port: Number(new URL(address).port) });
}
