/** Groups over REST: the answer, its pages, and the same bytes as GraphQL. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { createMemoryStore } from "../../src/stores/memory/store.ts";
import { type ServedApp, serveApp } from "./rest-app.ts";

let app: ServedApp;
beforeAll(async () => {
  app = await serveApp(createMemoryStore());
});
afterAll(() => app.close());

async function get(path: string, user?: string) {
  const { status, text, headers } = await app.send({ path, ...(user !== undefined && { user }) });
  return { status, text, link: headers["link"] };
}

test("groups with what was calculated, and the way to the next ones", async () => {
  const path = "/api/aggregate/cities?groupBy=country.name,kind&aggregate=count,sum.population&sort=-sum.population";
  expect(await get(`${path}&limit=2`)).toEqual({
    status: 200,
    text: '{"data":[{"key":{"country":{"name":"Peru"},"kind":"city"},"count":1,"sum":{"population":"9000"}},\n{"key":{"country":{"name":"Chile"},"kind":"city"},"count":1,"sum":{"population":"6000"}}],"page":{"hasMore":true}}',
    link: `<${path}&limit=2&offset=2>; rel="next"`,
  });
  expect(await get(`${path}&limit=2&offset=4`)).toEqual({
    status: 200,
    text: '{"data":[{"key":{"country":{"name":"Peru"},"kind":"town"},"count":1,"sum":{"population":"400"}}],"page":{"hasMore":false}}',
    link: undefined,
  });
  expect((await get(`${path}&having[sum.population][gt]=5000`)).text).toContain('"9000"');
});

test("all rows are one group; of none, nothing but their number is known", async () => {
  expect((await get("/api/aggregate/cities")).text).toBe('{"data":[{"count":5}],"page":{"hasMore":false}}');
  expect((await get("/api/aggregate/cities?name=x&aggregate=count,max.name,avg.budget")).text).toBe(
    '{"data":[{"count":0,"avg":{"budget":null},"max":{"name":null}}],"page":{"hasMore":false}}',
  );
  expect((await get("/api/aggregate/cities?name=x&groupBy=kind")).text).toBe('{"data":[],"page":{"hasMore":false}}');
});

test("spans of time by the clocks of a zone", async () => {
  expect((await get("/api/aggregate/cities?groupBy=seenAt:day&timeZone=America/Lima&aggregate=count")).text).toBe(
    '{"data":[{"key":{"seenAt":"2025-12-31T05:00:00.000Z"},"count":5}],"page":{"hasMore":false}}',
  );
});

test("only rows that the caller may read are counted", async () => {
  expect((await get("/api/aggregate/notes?groupBy=owner&aggregate=count", "ann")).text).toBe(
    '{"data":[{"key":{"owner":"ann"},"count":1},\n{"key":{"owner":"bob"},"count":1}],"page":{"hasMore":false}}',
  );
  expect((await get("/api/aggregate/notes")).status).toBe(403);
  expect((await get("/api/aggregate/vaults")).status).toBe(404);
  expect((await get("/api/aggregate/cities?groupBy=mayorPhone")).status).toBe(400);
  expect((await get("/api/aggregate/cities?aggregate=max.mayorPhone")).status).toBe(400);
});

test("places nulls of keys and of what is calculated, where there may be any", async () => {
  const read = async (sort: string) => {
    const path = `/api/aggregate/cities?groupBy=region&aggregate=count,max.founded&sort=${sort}`;
    const { data } = { ...Object(JSON.parse((await get(path)).text)) };
    return data.map(({ key }: { key: { region: unknown } }) => key.region);
  };
  const up = await read("key.region");
  expect(up[0]).toBeNull();
  expect(await read("key.region:nullsLast")).toEqual([...up.slice(1), null]);
  expect((await read("-key.region:nullsFirst"))[0]).toBeNull();
  expect((await get("/api/aggregate/cities?groupBy=kind&sort=-max.founded:nullsLast")).status).toBe(200);
  for (const sort of [
    "count:nullsLast",
    "key.kind:nullsLast",
    "max.founded:nullslast",
    "max.founded,-max.founded:nullsLast",
  ])
    expect((await get(`/api/aggregate/cities?groupBy=kind&sort=${sort}`)).status, sort).toBe(400);
});

test("rows with what is calculated over related rows, and sorted by it", async () => {
  expect(
    (await get("/api/countries?fields=code&include=cities.count,cities.max.population&sort=-cities.count,code&limit=2"))
      .text,
  ).toContain(
    '"data":[{"code":"PE","citiesAggregate":{"count":2,"max":{"population":9000}}},\n{"code":"BO","citiesAggregate":{"count":1,"max":{"population":800}}}]',
  );
  const first = await get("/api/countries?fields=code&sort=-cities.sum.population&limit=1");
  const { page } = JSON.parse(first.text);
  expect(first.text).toContain('"code":"PE"');
  expect(
    (await get(`/api/countries?fields=code&sort=-cities.sum.population&limit=1&after=${page.next}`)).text,
  ).toContain('"code":"CL"');
  expect((await get("/api/countries?include=cities.max.mayorPhone")).status).toBe(400);
  expect((await get("/api/countries?sort=cities.max.mayorPhone")).status).toBe(400);
});
