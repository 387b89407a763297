import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createDoors } from "../../src/api/rest/create-doors.ts";
import { nameExportParameter } from "../../src/api/rest/openapi/describe-export.ts";
import { nameParameter } from "../../src/api/rest/openapi/describe-parameters.ts";
import { createRestApi } from "../../src/api/rest/rest-api.ts";
import { systemActor } from "../../src/engine/actor.ts";
import { FootingError } from "../../src/errors/footing-error.ts";
import { defaultQueryLimits } from "../../src/passes/resolve-context.ts";
import { createMemoryStore } from "../../src/stores/memory/store.ts";
import { inlineShared } from "../support/openapi-document.ts";
import { findOpenApiProblems } from "../support/openapi-problems.ts";
import type { RawAnswer, RawRequest } from "./raw-http.ts";
import { busyError, declared, type ServedApp, serveApp } from "./rest-app.ts";

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
type JsonObject = { [key: string]: Json };

/** One operation of the document. */
interface Documented {
  readonly template: string;
  readonly method: string;
  readonly operation: JsonObject;
}

/** What requests to one model are made of. */
interface Fixture {
  readonly key: string;
  readonly missing: string;
  readonly wrongKey?: string;
  readonly create: JsonObject;
  readonly patch: JsonObject;
  readonly unseen?: JsonObject;
  readonly reference?: JsonObject;
  readonly check?: JsonObject;
  readonly conflict?: JsonObject;
  readonly costly?: string;
  /** What data may say of related rows, by the failure that follows from it. */
  readonly related?: Readonly<Record<string, JsonObject>>;
}

const unnamedCity = { id: 77, name: "Nowhere", population: 1, country: "PE" };
const takenCity = { id: 1, name: "x", population: 1, country: "PE" };
const lost = { code: "ZZ", name: "z", cities: { connect: [999] } };

function withoutCountry({ country: _via, ...city }: JsonObject): JsonObject {
  return city;
}

const fixtures: Readonly<Record<string, Fixture>> = {
  countries: {
    key: "PE",
    missing: "ZZ",
    create: { code: "XX", name: "x" },
    patch: { name: "y" },
    reference: { borders: ["QQ"] },
    costly: "include=borders.borders,borders.cities,borders.languages",
    related: {
      FTG_NOT_FOUND: { cities: { connect: [999] } },
      FTG_CONFLICT: { cities: { create: [withoutCountry(takenCity)] } },
      FTG_CHECK: { cities: { create: [withoutCountry(unnamedCity)] } },
    },
  },
  languages: {
    key: "es",
    missing: "zz",
    create: { code: "x", name: "x" },
    patch: { name: "y" },
    reference: { countries: ["QQ"] },
    costly: "include=countries.borders,countries.cities,countries.languages",
    related: {
      FTG_NOT_FOUND: { countries: { create: [lost] } },
      FTG_CONFLICT: { countries: { create: [{ code: "PE", name: "x" }] } },
      FTG_CHECK: { countries: { create: [{ ...lost, cities: { create: [withoutCountry(unnamedCity)] } }] } },
    },
  },
  regions: {
    key: "PE.15",
    missing: "zz",
    create: { code: "x", name: "x", country: "PE" },
    patch: { name: "y" },
    reference: { country: "QQ" },
    costly: "include=cities,country.cities,country.borders",
    related: {
      FTG_NOT_FOUND: { cities: { connect: [999] } },
      FTG_CONFLICT: { cities: { create: [takenCity] } },
      FTG_CHECK: { cities: { create: [unnamedCity] } },
    },
  },
  cities: {
    key: "1",
    missing: "99",
    wrongKey: "x",
    create: { id: 9, name: "x", population: 1, country: "PE" },
    patch: { name: "y" },
    reference: { country: "QQ" },
    check: { name: "Nowhere" },
    conflict: { slug: "lima" },
    costly: "include=country.cities,country.borders,country.languages",
    related: { FTG_NOT_FOUND: { country: { create: lost } } },
  },
  readings: {
    key: "north%2F1,2026-01-01",
    missing: "x,2026-01-01",
    wrongKey: "x",
    create: { station: "x", day: "2026-01-01", value: 1 },
    patch: { value: 2 },
    reference: { city: 99 },
    related: {
      FTG_NOT_FOUND: { city: { create: { ...unnamedCity, name: "x", country: { create: lost } } } },
      FTG_CONFLICT: { city: { create: takenCity } },
      FTG_CHECK: { city: { create: unnamedCity } },
    },
  },
  sources: { key: "a%2Cb,1", missing: "x,1", wrongKey: "x", create: { name: "x", version: 1 }, patch: { note: "y" } },
  notes: {
    key: "1",
    missing: "99",
    wrongKey: "x",
    create: { id: 9, text: "x" },
    patch: { text: "y" },
    unseen: { archived: true },
  },
  reports: {
    key: "",
    missing: "",
    create: { id: "0190b2a4-7c1e-7a53-9d3e-0242ac120002", text: "x" },
    patch: {},
    unseen: {},
  },
};

