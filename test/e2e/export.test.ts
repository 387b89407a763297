// The whole list as one file: on every store, whatever is in it, however it ends.
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { type IncomingMessage, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createRestApi } from "../../src/api/rest/rest-api.ts";
import { systemActor } from "../../src/engine/actor.ts";
import { createEngine } from "../../src/engine/engine.ts";
import { FootingError } from "../../src/errors/footing-error.ts";
import { createHost } from "../../src/http/host.ts";
import type { DataQuery } from "../../src/plan/query.ts";
import { createSchema } from "../../src/schema/create-schema.ts";
import { model } from "../../src/schema/model.ts";
import { t } from "../../src/schema/t.ts";
import type { Store } from "../../src/stores/contract/store.ts";
import { createMemoryStore } from "../../src/stores/memory/store.ts";
import { createSqliteStore } from "../../src/stores/sqlite/store.ts";
import { delegate, storeKinds } from "../conformance/stores.ts";
import { type RawAnswer, sendRequest } from "./raw-http.ts";

const everyone = { read: true, create: true } as const;

const { schema, rules } = createSchema({
  Country: model(
    { code: t.text(), name: t.text(), cities: t.many("City", "country") },
    { key: "code", access: everyone },
  ),
  Source: model({ name: t.text(), year: t.int() }, { key: ["name", "year"], access: everyone }),
  City: model(
    {
      id: t.int(),
      name: t.text(),
      note: t.text().optional(),
      population: t.bigint().optional(),
      height: t.float().optional(),
      budget: t.decimal(12, 2).optional(),
      capital: t.bool().default(false),
      tags: t.list(t.text()).optional(),
      meta: t.json().optional(),
      format: t.text().optional(),
      secret: t.text().optional().hidden(),
      country: t.ref("Country").optional(),
      source: t.ref("Source").optional(),
    },
    { key: "id", access: everyone },
  ),
  Note: model(
    { id: t.int(), text: t.text(), owner: t.text() },
    { key: "id", access: { read: ({ user }) => user !== null && { owner: String(user.id) } } },
  ),
  Row: model({ id: t.int(), text: t.text() }, { key: "id", access: everyone }),
  Vault: model({ text: t.text() }, { access: { create: true } }),
});

/** What spreadsheets and parsers of CSV stumble over. */
const hostile: readonly string[] = [
  '=HYPERLINK("http://evil.example","x")',
  "+1+1",
  "-2+3",
  "@SUM(A1)",
  "\tx",
  "\r=1",
  "\n=1",
  "＝1＋1",
  'a "quoted", text',
  "two\r\nlines,\nand more",
  "a;=1",
  "",
  " =1",
  "'=1",
  "[,\n]",
  "},\n{",
  "Zürich 🏔 \u2028",
];

const cities: readonly DataQuery[] = [
  {
    id: 1,
    name: "Lima",
    note: "=1",
    population: "-9007199254740993",
    height: -1.5,
    budget: "-10.50",
    capital: true,
    tags: ["a,b", '"'],
    meta: { b: [1, null], a: "=1" },
    secret: "hidden",
    country: "PE",
    source: { name: "a,b", year: -1 },
  },
  { id: 2, name: "Nowhere", meta: "-1", format: "x" },
];

interface Served {
  readonly get: (path: string, headers?: Readonly<Record<string, string>>) => Promise<RawAnswer>;
  readonly port: number;
  readonly log: unknown[];
  /** Statements that the store has run. */
  readonly count: () => number;
  /** Makes the statement with that number fail. */
  readonly failAt: (count: number) => void;
  readonly close: () => Promise<void>;
}

async function serve(created: Store, fill: (create: Fill) => Promise<unknown>): Promise<Served> {
  let count = 0;
  let failing = Number.POSITIVE_INFINITY;
  const store = delegate(created, {
    execute: (statement, values, abort) => {
      count += 1;
      if (count < failing) return created.execute(statement, values, abort);
      return Promise.reject(new FootingError("FTG_DATABASE", { detail: "The database is gone." }));
    },
  });
  await store.open(schema, { createTables: true });
  const engine = createEngine({ schema, rules, store, limits: { maxLimit: 50 } });
  await fill((name, data) => engine.createMany({ model: name, data }, systemActor));
  const log: unknown[] = [];
  const note = (fields: unknown): void => void log.push(fields);
  const host = createHost({
    logger: { error: note, warn: note },
    ping: () => store.ping(),
    authenticate: ({ headers }) => (typeof headers["x-user"] === "string" ? { id: headers["x-user"] } : null),
    limits: { handlerTimeout: 200 },
  });
  for (const route of createRestApi({ schema, executor: engine, title: "Test", limits: { maxLimit: 50 } }))
    host.route(route);
  const port = await host.listen("127.0.0.1", 0);
  return {
    port,
    log,
    get: (path, headers) => sendRequest(port, { path, ...(headers && { headers }) }),
    count: () => count,
    failAt: (number) => {
      count = 0;
      failing = number;
    },
    close: async () => {
      await host.close();
      await store.close();
    },
  };
}

