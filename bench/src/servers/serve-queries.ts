// The Fastify server that all peers but the floor and Footing share: the routes of the cases, answered by whatever
// library the queries are written with. Responses have no schema: JSON.stringify measured faster than Fastify's serializer.

import Fastify, { type FastifyInstance } from "fastify";
import { CITY_BODY, type CityBody, type ServerEnvironment, serve } from "./serve.ts";

/** Rows, or a promise of them. */
export type Rows = unknown;

/** The questions of the cases. Lists hold 20 rows in the order of their keys unless it says otherwise. */
export interface AtlasQueries {
  /** The city; nothing when there is none. */
  get(id: number): Rows;
  /** Cities behind an id. */
  list(id: number): Rows;
  /** Cities behind an id, each with its country. */
  listWithCountry(id: number): Rows;
  /** Countries behind a code, each with its first five cities. */
  listCountries(code: string): Rows;
  /** Cities of a country above a population, the largest first. */
  filter(country: string, population: number): Rows;
  /** The city as it was written. */
  create(city: CityBody): Rows;
}

/** Serves the queries until the process ends. */
export async function serveQueries(queries: AtlasQueries, environment: ServerEnvironment): Promise<void> {
  const server = Fastify();
  addReads(server, queries);
  server.post<{ Body: CityBody }>("/api/cities", { schema: { body: CITY_BODY } }, async ({ headers, body }, reply) => {
    if (headers.authorization !== environment.authorization) return reply.code(403).send({ title: "Not allowed" });
    return reply.code(201).send(await queries.create({ region: null, ...body }));
  });
  await serve(server);
}

function addReads(server: FastifyInstance, queries: AtlasQueries): void {
  server.get<{ Params: { id: string } }>("/api/cities/:id", async ({ params }, reply) => {
    const city = await queries.get(Number(params.id));
    return city ?? reply.code(404).send({ title: "Not found" });
  });
  server.get<{ Querystring: Record<string, string> }>("/api/cities", async ({ query }) => {
    const { country, include } = query;
    if (country !== undefined) return { data: await queries.filter(country, Number(query["population[gt]"])) };
    const id = Number(query["id[gt]"]);
    return { data: await (include === "country" ? queries.listWithCountry(id) : queries.list(id)) };
  });
  server.get<{ Querystring: Record<string, string> }>("/api/countries", async ({ query }) => ({
    data: await queries.listCountries(query["code[gt]"] ?? ""),
  }));
}