const routes = createRestApi({ schema: declared.schema, executor: Object.create(null), title: "Test <App>" });
const served: JsonObject = JSON.parse(
  String(
    (await routes.find(({ path }) => path === "/openapi.json")?.operations.GET?.handle(Object.create(null)))?.body,
  ),
);

/** What the readers of the served document see. */
const document: JsonObject = inlineShared(served);

function at(path: string, from: Json = document): Json {
  let value: Json = from;
  for (const part of path.split("/").filter((step) => step !== "")) {
    const name = part.replaceAll("~1", "/").replaceAll("~0", "~");
    value = Object(value)[name] ?? null;
  }
  return value;
}

function resolve(value: Json): JsonObject {
  const { $ref } = Object(value);
  return typeof $ref === "string" ? Object(at($ref.slice(1))) : Object(value);
}

const operations: readonly Documented[] = Object.entries(Object(at("/paths"))).flatMap(([template, item]) =>
  Object.entries(Object(item)).flatMap(([method, operation]) =>
    method === "parameters" ? [] : [{ template, method, operation: Object(operation) }],
  ),
);

const ajv = new Ajv2020({ strict: false, allErrors: true });
addFormats.default(ajv);
ajv.addSchema(document, "document");
const compiled = new Map<string, ValidateFunction>();

/** Asserts that a body is of the schema at a pointer of the document. */
function expectSchema(pointer: string, body: unknown): void {
  const validate = compiled.get(pointer) ?? ajv.compile({ $ref: `document#${pointer}` });
  compiled.set(pointer, validate);
  expect(validate(body), JSON.stringify(validate.errors)).toBe(true);
}

describe("the OpenAPI document", () => {
  test("is valid OpenAPI 3.1 to two validators", async () => {
    expect(await findOpenApiProblems(served)).toEqual([]);
    expect(document["openapi"]).toBe("3.1.1");
  });

  test("has exactly the paths and methods that are served", () => {
    const served = routes
      .filter(({ path }) => path.startsWith("/api/"))
      .flatMap(({ path, operations: methods }) =>
        [...Object.keys(methods), ...(methods.GET === undefined ? [] : ["HEAD"]), "OPTIONS"].map(
          (method) => `${method} ${path.replace(":key", "{key}")}`,
        ),
      );
    expect(operations.map(({ template, method }) => `${method.toUpperCase()} ${template}`).sort()).toEqual(
      served.sort(),
    );
    expect(Object.keys(Object(at("/paths")))).not.toContain("/api/vaults");
  });

  test("knows nothing hidden, and nothing of models that nobody may read", () => {
    const text = JSON.stringify(served);
    expect(text.includes("mayorPhone")).toBe(false);
    expect(text.includes("Vault")).toBe(false);
    expect(Object.keys(Object(at("/components/schemas")))).not.toContain("Report");
    expect(Object.keys(Object(at("/components/schemas")))).toContain("ReportCreate");
  });

  test("says once what several operations share", () => {
    const written = Object.values(Object(served["paths"])).flatMap((item) =>
      Object.entries(Object(item)).flatMap(([method, operation]) =>
        method === "parameters"
          ? [operation]
          : [Object(operation)["parameters"], ...Object.values(Object(operation)["responses"])],
      ),
    );
    const parts = written.flat().filter((part) => part !== undefined && !("$ref" in Object(part)));
    const whole = parts.filter((part) => Object(part)["in"] !== "path").map((part) => JSON.stringify(part));
    expect(whole.filter((text, index) => whole.indexOf(text) !== index)).toEqual([]);
    expect(whole.filter((text) => text.includes('"in":"query"'))).toEqual([]);
  });

  test("names operations and parameters uniquely and refers to nothing that is missing", () => {
    const names = operations.map(({ operation }) => operation["operationId"]);
    expect(new Set(names).size).toBe(names.length);
    for (const { operation } of operations) {
      const parameters = [Object(operation["parameters"] ?? [])]
        .flat()
        .map((parameter: Json) => resolve(parameter)["name"]);
      expect(parameters).not.toContain(undefined);
      expect(new Set(parameters).size).toBe(parameters.length);
    }
    for (const [, pointer] of JSON.stringify(served).matchAll(/"\$ref":"#([^"]+)"/g))
      expect(at(String(pointer)), pointer).not.toBeNull();
  });
});

