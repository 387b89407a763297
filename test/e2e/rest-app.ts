/** A small app that has every kind of field, relation, key and rule, served over REST for tests. */

import { createRestApi } from "../../src/api/rest/rest-api.ts";
import { systemActor } from "../../src/engine/actor.ts";
import { createEngine, type Engine } from "../../src/engine/engine.ts";
import type { Executor } from "../../src/engine/executor.ts";
import { FootingError } from "../../src/errors/footing-error.ts";
import { createHost, type Host } from "../../src/http/host.ts";
import type { DataQuery } from "../../src/plan/query.ts";
import { createSchema, type DeclaredSchema } from "../../src/schema/create-schema.ts";
import { model } from "../../src/schema/model.ts";
import { t } from "../../src/schema/t.ts";
import type { Store } from "../../src/stores/contract/store.ts";
import { type RawAnswer, type RawRequest, sendRequest } from "./raw-http.ts";

const everyone = { read: true, create: true, update: true, delete: true } as const;

/** The declared models. */
export const declared: DeclaredSchema = createSchema({
  Country: model(
    {
      code: t.text().length(2),
      name: t.text().max(100),
      area: t.float().min(0).optional(),
      landlocked: t.bool().default(false),
      languages: t.manyToMany("Language"),
      borders: t.manyToMany("Country"),
      regions: t.many("Region", "country"),
      cities: t.many("City", "country"),
    },
    { key: "code", access: everyone },
  ),
  Language: model(
    { code: t.text(), name: t.text(), countries: t.manyToMany("Country", "languages") },
    { key: "code", access: everyone },
  ),
  Region: model(
    { code: t.text(), name: t.text(), country: t.ref("Country"), cities: t.many("City", "region") },
    { key: "code", access: everyone },
  ),
  City: model(
    {
      id: t.int(),
      name: t.text().max(50),
      population: t.int().min(0),
      kind: t.enum("city", "town").default("city"),
      founded: t.date().optional(),
      seenAt: t.datetime().default("2026-01-01T00:00:00.000Z"),
      budget: t.decimal(12, 2).optional(),
      seats: t.bigint().optional(),
      token: t.uuid().optional(),
      crest: t.bytes().optional(),
      tags: t.list(t.text()).optional(),
      meta: t.json().optional(),
      slug: t.text().unique().optional(),
      limit: t.int().optional(),
      mayorPhone: t.text().optional().hidden(),
      country: t.ref("Country"),
      region: t.ref("Region").optional(),
    },
    { key: "id", access: everyone, check: { named: { name: { not: "Nowhere" } } }, describe: "A populated place." },
  ),
  Reading: model(
    {
      station: t.text(),
      day: t.date(),
      value: t.float(),
      city: t.ref("City").optional(),
      source: t.ref("Source").optional(),
    },
    { key: ["station", "day"], access: everyone },
  ),
  Source: model(
    { name: t.text(), version: t.int(), note: t.text().optional() },
    { key: ["name", "version"], search: ["name", "note"], access: everyone },
  ),
  Note: model(
    {
      id: t.int(),
      text: t.text(),
      owner: t.text(),
      public: t.bool().default(false),
      archived: t.bool().default(false),
    },
    {
      key: "id",
      access: {
        read: ({ user }) =>
          user === null ? false : { archived: false, any: [{ public: true }, { owner: String(user.id) }] },
        create: ({ user }) => user !== null && { owner: String(user.id) },
        update: ({ user }) => ({ owner: String(user?.id) }),
        delete: ({ user }) => ({ owner: String(user?.id) }),
      },
    },
  ),
  Report: model({ text: t.text() }, { access: { create: true } }),
  Vault: model({ text: t.text() }),
});

const countries: readonly DataQuery[] = [
  { code: "PE", name: "Peru", area: 1285216 },
  { code: "BO", name: "Bolivia", area: 1098581, landlocked: true },
  { code: "CL", name: "Chile" },
  { code: "UY", name: "Uruguay", area: 181034 },
];

const cities: readonly DataQuery[] = [
  {
    id: 1,
    name: "Lima",
    population: 9000,
    country: "PE",
    region: "PE.15",
    seats: "9007199254740993",
    budget: "10.50",
    meta: { a: { b: 1, c: 2 } },
    tags: ["coast", "capital"],
    slug: "lima",
    mayorPhone: "555-1",
    limit: 5,
  },
  {
    id: 2,
    name: "Cusco",
    population: 400,
    country: "PE",
    region: "PE.08",
    founded: "1100-01-01",
    kind: "town",
    mayorPhone: "555-2",
  },
  { id: 3, name: "La Paz", population: 800, country: "BO", token: "0190b2a4-7c1e-7a53-9d3e-0242ac120002" },
  { id: 4, name: "Santiago, RM", population: 6000, country: "CL", crest: "AAE=" },
  { id: 5, name: "Montevideo & Zürich", population: 1300, country: "UY" },
];

