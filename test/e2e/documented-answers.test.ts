// Every answer that a served app gives is one that its OpenAPI document tells of, to the code of a failure; and what the
// document tells of can happen. Failures of the machine are provoked where they can be planned: see rest-openapi.test.ts.
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { defineApp, FootingError, model, startApp, t } from "../../src/index.ts";
import { inlineShared } from "../support/openapi-document.ts";

const all = { read: true, create: true, update: true, delete: true } as const;

const City = model(
  {
    id: t.int(),
    name: t.text().max(20),
    code: t.text().unique().optional(),
    people: t.int().min(0).max(1000).default(0),
    country: t.ref("Country").optional(),
    guide: t.one("Guide", "city"),
    shops: t.many("Shop", "city"),
    tags: t.manyToMany("Tag"),
  },
  { key: "id", access: all, check: { named: { name: { not: "Nowhere" } } } },
);
const Country = model(
  { code: t.text(), name: t.text().optional(), cities: t.many("City", "country") },
  {
    key: "code",
    access: { read: true, create: ({ user }) => user !== null, update: () => ({ name: "open" }), delete: () => false },
  },
);
const Guide = model(
  { id: t.int(), city: t.ref("City").unique() },
  { key: "id", access: { ...all, update: () => false } },
);
const Shop = model(
  { id: t.int(), city: t.ref("City"), sign: t.text().unique().optional() },
  { key: "id", access: all },
);
const Tag = model({ name: t.text(), cities: t.manyToMany("City", "tags") }, { key: "name", access: { read: true } });

/** A failure that no operation is said to have by itself, for whatever eve does. */
function refuse({ user }: { readonly user: { readonly id?: unknown } | null }): undefined {
  if (user?.id === "eve") throw new FootingError("FTG_VERSION_MISMATCH", { detail: "Not for eve." });
  return undefined;
}

const refusing = { beforeCreate: refuse, beforeUpdate: refuse, beforeDelete: refuse };

const app = defineApp({
  models: { City, Country, Guide, Shop, Tag },
  idempotency: true,
  authenticate: ({ headers }) => {
    if (headers["x-user"] === "mallory") throw new FootingError("FTG_VERSION_MISMATCH", { detail: "Not for mallory." });
    return headers["x-user"] ? { id: String(headers["x-user"]) } : null;
  },
  hooks: { City: refusing, Country: refusing, Guide: refusing, Shop: refusing },
  actions: (action) => ({
    refuse: action({ method: "query", access: true, run: refuse }),
    rename: action({
      input: z.object({ id: z.int(), name: z.string() }),
      output: z.object({ name: z.string() }).nullish(),
      access: ({ user }) => user !== null,
      run: async ({ db, input, user }) =>
        input.id === 0 ? refuse({ user }) : db.City.update(input.id, { name: input.name }, { select: { name: true } }),
    }),
    nothing: action({ access: true, run: refuse }),
  }),
  async setup({ db }) {
    const system = db.asSystem();
    await system.Country.createMany([{ code: "PE", name: "open" }, { code: "BO", name: "closed" }, { code: "XX" }]);
    await system.Tag.create({ name: "sea" });
    await system.City.createMany([
      { id: 1, name: "Lima", code: "lim", country: "PE", tags: ["sea"], people: 1000 },
      { id: 2, name: "La Paz", code: "lpz", country: "BO" },
      { id: 3, name: "Loose" },
    ]);
    await system.Guide.create({ id: 1, city: 1 });
    await system.Shop.createMany([
      { id: 1, city: 1, sign: "a" },
      { id: 2, city: 2, sign: "b" },
    ]);
  },
});

interface Operation {
  readonly requestBody?: object;
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { readonly examples?: object }>> }>
  >;
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

let server: { readonly url: string; readonly close: () => Promise<void> };
let api: Document;
let ajv: Ajv2020;
/** What was answered, like `post /api/cities 409`. */
const provoked = new Set<string>();

beforeAll(async () => {
  server = await startApp(app, {
    database: "sqlite::memory:",
    port: 0,
    host: "127.0.0.1",
    mode: "production",
    title: "documented",
  });
  api = inlineShared(JSON.parse(await (await fetch(`${server.url}/openapi.json`)).text()));
  ajv = new Ajv2020({ strict: false });
  addFormats.default(ajv);
  ajv.addSchema(api, "document");
});
afterAll(() => server.close());

