import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createMemoryStore } from "../../src/stores/memory/store.ts";
import { createSqliteStore } from "../../src/stores/sqlite/store.ts";
import type { RawAnswer } from "./raw-http.ts";
import { type ServedApp, serveApp } from "./rest-app.ts";

const stores = [
  ["memory", () => createMemoryStore()],
  ["SQLite", () => createSqliteStore({ path: ":memory:" })],
] as const;

describe.each(stores)("REST on %s", (_name, createStore) => {
  let app: ServedApp;

  beforeAll(async () => {
    app = await serveApp(createStore());
  });
  afterAll(() => app.close());

  async function get(path: string, user?: string): Promise<unknown> {
    const answer = await app.send({ path, ...(user !== undefined && { user }) });
    expect(answer, answer.text).toMatchObject({
      status: 200,
      headers: { "content-type": "application/json; charset=utf-8" },
    });
    return JSON.parse(answer.text);
  }

  async function ids(query: string): Promise<unknown> {
    const { data } = { ...Object(await get(`/api/cities?fields=id&${query}`)) };
    return data.map(({ id }: { id: number }) => id);
  }

  async function refused(path: string, method = "GET"): Promise<Record<string, unknown>> {
    return readProblem(await app.send({ path, method }));
  }

  test("lists rows in an envelope, by key, whole without hidden fields and relations", async () => {
    expect(await get("/api/cities?limit=1")).toEqual({
      data: [
        {
          id: 1,
          name: "Lima",
          population: 9000,
          kind: "city",
          founded: null,
          seenAt: "2026-01-01T00:00:00.000Z",
          budget: "10.50",
          seats: "9007199254740993",
          token: null,
          crest: null,
          tags: ["coast", "capital"],
          meta: { a: { b: 1, c: 2 } },
          slug: "lima",
          limit: 5,
          country: "PE",
          region: "PE.15",
        },
      ],
      page: { hasMore: true, next: expect.stringMatching(/^[A-Za-z0-9_-]+$/) },
    });
    expect(await get("/api/languages")).toEqual({
      data: [
        { code: "aym", name: "Aymara" },
        { code: "es", name: "Spanish" },
        { code: "que", name: "Quechua" },
      ],
      page: { hasMore: false, next: null },
    });
  });

  test("gives one row bare", async () => {
    expect(await get("/api/countries/PE")).toEqual({ code: "PE", name: "Peru", area: 1285216, landlocked: false });
  });

  test("shows exactly the fields that are named, in that order, and what is included", async () => {
    const answer = await app.send({
      path: "/api/cities?country.code=PE&sort=-population&limit=1&fields=name,population&include=region",
    });
    expect(answer.text).toMatch(
      /^\{"data":\[\{"name":"Lima","population":9000,"region":\{"code":"PE\.15","name":"Lima Region","country":"PE"\}\}\],"page":\{"hasMore":true,"next":"[\w-]+"\}\}$/,
    );
    expect(await get("/api/cities/1?fields=population,name,region.name")).toEqual({
      population: 9000,
      name: "Lima",
      region: { name: "Lima Region" },
    });
    expect(await get("/api/cities/3?fields=name,region.name&include=country")).toEqual({
      name: "La Paz",
      region: null,
      country: { code: "BO", name: "Bolivia", area: 1098581, landlocked: true },
    });
    expect(await get("/api/cities/3?fields=region,country")).toEqual({ region: null, country: "BO" });
  });

  test("includes related rows, through two relations as well", async () => {
    expect(await get("/api/countries/PE?include=borders,languages")).toMatchObject({
      code: "PE",
      borders: [
        { code: "BO", name: "Bolivia" },
        { code: "CL", name: "Chile" },
      ],
      languages: [{ code: "aym" }, { code: "es" }, { code: "que" }],
    });
    expect(await get("/api/countries/PE?fields=code,borders.code&include=borders.languages")).toEqual({
      code: "PE",
      borders: [
        {
          code: "BO",
          languages: [
            { code: "aym", name: "Aymara" },
            { code: "es", name: "Spanish" },
          ],
        },
        { code: "CL", languages: [{ code: "es", name: "Spanish" }] },
      ],
    });
    expect(await get("/api/regions/PE.15?include=country,cities&fields=name,cities.name")).toMatchObject({
      name: "Lima Region",
      cities: [{ name: "Lima" }],
      country: { name: "Peru" },
    });
  });

  test.each([
    ["population=800", [3]],
    ["population[eq]=800", [3]],
    ["population[gt]=800&population[lt]=9000", [4, 5]],
    ["population[gte]=800&population[lte]=1300", [3, 5]],
    ["population[not]=800&population[in]=800,400", [2]],
    ["population[in]=800,400", [2, 3]],
    ["population[in]=800%2C400", [2, 3]],
    ["population[notIn]=800,400,9000", [4, 5]],
    ["population%5Bgt%5D=1300", [1, 4]],
    ["name=Lima", [1]],
    ["name=Montevideo%20%26%20Z%C3%BCrich", [5]],
    ["name=Montevideo+%26+Z%C3%BCrich", [5]],
    ["name=Santiago,%20RM", [4]],
    ["name[in]=Santiago%2C%20RM,Lima", [1, 4]],
    ["name[contains]=a", [1, 3, 4]],
    ["name[startsWith]=La", [3]],
    ["name[endsWith]=co", [2]],
    ["kind=town", [2]],
    ["kind[in]=town,city&population[lt]=500", [2]],
    ["founded[lt]=1500-01-01", [2]],
    ["founded[isNull]=false", [2]],
    ["founded[isNull]=true&population[lt]=1000", [3]],
    ["seenAt[lte]=2026-01-01T01:00:00%2B01:00&id=1", [1]],
    ["seats=9007199254740993", [1]],
    ["budget=10.5", [1]],
    ["token=0190B2A4-7C1E-7A53-9D3E-0242AC120002", [3]],
    ["limit[eq]=5", [1]],
    ["country=BO", [3]],
    ["country[not]=PE", [3, 4, 5]],
    ["country[in]=BO,CL", [3, 4]],
    ["region[isNull]=true", [3, 4, 5]],
    ["country.code=PE", [1, 2]],
    ["country.name[contains]=l&country.landlocked=false", [4]],
    ["region.name=Cusco&country=PE&country.name=Peru", [2]],
    ["region.country=PE", [1, 2]],
  ])("filters by %s", async (query, expected) => {
    expect(await ids(query)).toEqual(expected);
  });

  test("a condition through a to-many relation asks for some row that meets all of them", async () => {
    const codes = async (query: string): Promise<unknown> =>
      Object(await get(`/api/countries?fields=code&${query}`)).data.map(({ code }: { code: string }) => code);
    expect(await codes("borders.code=PE")).toEqual(["BO", "CL"]);
    expect(await codes("languages.code=aym")).toEqual(["BO", "PE"]);
    expect(await codes("cities.population[gt]=1000")).toEqual(["CL", "PE", "UY"]);
    expect(await codes("cities.population[lt]=1000&cities.name=Lima")).toEqual([]);
  });

  test.each([
    ["sort=name", [2, 3, 1, 5, 4]],
    ["sort=-population", [1, 4, 5, 3, 2]],
    ["sort=kind,-id", [5, 4, 3, 1, 2]],
    ["sort=country.name,name", [3, 4, 2, 1, 5]],
    ["sort=-founded", [2, 5, 4, 3, 1]],
    ["sort=-country,population", [5, 2, 1, 4, 3]],
  ])("sorts by %s", async (query, expected) => {
    expect(await ids(query)).toEqual(expected);
  });

  test("pages forwards by Link to the end, backwards, and by offset", async () => {
    const seen: unknown[] = [];
    let path: string | null = "/api/cities?fields=id&population[gt]=0&sort=-population&limit=2";
    while (path !== null) {
      const answer: RawAnswer = await app.send({ path });
      const { data, page } = JSON.parse(answer.text);
      seen.push(...data.map(({ id }: { id: number }) => id));
      const link = String(answer.headers["link"] ?? "");
      path = /^<([^>]+)>; rel="next"$/.exec(link)?.[1] ?? null;
      expect(path === null).toBe(page.next === null);
      if (path !== null)
        expect(path).toBe(`/api/cities?fields=id&population%5Bgt%5D=0&sort=-population&limit=2&after=${page.next}`);
    }
    expect(seen).toEqual([1, 4, 5, 3, 2]);
    const { page } = Object(await get("/api/cities?sort=-population&limit=4"));
    const back = await app.send({ path: `/api/cities?%62efore=${page.next}&sort=-population&limit=2&fields=id` });
    const answer = JSON.parse(back.text);
    expect(answer).toEqual({ data: [{ id: 4 }, { id: 5 }], page: { hasMore: true, previous: expect.any(String) } });
    expect(back.headers["link"]).toBe(
      `</api/cities?sort=-population&limit=2&fields=id&before=${answer.page.previous}>; rel="prev"`,
    );
    expect(await get(`/api/cities?sort=-population&limit=2&fields=id&before=${answer.page.previous}`)).toEqual({
      data: [{ id: 1 }],
      page: { hasMore: false, previous: null },
    });
    const skipped = await app.send({ path: "/api/cities?sort=-population&offset=1&limit=1&fields=id" });
    expect(JSON.parse(skipped.text).data).toEqual([{ id: 4 }]);
    expect(skipped.headers["link"]).toMatch(
      /^<\/api\/cities\?sort=-population&limit=1&fields=id&after=[\w-]+>; rel="next"$/,
    );
  });

  test.each<readonly [query: string, code: string, detail: unknown, fix: unknown]>([
    [
      "populaton[gt]=5",
      "FTG_PARAMETER",
      'Unknown parameter "populaton[gt]"; did you mean "population[gt]"?',
      "Use population[gt].",
    ],
    ["mayorPhone=555-1", "FTG_PARAMETER", 'Unknown parameter "mayorPhone".', undefined],
    ["mayorPhone[startsWith]=5", "FTG_PARAMETER", 'Unknown parameter "mayorPhone[startsWith]".', undefined],
    ["sort=mayorPhone", "FTG_PARAMETER", 'Unknown name in sort "mayorPhone".', undefined],
    ["fields=mayorPhone", "FTG_PARAMETER", 'Unknown name in fields "mayorPhone".', undefined],
    ["zzzz=5", "FTG_PARAMETER", 'Unknown parameter "zzzz".', undefined],
    [
      "population[like]=5",
      "FTG_PARAMETER",
      expect.stringMatching(/^Unknown parameter "population\[like\]"/),
      expect.any(String),
    ],
    [
      "population[contains]=5",
      "FTG_PARAMETER",
      expect.stringMatching(/^Unknown parameter "population\[contains\]"/),
      undefined,
    ],
    ["name[isNull]=true", "FTG_PARAMETER", expect.stringMatching(/^Unknown parameter/), expect.any(String)],
    ["country.cities.id=1", "FTG_PARAMETER", expect.stringMatching(/^Unknown parameter/), undefined],
    ["__proto__=1", "FTG_PARAMETER", 'Unknown parameter "__proto__".', undefined],
    ["constructor=1", "FTG_PARAMETER", 'Unknown parameter "constructor".', undefined],
    ["=1", "FTG_PARAMETER", 'Unknown parameter "".', undefined],
    [
      "population=1&population=1",
      "FTG_PARAMETER",
      'population is given twice, the second time as "1"; expected once.',
      "Give population once; several values go into population[in].",
    ],
    [
      "name=Lima&name[eq]=Cusco",
      "FTG_PARAMETER",
      'name[eq] is given twice, the second time as "Cusco"; expected once.',
      "Give name[eq] once; several values go into name[in].",
    ],
    [
      "limit=1&limit=2",
      "FTG_PARAMETER",
      'limit is given twice, the second time as "2"; expected once.',
      "Give limit once.",
    ],
    [
      "sort=populaton",
      "FTG_PARAMETER",
      'Unknown name in sort "populaton"; did you mean "population"?',
      "Use population.",
    ],
    [
      "sort=-populaton",
      "FTG_PARAMETER",
      'Unknown name in sort "-populaton"; did you mean "-population"?',
      "Use -population.",
    ],
    ["sort=tags", "FTG_PARAMETER", expect.stringContaining("Unknown name in sort"), undefined],
    ["sort=", "FTG_PARAMETER", expect.stringContaining('Unknown name in sort ""'), undefined],
    ["sort=name,-name", "FTG_PARAMETER", "sort has a name twice.", "Give each name once."],
    ["fields=", "FTG_PARAMETER", expect.stringContaining('Unknown name in fields ""'), undefined],
    ["fields=id,id", "FTG_PARAMETER", "fields has a name twice.", "Give each name once."],
    ["fields=id,nmae", "FTG_PARAMETER", expect.stringContaining('"nmae"'), undefined],
    ["include=regoin", "FTG_PARAMETER", expect.stringContaining('"regoin"; did you mean "region"?'), "Use region."],
    ["include=name", "FTG_PARAMETER", expect.stringContaining("Unknown name in include"), undefined],
    [
      "include=country.borders.languages",
      "FTG_PARAMETER",
      expect.stringContaining("Unknown name in include"),
      expect.any(String),
    ],
    ...["0", "-1", "101", "1e9", "1e1", "abc", "+5", "05", "1.5", "99999999999999999999999", ""].map(
      (value) =>
        [
          `limit=${encodeURIComponent(value)}`,
          "FTG_PARAMETER",
          `limit must be a whole number from 1 to 100; got ${JSON.stringify(value)}.`,
          "Write limit in plain digits, or leave it out: then it is 20. More rows come page by page, with `after`.",
        ] as const,
    ),
    ["limit", "FTG_PARAMETER", expect.stringMatching(/^limit must .* got ""\.$/), undefined],
    ...["-1", "abc", "9007199254740992"].map(
      (value) =>
        [
          `offset=${value}`,
          "FTG_PARAMETER",
          `offset must be a whole number from 0 to 9007199254740991; got "${value}".`,
          "Write offset in plain digits, or leave it out: then it is 0.",
        ] as const,
    ),
    ["after=a&before=b", "FTG_PARAMETER", "before and after exclude each other.", "Leave one of them out."],
    ["offset=1&after=a", "FTG_PARAMETER", "offset and a cursor exclude each other.", "Leave one of them out."],
    ["population=many", "FTG_VALUE", expect.stringMatching(/^population: expected an integer .*got "many"/), undefined],
    ["population=", "FTG_VALUE", expect.stringMatching(/got ""/), undefined],
    ["population=9007199254740993", "FTG_VALUE", expect.stringContaining("population"), undefined],
    ["population=0x10", "FTG_VALUE", expect.stringContaining("population"), undefined],
    ["population[in]=1,,2", "FTG_VALUE", expect.stringContaining("population[in]"), undefined],
    ["seats=9223372036854775808", "FTG_VALUE", expect.stringContaining("seats"), undefined],
    ["kind=village", "FTG_VALUE", expect.stringContaining('"city", "town"'), undefined],
    ["founded=2026-02-30", "FTG_VALUE", expect.stringContaining("founded"), undefined],
    ["founded[isNull]=yes", "FTG_VALUE", expect.stringContaining("true or false"), undefined],
    ["name=a%00b", "FTG_VALUE", expect.stringContaining("NUL"), undefined],
    ["name=%ED%A0%80", "FTG_PARAMETER", "name has a value that is not percent-encoded UTF-8.", undefined],
    ["name=%FF", "FTG_PARAMETER", "name has a value that is not percent-encoded UTF-8.", undefined],
    ["name=%", "FTG_PARAMETER", "name has a value that is not percent-encoded UTF-8.", undefined],
    ["name=Z\u00fcrich", "FTG_BAD_REQUEST", undefined, undefined],
    ["after=abc", "FTG_CURSOR", expect.any(String), undefined],
    ["after=", "FTG_CURSOR", expect.any(String), undefined],
    [
      "include=country.cities,country.borders,country.languages,country.regions&limit=100",
      "FTG_COST",
      expect.stringContaining("at most 25000"),
      undefined,
    ],
  ])("refuses %s with %s", async (query, code, detail, fix) => {
    const problem = await refused(`/api/cities?${query}`);
    expect(problem).toMatchObject({
      status: 400,
      code,
      ...(detail !== undefined && { detail }),
      ...(fix !== undefined && { fix }),
    });
  });

  test("names everything that is wrong at once", async () => {
    expect(await refused("/api/cities?populaton=1&limit=0&kind=x&fields=name")).toMatchObject({
      status: 400,
      code: "FTG_PARAMETER",
      detail: "3 parameters are wrong: populaton, limit, kind.",
      problems: [
        {
          path: "populaton",
          detail: 'Unknown parameter "populaton"; did you mean "population"?',
          fix: "Use population.",
        },
        {
          path: "limit",
          detail: 'limit must be a whole number from 1 to 100; got "0".',
          fix: expect.stringContaining("then it is 20"),
        },
        { path: "kind", detail: expect.stringContaining("kind") },
      ],
    });
  });

  test("a cursor of another sort, another list or another database is refused", async () => {
    const { page } = Object(await get("/api/cities?sort=-population&limit=1"));
    expect(await refused(`/api/cities?after=${page.next}`)).toMatchObject({ code: "FTG_CURSOR" });
    expect(await refused(`/api/countries?after=${page.next}`)).toMatchObject({ code: "FTG_CURSOR" });
    const forged = Buffer.from(
      JSON.stringify([JSON.parse(Buffer.from(page.next, "base64url").toString())[0], "x", 1]),
    ).toString("base64url");
    expect(await refused(`/api/cities?sort=-population&after=${forged}`)).toMatchObject({ code: "FTG_CURSOR" });
  });

  test.each([
    ["/api/cities/abc", 400, "FTG_VALUE"],
    ["/api/cities/99", 404, "FTG_NOT_FOUND"],
    ["/api/cities/1?limit=1", 400, "FTG_PARAMETER"],
    ["/api/readings/north%2F1", 400, "FTG_VALUE"],
    ["/api/readings/north%2F1,2026-01-01,x", 400, "FTG_VALUE"],
    ["/api/readings/north%2F1,yesterday", 400, "FTG_VALUE"],
    ["/api/readings/north%2F1,2026-01-09", 404, "FTG_NOT_FOUND"],
    ["/api/city", 404, "FTG_NOT_FOUND"],
    ["/api/vaults", 404, "FTG_NOT_FOUND"],
    ["/api/countries/PE/cities", 404, "FTG_NOT_FOUND"],
    ["/api//cities", 400, "FTG_PATH"],
    ["/api/cities/", 400, "FTG_PATH"],
    ["/api/c%69ties", 400, "FTG_PATH"],
  ])("%s is a %i %s", async (path, status, code) => {
    expect(await refused(path)).toMatchObject({ status, code });
  });

  test("keys of several parts, with commas and slashes inside them", async () => {
    expect(await get("/api/readings/north%2F1,2026-01-01")).toEqual({
      station: "north/1",
      day: "2026-01-01",
      value: 1.5,
      city: 1,
      source: null,
    });
    expect(await get("/api/readings/a%2Cb,2026-01-02?include=source")).toEqual({
      station: "a,b",
      day: "2026-01-02",
      value: -2,
      city: null,
      source: { name: "a,b", version: 1, note: null },
    });
    expect(await get("/api/readings?source.name=a%2Cb&source.version=1&fields=value")).toMatchObject({
      data: [{ value: -2 }],
    });
    expect(await get("/api/readings?source[isNull]=true&fields=value")).toMatchObject({ data: [{ value: 1.5 }] });
  });

  test.each([
    ["", 200],
    ["*/*", 200],
    ["application/json", 200],
    ["application/json, text/plain, */*", 200],
    ["text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", 200],
    ["text/html, application/*;q=0.1", 200],
    ["Application/JSON; charset=utf-8", 200],
    ["text/html", 406],
    ["application/xml", 406],
    ["application/problem+json", 406],
    ["application/json;q=0", 406],
    ["application/json;q=0, */*", 406],
    ["application/*;q=0, */*", 406],
    ["*/*;q=0", 406],
  ])("accept %j gives %i", async (accept, status) => {
    for (const path of ["/api/cities?limit=1", "/api/cities/1"]) {
      for (const method of ["GET", "HEAD"]) {
        const answer = await app.send({ path, method, headers: { accept } });
        expect(answer.status).toBe(status);
        if (status === 406 && method === "GET")
          expect(readProblem(answer)).toMatchObject({
            code: "FTG_NOT_ACCEPTABLE",
            detail: `The answer is application/json, the only type offered here; the accept header takes ${JSON.stringify(accept)}.`,
            fix: "Accept `application/json`, or leave the accept header out.",
          });
      }
    }
  });

  test("what is not JSON or has no body is not asked for JSON", async () => {
    const headers = { accept: "text/html" };
    for (const path of ["/docs", "/openapi.json", "/healthz", "/readyz"])
      expect((await app.send({ path, headers })).status, path).toBe(200);
    expect((await app.send({ path: "/api/cities", method: "OPTIONS", headers })).status).toBe(204);
    expect((await app.send({ path: "/api/cities/99", method: "DELETE", headers })).status).toBe(404);
  });

  test("HEAD, OPTIONS and 405 of each kind of path", async () => {
    const head = await app.send({ path: "/api/cities?limit=1", method: "HEAD" });
    expect(head).toMatchObject({
      status: 200,
      text: "",
      headers: { link: expect.stringContaining("after="), "content-length": expect.stringMatching(/^\d+$/) },
    });
    const options = async (path: string): Promise<unknown> =>
      (await app.send({ path, method: "OPTIONS" })).headers["allow"];
    expect(await options("/api/cities")).toBe("GET, HEAD, POST, OPTIONS");
    expect(await options("/api/cities/1")).toBe("GET, HEAD, PATCH, DELETE, OPTIONS");
    expect(await options("/api/reports")).toBe("POST, OPTIONS");
    const put = await app.send({ path: "/api/cities/1", method: "PUT", body: "{}" });
    expect(put.headers["allow"]).toBe("GET, HEAD, PATCH, DELETE, OPTIONS");
    expect(readProblem(put)).toMatchObject({ status: 405, code: "FTG_METHOD" });
    expect(await refused("/api/reports")).toMatchObject({ status: 405, code: "FTG_METHOD" });
  });
});

