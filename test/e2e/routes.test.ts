// Plain routes: what a handler gets and may answer, what its schemas refuse, and addresses that are taken.

import { createHmac } from "node:crypto";
import { Readable } from "node:stream";
import { type } from "arktype";
import { describe, expect, test, vi } from "vitest";
import { z } from "zod";
import { defineApp } from "../../src/app/define-app.ts";
import type { DefineRoute, Route } from "../../src/app/define-route.ts";
import { FootingError } from "../../src/errors/footing-error.ts";
import { model } from "../../src/schema/model.ts";
import { t } from "../../src/schema/t.ts";
import { authenticate, serveOwnCode } from "./own-code-app.ts";

const Poll = model(
  { id: t.int(), title: t.text() },
  { key: "id", access: { read: ({ user }) => user !== null, create: true } },
);
const models = { Poll };

const app = defineApp({
  models,
  authenticate,
  routes: (route) => [
    route({
      method: "GET",
      path: "/hello/:name/:more",
      handle: ({ params, query, user }) => ({ params, query, user }),
    }),
    route({
      method: "GET",
      path: "/polls/:id",
      params: z.object({ id: z.coerce.number().int() }),
      query: type({ "page?": "string.integer.parse", "tag?": "string[]" }),
      handle: async ({ params, query, db }) => ({ ...query, poll: await db.Poll.get(params.id) }),
    }),
    route({
      method: "POST",
      path: "/polls/:id",
      body: z.object({ votes: z.array(z.int()) }),
      handle: ({ body, params }) => ({
        status: 201,
        headers: {
          location: `/polls/${params.id}`,
          "set-cookie": ["a=1", "b=2"],
          "content-type": "application/vnd.poll+json",
        },
        body: { sum: body.votes.reduce((sum, vote) => sum + vote, 0) },
      }),
    }),
    route({
      method: "POST",
      path: "/webhook",
      handle: ({ body, request }) => {
        const signature = createHmac("sha256", "key").update(body).digest("hex");
        if (request.headers["x-signature"] !== signature)
          throw new FootingError("FTG_FORBIDDEN", { detail: "The signature is wrong." });
        return { status: 202 };
      },
    }),
    route({ method: "GET", path: "/text", handle: () => "<b>plain</b>" }),
    route({ method: "GET", path: "/bytes", handle: () => new Uint8Array([1, 2, 255]) }),
    route({ method: "GET", path: "/stream", handle: () => Readable.from(["one ", "two"]) }),
    route({
      method: "GET",
      path: "/page",
      handle: () => ({ status: 200, headers: { "Content-Type": "text/html" }, body: "<b>page</b>" }),
    }),
    route({ method: "GET", path: "/null", handle: () => null }),
    route({ method: "DELETE", path: "/nothing", handle: () => undefined }),
    route({ method: "GET", path: "/data", handle: () => ({ status: 5, other: true }) }),
    route({ method: "GET", path: "/broken", handle: () => ({ status: 99 }) }),
    route({
      method: "GET",
      path: "/broken/header",
      handle: () => ({ status: 200, headers: { "x-next": "a\r\nx-injected: 1" }, body: "x" }),
    }),
    route({ method: "GET", path: "/broken/response", handle: () => new Response("made for fetch") }),
    route({
      method: "POST",
      path: "/writes/then/throws",
      handle: async ({ db }) => {
        await db.Poll.create({ id: 9, title: "kept" });
        throw new Error("too late");
      },
    }),
    route({
      method: "GET",
      path: "/throws",
      handle: () => {
        throw new Error("password=hunter2");
      },
    }),
    route({ method: "GET", path: "/", handle: () => "home" }),
  ],
});

