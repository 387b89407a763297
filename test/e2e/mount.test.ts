// Footing beside others: Fastify plugins, an Express app inside Footing, and Footing inside Express, Fastify and plain Node servers.

import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import helmet from "@fastify/helmet";
import express from "express";
import { fastify } from "fastify";
import expressHelmet from "helmet";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { z } from "zod";
import { type AppHandler, createHandler } from "../../src/app/create-handler.ts";
import { defineApp } from "../../src/app/define-app.ts";
import { model } from "../../src/schema/model.ts";
import { t } from "../../src/schema/t.ts";
import { type Reply, readReply, serveOwnCode } from "./own-code-app.ts";

const Note = model({ id: t.int(), text: t.text() }, { key: "id", access: { read: true, create: true } });
const models = { Note };
const app = defineApp({
  models,
  actions: (action) => ({
    echo: action({ input: z.object({ n: z.int() }), access: true, run: ({ input }) => input }),
  }),
});

describe("Fastify plugins", () => {
  test("see every request of Footing, and may have routes of their own", async () => {
    const seen: string[] = [];
    const { get, send } = await serveOwnCode(
      defineApp({
        models,
        plugins: async (server) => {
          await server.register(helmet, { contentSecurityPolicy: { directives: { defaultSrc: ["'self'"] } } });
          server.addHook("onRequest", async (request) => void seen.push(request.url));
          server.post("/plugin", async (request) => ({ query: request.query, body: request.body }));
        },
      }),
    );
    const list = await get("/api/notes?limit=1");
    expect(list.status).toBe(200);
    expect(list.headers.get("strict-transport-security")).toContain("max-age");
    expect(list.headers.get("content-security-policy")).toContain("default-src 'self'");
    expect((await get("/nowhere")).headers.get("x-frame-options")).toBe("SAMEORIGIN");
    expect((await get("/docs")).headers.get("content-security-policy")).toContain("default-src 'none'");
    const own = { method: "POST", headers: { "content-type": "application/json" }, body: '{"a":1}' };
    expect((await send("/plugin?b=2", own)).body).toEqual({ query: { b: "2" }, body: { a: 1 } });
    expect(await send("/api/notes", { ...own, body: '{"id":1,"id":2}' })).toMatchObject({ status: 400 });
    expect(seen).toEqual(["/api/notes?limit=1", "/nowhere", "/docs", "/plugin?b=2", "/api/notes"]);
  });
});

describe("an Express app inside Footing", () => {
  const legacy = express();
  legacy.use(expressHelmet());
  legacy.use(express.json());
  legacy.get("/", (_request, response) => void response.send("root"));
  legacy.post("/echo/", (request, response) => {
    response.json({ body: request.body, url: request.url, originalUrl: request.originalUrl });
  });
  legacy.get("/fails", () => {
    throw new Error("broken");
  });

  test("gets what is below its path unread, and answers with its own 404", async () => {
    const { get, post, send } = await serveOwnCode(defineApp({ models, mount: { "/legacy": legacy } }));
    const echo = await post("/legacy/echo/?a=1", { deep: [1] });
    expect(echo.body).toEqual({ body: { deep: [1] }, url: "/echo/?a=1", originalUrl: "/legacy/echo/?a=1" });
    expect(echo.headers.get("x-dns-prefetch-control")).toBe("off");
    expect(echo.headers.get("x-powered-by")).toBeNull();
    expect((await get("/legacy")).body).toBe("root");
    expect((await get("/legacy?x=1")).body).toBe("root");
    expect(await get("/legacy/nowhere")).toMatchObject({ status: 404, body: expect.stringContaining("Cannot GET") });
    expect(await get("/legacyx")).toMatchObject({ status: 404, body: { code: "FTG_NOT_FOUND" } });
    expect((await get("/api/notes")).body).toMatchObject({ data: [] });
    expect((await send("/legacy", { method: "HEAD" })).status).toBe(200);
  });

  test("at / takes what Footing does not serve", async () => {
    const { get, post } = await serveOwnCode(
      defineApp({
        models,
        mount: { "/": legacy },
        routes: (route) => [route({ method: "GET", path: "/own", handle: () => "own" })],
      }),
    );
    expect((await get("/")).body).toBe("root");
    expect((await get("/own")).body).toBe("own");
    expect((await post("/echo/", { a: 1 })).body).toMatchObject({ url: "/echo/" });
    expect((await get("/api/notes")).body).toMatchObject({ data: [] });
    expect(await get("/api/nowhere")).toMatchObject({ status: 404, body: expect.stringContaining("Cannot GET") });
    expect((await get("/healthz")).body).toEqual({ status: "ok" });
  });

  test("a handler that throws is a 500 without details, and does not end the process", async () => {
    const lines = silence();
    const fails = { "/sync": () => explode(), "/async": async () => explode() };
    const { get } = await serveOwnCode(defineApp({ models, mount: fails }));
    for (const path of ["/sync", "/async"]) {
      const answer = await get(path);
      expect(answer).toMatchObject({ status: 500, body: { code: "FTG_INTERNAL" } });
      expect(JSON.stringify(answer.body)).not.toContain("hunter2");
    }
    expect(lines().join("")).toContain("hunter2");
    expect((await get("/api/notes")).status).toBe(200);
  });

  test.each([
    ["/api", "The mount /api takes the address /api/notes."],
    ["/api/notes/5", "The mount /api/notes/5 takes the address /api/notes/:key."],
    ["/own", "The mount /own takes the address /own/:x."],
    ["legacy", 'Expected a path like /legacy, got "legacy".'],
    ["/legacy/", 'Expected a path like /legacy, got "/legacy/".'],
  ])("at %s is refused at boot", async (path, detail) => {
    const mounted = defineApp({
      models,
      mount: { [path]: legacy },
      routes: (route) => [route({ method: "GET", path: "/own/:x", handle: () => 1 })],
    });
    await expect(serveOwnCode(mounted)).rejects.toMatchObject({
      code: "FTG_CONFIG",
      problems: [{ path: `defineApp.mount ${path}`, detail }],
    });
  });
});