describe("every parameter", () => {
  let app: ServedApp;
  beforeAll(async () => {
    app = await serveApp(createMemoryStore());
  });
  afterAll(() => app.close());

  const gets = operations.filter(({ method }) => method === "get");
  const all = new Set<string>(
    gets.flatMap(({ operation }) =>
      [Object(operation["parameters"] ?? [])].flat().map((parameter: Json) => String(resolve(parameter)["name"])),
    ),
  );

  test.each(gets.map(({ template, operation }) => [template, operation] as const))(
    "%s accepts what is listed and nothing else",
    async (template, operation) => {
      const path = template.replace("{key}", fixtureOf(template).key);
      const send = (query: string): Promise<RawAnswer> => app.send({ path: `${path}?${query}`, user: "ann" });
      const listed = [Object(operation["parameters"] ?? [])].flat().map(resolve).map(withJsonSamples);
      const groupBy = samples(Object(listed.find(({ name }) => name === "groupBy")?.["schema"]));
      for (const parameter of listed) {
        const name = String(parameter["name"]);
        for (const value of samples(Object(parameter["schema"]))) {
          const answer = await send(`${encodeURIComponent(name)}=${value}${companion(name, value, groupBy)}`);
          const { code } = answer.status === 200 ? { code: "" } : JSON.parse(answer.text);
          if (name === "after" || name === "before") expect(code).toBe("FTG_CURSOR");
          else if (code !== "FTG_COST") expect(answer.status, `${name}=${value}: ${answer.text}`).toBe(200);
        }
        for (const value of counterSamples(Object(parameter["schema"]))) {
          const answer = await send(`${encodeURIComponent(name)}=${value}`);
          expect(answer.status, `${name}=${value}`).toBe(400);
        }
      }
      const names = new Set(listed.map(({ name }) => String(name)));
      const others = [
        ...all,
        "mayorPhone",
        "mayorPhone[eq]",
        "q",
        "filter",
        "page",
        "id.id",
        "country.mayorPhone",
      ].filter((name) => !names.has(name));
      for (const name of others) {
        const answer = await send(`${encodeURIComponent(name)}=1`);
        expect(JSON.parse(answer.text), name).toMatchObject({
          status: 400,
          code: "FTG_PARAMETER",
          detail: expect.stringContaining("Unknown parameter"),
        });
      }
    },
  );
});

/** A parameter whose value is JSON, with values that its schema allows. */
function withJsonSamples(parameter: JsonObject): JsonObject {
  if (parameter["content"] === undefined) return parameter;
  const examples = [
    { path: ["a", 0, "b"], gte: 5 },
    { path: [0], eq: null, not: "x", exists: true },
    { path: ["'"], in: ["a"], notIn: [1], isNull: false, icontains: "É" },
  ];
  return {
    ...parameter,
    schema: { type: "json", examples: examples.map((value) => encodeURIComponent(JSON.stringify(value))) },
  };
}

/** Values that a parameter's schema allows. */
function samples(schema: JsonObject): readonly string[] {
  if (schema["type"] === "array") {
    const items = Object(schema["items"]);
    const each = samples(items);
    return schema["uniqueItems"] === true ? each : [each.join(","), ...each];
  }
  if (Array.isArray(schema["enum"])) return schema["enum"].map(String);
  if (Array.isArray(schema["examples"])) return schema["examples"].map(String);
  if (schema["type"] === "integer")
    return [String(Math.max(Number(schema["minimum"]), -5)), String(Math.min(Number(schema["maximum"]), 7))];
  if (schema["type"] === "number") return ["-1.5", "2e3"];
  if (schema["type"] === "boolean") return ["true", "false"];
  return [textSample(schema)];
}

