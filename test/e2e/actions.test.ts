// Actions over REST, GraphQL and in the API document: who may run them, what goes in and comes out, and what a failure undoes.

import { type } from "arktype";
import * as v from "valibot";
import { describe, expect, test, vi } from "vitest";
import { z } from "zod";
import { defineApp } from "../../src/app/define-app.ts";
import { FootingError } from "../../src/errors/footing-error.ts";
import { model } from "../../src/schema/model.ts";
import { t } from "../../src/schema/t.ts";
import { findOpenApiProblems } from "../support/openapi-problems.ts";
import { authenticate, serveOwnCode } from "./own-code-app.ts";

const Poll = model(
  { id: t.int(), title: t.text().max(20), open: t.bool().default(true), secret: t.text().optional().hidden() },
  { key: "id", access: { read: true, create: true, update: ({ user }) => user !== null } },
);

const Tree = z.object({
  name: z.string(),
  get children() {
    return z.array(Tree);
  },
});

const app = defineApp({
  models: { Poll },
  authenticate,
  actions: (action) => ({
    closePoll: action({
      describe: "Closes one poll.",
      input: z.object({ id: z.int(), tags: z.array(z.object({ name: z.string().min(2) })).optional() }),
      output: z.object({ id: z.int(), open: z.boolean() }),
      access: ({ user }) => user?.role === "editor",
      run: ({ input, db }) => db.Poll.update(input.id, { open: false }, { select: { id: true, open: true } }),
    }),
    countOpen: action({
      method: "query",
      access: true,
      run: async ({ db }) => ({ open: await db.Poll.count({ where: { open: true } }) }),
    }),
    sneaky: action({ method: "query", access: true, run: ({ db }) => db.asSystem().Poll.deleteMany({ all: true }) }),
    writeThenFail: action({
      input: v.object({ how: v.string() }),
      access: true,
      run: async ({ input, db }) => {
        await db.Poll.create({ id: 9, title: "undone" });
        if (input.how === "typed") throw new FootingError("FTG_CONFLICT", { detail: "The poll is closed." });
        if (input.how === "plain") throw new Error("password=hunter2");
        if (input.how === "bigint") return { big: 1n };
        return { how: input.how };
      },
    }),
    lies: action({
      input: type({ n: "number > 0" }),
      output: z.object({ n: z.string() }),
      access: true,
      run: async ({ input, db }) => {
        await db.Poll.create({ id: 8, title: "undone" });
        return { n: input.n > 5 ? "fine" : JSON.parse("5") };
      },
    }),
    asCaller: action({
      access: true,
      run: async ({ db, user, request }) => ({
        user,
        agent: request.headers["user-agent"],
        id: request.id,
        secrets: await db.asSystem().Poll.find({ select: { secret: true } }),
      }),
    }),
    nothing: action({ access: true, run: () => undefined }),
    upper: action({
      input: z.string().transform((text) => text.toUpperCase()),
      access: true,
      run: ({ input }) => input,
    }),
    tree: action({ input: Tree, access: true, run: ({ input }) => input.name }),
    promised: action({ access: () => JSON.parse('"yes"'), run: () => 1 }),
    forgotten: action({ run: () => 1 }),
  }),
});

