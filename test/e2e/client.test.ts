// The typed client against a real server: from Node, and from a page in Chromium.

import { existsSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { type Browser, chromium } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type Client, ClientError, createClient } from "../../src/client.ts";
import { defineApp, model, type RunningApp, startApp, t } from "../../src/index.ts";
import { loadSourceFiles } from "../checks/source-files.ts";
import { bundleClient } from "../support/bundle-client.ts";

const executablePath = process.env["CHROMIUM"] ?? "/usr/bin/chromium";
/** Bytes that the client may weigh, minified and gzipped. */
const budget = 5_000;

const everyone = { read: true, create: true, update: true, delete: true } as const;

const Country = model(
  { code: t.text().length(2), name: t.text(), cities: t.many("City", "country") },
  { key: "code", access: everyone },
);
const City = model(
  {
    id: t.int(),
    name: t.text().max(50),
    population: t.bigint().default("0"),
    seenAt: t.datetime().optional(),
    crest: t.bytes().optional(),
    meta: t.json().optional(),
    country: t.ref("Country"),
    secret: t.text().optional().hidden(),
  },
  { key: "id", access: everyone },
);
const Note = model(
  { id: t.int(), text: t.text(), owner: t.text() },
  {
    key: "id",
    access: {
      read: ({ user }) => user !== null && { owner: String(user.id) },
      create: ({ user }) => user !== null && { owner: String(user.id) },
    },
  },
);

const models = { Country, City, Note };

const app = defineApp({
  models,
  authenticate: ({ headers }) => {
    const token = headers.authorization?.replace("Bearer ", "");
    return token === undefined ? null : { id: token };
  },
  actions: (action) => ({
    size: action({
      method: "query",
      access: true,
      run: async ({ db, user }) => ({ cities: await db.City.count(), user: user === null ? null : String(user.id) }),
    }),
    closed: action({ access: ({ user }) => user !== null, run: () => true }),
  }),
  async setup({ db }) {
    const system = db.asSystem();
    await system.Country.createMany([
      { code: "PE", name: "Peru" },
      { code: "BO", name: "Bolivia" },
    ]);
    await system.City.createMany([
      { id: 1, name: "Lima", population: "9007199254740993", country: "PE", secret: "x" },
      { id: 2, name: "Cusco", population: "400", country: "PE" },
    ]);
  },
});

function serve(): Promise<RunningApp<typeof models>> {
  return startApp(app, {
    database: "sqlite::memory:",
    port: 0,
    host: "127.0.0.1",
    mode: "production",
    title: "client",
  });
}

let server: RunningApp<typeof models>;
let client: Client<typeof app>;

beforeEach(async () => {
  server = await serve();
  client = createClient<typeof app>(server.url);
  return () => server.close();
});

test("answers what db answers", async () => {
  const select = { name: true, population: true, country: { select: { name: true } } } as const;
  const query = { select, where: { country: { name: "Peru" } }, orderBy: ["-population"], limit: 5 } as const;
  expect(await client.City.find(query)).toEqual(await server.db.City.find(query));
  expect(await client.City.findPage({ limit: 1 })).toEqual(await server.db.City.findPage({ limit: 1 }));
  expect(await client.City.first({ orderBy: ["-name"] })).toEqual(await server.db.City.first({ orderBy: ["-name"] }));
  expect(await client.City.get(1)).toEqual(await server.db.City.get(1));
  expect(await client.City.get(9)).toBeNull();
  expect(await client.City.count({ where: { population: { gt: 400n } } })).toBe(1);
});