describe("a handler", () => {
  test("gets the decoded path, the query string, the user and their db", async () => {
    const { get, post } = await serveOwnCode(app);
    expect((await get("/hello/%C3%89a%2Fb/x?tag=1&tag=2&q=a%20b", { role: "r" })).body).toEqual({
      params: { name: "Éa/b", more: "x" },
      query: { tag: ["1", "2"], q: "a b" },
      user: { id: "u1", role: "r" },
    });
    await post("/api/polls", { id: 7, title: "lunch" });
    expect((await get("/polls/7?page=3", { role: "r" })).body).toEqual({ page: 3, poll: { id: 7, title: "lunch" } });
    expect(await get("/polls/7")).toMatchObject({ status: 403, body: { code: "FTG_FORBIDDEN" } });
  });

  test("has the status, the headers and the body in its hands", async () => {
    const { post, get, send } = await serveOwnCode(app);
    const made = await post("/polls/5", { votes: [1, 2] });
    expect([made.status, made.body]).toEqual([201, { sum: 3 }]);
    expect(made.headers.get("content-type")).toBe("application/vnd.poll+json");
    expect(made.headers.get("location")).toBe("/polls/5");
    expect(made.headers.getSetCookie()).toEqual(["a=1", "b=2"]);
    expect(await read(get("/text"))).toEqual([200, "text/plain; charset=utf-8", "<b>plain</b>"]);
    expect(await read(get("/page"))).toEqual([200, "text/html", "<b>page</b>"]);
    expect(await read(get("/stream"))).toEqual([200, "application/octet-stream", "one two"]);
    expect(await read(get("/null"))).toEqual([200, "application/json; charset=utf-8", null]);
    expect(await read(get("/data"))).toEqual([200, "application/json; charset=utf-8", { status: 5, other: true }]);
    expect(await read(get("/"))).toEqual([200, "text/plain; charset=utf-8", "home"]);
    expect(await read(send("/nothing", { method: "DELETE" }))).toEqual([204, null, ""]);
    expect(await read(send("/text", { method: "HEAD" }))).toEqual([200, "text/plain; charset=utf-8", ""]);
  });

  test("sends bytes as they are", async () => {
    const { server } = await serveOwnCode(app);
    const bytes = await (await fetch(`${server.url}/bytes`)).arrayBuffer();
    expect([...new Uint8Array(bytes)]).toEqual([1, 2, 255]);
  });

  test("without a body schema gets the bytes of any media type", async () => {
    const { send } = await serveOwnCode(app);
    const body = "a=1&b=%zz";
    const signature = createHmac("sha256", "key").update(body).digest("hex");
    const sign = (text: string) =>
      send("/webhook", {
        method: "POST",
        body,
        headers: { "content-type": "application/x-www-form-urlencoded", "x-signature": text },
      });
    expect((await sign(signature)).status).toBe(202);
    expect(await sign("0")).toMatchObject({ status: 403, body: { detail: "The signature is wrong." } });
    const none = createHmac("sha256", "key").update("").digest("hex");
    expect((await send("/webhook", { method: "POST", headers: { "x-signature": none } })).status).toBe(202);
  });

  test("that fails is a 500 without details", async () => {
    vi.spyOn(process.stdout, "write").mockReturnValue(true);
    const { get } = await serveOwnCode(app);
    const thrown = await get("/throws");
    expect(thrown).toMatchObject({ status: 500, body: { code: "FTG_INTERNAL" } });
    expect(JSON.stringify(thrown.body)).not.toContain("hunter2");
    expect(await get("/broken")).toMatchObject({ status: 500, body: { code: "FTG_INTERNAL" } });
    vi.restoreAllMocks();
  });

  test.each(["header", "response"])("cannot send a wrong %s, which is the failure of the route", async (what) => {
    const log = vi.spyOn(process.stdout, "write").mockReturnValue(true);
    const { get } = await serveOwnCode(app);
    const answer = await get(`/broken/${what}`);
    expect(answer).toMatchObject({ status: 500, body: { code: "FTG_INTERNAL" } });
    expect(answer.headers.get("x-injected")).toBeNull();
    expect(log.mock.calls.join("")).toContain("FTG_OUTPUT");
    vi.restoreAllMocks();
  });

  test("after it wrote is not said to have changed nothing", async () => {
    vi.spyOn(process.stdout, "write").mockReturnValue(true);
    const { get, post } = await serveOwnCode(app);
    const failed = await post("/writes/then/throws");
    expect(failed).toMatchObject({ status: 500, body: { fix: expect.not.stringContaining("changed nothing") } });
    expect((await get("/polls/9", { role: "r" })).body).toMatchObject({ poll: { title: "kept" } });
    vi.restoreAllMocks();
  });
});

