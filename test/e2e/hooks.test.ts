// Hooks around writes: what they are told, what they may change, what their failure undoes, and when they run.

import { afterEach, describe, expect, test, vi } from "vitest";
import { z } from "zod";
import { defineApp } from "../../src/app/define-app.ts";
import type { Hooks } from "../../src/app/define-hooks.ts";
import { FootingError } from "../../src/errors/footing-error.ts";
import { model } from "../../src/schema/model.ts";
import { t } from "../../src/schema/t.ts";
import type { Store } from "../../src/stores/contract/store.ts";
import { storeKinds } from "../conformance/stores.ts";
import { authenticate, serveOwnCode } from "./own-code-app.ts";

const all = { read: true, create: true, update: true, delete: true } as const;

const Team = model(
  { id: t.int(), name: t.text(), size: t.int().default(0), members: t.many("Member", "team") },
  { key: "id", access: all },
);

const Member = model(
  {
    name: t.text().max(20),
    slug: t.text(),
    hash: t.text().hidden().optional(),
    joined: t.datetime().optional(),
    owner: t.text().optional(),
    team: t.ref("Team").optional(),
    friends: t.manyToMany("Member"),
  },
  {
    access: {
      read: true,
      create: ({ user }) => (user === null ? true : { owner: user.id }),
      update: ({ user }) => user?.role !== "guest",
      delete: ({ user }) => user?.role === "editor",
    },
  },
);

const Entry = model({ what: t.text(), who: t.text().optional() }, { access: { read: true } });
const models = { Team, Member, Entry };

afterEach(() => vi.restoreAllMocks());

describe("before a create", () => {
  test("completes what was sent, hidden fields and dates included, under the caller's own rules", async () => {
    const { post, server } = await serve({
      Member: {
        beforeCreate: ({ data, user }) => ({
          ...data,
          slug: `${data.name}-${user?.role ?? "nobody"}`,
          hash: "h",
          joined: new Date(0),
        }),
      },
    });
    const { status, body } = await post("/api/members", { name: "Ana" }, { role: "x" });
    expect([status, body]).toMatchObject([
      201,
      { name: "Ana", slug: "Ana-x", joined: "1970-01-01T00:00:00.000Z", owner: "u1" },
    ]);
    expect(await server.db.asSystem().Member.find({ select: { hash: true } })).toEqual([{ hash: "h" }]);
    expect(await post("/api/members", { name: "Ana", hash: "mine" })).toMatchObject({ status: 422 });
    expect(await post("/api/members", { name: "Ana", owner: "other" }, { role: "x" })).toMatchObject({ status: 403 });
  });

  test("sees only data whose fields are of their types, and nothing that is not allowed at all", async () => {
    const seen = vi.fn();
    const { post } = await serve({
      Member: { beforeCreate: ({ data }) => void seen(data) },
      Entry: { beforeCreate: () => void seen("entry") },
    });
    expect(await post("/api/members", { name: 5 })).toMatchObject({
      status: 422,
      body: { problems: [{ path: "/name" }] },
    });
    expect(await post("/api/members", { name: "Ana", nope: 1 })).toMatchObject({ status: 422 });
    expect(await post("/graphql", { query: 'mutation { createEntry(data: { what: "x" }) { what } }' })).toMatchObject({
      status: 200,
    });
    expect(seen).not.toHaveBeenCalled();
    expect(await post("/api/members", { name: "Ana" })).toMatchObject({
      status: 422,
      body: { problems: [{ path: "/slug" }] },
    });
    expect(seen).toHaveBeenCalledExactlyOnceWith({ name: "Ana" });
  });

  test("may not change what it was given in place, nor answer something else", async () => {
    silence();
    const inPlace: Hooks<typeof models> = {
      Member: { beforeCreate: ({ data }) => void Object.assign(data, { slug: "s" }) },
    };
    expect(await (await serve(inPlace)).post("/api/members", { name: "Ana" })).toMatchObject({ status: 500 });
    const text: Hooks<typeof models> = { Member: { beforeCreate: () => JSON.parse('"text"') } };
    expect(await (await serve(text)).post("/api/members", { name: "Ana" })).toMatchObject({ status: 500 });
  });
});