function textSample({ format, pattern }: JsonObject): string {
  const byFormat: Readonly<Record<string, string>> = {
    date: "2026-01-31",
    "date-time": "2026-01-31T00:00:00.000Z",
    uuid: "0190b2a4-7c1e-7a53-9d3e-0242ac120002",
    int64: "-12",
  };
  return (
    byFormat[String(format)] ??
    (!String(pattern).includes("\\d") ? "a%20b" : String(pattern).includes("\\.") ? "12.5" : "12")
  );
}

/** Values that a parameter's schema does not allow. */
function counterSamples(schema: JsonObject): readonly string[] {
  if (schema["type"] === "array")
    return schema["uniqueItems"] === true
      ? [
          "",
          "mayorPhone",
          ...samples(schema)
            .slice(0, 1)
            .map((name) => `${name},${name}`),
        ]
      : [...counterSamples(Object(schema["items"]))];
  if (Array.isArray(schema["enum"])) return ["", "no-such-value"];
  if (schema["type"] === "json")
    return [
      ...["", "a", "{", "1", "[]", "{}", '{"path":["a"]}', '{"path":[],"eq":1}', '{"path":"a","eq":1}'],
      ...['{"eq":1}', '{"path":[-1],"eq":1}', '{"path":["a"],"gt":true}', '{"path":["a"],"no":1}'],
      ...['{"path":["a"],"in":[1,"a"]}', '{"path":["a\\u0000"],"eq":1}', '{"path":[1.5],"eq":1}'],
    ].map(encodeURIComponent);
  if (schema["type"] === "integer")
    return [
      "",
      "x",
      "1.5",
      String(BigInt(Number(schema["minimum"])) - 1n),
      String(BigInt(Number(schema["maximum"])) + 1n),
    ];
  if (schema["type"] === "number") return ["", "x", "Infinity"];
  if (schema["type"] === "boolean") return ["", "1", "TRUE"];
  if (schema["format"] === undefined && !String(schema["pattern"]).includes("\\d"))
    return schema["pattern"] === undefined ? [] : ["a%00b"];
  return ["", "x"];
}

/** The model that a path is about: `/api/cities/{key}`, `/api/aggregate/cities`, `/api/export/cities`. */
function pluralOf(template: string): string {
  const [, , first = "", second] = template.split("/");
  return second === undefined || second === "{key}" ? first : second;
}

/** What else must be asked for, so that a parameter of groups makes sense. */
function companion(name: string, value: string, groupBy: readonly string[]): string {
  const key = /^-?key\.([^:]*)/.exec(value);
  if (name === "sort" && key !== null) return `&groupBy=${key[1]}`;
  return name === "timeZone" ? `&groupBy=${groupBy.find((item) => item.endsWith(":hour"))}` : "";
}

function fixtureOf(template: string): Fixture {
  const fixture = fixtures[pluralOf(template)];
  if (fixture === undefined) throw new Error(`no fixture for ${template}`);
  return fixture;
}

describe("every documented answer can happen", () => {
  const named = operations.map(
    (documented) => [documented.method.toUpperCase(), documented.template, documented] as const,
  );

  test.each(named)("%s %s", async (_method, _template, documented) => {
    const shared = await serveApp(createMemoryStore());
    for (const status of Object.keys(Object(documented.operation["responses"]))) {
      for (const code of listCodes(documented, status)) {
        // A failure changes nothing, so all failures can happen to one app.
        const app = code === "" ? await serveApp(createMemoryStore()) : shared;
        if (documented.method === "delete") await addUnreferred(app);
        expectDocumented(documented, await app.send(provoke(app, documented, status, code)), { status, code });
        if (app !== shared) await app.close();
      }
    }
    await shared.close();
  });

  test("a list with every field and relation is of its schema, and its Link is there when there is more", async () => {
    const app = await serveApp(createMemoryStore());
    for (const query of [
      "",
      "include=country,region&limit=2",
      "fields=name,country.name",
      "include=country.languages",
    ]) {
      const answer = await app.send({ path: `/api/cities?${query}` });
      expectSchema("/paths/~1api~1cities/get/responses/200/content/application~1json/schema", JSON.parse(answer.text));
      expect(answer.headers["link"] !== undefined).toBe(query.includes("limit=2"));
    }
    await app.close();
  });
});