describe("over REST", () => {
  test("a caller the rule lets in gets the answer as it is", async () => {
    const { post } = await serve();
    const { status, headers, body } = await post("/api/actions/closePoll", { id: 1 }, { role: "editor" });
    expect({ status, type: headers.get("content-type"), body }).toEqual({
      status: 200,
      type: "application/json; charset=utf-8",
      body: { id: 1, open: false },
    });
    expect((await post("/api/actions/nothing")).status).toBe(204);
    expect((await post("/api/actions/upper", "abc")).body).toBe("ABC");
    expect((await post("/api/actions/countOpen")).body).toEqual({ open: 0 });
  });

  test("others get a 403, and what nobody may run is not there", async () => {
    const { post } = await serve();
    expect(await post("/api/actions/closePoll", { id: 1 }, { role: "member" })).toMatchObject({
      status: 403,
      body: { code: "FTG_FORBIDDEN" },
    });
    expect(await post("/api/actions/closePoll", { id: "nonsense" })).toMatchObject({ status: 403 });
    expect(await post("/api/actions/forgotten")).toMatchObject({ status: 404 });
  });

  test("an input that the schema refuses is a 422 with every place", async () => {
    const { post } = await serve();
    const answer = await post(
      "/api/actions/closePoll",
      { id: "x", tags: [{ name: "ok" }, { name: "n" }] },
      { role: "editor" },
    );
    expect(answer).toMatchObject({
      status: 422,
      body: {
        code: "FTG_INVALID",
        detail: "The input is wrong in 2 places.",
        problems: [{ path: "/id" }, { path: "/tags/1/name" }],
      },
    });
    expect(await post("/api/actions/writeThenFail", { how: 5 })).toMatchObject({
      status: 422,
      body: { problems: [{ path: "/how" }] },
    });
    expect(await post("/api/actions/lies", { n: -1 })).toMatchObject({
      status: 422,
      body: { problems: [{ path: "/n" }] },
    });
  });

  test("bodies and parameters are as strict as everywhere", async () => {
    const { post, send, get } = await serve();
    const path = "/api/actions/closePoll";
    const plain = await send(path, { method: "POST", headers: { "content-type": "text/plain" }, body: "{}" });
    expect(plain).toMatchObject({ status: 415, body: { code: "FTG_MEDIA_TYPE" } });
    const twice = { method: "POST", headers: { "content-type": "application/json" }, body: '{"id":1,"id":2}' };
    expect(await send(path, twice)).toMatchObject({ status: 400, body: { code: "FTG_BODY" } });
    const large = { ...twice, body: JSON.stringify({ id: "x".repeat(1_100_000) }) };
    expect(await send(path, large)).toMatchObject({ status: 413, body: { code: "FTG_TOO_LARGE" } });
    expect(await post(`${path}?a=1`, { id: 1 })).toMatchObject({ status: 400, body: { code: "FTG_PARAMETER" } });
    const read = await get(path);
    expect([read.status, read.headers.get("allow")]).toEqual([405, "POST, OPTIONS"]);
  });

  test.each([
    ["typed", 409, "FTG_CONFLICT"],
    ["plain", 500, "FTG_INTERNAL"],
    ["bigint", 500, "FTG_INTERNAL"],
  ])("a mutation that fails (%s) is undone", async (how, status, code) => {
    silence();
    const { post, get } = await serve();
    const answer = await post("/api/actions/writeThenFail", { how });
    expect(answer).toMatchObject({ status, body: { code } });
    expect(JSON.stringify(answer.body)).not.toMatch(/hunter2|BigInt/);
    expect((await get("/api/polls/9")).status).toBe(404);
    expect(await post("/api/actions/writeThenFail", { how: "not" })).toMatchObject({
      status: 200,
      body: { how: "not" },
    });
    expect((await get("/api/polls/9")).status).toBe(200);
  });

  test("an answer that the output schema refuses is never sent, but logged, and undone", async () => {
    const logged = silence();
    const { post, get } = await serve();
    const answer = await post("/api/actions/lies", { n: 1 });
    expect(answer).toMatchObject({ status: 500, body: { code: "FTG_INTERNAL" } });
    expect(answer.body).not.toHaveProperty("problems");
    expect(logged().join("")).toMatch(/FTG_OUTPUT.*\/n/);
    expect((await get("/api/polls/8")).status).toBe(404);
    expect((await post("/api/actions/lies", { n: 6 })).body).toEqual({ n: "fine" });
  });

  test("an access rule that answers neither true nor false lets nobody in", async () => {
    silence();
    const { post } = await serve();
    expect((await post("/api/actions/promised")).status).toBe(500);
  });

  test("db acts as the caller, and as the system when told", async () => {
    const { post, server } = await serve();
    await server.db.asSystem().Poll.update(1, { secret: "s" });
    const { body } = await post("/api/actions/asCaller", undefined, { role: "x", headers: { "x-request-id": "r-1" } });
    expect(body).toMatchObject({ user: { id: "u1", role: "x" }, id: "r-1", secrets: [{ secret: "s" }] });
    expect((await post("/api/actions/asCaller")).body).toMatchObject({ user: null });
  });
});