describe("after a create", () => {
  const Club = model(
    { name: t.text(), memberships: t.many("Membership", "club") },
    {
      access: {
        read: ({ user }) => ({ memberships: { some: { who: String(user?.["id"]) } } }),
        create: ({ user }) => user !== null,
      },
    },
  );
  const Membership = model({ club: t.ref("Club"), who: t.text() }, { access: { read: ({ user }) => user !== null } });
  const serveClubs = (hooks: Hooks<{ Club: typeof Club; Membership: typeof Membership }>) =>
    serveOwnCode(defineApp({ models: { Club, Membership }, authenticate, hooks }));

  test("the writer is answered a row that the hook let them read, with related rows", async () => {
    const { post } = await serveClubs({
      Club: {
        async afterCreate({ row, user, db }) {
          await db.asSystem().Membership.create({ club: row.id, who: String(user?.["id"]) });
        },
      },
    });
    const made = await post("/api/clubs", { name: "Chess" }, { role: "x" });
    expect(made).toMatchObject({ status: 201, body: { name: "Chess" } });
    expect(made.headers.get("location")).toMatch(/^\/api\/clubs\//);
    const query = 'mutation { createClub(data: { name: "Go" }) { name memberships { nodes { who } } } }';
    expect((await post("/graphql", { query }, { role: "x" })).body).toEqual({
      data: { createClub: { name: "Go", memberships: { nodes: [{ who: "u1" }] } } },
    });
  });

  test("a row that nobody let them read is not answered", async () => {
    const ran = vi.fn();
    const { post } = await serveClubs({ Club: { afterCreate: () => void ran() } });
    expect(await post("/api/clubs", { name: "Chess" }, { role: "x" })).toMatchObject({ status: 204 });
    expect(ran).toHaveBeenCalledOnce();
  });

  test("nor is one of a model whose read rule says no", async () => {
    const Secret = model({ name: t.text() }, { access: { create: true } });
    const app = defineApp({ models: { Secret }, hooks: { Secret: { afterCreate: () => undefined } } });
    const { post } = await serveOwnCode(app);
    expect(await post("/api/secrets", { name: "x" })).toMatchObject({ status: 204 });
  });
});

describe("around an update and a delete", () => {
  test("hooks learn of the key, the data, the row and who writes", async () => {
    const told: unknown[] = [];
    const { server } = await serve({
      Team: {
        beforeUpdate: ({ key, where, data }) => {
          told.push(["before", key, where, data]);
          return data.name === undefined ? undefined : { ...data, name: data.name.trim() };
        },
        afterUpdate: ({ key, row, count, user }) => void told.push(["after", key, row, count, user]),
        beforeDelete: ({ key, where }) => void told.push(["delete", key, where]),
        afterDelete: ({ row, count }) => void told.push(["deleted", row, count]),
      },
    });
    const db = server.db.as({ id: "u" });
    await db.Team.create({ id: 1, name: "a" });
    expect(await db.Team.update(1, { name: " b " })).toEqual({ id: 1, name: "b", size: 0 });
    expect(await db.Team.updateMany({ where: { id: { gt: 0 } }, data: { size: 2 } })).toBe(1);
    await db.Team.delete(1);
    expect(await db.Team.deleteMany({ all: true })).toBe(0);
    expect(told).toEqual([
      ["before", 1, null, { name: " b " }],
      ["after", 1, { id: 1, name: "b", size: 0 }, 1, { id: "u" }],
      ["before", null, { id: { gt: 0 } }, { size: 2 }],
      ["after", null, null, 1, { id: "u" }],
      ["delete", 1, null],
      ["deleted", { id: 1, name: "b", size: 2 }, 1],
      ["delete", null, {}],
      ["deleted", null, 0],
    ]);
  });

  test("a write that nobody or nothing allows runs no hook, or undoes what the hook did", async () => {
    const { post, send, get } = await serve({
      Member: {
        beforeDelete: async ({ db, key }) => void (await db.asSystem().Entry.create({ what: `bye ${key}` })),
      },
    });
    const { body } = await post("/api/members", { name: "Ana", slug: "ana" });
    const path = `/api/members/${JSON.parse(JSON.stringify(body)).id}`;
    expect(await send(path, { method: "DELETE", headers: { "x-role": "guest" } })).toMatchObject({ status: 403 });
    expect((await get("/api/entries")).body).toMatchObject({ data: [] });
    const missing = "/api/members/00000000-0000-7000-8000-000000000000";
    expect(await send(missing, { method: "DELETE", headers: { "x-role": "editor" } })).toMatchObject({ status: 404 });
    expect((await get("/api/entries")).body).toMatchObject({ data: [] });
    expect(await send(path, { method: "DELETE", headers: { "x-role": "editor" } })).toMatchObject({ status: 204 });
    expect((await get("/api/entries")).body).toMatchObject({ data: [{ what: expect.stringMatching(/^bye 0/) }] });
  });
});

test("createMany runs them for each row, and names the row that is wrong", async () => {
  const told: unknown[] = [];
  const { server } = await serve({
    Member: {
      beforeCreate: ({ data }) => ({ ...data, slug: `${data.name}!` }),
      afterCreate: ({ row, key }) => void told.push([row.slug, row.id === key]),
      afterCommit: ({ changes }) => void told.push(changes.map(({ operation, count }) => [operation, count])),
    },
  });
  const rows = ["a", "b"].map((name) => ({ name, slug: "" }));
  expect(await server.db.Member.createMany(rows)).toBe(2);
  expect(told).toEqual([
    ["a!", true],
    ["b!", true],
    [
      ["create", 1],
      ["create", 1],
    ],
  ]);
  const wrong = server.db.Member.createMany([
    { name: "c", slug: "" },
    { name: "x".repeat(21), slug: "" },
  ]);
  await expect(wrong).rejects.toMatchObject({ code: "FTG_INVALID", problems: [{ path: "/1/name" }] });
  expect(await server.db.Member.count()).toBe(2);
});

test("what a hook throws of one of the rows of createMany says which", async () => {
  const refuse = (name: string) => {
    throw new FootingError("FTG_CHECK", { detail: `No ${name}.` });
  };
  const { server } = await serve({
    Member: {
      beforeCreate: ({ data }) => (data.name === "before" ? refuse("before") : undefined),
      afterCreate: ({ row }) => (row.name === "after" ? refuse("after") : undefined),
    },
  });
  for (const name of ["before", "after"]) {
    const wrong = server.db.Member.createMany(["a", name].map((each) => ({ name: each, slug: "" })));
    await expect(wrong).rejects.toMatchObject({ message: `/1: No ${name}.`, problems: [{ path: "/1" }] });
  }
  expect(await server.db.Member.count()).toBe(0);
});

test("a write that fails in a transaction that goes on leaves nothing of its hooks, and tells nobody", async () => {
  const told: unknown[] = [];
  const { server } = await serve({
    Team: {
      beforeCreate: async ({ data, db }) => void (await db.asSystem().Entry.create({ what: `before ${data.name}` })),
      afterCreate: ({ row }) => {
        if (row.name === "wrong") throw new FootingError("FTG_CHECK", { detail: "No." });
      },
      afterCommit: ({ changes }) => void told.push(...changes.map(({ key }) => key)),
    },
  });
  const db = server.db.asSystem();
  await db.transaction(async (tx) => {
    await tx.Team.create({ id: 1, name: "a" });
    await expect(tx.Team.create({ id: 2, name: "wrong" })).rejects.toMatchObject({ code: "FTG_CHECK" });
    await expect(
      tx.Team.createMany([
        { id: 3, name: "b" },
        { id: 4, name: "wrong" },
      ]),
    ).rejects.toMatchObject({
      code: "FTG_CHECK",
    });
    await tx.Team.create({ id: 5, name: "c" });
  });
  expect(await db.Team.find({ select: { id: true } })).toEqual([{ id: 1 }, { id: 5 }]);
  expect(await db.Entry.count()).toBe(2);
  expect(told).toEqual([1, 5]);
});

test("updateEach runs them for each row, with the rows before it changed, and names the row that is wrong", async () => {
  const seen: unknown[] = [];
  const { server } = await serve({
    Team: {
      beforeUpdate: async ({ data, db }) => {
        seen.push(await db.Team.count({ where: { size: { gt: 0 } } }));
        return { ...data, name: `${data.name}!` };
      },
      afterUpdate: ({ row }) => {
        seen.push(row?.name);
        if (row?.name === "wrong!") throw new FootingError("FTG_CHECK", { detail: "No." });
      },
    },
  });
  const db = server.db.asSystem();
  await db.Team.createMany([1, 2, 3].map((id) => ({ id, name: "x" })));
  const change = (names: readonly string[]) =>
    db.Team.updateEach(names.map((name, index) => ({ key: index + 1, data: { name, size: 1 } })));
  expect(await change(["a", "b"])).toBe(2);
  expect(seen).toEqual([0, "a!", 1, "b!"]);
  await expect(change(["c", "d", "wrong"])).rejects.toMatchObject({ code: "FTG_CHECK", problems: [{ path: "/2" }] });
  expect(await db.Team.find({ select: { name: true } })).toEqual([{ name: "a!" }, { name: "b!" }, { name: "x" }]);
});

test("rows of a nested write have their hooks too, and so have upserts and actions", async () => {
  const told: string[] = [];
  const { server, post } = await serve({
    Team: { afterCreate: ({ row }) => void told.push(`team ${row.name}`) },
    Member: {
      beforeCreate: ({ data }) => ({ ...data, slug: "s" }),
      afterCreate: ({ row }) => void told.push(`member ${row.name} of ${row.team}`),
    },
  });
  await server.db.Team.create({
    id: 1,
    name: "a",
    members: {
      create: [
        { name: "x", slug: "" },
        { name: "y", slug: "" },
      ],
    },
  });
  await server.db.Team.upsert(2, { create: { name: "b" }, update: { name: "c" } });
  await post("/api/actions/found", { name: "d" });
  expect(told).toEqual(["team a", "member x of 1", "member y of 1", "team b", "team d"]);
});

describe("afterCommit", () => {
  test("runs once for each model when the whole transaction is committed, in no transaction", async () => {
    const told: unknown[] = [];
    const { server } = await serve({
      Team: {
        afterUpdate: async ({ db, key }) => void (await db.asSystem().Entry.create({ what: `changed ${key}` })),
        afterCommit: async ({ changes, db }) => void told.push(changes, await db.Team.count(), await db.Entry.count()),
      },
      Entry: { afterCommit: ({ changes }) => void told.push(changes.length) },
    });
    const db = server.db.as({ id: "u" });
    await db.transaction(async (tx) => {
      await tx.Team.create({ id: 1, name: "a" });
      await tx.Team.update(1, { name: "b" });
      await tx.Team.deleteMany({ where: { id: 7 } });
      expect(told).toEqual([]);
    });
    const user = { id: "u" };
    expect(told).toEqual([
      [
        { operation: "create", key: 1, count: 1, user },
        { operation: "update", key: 1, count: 1, user },
        { operation: "delete", key: null, count: 0, user },
      ],
      1,
      1,
      1,
    ]);
  });

  test("does not run for what was undone, and its own failure is logged only", async () => {
    const logged = silence();
    const ran = vi.fn();
    const { server, post } = await serve({
      Team: {
        afterCommit: () => {
          ran();
          throw new Error("mail server is down");
        },
      },
    });
    const undone = server.db.transaction(async (tx) => {
      await tx.Team.create({ id: 1, name: "a" });
      throw new Error("no");
    });
    await expect(undone).rejects.toThrow("no");
    expect(ran).not.toHaveBeenCalled();
    expect(await post("/api/teams", { id: 1, name: "a" })).toMatchObject({ status: 201 });
    expect(ran).toHaveBeenCalledOnce();
    expect(logged().join("")).toMatch(/Team\.afterCommit.*mail server is down/);
  });

  test("that writes sets off the next one, but not for ever", async () => {
    const logged = silence();
    let runs = 0;
    const { server } = await serve({
      Team: {
        afterCommit: async ({ db }) => {
          runs += 1;
          await db.asSystem().Team.update(1, { size: runs });
        },
      },
    });
    await server.db.Team.create({ id: 1, name: "a" });
    expect(runs).toBe(16);
    expect(logged().join("")).toContain("More than 16 hooks run inside one another");
  });
});

test("hooks that set each other off without end are stopped, and all is undone", async () => {
  const logged = silence();
  const { post, get } = await serve({
    Team: { afterCreate: async ({ db, row }) => void (await db.Team.create({ id: row.id + 1, name: "a" })) },
  });
  expect(await post("/api/teams", { id: 1, name: "a" })).toMatchObject({ status: 500, body: { code: "FTG_INTERNAL" } });
  expect(logged().join("")).toMatch(/FTG_HOOK|Team.afterCreate > Team.afterCreate/);
  expect((await get("/api/teams")).body).toMatchObject({ data: [] });
});

describe.each(storeKinds.filter(({ name }) => !name.includes("as JSON")))("on $name, a failure", (kind) => {
  const hooks: Hooks<typeof models> = {
    Team: {
      afterUpdate: async ({ db, row, key }) => {
        // Sees and writes in the transaction of the write.
        await db.asSystem().Entry.create({ what: `team ${key} is ${row?.name}` });
        if (row?.name === "typed") throw new FootingError("FTG_CONFLICT", { detail: "That name is reserved." });
        if (row?.name === "plain") throw new Error("password=hunter2");
      },
    },
  };

  test.each([
    ["typed", 409, "That name is reserved."],
    ["plain", 500, "The server failed to answer."],
  ])("(%s) undoes the write and what hooks wrote", async (name, status, detail) => {
    silence();
    const { send, get, post } = await serve(hooks, kind.create());
    await post("/api/teams", { id: 1, name: "kept" });
    const patch = (value: string) =>
      send("/api/teams/1", {
        method: "PATCH",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ name: value }),
      });
    const answer = await patch(name);
    expect(answer).toMatchObject({ status, body: { detail: expect.stringContaining(detail) } });
    expect(JSON.stringify(answer.body)).not.toContain("hunter2");
    expect((await get("/api/teams/1")).body).toMatchObject({ name: "kept" });
    expect((await get("/api/entries")).body).toMatchObject({ data: [] });
    expect(await patch("fine")).toMatchObject({ status: 200 });
    expect((await get("/api/entries")).body).toMatchObject({ data: [{ what: "team 1 is fine" }] });
  });
});