/** Fills an empty database of {@link declared}. */
export async function fill(engine: Executor): Promise<void> {
  const rows: readonly [string, readonly DataQuery[]][] = [
    [
      "Language",
      [
        { code: "es", name: "Spanish" },
        { code: "que", name: "Quechua" },
        { code: "aym", name: "Aymara" },
      ],
    ],
    ["Country", countries],
    [
      "Region",
      [
        { code: "PE.15", name: "Lima Region", country: "PE" },
        { code: "PE.08", name: "Cusco", country: "PE" },
      ],
    ],
    ["City", cities],
    ["Source", [{ name: "a,b", version: 1 }]],
    [
      "Reading",
      [
        { station: "north/1", day: "2026-01-01", value: 1.5, city: 1 },
        { station: "a,b", day: "2026-01-02", value: -2, source: { name: "a,b", version: 1 } },
      ],
    ],
    ["Report", [{ id: "0190b2a4-7c1e-7a53-9d3e-0242ac120001", text: "first" }]],
    [
      "Note",
      [
        { id: 1, text: "mine", owner: "ann" },
        { id: 2, text: "ours", owner: "bob", public: true },
        { id: 3, text: "theirs", owner: "bob" },
      ],
    ],
  ];
  for (const [name, data] of rows) await engine.createMany({ model: name, data }, systemActor);
  const links: Readonly<Record<string, DataQuery>> = {
    PE: { languages: ["es", "que", "aym"], borders: ["BO", "CL"] },
    BO: { languages: ["es", "aym"], borders: ["PE", "CL"] },
    CL: { languages: ["es"], borders: ["PE", "BO"] },
  };
  for (const [code, data] of Object.entries(links))
    await engine.update({ model: "Country", key: { code }, data }, systemActor);
}

/** A served app. */
export interface ServedApp {
  readonly port: number;
  readonly engine: Engine;
  readonly host: Host;
  /** Sends one request; `user` signs in. */
  readonly send: (request: RawRequest & { readonly user?: string }) => Promise<RawAnswer>;
  /** Makes the next call of the executor fail with this. */
  readonly failNext: (error: unknown) => void;
  /** Makes the guard refuse the next request with this. */
  readonly refuseNext: (error: unknown) => void;
  readonly close: () => Promise<void>;
}

/** Serves the declared app on a new, filled store. The header `x-user` is whom the request is from. */
export async function serveApp(store: Store): Promise<ServedApp> {
  const { schema, rules } = declared;
  await store.open(schema, { createTables: true });
  const engine = createEngine({ schema, rules, store });
  await fill(engine);
  const failures: unknown[] = [];
  const refusals: unknown[] = [];
  const host = createHost({
    logger: { error: () => undefined, warn: () => undefined },
    ping: () => store.ping(),
    authenticate: ({ headers }) => {
      if (refusals.length > 0) throw refusals.pop();
      return typeof headers["x-user"] === "string" ? { id: headers["x-user"] } : null;
    },
  });
  for (const route of createRestApi({ schema, executor: failing(engine, failures), title: "Test" })) host.route(route);
  const port = await host.listen("127.0.0.1", 0);
  return {
    port,
    engine,
    host,
    send: ({ user, headers, ...request }) =>
      sendRequest(port, { ...request, headers: { ...headers, ...(user !== undefined && { "x-user": user }) } }),
    failNext: (error) => void failures.push(error),
    refuseNext: (error) => void refusals.push(error),
    close: async () => {
      await host.close();
      await store.close();
    },
  };
}

/** The engine, but each planned failure takes the place of one call. */
function failing(engine: Engine, failures: unknown[]): Executor {
  const next = <T>(work: () => Promise<T>): Promise<T> =>
    failures.length > 0 ? Promise.reject(failures.pop()) : work();
  return {
    read: (query, actor) => next(() => engine.read(query, actor)),
    readRaw: (query, actor, abort) => next(() => engine.readRaw(query, actor, abort)),
    count: (query, actor) => next(() => engine.count(query, actor)),
    aggregate: (query, actor, abort) => next(() => engine.aggregate(query, actor, abort)),
    create: (query, actor) => next(() => engine.create(query, actor)),
    createMany: (query, actor) => next(() => engine.createMany(query, actor)),
    update: (query, actor) => next(() => engine.update(query, actor)),
    updateMany: (query, actor) => next(() => engine.updateMany(query, actor)),
    upsert: (query, actor) => next(() => engine.upsert(query, actor)),
    updateEach: (query, actor) => next(() => engine.updateEach(query, actor)),
    upsertMany: (query, actor) => next(() => engine.upsertMany(query, actor)),
    delete: (query, actor) => next(() => engine.delete(query, actor)),
    deleteMany: (query, actor) => next(() => engine.deleteMany(query, actor)),
    restore: (query, actor) => next(() => engine.restore(query, actor)),
    previewDelete: (query, actor) => next(() => engine.previewDelete(query, actor)),
    sql: (actor) => engine.sql(actor),
    transaction: (work) => next(() => engine.transaction(work)),
    attempt: (work) => next(() => engine.attempt(work)),
  };
}

/** An error of a store that is too busy. */
export function busyError(): FootingError {
  return new FootingError("FTG_BUSY", {
    detail: "Too many requests wait for the database.",
    headers: { "retry-after": "1" },
  });
}