describe("over GraphQL", () => {
  test("queries and mutations are root fields with JSON in and out", async () => {
    const { post } = await serve();
    const run = (query: string, variables = {}) => post("/graphql", { query, variables }, { role: "editor" });
    expect((await run("{ countOpen polls { nodes { id } } }")).body).toEqual({
      data: { countOpen: { open: 1 }, polls: { nodes: [{ id: 1 }] } },
    });
    expect(
      (await run('mutation($in: JSON) { a: closePoll(input: $in) b: nothing upper(input: "x") }', { in: { id: 1 } }))
        .body,
    ).toEqual({ data: { a: { id: 1, open: false }, b: null, upper: "X" } });
    const { body } = await run('mutation { closePoll(input: { id: "x" }) }');
    expect(body).toMatchObject({
      data: { closePoll: null },
      errors: [{ path: ["closePoll"], extensions: { code: "FTG_INVALID", problems: [{ path: "/id" }] } }],
    });
  });

  test("a mutation that fails is undone, and a query action comes by GET, a mutation not", async () => {
    silence();
    const { post, get } = await serve();
    const { body } = await post("/graphql", { query: 'mutation { writeThenFail(input: { how: "plain" }) }' });
    expect(body).toMatchObject({ errors: [{ extensions: { code: "FTG_INTERNAL" } }] });
    expect((await get("/api/polls/9")).status).toBe(404);
    expect((await get("/graphql?query={countOpen}")).body).toEqual({ data: { countOpen: { open: 1 } } });
    expect((await get("/graphql?query=mutation{nothing}")).status).toBe(405);
    expect((await get("/graphql?query={sneaky}")).body).toMatchObject({ data: { sneaky: null } });
    expect((await get("/api/polls")).body).toMatchObject({ data: [{ id: 1 }] });
  });
});

test("the API document describes them exactly", async () => {
  const { get } = await serve();
  const { body } = await get("/openapi.json");
  expect(await findOpenApiProblems(JSON.parse(JSON.stringify(body)))).toEqual([]);
  const { paths } = JSON.parse(JSON.stringify(body));
  const close = paths["/api/actions/closePoll"].post;
  expect(close).toMatchObject({ operationId: "closePoll", tags: ["actions"] });
  expect(close.description).toContain("Closes one poll.");
  expect(close.requestBody.content["application/json"].schema).toMatchObject({
    type: "object",
    properties: { id: { type: "integer" } },
    required: ["id"],
  });
  expect(close.responses["200"].content["application/json"].schema.properties.open).toEqual({ type: "boolean" });
  expect(Object.keys(close.responses)).toEqual(expect.arrayContaining(["200", "204", "403", "415", "422"]));
  // arktype offers JSON Schema, valibot needs another package for it.
  expect(paths["/api/actions/lies"].post.requestBody.content["application/json"].schema).toMatchObject({
    properties: { n: { exclusiveMinimum: 0 } },
  });
  expect(paths["/api/actions/writeThenFail"].post.requestBody.content["application/json"].schema).toEqual({});
  const place = "#/paths/~1api~1actions~1tree/post/requestBody/content/application~1json/schema";
  expect(JSON.stringify(paths["/api/actions/tree"])).toContain(`"$ref":"${place}`);
  expect(paths["/api/actions/countOpen"].post).not.toHaveProperty("requestBody");
  expect(paths).not.toHaveProperty("/api/actions/forgotten");
});

describe("at boot", () => {
  const run = (): number => 1;
  const wrong: readonly [actions: Readonly<Record<string, object>>, path: string, detail: RegExp][] = [
    [{ "close-poll": { run } }, "defineApp.actions.close-poll", /camelCase/],
    [{ close: { run: 5 } }, "defineApp.actions.close", /expected action/],
    [{ close: { run, input: { parse: 1 } } }, "defineApp.actions.close.input", /Standard Schema/],
    [{ close: { run, method: "GET" } }, "defineApp.actions.close.method", /query or mutation/],
    [{ close: { run, access: "all" } }, "defineApp.actions.close.access", /true, false or a function/],
  ];
  test.each(wrong)("what is no action is refused: %o", (actions, path, detail) => {
    expect(() => defineApp({ models: { Poll }, actions: () => actions })).toThrow(
      expect.objectContaining({
        code: "FTG_CONFIG",
        problems: [expect.objectContaining({ path, detail: expect.stringMatching(detail) })],
      }),
    );
  });

  test("a name that a field of a model has in GraphQL is refused", async () => {
    const named = defineApp({
      models: { Poll },
      actions: (action) => ({ createPoll: action({ access: true, run: () => 1 }) }),
    });
    await expect(serveOwnCode(named)).rejects.toMatchObject({
      code: "FTG_SCHEMA",
      problems: [{ path: "defineApp.actions.createPoll" }],
    });
  });
});

/** The app with one poll. */
async function serve() {
  const served = await serveOwnCode(app);
  await served.server.db.Poll.create({ id: 1, title: "lunch" });
  return served;
}

/** Keeps the log of a failure that is wanted off the screen, and gives it. */
function silence(): () => readonly string[] {
  const lines: string[] = [];
  const spy = vi.spyOn(process.stdout, "write").mockImplementation((line) => lines.push(String(line)) > 0);
  return () => {
    spy.mockRestore();
    return lines;
  };
}