describe("at boot", () => {
  test.each([
    [{ Taem: {} }, "defineApp.hooks.Taem", /Did you mean Team/],
    [{ Team: { beforeCraete: () => undefined } }, "defineApp.hooks.Team.beforeCraete", /Did you mean beforeCreate/],
    [{ Team: { beforeCreate: 5 } }, "defineApp.hooks.Team.beforeCreate", /expected a function/],
    [{ Team: 5 }, "defineApp.hooks.Team", /expected an object/],
  ])("what is no hook is refused: %o", (hooks, path, detail) => {
    expect(() => defineApp({ models, hooks: Object(hooks) })).toThrow(
      expect.objectContaining({
        code: "FTG_CONFIG",
        problems: [expect.objectContaining({ path, detail: expect.stringMatching(detail) })],
      }),
    );
  });
});

/** Serves the models with the hooks. */
function serve(hooks: Hooks<typeof models>, store?: Store) {
  const app = defineApp({
    models,
    hooks,
    authenticate,
    actions: (action) => ({
      found: action({
        input: z.object({ name: z.string() }),
        access: true,
        run: ({ input, db }) => db.Team.create({ id: 9, name: input.name }),
      }),
    }),
  });
  return serveOwnCode(app, store);
}

/** Keeps the log of a failure that is wanted off the screen, and gives it. */
function silence(): () => readonly string[] {
  const lines: string[] = [];
  vi.spyOn(process.stdout, "write").mockImplementation((line) => lines.push(String(line)) > 0);
  return () => lines;
}