describe("schemas", () => {
  test("refuse segments and parameters with 400, bodies with 422, each with its places", async () => {
    const { get, post, send } = await serveOwnCode(app);
    expect(await get("/polls/x")).toMatchObject({
      status: 400,
      body: { code: "FTG_PARAMETER", problems: [{ path: "id" }] },
    });
    expect(await get("/polls/1?page=x")).toMatchObject({ status: 400, body: { problems: [{ path: "page" }] } });
    expect(await post("/polls/1", { votes: [1, "2"] })).toMatchObject({
      status: 422,
      body: { code: "FTG_INVALID", problems: [{ path: "/votes/1" }] },
    });
    const plain = { method: "POST", body: "{}", headers: { "content-type": "text/plain" } };
    expect(await send("/polls/1", plain)).toMatchObject({ status: 415 });
  });

  test("methods of one path share it", async () => {
    const { send } = await serveOwnCode(app);
    const { status, headers } = await send("/polls/1", { method: "PUT" });
    expect([status, headers.get("allow")]).toEqual([405, "GET, HEAD, POST, OPTIONS"]);
  });
});

describe("an address that is taken is refused at boot", () => {
  const declare = (routes: (route: DefineRoute<typeof models>) => readonly Route[]) =>
    serveOwnCode(defineApp({ models, routes }));

  test.each([
    ["/api/polls", "/api/polls"],
    ["/api/polls/popular", "/api/polls/:key"],
    ["/api/:anything", "/api/polls"],
    ["/graphql", "/graphql"],
    ["/healthz", "/healthz"],
  ])("%s", async (path, taken) => {
    const served = declare((route) => [route({ method: "GET", path, handle: () => 1 })]);
    await expect(served).rejects.toMatchObject({
      code: "FTG_CONFIG",
      problems: [
        {
          path: `defineApp.routes ${path}`,
          detail: `The route ${path} takes an address of ${taken}, which Footing serves.`,
        },
      ],
    });
  });

  test("also by another route", async () => {
    const twice = declare((route) => [
      route({ method: "GET", path: "/a/:x", handle: () => 1 }),
      route({ method: "POST", path: "/a/:y", handle: () => 1 }),
    ]);
    await expect(twice).rejects.toMatchObject({ problems: [{ detail: expect.stringContaining("/a/:x and /a/:y") }] });
    const same = () =>
      defineApp({
        models,
        routes: (route) => [
          route({ method: "GET", path: "/a", handle: () => 1 }),
          route({ method: "GET", path: "/a", handle: () => 2 }),
        ],
      });
    expect(same).toThrow(
      expect.objectContaining({ problems: [expect.objectContaining({ path: "defineApp.routes.1 (/a)" })] }),
    );
  });

  const handle = (): number => 1;
  const wrong: readonly [options: object, detail: RegExp][] = [
    [{ method: "get", path: "/a", handle }, /expected one of GET/],
    [{ method: "GET", path: "a", handle }, /expected a path/],
    [{ method: "GET", path: "/a/", handle }, /expected a path/],
    [{ method: "GET", path: "/a/*", handle }, /expected a path/],
    [{ method: "GET", path: "/a", handle: 1 }, /expected route/],
    [{ method: "GET", path: "/a", body: {}, handle }, /Standard Schema/],
  ];
  test.each(wrong)("and so is what is no route: %o", (options, detail) => {
    expect(() => defineApp({ models, routes: (route) => [route(Object(options))] })).toThrow(
      expect.objectContaining({ problems: [expect.objectContaining({ detail: expect.stringMatching(detail) })] }),
    );
  });
});

async function read(reply: ReturnType<Awaited<ReturnType<typeof serveOwnCode>>["get"]>): Promise<readonly unknown[]> {
  const { status, headers, body } = await reply;
  return [status, headers.get("content-type"), body];
}
