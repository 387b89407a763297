// Fastify with Prisma: its client over the driver adapter that its documents name for the store. Two forms: as the
// documents show it first, with a statement per relation, and with the preview feature that joins in the database.

import { createRequire } from "node:module";
import { locatePrisma } from "../prisma.ts";
import { readEnvironment } from "./serve.ts";
import { type AtlasQueries, serveQueries } from "./serve-queries.ts";

/** What is used of a model of Prisma's client, which is generated when the benchmark starts. */
interface PrismaModel {
  findUnique(query: object): Promise<unknown>;
  findMany(query: object): Promise<unknown>;
  create(query: object): Promise<unknown>;
}

interface Client {
  readonly city: PrismaModel;
  readonly country: PrismaModel;
}

interface ClientModule {
  readonly PrismaClient: new (options: { adapter: object }) => Client;
}

/** A package of Prisma's that speaks to a store, and its class. */
interface Adapter {
  readonly name: string;
  readonly type: string;
}

type AdapterModule = Readonly<Record<string, new (options: object) => object>>;

const ADAPTERS: Readonly<Record<"postgres" | "mariadb", Adapter>> = {
  postgres: { name: "@prisma/adapter-pg", type: "PrismaPg" },
  mariadb: { name: "@prisma/adapter-mariadb", type: "PrismaMariaDb" },
};

const environment = readEnvironment();
await serveQueries(createQueries(await connect(), environment.form), environment);

async function connect(): Promise<Client> {
  const url = new URL(environment.database);
  const store = url.protocol === "mysql:" ? "mariadb" : "postgres";
  const { PrismaClient }: ClientModule = await import(locatePrisma(store).href);
  const adapters: AdapterModule = createRequire(locatePrisma(store))(ADAPTERS[store].name);
  const Adapter = adapters[ADAPTERS[store].type];
  if (Adapter === undefined) throw new Error(`${ADAPTERS[store].name} has no ${ADAPTERS[store].type}.`);
  return new PrismaClient({
    adapter: new Adapter({
      host: url.hostname,
      port: Number(url.port),
      database: url.pathname.slice(1),
      user: decodeURIComponent(url.username),
      password: decodeURIComponent(url.password),
    }),
  });
}

function createQueries({ city, country }: Client, form: string): AtlasQueries {
  const loading = { relationLoadStrategy: form === "joins" ? "join" : "query" };
  const page = { orderBy: { id: "asc" }, take: 20 };
  return {
    get: (id) => city.findUnique({ where: { id } }),
    list: (id) => city.findMany({ where: { id: { gt: id } }, ...page }),
    listWithCountry: (id) =>
      city.findMany({
        ...loading,
        where: { id: { gt: id } },
        omit: { country: true },
        include: { home: true },
        ...page,
      }),
    listCountries: (code) =>
      country.findMany({
        ...loading,
        where: { code: { gt: code } },
        include: { cities: { omit: { country: true, region: true }, orderBy: { id: "asc" }, take: 5 } },
        orderBy: { code: "asc" },
        take: 20,
      }),
    filter: (code, population) =>
      city.findMany({
        where: { country: code, population: { gt: population } },
        orderBy: [{ population: "desc" }, { id: "desc" }],
        take: 20,
      }),
    // The documents' checked form would name the country by a relation, which reads it first.
    create: (data) => city.create({ data }),
  };
}