/** Headers of answers that only some of them have. */
const sometimes: readonly string[] = ["Link", "Footing-Dry-Run"];

/** Asserts that an answer is what the document says of its status: headers, media type, body, code. */
function expectDocumented(
  { template, method, operation }: Documented,
  answer: RawAnswer,
  { status, code }: { status: string; code: string },
): void {
  expect(answer.status, `${status} ${code}: ${answer.text}`).toBe(Number(status));
  const response: JsonObject = Object(Object(operation["responses"])[status]);
  const headers = Object.keys(Object(response["headers"])).filter((name) => !sometimes.includes(name));
  for (const name of headers) expect(answer.headers[name.toLowerCase()], name).toBeDefined();
  const [type] = Object.keys(Object(response["content"]));
  expect(answer.text === "").toBe(type === undefined);
  if (type === undefined) return;
  expect(answer.headers["content-type"]).toBe(`${type}; charset=utf-8`);
  if (type === "application/x-ndjson") {
    expectLines(answer.text, pluralOf(template));
    return;
  }
  const path = template.replaceAll("/", "~1").replace("{", "%7B").replace("}", "%7D");
  expectSchema(
    `/paths/${path}/${method}/responses/${status}/content/${type.replace("/", "~1")}/schema`,
    JSON.parse(answer.text),
  );
  if (code !== "") expect(JSON.parse(answer.text).code).toBe(code);
}

/** Asserts that each line is a row of the list. */
function expectLines(text: string, plural: string): void {
  const lines = text.trimEnd().split("\n");
  const list = `/paths/~1api~1${plural}/get/responses/200/content/application~1json/schema`;
  expectSchema(list, { data: lines.map((line) => JSON.parse(line)), page: { hasMore: false, next: null } });
}

/** The codes that a response of the document gives examples of; for HEAD those of its GET. */
function listCodes({ template, method }: Documented, status: string): readonly string[] {
  const pointer = `/paths/${template.replaceAll("/", "~1")}/${method === "head" ? "get" : method}/responses/${status}/content/application~1problem+json/examples`;
  const codes = Object.keys(Object(at(pointer) ?? {}));
  return codes.length === 0 ? [""] : codes;
}