/** Sends a request and asserts that its answer is documented, body included; the status and code of the answer. */
async function send(
  method: string,
  path: string,
  body?: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<string> {
  const response = await fetch(`${server.url}${path}`, {
    method,
    headers: { "x-user": "ann", ...(body !== undefined && { "content-type": "application/json" }), ...headers },
    ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  const template = findTemplate(path);
  const place = `${method.toLowerCase()} ${template}`;
  const responses = api.paths[template]?.[method.toLowerCase()]?.responses;
  const status = String(response.status);
  const listed = responses?.[status] === undefined ? "default" : status;
  provoked.add(`${place} ${listed}`);
  const documented = responses?.[listed];
  expect(documented, `${place} answered ${status}: ${text}`).toBeDefined();
  const [type] = (response.headers.get("content-type") ?? "").split(";");
  const content = documented?.content?.[type ?? ""];
  expect(content !== undefined, `${place} ${status} ${type}: ${text}`).toBe(text !== "");
  if (text === "" || type === "application/x-ndjson" || type === "text/csv") return status;
  const encode = (step: string) =>
    step.replaceAll("~", "~0").replaceAll("/", "~1").replaceAll("{", "%7B").replaceAll("}", "%7D");
  const steps = ["paths", template, method.toLowerCase(), "responses", listed, "content", type ?? "", "schema"];
  const validate = ajv.compile({ $ref: `document#/${steps.map(encode).join("/")}` });
  expect(validate(JSON.parse(text)), `${place} ${status} ${text} ${JSON.stringify(validate.errors)}`).toBe(true);
  if (response.ok) return status;
  const { code } = Object(JSON.parse(text));
  // What the app's own code throws is its own affair.
  if (documented !== responses?.["default"] && !template.startsWith("/api/actions/"))
    expect(Object.keys(content?.examples ?? {}), `${place} ${status}: ${text}`).toContain(code);
  return `${status} ${code}`;
}

function findTemplate(path: string): string {
  const [bare = ""] = path.split("?");
  return Object.hasOwn(api.paths, bare) ? bare : bare.replace(/\/[^/]+$/, "/{key}");
}

describe("a write that says something of related rows", () => {
  const writes: readonly (readonly [answer: string, data: object])[] = [
    ["200", { country: { create: { code: "CL" } } }],
    ["403 FTG_FORBIDDEN", { country: { update: { name: "x" } } }],
    ["409 FTG_CONFLICT", { shops: { create: [{ id: 1 }] } }],
    ["409 FTG_CONFLICT", { shops: { create: [{ id: 9, sign: "a" }] } }],
    ["409 FTG_REFERENCE", { country: { connect: "??" } }],
    ["409 FTG_REFERENCE", { tags: { connect: ["??"] } }],
    ["404 FTG_NOT_FOUND", { shops: { update: [{ key: 2, data: { sign: "x" } }] } }],
    ["404 FTG_NOT_FOUND", { shops: { delete: [99] } }],
    ["422 FTG_INVALID", { shops: { create: [{ id: "x" }] } }],
    ["422 FTG_INVALID", { shops: { set: [] } }],
    ["422 FTG_INVALID", { people: { increment: 1 } }],
    ["422 FTG_INVALID", { country: { nope: 1 } }],
    ["422 FTG_CHECK", { name: "Nowhere" }],
  ];
  test.each(writes)("answers %s to %j", async (answer, data) => {
    expect(await send("PATCH", "/api/cities/1", data)).toBe(answer);
  });

  test("of a row through its other side", async () => {
    const city = (data: object) => send("PATCH", "/api/countries/PE", data);
    expect(await send("PATCH", "/api/cities/1", { country: "PE" })).toBe("200");
    expect(await city({ cities: { update: [{ key: 1, data: { name: "Nowhere" } }] } })).toBe("422 FTG_CHECK");
    expect(await city({ cities: { create: [{ id: 1, name: "x" }] } })).toBe("409 FTG_CONFLICT");
    expect(await city({ cities: { delete: [1] } })).toBe("409 FTG_REFERENCE");
    expect(await send("PATCH", "/api/countries/BO", { name: "x" })).toBe("403 FTG_FORBIDDEN");
    expect(await send("POST", "/api/cities", { id: 20, name: "x", guide: { connect: 1 } })).toBe("403 FTG_FORBIDDEN");
    expect(
      await send("POST", "/api/cities", { id: 20, name: "x", country: { create: { code: "AR" } } }, { "x-user": "" }),
    ).toBe("403 FTG_FORBIDDEN");
    expect(await send("POST", "/api/guides", { id: 20, city: { create: { id: 1, name: "x" } } })).toBe(
      "409 FTG_CONFLICT",
    );
    expect(await send("POST", "/api/guides", { id: 20, city: { create: { id: 30, name: "Nowhere" } } })).toBe(
      "422 FTG_CHECK",
    );
    expect(await send("POST", "/api/shops", { id: 20, city: { connect: 99 } })).toBe("409 FTG_REFERENCE");
    expect(await send("POST", "/api/shops", { id: 21, city: { create: { id: 40, name: "new" } } })).toBe("201");
    expect(await send("PATCH", "/api/shops/1", { city: { update: { people: { increment: 1 } } } })).toBe(
      "422 FTG_INVALID",
    );
  });
});

test("a hook or an action may fail in ways of its own", async () => {
  const eve = { "x-user": "eve" };
  const refused = "412 FTG_VERSION_MISMATCH";
  const id = { id: 50, name: "x" };
  const bodies = { cities: id, countries: { code: "ZZ" }, guides: { id: 50, city: 1 }, shops: { id: 50, city: 1 } };
  for (const [plural, body] of Object.entries(bodies)) {
    const row = `/api/${plural}/${plural === "countries" ? "PE" : 1}`;
    expect(await send("POST", `/api/${plural}`, body, eve)).toBe(refused);
    const { id: _key, code: _code, ...patch } = { id: 0, code: "", ...body };
    const changed = plural === "guides" ? "403 FTG_FORBIDDEN" : refused;
    expect(await send("PATCH", row, patch, eve), plural).toBe(changed);
    if (plural !== "countries") expect(await send("DELETE", row, undefined, eve)).toBe(refused);
  }
  expect(await send("POST", "/api/batch", { operations: [{ op: "delete", model: "City", key: 3 }] }, eve)).toBe(
    refused,
  );
  expect(await send("POST", "/api/actions/rename", { id: 0, name: "x" }, eve)).toBe(refused);
  expect(await send("POST", "/api/actions/refuse", undefined, eve)).toBe(refused);
  expect(await send("POST", "/api/actions/nothing", undefined, eve)).toBe(refused);
});

test("what finds out who asks may fail in ways of its own, wherever the document says so", async () => {
  const places = Object.entries(api.paths).flatMap(([path, item]) =>
    Object.entries(item).flatMap(([method, { responses, requestBody }]) =>
      responses !== undefined && "default" in responses
        ? [[method.toUpperCase(), path, requestBody && {}] as const]
        : [],
    ),
  );
  for (const [method, path, body] of places)
    expect(await send(method, path.replace("{key}", "1"), body, { "x-user": "mallory" })).toMatch(/^412/);
  const methods = new Set(places.map(([method]) => method));
  expect([...methods].sort()).toEqual(["DELETE", "GET", "HEAD", "PATCH", "POST"]);
});

test("every answer of an action that is documented and no failure of the machine can happen", async () => {
  const path = "/api/actions/rename";
  const input = { id: 1, name: "Lima" };
  expect(await send("POST", path, input)).toBe("200");
  expect(await send("POST", path, { ...input, id: 0 })).toBe("204");
  expect(await send("POST", path, { id: 1 })).toBe("422 FTG_INVALID");
  expect(await send("POST", path, { id: 1, name: "Nowhere" })).toBe("422 FTG_CHECK");
  expect(await send("POST", path, "{")).toBe("400 FTG_BODY");
  expect(await send("POST", `${path}?x=1`, input)).toBe("400 FTG_PARAMETER");
  expect(await send("POST", path, input, { "content-type": "text/plain" })).toBe("415 FTG_MEDIA_TYPE");
  expect(await send("POST", path, input, { accept: "text/html" })).toBe("406 FTG_NOT_ACCEPTABLE");
  expect(await send("POST", path, JSON.stringify("x".repeat(1_100_000)))).toBe("413 FTG_TOO_LARGE");
  expect(await send("POST", path, input, { "x-user": "" })).toBe("403 FTG_FORBIDDEN");
  expect(await send("POST", "/api/actions/nothing")).toBe("204");
  const machine = ["404", "409", "414", "500", "503"];
  const documented = Object.keys(api.paths[path]?.["post"]?.responses ?? {});
  const missed = documented.filter((status) => !machine.includes(status) && !provoked.has(`post ${path} ${status}`));
  expect(missed).toEqual([]);
});