describe.each(stores)("REST writes on %s", (_name, createStore) => {
  let app: ServedApp;

  beforeEach(async () => {
    app = await serveApp(createStore());
    return () => app.close();
  });

  function write(
    method: string,
    path: string,
    value: unknown,
    options: { user?: string; type?: string } = {},
  ): Promise<RawAnswer> {
    const { user, type = "application/json" } = options;
    return app.send({
      method,
      path,
      headers: { "content-type": type },
      body: JSON.stringify(value),
      ...(user !== undefined && { user }),
    });
  }

  test("POST creates a row and says where it is", async () => {
    const answer = await write("POST", "/api/cities", { id: 9, name: "Arica", population: 200, country: "CL" });
    expect(answer).toMatchObject({
      status: 201,
      headers: { location: "/api/cities/9", "content-type": "application/json; charset=utf-8" },
    });
    expect(JSON.parse(answer.text)).toMatchObject({ id: 9, name: "Arica", kind: "city", region: null });
    expect((await app.send({ path: "/api/cities/9" })).text).toBe(answer.text);
  });

  test("the Location of a key with several parts leads to the row", async () => {
    const answer = await write("POST", "/api/readings", { station: "ü/,%", day: "2026-03-01", value: 1 });
    expect(answer.headers["location"]).toBe("/api/readings/%C3%BC%2F%2C%25,2026-03-01");
    expect((await app.send({ path: String(answer.headers["location"]) })).text).toBe(answer.text);
  });

  test("a row that its creator may not read is created without a word of it", async () => {
    const answer = await write("POST", "/api/reports", { text: "seen" });
    expect(answer).toMatchObject({ status: 204, text: "" });
    expect(answer.headers["location"]).toBeUndefined();
  });

  test("PATCH replaces what it names, null clears, in both media types", async () => {
    for (const type of ["application/json", "application/merge-patch+json"]) {
      const answer = await write("PATCH", "/api/cities/1", { population: 9001, slug: null }, { type });
      expect(answer.status).toBe(200);
      expect(JSON.parse(answer.text)).toMatchObject({ id: 1, name: "Lima", population: 9001, slug: null });
    }
  });

  test("PATCH merges into a json field and into a key of several parts", async () => {
    const answer = await write("PATCH", "/api/cities/1", { meta: { a: { b: null, d: [1] }, e: "x" } });
    expect(JSON.parse(answer.text)).toMatchObject({ meta: { a: { c: 2, d: [1] }, e: "x" } });
    expect(
      JSON.parse((await write("PATCH", "/api/cities/2", { meta: { a: null, b: { c: null } } })).text),
    ).toMatchObject({ meta: { b: {} } });
    await write("POST", "/api/sources", { name: "a,b", version: 2 });
    expect(
      JSON.parse((await write("PATCH", "/api/readings/a%2Cb,2026-01-02", { source: { version: 2 } })).text),
    ).toMatchObject({ source: { name: "a,b", version: 2 } });
    expect(readProblem(await write("PATCH", "/api/cities/99", { meta: { a: 1 } }))).toMatchObject({ status: 404 });
  });

  test("DELETE ends a row", async () => {
    expect(await app.send({ method: "DELETE", path: "/api/cities/5" })).toMatchObject({ status: 204, text: "" });
    expect((await app.send({ path: "/api/cities/5" })).status).toBe(404);
    expect(readProblem(await app.send({ method: "DELETE", path: "/api/cities/5" }))).toMatchObject({ status: 404 });
  });

  test.each([
    ["POST", "/api/cities", { id: 9, name: "x", population: -1, country: "PE" }, 422, "FTG_INVALID", "/population"],
    ["POST", "/api/cities", { id: 9, name: "x", populaton: 1, country: "PE" }, 422, "FTG_INVALID", "/populaton"],
    [
      "POST",
      "/api/cities",
      { id: 9, name: "x", population: 1, country: "PE", mayorPhone: "1" },
      422,
      "FTG_INVALID",
      "/mayorPhone",
    ],
    ["POST", "/api/cities", { id: 9, name: "a\u0000", population: 1, country: "PE" }, 422, "FTG_INVALID", "/name"],
    ["POST", "/api/cities", { id: 9, name: "\ud800", population: 1, country: "PE" }, 422, "FTG_INVALID", "/name"],
    ["POST", "/api/cities", [], 422, "FTG_INVALID", ""],
    ["POST", "/api/cities", null, 422, "FTG_INVALID", ""],
    ["POST", "/api/cities", "x", 422, "FTG_INVALID", ""],
    ["POST", "/api/cities", { id: 1, name: "x", population: 1, country: "PE" }, 409, "FTG_CONFLICT", undefined],
    ["POST", "/api/cities", { id: 9, name: "x", population: 1, country: "XX" }, 409, "FTG_REFERENCE", undefined],
    ["POST", "/api/cities", { id: 9, name: "Nowhere", population: 1, country: "PE" }, 422, "FTG_CHECK", undefined],
    ["POST", "/api/cities?fields=id", { id: 9 }, 400, "FTG_PARAMETER", "fields"],
    ["PATCH", "/api/cities/1", { id: 2 }, 422, "FTG_INVALID", "/id"],
    ["PATCH", "/api/cities/1", { name: null }, 422, "FTG_INVALID", "/name"],
    ["PATCH", "/api/cities/1", { mayorPhone: {} }, 422, "FTG_INVALID", "/mayorPhone"],
    ["PATCH", "/api/cities/1", [], 422, "FTG_INVALID", ""],
    ["PATCH", "/api/cities/2", { slug: "lima" }, 409, "FTG_CONFLICT", undefined],
    ["PATCH", "/api/cities/99", { name: "x" }, 404, "FTG_NOT_FOUND", undefined],
    ["PATCH", "/api/cities/1?limit=1", { name: "x" }, 400, "FTG_PARAMETER", "limit"],
    ["DELETE", "/api/countries/PE", undefined, 409, "FTG_REFERENCE", undefined],
    ["DELETE", "/api/cities/1?force=true", undefined, 400, "FTG_PARAMETER", "force"],
  ])("%s %s %j is a %i %s and changes nothing", async (method, path, value, status, code, at) => {
    const before = await dump();
    const problem = readProblem(await write(method, path, value));
    expect(problem, JSON.stringify(problem)).toMatchObject({ status, code });
    if (at !== undefined)
      expect(problem["problems"]).toEqual(expect.arrayContaining([expect.objectContaining({ path: at })]));
    expect(await dump()).toEqual(before);
  });

  test.each([
    ["text/plain", "{}", 415, "FTG_MEDIA_TYPE"],
    ["application/merge-patch+json", "{}", 415, "FTG_MEDIA_TYPE"],
    ["application/json", '{"id":9,"id":9}', 400, "FTG_BODY"],
    ["application/json", '{"__proto__":{"admin":true}}', 400, "FTG_BODY"],
    ["application/json", "[".repeat(100_000), 400, "FTG_BODY"],
    ["application/json", "{", 400, "FTG_BODY"],
    ["application/json", "", 400, "FTG_BODY"],
    ["application/json", Buffer.from([0x7b, 0xff]), 400, "FTG_BODY"],
    ["application/json", JSON.stringify({ name: "x".repeat(1_100_000) }), 413, "FTG_TOO_LARGE"],
  ])("POST of %s, body %#, is refused", async (type, body, status, code) => {
    const before = await dump();
    expect(
      readProblem(await app.send({ method: "POST", path: "/api/cities", headers: { "content-type": type }, body })),
    ).toMatchObject({ status, code });
    expect(await dump()).toEqual(before);
  });

  test("rules decide who sees and does what; what is signed in is never stored", async () => {
    expect(readProblem(await app.send({ path: "/api/notes" }))).toMatchObject({ status: 403, code: "FTG_FORBIDDEN" });
    const own = await app.send({ path: "/api/notes?fields=id", user: "ann" });
    expect(own.headers["cache-control"]).toBe("no-store");
    expect(JSON.parse(own.text).data).toEqual([{ id: 1 }, { id: 2 }]);
    expect((await app.send({ path: "/api/notes/3", user: "ann" })).status).toBe(404);
    expect(readProblem(await write("POST", "/api/notes", { id: 9, text: "x" }))).toMatchObject({ status: 403 });
    expect(JSON.parse((await write("POST", "/api/notes", { id: 9, text: "x" }, { user: "ann" })).text)).toMatchObject({
      owner: "ann",
    });
    expect(
      readProblem(await write("POST", "/api/notes", { id: 10, text: "x", owner: "bob" }, { user: "ann" })),
    ).toMatchObject({ status: 403 });
    expect(readProblem(await app.send({ method: "DELETE", path: "/api/notes/2", user: "ann" }))).toMatchObject({
      status: 403,
    });
    expect(readProblem(await app.send({ method: "DELETE", path: "/api/notes/3", user: "ann" }))).toMatchObject({
      status: 404,
    });
  });

  async function dump(): Promise<unknown> {
    const answers = await Promise.all(
      ["cities", "countries", "readings", "sources"].map((plural) => app.send({ path: `/api/${plural}?limit=100` })),
    );
    return answers.map(({ text }) => text);
  }
});

function readProblem({ status, headers, text }: RawAnswer): Record<string, unknown> {
  expect(headers["content-type"], text).toBe("application/problem+json; charset=utf-8");
  const problem: Record<string, unknown> = { ...Object(JSON.parse(text)) };
  expect(problem["status"]).toBe(status);
  return problem;
}