/** A request that is answered with the status and code. */
function provoke(
  app: ServedApp,
  { template, method }: Documented,
  status: string,
  code: string,
): RawRequest & { user?: string } {
  const fixture = fixtureOf(template);
  const plural = pluralOf(template);
  const path = (key: string): string => template.replace("{key}", key);
  const type = { "content-type": "application/json" };
  const valid = method === "post" ? fixture.create : fixture.patch;
  const withBody = (value: Json): RawRequest => ({
    path: path(fixture.key),
    method: method.toUpperCase(),
    headers: type,
    body: JSON.stringify(value),
  });
  const plain: RawRequest & { user: string } = {
    ...(method === "post" || method === "patch"
      ? withBody(valid)
      : { path: path(fixture.key), method: method.toUpperCase() }),
    user: "ann",
  };
  const withQuery = (query: string): RawRequest => ({ ...plain, path: `${plain.path}?${query}` });
  const withKey = (key: string): RawRequest => ({ ...plain, path: path(key) });
  switch (code) {
    case "":
      if (status === "204" && (method === "post" || method === "patch"))
        return { ...plain, ...withBody({ ...valid, ...fixture.unseen }) };
      return method === "delete" && plural !== "notes"
        ? { ...plain, ...withKey(unreferred[plural] ?? fixture.key) }
        : plain;
    case "FTG_PATH":
      return { ...plain, path: plain.path.replace("/api/", "/api//") };
    case "FTG_URI_TOO_LONG":
      return withQuery(`q=${"x".repeat(9000)}`);
    case "FTG_INTERNAL":
      app.failNext(new Error("broken"));
      return plain;
    case "FTG_BUSY":
      app.failNext(busyError());
      return plain;
    case "FTG_OVERLOADED":
      app.refuseNext(new FootingError(code, { detail: "broken" }));
      return plain;
    case "FTG_TIMEOUT":
    case "FTG_UNKNOWN_OUTCOME":
      app.failNext(new FootingError(code, { detail: "broken" }));
      return plain;
    case "FTG_NOT_ACCEPTABLE":
      return { ...plain, headers: { ...plain.headers, accept: "text/html" } };
    case "FTG_BAD_REQUEST":
      return { ...plain, headers: { ...plain.headers, "footing-dry-run": "no" } };
    case "FTG_PARAMETER":
      return withQuery("nope=1");
    case "FTG_VALUE":
      return template.endsWith("{key}")
        ? withKey(fixture.wrongKey ?? "")
        : withQuery(`${Object.keys(fixture.create)[0]}=%00`);
    case "FTG_CURSOR":
      return withQuery("after=abc");
    case "FTG_COST":
      return withQuery(`${template.endsWith("{key}") ? "" : "limit=100&"}${fixture.costly}`);
    case "FTG_FORBIDDEN": {
      if (method === "patch" || method === "delete" || template.startsWith("/api/preview/")) return withKey("2");
      const { user: _nobody, ...anonymous } = plain;
      return anonymous;
    }
    case "FTG_NOT_FOUND":
      if (method === "post") return { ...plain, ...withBody({ ...valid, ...fixture.related?.[code] }) };
      return withKey(fixture.missing);
    case "FTG_BODY":
      return { ...plain, body: "{" };
    case "FTG_TOO_LARGE":
      return { ...plain, body: JSON.stringify("x".repeat(1_100_000)) };
    case "FTG_MEDIA_TYPE":
      return { ...plain, headers: { "content-type": "text/plain" } };
    case "FTG_INVALID":
      return { ...plain, ...withBody({ ...valid, nope: 1 }) };
    case "FTG_CHECK":
      return { ...plain, ...withBody({ ...valid, ...(fixture.check ?? fixture.related?.[code]) }) };
    case "FTG_REFERENCE":
      return method === "delete" ? withKey(fixture.key) : { ...plain, ...withBody({ ...valid, ...fixture.reference }) };
    case "FTG_CONFLICT":
      if (method === "post") return { ...plain, ...withBody({ ...valid, ...taken[plural] }) };
      if (fixture.conflict === undefined) return { ...plain, ...withBody({ ...valid, ...fixture.related?.[code] }) };
      return { ...plain, ...withKey("2"), ...{ body: JSON.stringify(fixture.conflict) } };
    default:
      throw new Error(`no way to provoke ${code}`);
  }
}

/** Rows that nothing refers to. */
const unreferred: Readonly<Record<string, string>> = {
  countries: "XX",
  languages: "es",
  regions: "XX",
  cities: "3",
  sources: "x,2",
};

async function addUnreferred({ engine }: ServedApp): Promise<void> {
  const rows = {
    Country: { code: "XX", name: "x" },
    Region: { code: "XX", name: "x", country: "PE" },
    Source: { name: "x", version: 2 },
  };
  for (const [name, data] of Object.entries(rows))
    await engine.create({ model: name, data }, systemActor).catch(() => undefined);
}

/** Keys of rows that exist. */
const taken: Readonly<Record<string, JsonObject>> = {
  countries: { code: "PE" },
  languages: { code: "es" },
  regions: { code: "PE.15" },
  cities: { id: 1 },
  readings: { station: "north/1", day: "2026-01-01" },
  sources: { name: "a,b", version: 1 },
  notes: { id: 1 },
  reports: { id: "0190b2a4-7c1e-7a53-9d3e-0242ac120001" },
};

test("every door holds each name once and is what the document lists", () => {
  const { doors } = createDoors(declared.schema, defaultQueryLimits);
  const listed = doors
    .filter(({ model }) => model.access.read !== "nobody")
    .flatMap((door) => [
      ...[door.list, door.groups, door.end].flatMap((table) =>
        [...table.values()].map((parameter) => nameParameter(door.model, parameter)),
      ),
      ...[...door.export.values()].map((parameter) => nameExportParameter(door, parameter)),
    ]);
  expect(Object.keys(Object(at("/components/parameters"))).sort()).toEqual(["DryRun", ...new Set(listed)].sort());
});