test("writes what db writes", async () => {
  const seenAt = new Date("2026-05-01T12:00:00Z");
  const crest = new Uint8Array([0, 1, 255]);
  const meta = { $ref: "#/not/a/reference" };
  const created = await client.City.create({ id: 3, name: "Puno", population: 5n, country: "PE", seenAt, crest, meta });
  expect(created).toEqual({
    id: 3,
    name: "Puno",
    population: "5",
    country: "PE",
    seenAt: "2026-05-01T12:00:00.000Z",
    crest: "AAH/",
    meta,
  });
  expect(await client.City.find({ where: { seenAt: { gte: seenAt } }, select: { id: true } })).toEqual([{ id: 3 }]);
  expect(await client.City.update(3, { name: "Juliaca" }, { select: { name: true } })).toEqual({ name: "Juliaca" });
  expect(
    await client.City.createMany([
      { id: 4, name: "a", country: "BO" },
      { id: 5, name: "b", country: "BO" },
    ]),
  ).toBe(2);
  expect(await client.City.updateMany({ where: { country: "BO" }, data: { name: "c" } })).toBe(2);
  expect(await client.City.deleteMany({ where: { country: "BO" } })).toBe(2);
  expect(await client.City.delete(3, { select: { id: true } })).toEqual({ id: 3 });
});

test("pages through a list with its cursors", async () => {
  const first = await client.City.findPage({ orderBy: ["name"], limit: 1, select: { name: true } });
  expect(first).toMatchObject({ data: [{ name: "Cusco" }], page: { hasMore: true } });
  const after = first.page.next ?? "";
  expect(await client.City.find({ orderBy: ["name"], after, select: { name: true } })).toEqual([{ name: "Lima" }]);
});

test("fails as db does, with the code, the status and the fix", async () => {
  const failure = await client.City.create({ id: 1, name: "x", country: "PE" }).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(ClientError);
  const own = await server.db.City.create({ id: 1, name: "x", country: "PE" }).catch((error: unknown) => error);
  const { code, status, title, message, fix, problems } = Object(own);
  expect(failure).toMatchObject({ code, status, title, message, fix, problems });
  await expect(client.City.find({ where: Object({ nam: "x" }) })).rejects.toMatchObject({
    code: "FTG_QUERY",
    fix: 'Did you mean "name"?',
  });
  await expect(client.City.find({ where: Object({ secret: "x" }) })).rejects.toMatchObject({ code: "FTG_QUERY" });
  await expect(client.City.deleteMany(Object({}))).rejects.toMatchObject({ code: "FTG_UNBOUNDED_WRITE", status: 400 });
  await expect(client.City.find(Object({ limt: 5 }))).rejects.toMatchObject({
    problems: [{ path: "/operations/0/limt", fix: "Did you mean limit?" }],
  });
});

test("acts for whoever its headers name", async () => {
  await expect(client.Note.find()).rejects.toMatchObject({ code: "FTG_FORBIDDEN", status: 403 });
  const ann = createClient<typeof app>(server.url, { headers: () => ({ authorization: "Bearer ann" }) });
  await ann.Note.create({ id: 1, text: "mine" });
  const bob = createClient<typeof app>(server.url, { headers: { authorization: "Bearer bob" } });
  expect(await ann.Note.count()).toBe(1);
  expect(await bob.Note.count()).toBe(0);
});

test("a transaction is all or nothing, its later parts using the earlier", async () => {
  const create = (id: number): Promise<unknown> =>
    client.transaction(async (tx) => {
      const country = tx.Country.create({ code: "EC", name: "Ecuador" });
      const city = tx.City.create({ id, name: "Quito", country: tx.ref(country, "code") });
      return Promise.all([country, city]);
    });
  await expect(create(1)).rejects.toMatchObject({ code: "FTG_CONFLICT", operation: 1 });
  expect(await client.Country.count()).toBe(2);
  expect(await create(7)).toMatchObject([{ code: "EC" }, { id: 7, country: "EC" }]);
});

test("runs the actions of the app", async () => {
  expect(await client.actions.size()).toEqual({ cities: 2, user: null });
  const ann = createClient<typeof app>(server.url, { headers: { authorization: "Bearer ann" } });
  expect(await ann.actions.size()).toEqual({ cities: 2, user: "ann" });
  await expect(client.actions.closed()).rejects.toMatchObject({ code: "FTG_FORBIDDEN", status: 403 });
});

