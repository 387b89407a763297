// A small app behind GraphQL on the memory store, for the tests of that room.

import { createGraphqlApi, type GraphqlApi, type GraphqlApiOptions } from "../../src/api/graphql/graphql-api.ts";
import { type Actor, anonymousActor, createActor, systemActor } from "../../src/engine/actor.ts";
import { createEngine, type Engine } from "../../src/engine/engine.ts";
import type { HostResponse } from "../../src/http/host-route.ts";
import type { HostLogger } from "../../src/http/logger.ts";
import { createSchema, type DeclaredSchema } from "../../src/schema/create-schema.ts";
import { model } from "../../src/schema/model.ts";
import { t } from "../../src/schema/t.ts";
import type { Store } from "../../src/stores/contract/store.ts";
import { createMemoryStore } from "../../src/stores/memory/store.ts";

/** Someone who may write. */
export const editor: Actor = createActor({ role: "editor", id: "ed" });

const editors = { read: true, create: isEditor, update: isEditor, delete: isEditor } as const;

/** Countries with regions, cities and neighbours; notes that only their author may read. */
const declared: DeclaredSchema = createSchema({
  Country: model(
    {
      code: t.text().length(2),
      name: t.text(),
      continent: t.text(),
      area: t.float(),
      borders: t.manyToMany("Country"),
      regions: t.many("Region", "country"),
      cities: t.many("City", "country"),
    },
    { key: "code", plural: "countries", access: editors },
  ),
  Region: model(
    { code: t.text(), name: t.text(), country: t.ref("Country") },
    { key: ["country", "code"], access: { read: true } },
  ),
  City: model(
    {
      id: t.int().min(1).max(2_000_000_000),
      name: t.text().max(100).describe("What its people call it."),
      population: t.int().default(0),
      mayor: t.text().optional(),
      budget: t.decimal(12, 2).optional(),
      seats: t.bigint().optional(),
      kind: t.enum("capital", "town").default("town"),
      opened: t.date().optional(),
      extra: t.json().optional(),
      aliases: t.list(t.text()).optional(),
      secret: t.text().optional().hidden(),
      country: t.ref("Country"),
      region: t.ref("Region").optional(),
    },
    { key: "id", plural: "cities", describe: "A place where people live.", access: editors },
  ),
  Note: model(
    { id: t.int(), text: t.text(), author: t.text(), city: t.ref("City") },
    {
      key: "id",
      access: {
        read: ({ user }) => ({ author: idOf(user) }),
        create: ({ user }) => user !== null && { author: idOf(user) },
      },
    },
  ),
});

/** One app, filled. */
export interface GraphqlApp {
  readonly engine: Engine;
  readonly api: GraphqlApi;
  /** What went to the log. */
  readonly logged: readonly unknown[];
  /** Sends a document by POST as somebody; the parsed response. */
  run(query: string, options?: RunOptions): Promise<Answer>;
}

/** What goes with a document. */
export interface RunOptions {
  readonly variables?: unknown;
  readonly operationName?: string;
  readonly accept?: string;
  readonly actor?: Actor;
}

/** A response, its body parsed. */
export interface Answer extends HostResponse {
  readonly json: { readonly data?: unknown; readonly errors?: readonly ReportedError[] };
}

interface ReportedError {
  readonly message: string;
  readonly path?: readonly string[];
  readonly locations?: readonly unknown[];
  readonly extensions: { readonly code: string; readonly fix: string; readonly problems?: readonly { path: string }[] };
}

/** Makes the app; introspection is on unless said otherwise. */
export async function createGraphqlApp(
  options: Partial<GraphqlApiOptions> = {},
  store: Store = createMemoryStore(),
): Promise<GraphqlApp> {
  await store.open(declared.schema, { createTables: true });
  const engine = createEngine({ ...declared, store });
  await fill(engine);
  const logged: unknown[] = [];
  const logger: HostLogger = { error: (fields) => logged.push(fields), warn: (fields) => logged.push(fields) };
  const api = createGraphqlApi({
    schema: declared.schema,
    executor: engine,
    logger,
    introspection: true,
    graphiql: false,
    ...options,
  });
  return { engine, api, logged, run: (query, run = {}) => post(api, { query, ...run }) };
}

async function post(
  api: GraphqlApi,
  { actor = anonymousActor, accept, ...body }: RunOptions & { query: string },
): Promise<Answer> {
  const handle = api.routes[0]?.operations.POST?.handle;
  if (handle === undefined) throw new Error("The API has no POST operation.");
  const headers = accept === undefined ? {} : { accept };
  const response = await handle({ id: "test", path: "/graphql", query: "", headers, body, actor, aborted: false });
  return { ...response, json: JSON.parse(String(response.body)) };
}

function isEditor({ user }: { user: { readonly role?: unknown } | null }): boolean {
  return user?.role === "editor";
}

function idOf(user: { readonly id?: unknown } | null): string | undefined {
  return typeof user?.id === "string" ? user.id : undefined;
}

async function fill(engine: Engine): Promise<void> {
  const create = (model: string, data: readonly Record<string, unknown>[]): Promise<number> =>
    engine.createMany({ model, data }, systemActor);
  await create("Country", [
    { code: "DZ", name: "Algeria", continent: "Africa", area: 2381741 },
    { code: "CD", name: "DR Congo", continent: "Africa", area: 2344858 },
    { code: "SD", name: "Sudan", continent: "Africa", area: 1886068 },
    { code: "LY", name: "Libya", continent: "Africa", area: 1759540, borders: ["DZ", "SD"] },
    { code: "FR", name: "France", continent: "Europe", area: 551695 },
  ]);
  await create("Region", [
    { code: "16", name: "Algiers", country: "DZ" },
    { code: "31", name: "Oran", country: "DZ" },
  ]);
  await create("City", [
    {
      id: 1,
      name: "Algiers",
      population: 2364230,
      country: "DZ",
      region: { country: "DZ", code: "16" },
      kind: "capital",
      secret: "x",
    },
    {
      id: 2,
      name: "Oran",
      population: 803329,
      country: "DZ",
      region: { country: "DZ", code: "31" },
      budget: "12.50",
      seats: "9007199254740993",
    },
    {
      id: 3,
      name: "Tripoli",
      population: 1150989,
      country: "LY",
      kind: "capital",
      aliases: ["Tarabulus"],
      extra: { sea: true },
    },
    { id: 4, name: "Khartoum", population: 1974647, country: "SD", kind: "capital", opened: "1821-01-01" },
    { id: 5, name: "Paris", population: 2138551, country: "FR", kind: "capital", mayor: "Anne" },
  ]);
  await create("Note", [
    { id: 1, text: "mine", author: "ed", city: 1 },
    { id: 2, text: "other", author: "someone", city: 2 },
  ]);
}
