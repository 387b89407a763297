// How many rows a list has in all, through every door of a served app; and nobody counts who was not asked to.

import { expect, test } from "vitest";
import { createClient } from "../../src/client.ts";
import { defineApp, model, t } from "../../src/index.ts";
import { type OwnCodeApp, serveOwnCode } from "./own-code-app.ts";

const City = model(
  { id: t.int(), name: t.text(), count: t.int().default(1) },
  { key: "id", search: ["name"], access: { read: true } },
);

const app = defineApp({
  models: { City },
  async setup({ db }) {
    await db
      .asSystem()
      .City.createMany(Array.from({ length: 30 }, (_, id) => ({ id, name: id < 25 ? "Lima" : "Cusco" })));
  },
});

const where = { name: "Lima" };

async function read(served: OwnCodeApp<(typeof app)["models"]>, path: string): Promise<unknown> {
  const { status, body } = await served.get(path);
  expect(status, path).toBe(200);
  return { ...Object(body) }.page.total;
}

test.each(["exact", "estimated"] as const)("%s: every door says the same", async (count) => {
  const served = await serveOwnCode(app);
  // Nothing but an exact number on this store, which has no planner that tells.
  const total = { count: 25, isExact: true };
  expect(await read(served, `/api/cities?name=Lima&limit=2&count=${count}`)).toEqual(total);
  expect(await read(served, `/api/cities?name=Lima&limit=2&offset=20&count=${count}`)).toEqual(total);
  expect(await read(served, `/api/cities?search=lima&limit=2&count=${count}`)).toEqual(total);
  const find = { where, limit: 2, count };
  const { results } = Object(
    (await served.post("/api/batch", { operations: [{ op: "find", model: "City", ...find }] })).body,
  );
  expect(results[0].page).toEqual({ hasMore: true, next: expect.any(String), total });
  expect((await served.server.db.City.findPage(find)).page.total).toEqual(total);
  expect((await createClient<typeof app>(served.server.url).City.findPage(find)).page.total).toEqual(total);
  const query = `{ cities(where: { name: "Lima" }, first: 2) { ${count === "exact" ? "totalCount" : "estimatedCount"} nodes { id } } }`;
  const { data } = Object((await served.post("/graphql", { query })).body);
  expect(Object.values(data.cities)).toEqual([25, [{ id: 0 }, { id: 1 }]]);
});

test("without being asked for, no list has a total", async () => {
  const served = await serveOwnCode(app);
  expect(await read(served, "/api/cities?limit=2")).toBeUndefined();
  expect((await served.server.db.City.findPage({ limit: 2 })).page).not.toHaveProperty("total");
  const { headers } = await served.get("/api/cities?limit=2&count=exact");
  expect(headers.get("link")).toMatch(/limit=2&count=exact&after=/);
});

test("a field of that name is filtered in the long spelling, and wrong words are refused", async () => {
  const served = await serveOwnCode(app);
  expect((await served.get("/api/cities?count[eq]=1&limit=1")).status).toBe(200);
  for (const path of ["/api/cities?count=1", "/api/cities?count=exact&count=exact", "/api/cities/1?count=exact"])
    expect((await served.get(path)).body).toMatchObject({ status: 400, code: "FTG_PARAMETER" });
  const refused = await served.post("/api/batch", { operations: [{ op: "find", model: "City", count: "much" }] });
  expect(refused.status).toBe(400);
  // What only a caller without types can send.
  const wrong = { count: "much" } as unknown as { count: "exact" };
  await expect(served.server.db.City.findPage(wrong)).rejects.toMatchObject({ code: "FTG_QUERY" });
  await expect(served.server.db.City.find({ count: "exact" } as object)).rejects.toMatchObject({ code: "FTG_QUERY" });
});