test("a call in flight can be cancelled", async () => {
  const controller = new AbortController();
  const call = client.with({ signal: controller.signal }).City.find();
  controller.abort();
  await expect(call).rejects.toMatchObject({ name: "AbortError" });
});

test("says so when nobody answers", async () => {
  const gone = createClient<typeof app>("http://127.0.0.1:9", { retries: 1 });
  await expect(gone.City.count()).rejects.toMatchObject({ code: "NETWORK", status: 0 });
});

describe("its code", () => {
  test("runs nothing from outside its room", () => {
    const files = loadSourceFiles().filter(({ path }) => path.startsWith("client/"));
    const imports = files.flatMap(({ path, text }) =>
      [...text.matchAll(/^import (?!type\b)[^;]*? from "([^"]+)"/gms)].map(([, from = ""]) => `${path}: ${from}`),
    );
    expect(imports.length).toBeGreaterThan(5);
    expect(imports.filter((line) => !/: \.\/[a-z-]+\.ts$/.test(line))).toEqual([]);
  });

  test(`weighs at most ${budget} bytes`, async () => {
    const weight = gzipSync(await bundleClient(), { level: 9 }).length;
    expect(weight).toBeLessThanOrEqual(budget);
    expect(weight).toBeGreaterThan(1_000);
  });
});

describe.skipIf(!existsSync(executablePath))("in Chromium", () => {
  let browser: Browser;
  let script: string;

  beforeAll(async () => {
    script = await bundleClient();
    browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu", "--no-first-run"] });
  }, 60_000);

  afterAll(() => browser.close());

  test("reads, writes, batches, fails and cancels", async () => {
    const page = await browser.newPage();
    const requests: string[] = [];
    page.on("request", (request) => void requests.push(`${request.method()} ${new URL(request.url()).pathname}`));
    await page.route("**/page", (route) =>
      route.fulfill({ contentType: "text/html", body: "<!doctype html><title>x</title>" }),
    );
    await page.goto(`${server.url}/page`);
    await page.addScriptTag({ content: script });
    const answers = await page.evaluate(usePageClient);
    expect(answers).toEqual({
      together: [2, { name: "Lima" }],
      created: { id: 3, crest: "AP8=", seenAt: "2026-05-01T12:00:00.000Z" },
      failure: { code: "FTG_CONFLICT", status: 409 },
      transaction: ["EC", "EC"],
      cancelled: "AbortError",
    });
    expect(requests[0]).toBe("GET /page");
    // Of the two calls made together there was one request.
    expect(requests.filter((request) => request === "POST /api/batch").length).toBeLessThanOrEqual(5);
    expect(new Set(requests)).toEqual(new Set(["GET /page", "POST /api/batch"]));
  }, 60_000);
});

/** Uses every part of the client once. Sent to the browser as text, so it may use nothing from around it. */
async function usePageClient(): Promise<unknown> {
  const { ClientError, createClient }: typeof import("../../src/client.ts") = Reflect.get(globalThis, "FootingClient");
  const client = createClient<typeof app>("");
  const together = await Promise.all([client.City.count(), client.City.get(1, { select: { name: true } })]);
  const created = await client.City.create(
    { id: 3, name: "Puno", country: "PE", crest: new Uint8Array([0, 255]), seenAt: new Date("2026-05-01T12:00:00Z") },
    { select: { id: true, crest: true, seenAt: true } },
  );
  const failed = await client.City.create({ id: 1, name: "x", country: "PE" }).catch((error: unknown) => error);
  const failure = failed instanceof ClientError ? { code: failed.code, status: failed.status } : null;
  const transaction = await client.transaction(async (tx) => {
    const country = tx.Country.create({ code: "EC", name: "Ecuador" });
    const city = tx.City.create({ id: 4, name: "Quito", country: tx.ref(country, "code") });
    return [(await country).code, (await city).country];
  });
  const controller = new AbortController();
  const call = client.with({ signal: controller.signal }).City.find();
  controller.abort();
  const cancelled = await call.catch((error: Error) => error.name);
  return { together, created, failure, transaction, cancelled };
}