type Fill = (model: string, data: Iterable<DataQuery>) => Promise<number>;

async function fillCities(create: Fill): Promise<void> {
  await create("Country", [{ code: "PE", name: "=Peru" }]);
  await create("Source", [{ name: "a,b", year: -1 }]);
  await create("City", cities);
  await create(
    "Note",
    [1, 2, 3].map((id) => ({ id, text: `n${id}`, owner: id === 2 ? "bob" : "ann" })),
  );
  await create(
    "Row",
    hostile.map((text, id) => ({ id, text })),
  );
}

/** Rows of RFC 4180 by its grammar, quotes kept apart: `null` is a cell of nothing at all. */
function parseCsv(text: string): (string | null)[][] {
  const rows: (string | null)[][] = [];
  let rest = text;
  while (rest !== "") {
    const row: (string | null)[] = [];
    for (let separator = ","; separator === ","; ) {
      const cell = /^(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/.exec(rest);
      if (cell === null) throw new Error(`no CSV: ${JSON.stringify(rest.slice(0, 50))}`);
      row.push(cell[1] === undefined ? cell[2] || null : cell[1].replaceAll('""', '"'));
      separator = cell[3] ?? "";
      rest = rest.slice(cell[0].length);
    }
    rows.push(row);
  }
  return rows;
}

describe.each(storeKinds)("an export of $name", ({ create }) => {
  let app: Served;
  beforeAll(async () => {
    app = await serve(create(), fillCities);
  });
  afterAll(() => app.close());

  async function csv(query: string): Promise<(string | null)[][]> {
    const { text, status } = await app.get(`/api/export/${query}`, { accept: "text/csv" });
    expect(status, text).toBe(200);
    return parseCsv(text);
  }

  test("is NDJSON with the rows of the list", async () => {
    const { text, headers } = await app.get("/api/export/cities");
    expect(headers).toMatchObject({
      "content-type": "application/x-ndjson; charset=utf-8",
      "content-disposition": 'attachment; filename="cities.ndjson"',
      vary: "accept",
      "transfer-encoding": "chunked",
    });
    const list = JSON.parse((await app.get("/api/cities")).text);
    expect(text.endsWith("}\n")).toBe(true);
    expect(
      text
        .split("\n")
        .slice(0, -1)
        .map((line) => JSON.parse(line)),
    ).toEqual(list.data);
  });

  test("is CSV: numbers as they are, json and lists as JSON, null as nothing, formulas as text", async () => {
    const { text, headers } = await app.get("/api/export/cities?format=csv");
    expect(headers).toMatchObject({
      "content-type": "text/csv; charset=utf-8",
      "content-disposition": 'attachment; filename="cities.csv"',
    });
    expect(headers["vary"]).toBeUndefined();
    expect(text.split("\r\n")).toEqual([
      "id,name,note,population,height,budget,capital,tags,meta,format,country,source.name,source.year",
      `1,Lima,'=1,-9007199254740993,-1.5,-10.50,true,"[""a,b"",""\\""""]","{""b"":[1,null],""a"":""=1""}",,PE,"a,b",-1`,
      '2,Nowhere,,,,,false,,"""-1""",x,,,',
      "",
    ]);
  });

  test("neither breaks at hostile texts nor lets them run as formulas", async () => {
    const [head, ...rows] = await csv("rows?fields=text");
    expect(head).toEqual(["text"]);
    const guarded = hostile.slice(0, 8);
    expect(rows).toEqual(hostile.map((text) => [guarded.includes(text) ? `'${text}` : text]));
    const { text: lines } = await app.get("/api/export/rows?fields=text");
    expect(
      lines
        .split("\n")
        .slice(0, -1)
        .map((line) => JSON.parse(line).text),
    ).toEqual(hostile);
  });

  test("shows related rows in columns of their own, and null in all of them", async () => {
    expect(await csv("cities?include=country&fields=id")).toEqual([
      ["id", "country.code", "country.name"],
      ["1", "PE", "'=Peru"],
      ["2", null, null],
    ]);
    expect(await csv("cities?fields=country.name,id,source&sort=-id")).toEqual([
      ["id", "source.name", "source.year", "country.name"],
      ["2", null, null, null],
      ["1", "a,b", "-1", "'=Peru"],
    ]);
  });

  test("takes the filters of the list, and a limit", async () => {
    expect(await csv("cities?country.name=%3DPeru&fields=id")).toEqual([["id"], ["1"]]);
    expect(await csv("cities?format[eq]=x&fields=id")).toEqual([["id"], ["2"]]);
    expect(await csv("rows?limit=2&sort=-id&fields=id")).toEqual([["id"], ["16"], ["15"]]);
    expect(await csv("rows?id[gt]=99")).toEqual([["id", "text"]]);
    expect((await app.get("/api/export/rows?id[gt]=99")).text).toBe("");
  });

  test("holds the rows and fields that its reader may see", async () => {
    const { text } = await app.get("/api/export/notes?format=csv", { "x-user": "ann" });
    expect(text).toBe("id,text,owner\r\n1,n1,ann\r\n3,n3,ann\r\n");
    expect((await app.get("/api/export/notes")).status).toBe(403);
    expect((await app.get("/api/export/vaults")).status).toBe(404);
    for (const query of ["fields=secret", "sort=secret", "secret=hidden"])
      expect(JSON.parse((await app.get(`/api/export/cities?${query}`)).text)).toMatchObject({ code: "FTG_PARAMETER" });
  });

  test("refuses what has no place in a file, before it begins", async () => {
    for (const query of ["offset=1", "after=x", "before=x", "format=xml", "limit=0", "include=cities", "nope=1"]) {
      const answer = await app.get(`/api/export/countries?${query}`);
      expect(answer, query).toMatchObject({
        status: 400,
        headers: { "content-type": "application/problem+json; charset=utf-8" },
      });
      expect(JSON.parse(answer.text)).toMatchObject({ code: "FTG_PARAMETER" });
    }
    expect(JSON.parse((await app.get("/api/export/cities?id=x")).text)).toMatchObject({ code: "FTG_VALUE" });
  });
});

test.each([
  [undefined, "application/x-ndjson"],
  ["*/*", "application/x-ndjson"],
  ["text/html,application/xhtml+xml;q=0.9,*/*;q=0.8", "application/x-ndjson"],
  ["text/csv", "text/csv"],
  ["text/csv, application/x-ndjson;q=0.5", "text/csv"],
  ["text/*", "text/csv"],
  ["application/json", null],
  ["text/csv;q=0", null],
])("accept: %s", async (accept, type) => {
  const app = await serve(createMemoryStore(), fillCities);
  const headers = accept === undefined ? {} : { accept };
  const answer = await app.get("/api/export/cities", headers);
  if (type === null) expect(JSON.parse(answer.text)).toMatchObject({ status: 406, code: "FTG_NOT_ACCEPTABLE" });
  else expect(answer.headers["content-type"]).toBe(`${type}; charset=utf-8`);
  expect((await app.get("/api/export/cities?format=csv", headers)).status).toBe(200);
  await app.close();
});

/** Asks for the rows and answers when the answer has begun; nothing of it is read. */
async function beginExport({ port }: Served, path: string): Promise<IncomingMessage> {
  const outgoing = request({ host: "127.0.0.1", port, path, agent: false });
  outgoing.on("error", () => undefined);
  outgoing.end();
  const [incoming]: IncomingMessage[] = await once(outgoing, "response");
  if (incoming === undefined) throw new Error("no answer");
  return incoming;
}

test("an export of a file keeps no write waiting, holds what is committed meanwhile, and leaves no connection behind", async () => {
  const folder = mkdtempSync(join(tmpdir(), "footing-export-"));
  const path = join(folder, "data.db");
  const [rows, text] = [20_000, "x".repeat(1_000)];
  const app = await serve(createSqliteStore({ path }), (create) =>
    create(
      "Row",
      Array.from({ length: rows }, (_, id) => ({ id, text })),
    ),
  );
  const incoming = await beginExport(app, "/api/export/rows");
  const abandoned = await beginExport(app, "/api/export/rows?format=csv");
  await sleep(200);
  const row = JSON.stringify({ id: rows, text: "new" });
  const headers = { "content-type": "application/json" };
  expect(await sendRequest(app.port, { method: "POST", path: "/api/rows", headers, body: row })).toMatchObject({
    status: 201,
  });
  abandoned.destroy();
  let lines = "";
  for await (const chunk of incoming.setEncoding("utf8")) lines += chunk;
  const ids = lines.split("\n").map((line) => (line === "" ? null : JSON.parse(line).id));
  expect(ids).toEqual([...Array(rows + 1).keys(), null]);
  expect(app.log).toEqual([]);
  await app.close();
  // The last connection takes the log along.
  expect(existsSync(`${path}-wal`)).toBe(false);
  rmSync(folder, { recursive: true });
});

describe("a long export", () => {
  const rows = 20_000;
  const text = "x".repeat(1_000);
  let app: Served;
  beforeAll(async () => {
    app = await serve(createSqliteStore({ path: ":memory:" }), (create) =>
      create(
        "Row",
        Array.from({ length: rows }, (_, id) => ({ id, text: `${text}${id}` })),
      ),
    );
  });
  afterAll(() => app.close());

  function begin(path: string): Promise<IncomingMessage> {
    return beginExport(app, path);
  }

  test("has every row once, over all its pages, and is asked for page by page", async () => {
    app.failAt(Number.POSITIVE_INFINITY);
    const { text: lines } = await app.get("/api/export/rows?fields=id");
    expect(
      lines
        .split("\n")
        .slice(0, -1)
        .map((line) => JSON.parse(line).id),
    ).toEqual([...Array(rows).keys()]);
    expect(app.count()).toBe(rows / 50);
    const { text: table } = await app.get("/api/export/rows?fields=id&format=csv&limit=125");
    expect(table.split("\r\n")).toHaveLength(125 + 2);
    expect(app.count()).toBe(rows / 50 + 3);
  });

  test("waits for a client that stops reading, beyond the time limit of answers, and goes on with it", async () => {
    app.failAt(Number.POSITIVE_INFINITY);
    const incoming = await begin("/api/export/rows");
    await sleep(300);
    const stalled = app.count();
    expect(stalled).toBeLessThan(rows / 50);
    await sleep(500);
    expect(app.count()).toBe(stalled);
    let size = 0;
    for await (const chunk of incoming) size += chunk.length;
    expect(size).toBeGreaterThan(rows * text.length);
    expect(app.count()).toBe(rows / 50);
    expect(app.log).toEqual([]);
  });

  test("asks the store no more when its client is gone", async () => {
    app.failAt(Number.POSITIVE_INFINITY);
    const incoming = await begin("/api/export/rows?format=csv");
    incoming.destroy();
    await sleep(200);
    const count = app.count();
    await sleep(300);
    expect(app.count()).toBe(count);
    expect(count).toBeLessThan(rows / 50);
    expect(app.log).toEqual([]);
  });

  test("reads one page for HEAD", async () => {
    app.failAt(Number.POSITIVE_INFINITY);
    const answer = await sendRequest(app.port, { method: "HEAD", path: "/api/export/rows?format=csv" });
    expect(answer).toMatchObject({ status: 200, text: "", headers: { "content-type": "text/csv; charset=utf-8" } });
    await sleep(50);
    expect(app.count()).toBe(1);
  });

  test.each(["ndjson", "csv"])(
    "breaks the connection when the store fails in the middle, and logs it: %s",
    async (format) => {
      app.failAt(10);
      await expect(app.get(`/api/export/rows?format=${format}`)).rejects.toThrow(/aborted|hang up|ECONNRESET/);
      expect(app.log).toEqual([
        { request: expect.any(String), method: "GET", route: "/api/export/rows", err: expect.any(FootingError) },
      ]);
      app.log.length = 0;
    },
  );

  test("is a problem when the store fails at once", async () => {
    app.failAt(1);
    expect(JSON.parse((await app.get("/api/export/rows")).text)).toMatchObject({ code: "FTG_INTERNAL" });
    app.log.length = 0;
  });
});