describe("Footing inside", () => {
  test("Express, below a path: addresses it answers with are led by it", async () => {
    const footing = await open("/backend");
    const server = express().use("/backend", footing.handler);
    server.get("/own", (_request, response) => void response.send("express"));
    const send = await listen(createServer(server));
    await useIt(send);
    expect((await send("/own")).body).toBe("express");
    expect(await send("/backend/nowhere")).toMatchObject({ status: 404, body: { code: "FTG_NOT_FOUND" } });
  });

  test("Express, behind a body parser: says so instead of waiting", async () => {
    const lines = silence();
    const footing = await open("/backend");
    const send = await listen(createServer(express().use(express.json()).use("/backend", footing.handler)));
    expect(await send("/backend/api/notes", { id: 1, text: "a" })).toMatchObject({ status: 500 });
    expect(lines().join("")).toContain("before any body parser");
    expect((await send("/backend/api/notes")).status).toBe(200);
  });

  test("Fastify, as a plugin that closes with it", async () => {
    const footing = await open("/backend");
    const server = fastify();
    server.get("/own", async () => "fastify");
    await server.register(footing.plugin);
    await server.listen({ port: 0, host: "127.0.0.1" });
    onTestFinished(() => server.close());
    const send = sendTo(server.server);
    await useIt(send);
    expect((await send("/own")).body).toBe("fastify");
    await server.close();
    await expect(footing.db.Note.count()).rejects.toThrow();
  });

  test("a plain Node server, with and without a path", async () => {
    await useIt(await listen(createServer((await open("/backend")).handler)));
    const send = await listen(createServer((await open()).handler));
    expect((await send("/api/notes", { id: 1, text: "a" })).headers.get("location")).toBe("/api/notes/1");
  });
});

type Send = (path: string, body?: unknown) => Promise<Reply>;

/** Writes and reads through a server that has Footing at /backend. */
async function useIt(send: Send): Promise<void> {
  const made = await send("/backend/api/notes", { id: 1, text: "a" });
  expect([made.status, made.headers.get("location")]).toEqual([201, "/backend/api/notes/1"]);
  await send("/backend/api/notes", { id: 2, text: "b" });
  expect((await send("/backend/api/notes/1")).body).toEqual({ id: 1, text: "a" });
  const list = await send("/backend/api/notes?limit=1");
  expect(list.headers.get("link")).toMatch(/^<\/backend\/api\/notes\?limit=1&after=/);
  expect((await send("/backend/api/actions/echo", { n: 1 })).body).toEqual({ n: 1 });
  expect((await send("/backend/graphql", { query: "{ notes { nodes { id } } }" })).body).toEqual({
    data: { notes: { nodes: [{ id: 1 }, { id: 2 }] } },
  });
  const document = await send("/backend/openapi.json");
  expect(document.body).toMatchObject({ servers: [{ url: "/backend" }] });
  const page = String((await send("/backend/docs")).body);
  for (const [, path = ""] of page.matchAll(/src="([^"]+)"/g))
    expect((await send(new URL(path, "http://x/backend/docs").pathname)).status).toBe(200);
}

async function open(basePath?: string): Promise<AppHandler<typeof models>> {
  const options = { database: "sqlite::memory:", mode: "production", title: "notes" } as const;
  const footing = await createHandler(app, { ...options, ...(basePath !== undefined && { basePath }) });
  onTestFinished(() => footing.close());
  return footing;
}

async function listen(server: Server): Promise<Send> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return sendTo(server);
}

function sendTo(server: Server): Send {
  const address = server.address();
  const { port } = address as AddressInfo;
  return async (path, body) =>
    readReply(
      await fetch(`http://127.0.0.1:${port}${path}`, {
        ...(body !== undefined && {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify(body),
        }),
      }),
    );
}

function explode(): never {
  throw new Error("password=hunter2");
}

/** Keeps the log of a failure that is wanted off the screen, and gives it. */
function silence(): () => readonly string[] {
  const lines: string[] = [];
  const spy = vi.spyOn(process.stdout, "write").mockImplementation((line) => lines.push(String(line)) > 0);
  onTestFinished(() => spy.mockRestore());
  return () => lines;
}
