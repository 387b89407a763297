// Writes that expect a version of their row, that may reach so many rows, or that only show what they would do: at every door.
import { Validator } from "@seriousme/openapi-schema-validator";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { defineApp } from "../../src/app/define-app.ts";
import { loadStore } from "../../src/app/load-store.ts";
import { type RunningApp, startApp } from "../../src/app/start-app.ts";
import { createClient } from "../../src/client/create-client.ts";
import { FootingError } from "../../src/errors/footing-error.ts";
import { model } from "../../src/schema/model.ts";
import { t } from "../../src/schema/t.ts";
import { isObject } from "../../src/util/is-object.ts";
import { describeWithServer, useServer } from "../servers/shared-servers.ts";
import { inlineShared } from "../support/openapi-document.ts";
import { type RawAnswer, type RawRequest, sendRequest } from "./raw-http.ts";

const everyone = { read: true, create: true, update: true, delete: true } as const;
const Tag = model({ name: t.text(), notes: t.many("Note", "tag") }, { key: "name", access: everyone });
const Note = model(
  {
    id: t.int(),
    text: t.text().max(100),
    mark: t.text().unique().optional(),
    secret: t.text().hidden().optional(),
    meta: t.json().optional(),
    tag: t.ref("Tag").optional(),
    made: t.createdAt(),
    changed: t.updatedAt(),
  },
  {
    key: "id",
    version: true,
    access: { ...everyone, read: ({ user }) => ({ any: [{ text: { not: "unseen" } }, { mark: user?.id }] }) },
  },
);

/** Its rows look different to different callers. */
const Veiled = model(
  { id: t.int(), pay: t.int(), boss: t.text() },
  {
    key: "id",
    version: true,
    access: { ...everyone, fields: { pay: { read: ({ user }) => ({ boss: user?.id }) } } },
  },
);

/** Its rows change when a tag goes, without an update. */
const Held = model(
  { id: t.int(), tag: t.ref("Tag").optional().onDelete("setNull") },
  { key: "id", version: true, access: everyone },
);

/** What hooks were called, in order. */
const called: string[] = [];

/** Declares the app. */
function declareVersions() {
  return defineApp({
    models: { Tag, Note, Veiled, Held },
    idempotency: true,
    limits: { maxAffected: 3 },
    authenticate: ({ headers }) => (typeof headers["x-user"] === "string" ? { id: headers["x-user"] } : null),
    hooks: {
      Note: {
        beforeCreate: ({ data }) => {
          called.push("beforeCreate");
          return data.text === "plain" ? { ...data, text: "made by a hook" } : undefined;
        },
        afterCreate: async ({ db, row }) => {
          called.push("afterCreate");
          await db.Tag.create({ name: `of ${row.id}` });
        },
        afterCommit: () => {
          called.push("afterCommit");
        },
      },
    },
    actions: (action) => ({
      addNote: action({
        access: true,
        run: async ({ db }) => {
          const note = await db.Note.create({ id: 50, text: "of an action" });
          return { count: await db.Note.count({}), note };
        },
      }),
      addAndFail: action({
        access: true,
        run: async ({ db }) => {
          await db.Note.create({ id: 51, text: "undone" });
          throw new FootingError("FTG_CONFLICT", { detail: "No." });
        },
      }),
      countNotes: action({ method: "query", access: true, run: ({ db }) => db.Note.count({}) }),
    }),
  });
}

/** The declared app. */
type VersionsApp = ReturnType<typeof declareVersions>;

/** The app as it is served. */
interface ServedVersions {
  readonly running: RunningApp<VersionsApp["models"]>;
  readonly db: RunningApp<VersionsApp["models"]>["db"];
  /** Sends a request; what is no text is sent as JSON. */
  readonly send: (
    request: Omit<RawRequest, "body"> & { readonly json?: unknown; readonly user?: string },
  ) => Promise<RawAnswer>;
}

/** Serves the app on a database. */
async function serveVersions(database: string): Promise<ServedVersions> {
  const store = await loadStore(database);
  const running = await startApp(declareVersions(), {
    database: store,
    port: 0,
    host: "127.0.0.1",
    mode: "production",
    title: "x",
  });
  return {
    running,
    db: running.db,
    send: ({ json, user, headers, ...request }) =>
      sendRequest(running.port, {
        ...request,
        ...(json !== undefined && { body: JSON.stringify(json) }),
        headers: {
          ...(json !== undefined && { "content-type": "application/json" }),
          ...(user !== undefined && { "x-user": user }),
          ...headers,
        },
      }),
  };
}

describe("on SQLite", () => describeStore(async () => "sqlite::memory:"));
describeWithServer("postgres", "on PostgreSQL", () =>
  describeStore(async () => (await useServer("postgres")).createDatabase()),
);
describeWithServer("mariadb", "on MariaDB", () =>
  describeStore(async () => (await useServer("mariadb")).createDatabase()),
);
describeWithServer("mysql", "on MySQL", () => describeStore(async () => (await useServer("mysql")).createDatabase()));

function describeStore(createDatabase: () => Promise<string>): void {
  describe("versions", () => describeVersions(createDatabase));
  describe("dry runs", () => describeDryRuns(createDatabase));
}

function describeVersions(createDatabase: () => Promise<string>): void {
  let app: ServedVersions;
  beforeAll(async () => {
    app = await serveVersions(await createDatabase());
  });
  afterAll(() => app.running.close());
  beforeEach(async () => {
    const db = app.db.asSystem();
    await db.Note.deleteMany({ all: true });
    await db.Tag.deleteMany({ all: true });
    await db.Tag.create({ name: "t" });
    await db.Note.createMany([
      { id: 1, text: 'a","@version":9}', tag: "t", meta: { a: 1, b: 2 } },
      { id: 2, text: "b" },
    ]);
    await db.Note.update(2, {});
  });

  const get = (path: string, tags?: string, method = "GET"): Promise<RawAnswer> =>
    app.send({ path, method, ...(tags !== undefined && { headers: { "if-none-match": tags } }) });
  const patch = (json: unknown, tags?: string, path = "/api/notes/1"): Promise<RawAnswer> =>
    app.send({ method: "PATCH", path, json, ...(tags !== undefined && { headers: { "if-match": tags } }) });
  const remove = (tags: string, path = "/api/notes/1"): Promise<RawAnswer> =>
    app.send({ method: "DELETE", path, headers: { "if-match": tags } });
  const codeOf = ({ text }: RawAnswer): unknown => JSON.parse(text).code;

  test("a row has its version as ETag, whatever of it is shown", async () => {
    const whole = await get("/api/notes/1");
    expect(whole.status).toBe(200);
    expect(whole.headers).toMatchObject({ etag: '"1"', vary: "authorization, cookie", "cache-control": "no-cache" });
    expect(JSON.parse(whole.text)).toEqual({
      id: 1,
      text: 'a","@version":9}',
      mark: null,
      meta: { a: 1, b: 2 },
      tag: "t",
      made: expect.any(String),
      changed: expect.any(String),
      version: 1,
    });
    const part = await get("/api/notes/2?fields=text");
    expect([part.headers["etag"], part.text]).toEqual(['"2"', '{"text":"b"}']);
    const versionOnly = await get("/api/notes/2?fields=version");
    expect([versionOnly.headers["etag"], versionOnly.text]).toEqual(['"2"', '{"version":2}']);
    const signedIn = await app.send({ path: "/api/notes/2", user: "ann" });
    expect(signedIn.headers).toMatchObject({ etag: '"2"', "cache-control": "no-store" });
  });

  test("what shows other rows as well has none, and neither have lists and models without versions", async () => {
    for (const path of ["/api/notes/1?include=tag", "/api/notes/1?fields=text,tag.name", "/api/notes", "/api/tags/t"]) {
      const answer = await get(path, '"1"');
      expect([path, answer.status, answer.headers["etag"], answer.text.includes('@version":9')]).toEqual([
        path,
        200,
        undefined,
        false,
      ]);
    }
  });

  test.each([
    ['"1"', 304],
    ['W/"1"', 304],
    ['"7", "1"', 304],
    ['"7",W/"1" , "9"', 304],
    [',, "1",', 304],
    ["*", 304],
    ['"2"', 200],
    ['"01"', 200],
    ['""', 200],
    ['"a,b"', 200],
  ])("If-None-Match %s on version 1: %i", async (tags, status) => {
    for (const method of ["GET", "HEAD"]) {
      const answer = await get("/api/notes/1", tags, method);
      expect(answer.status).toBe(status);
      expect(answer.headers).toMatchObject({ etag: '"1"', vary: "authorization, cookie", "cache-control": "no-cache" });
      if (status === 304 || method === "HEAD") expect(answer.text).toBe("");
      if (status === 304) expect(answer.headers["content-type"]).toBeUndefined();
    }
  });

  test.each(["1", '"1', "'1'", 'w/"1"', '"1" "2"', '*, "1"', ",", "", '"a b"'])(
    "a malformed condition is a 400: %s",
    async (tags) => {
      const answers = [await get("/api/notes/1", tags), await patch({ text: "x" }, tags), await remove(tags)];
      for (const answer of answers) expect([answer.status, codeOf(answer)]).toEqual([400, "FTG_BAD_REQUEST"]);
      expect((await get("/api/notes/1")).headers["etag"]).toBe('"1"');
    },
  );

  test("If-Match lets a change pass to the version it names, and to no other", async () => {
    const first = await patch({ text: "b" }, '"1"');
    expect([first.status, first.headers["etag"], JSON.parse(first.text)]).toMatchObject([200, '"2"', { version: 2 }]);
    for (const tags of ['"1"', 'W/"2"', '"02"', '"x"', '"99999999999999999999"']) {
      const stale = await patch({ text: "c" }, tags);
      expect([stale.status, codeOf(stale)]).toEqual([412, "FTG_VERSION_MISMATCH"]);
      expect((await remove(tags)).status).toBe(412);
    }
    expect((await patch({ meta: { a: null } }, '"1", "2"')).headers["etag"]).toBe('"3"');
    expect(JSON.parse((await patch({}, "*")).text)).toMatchObject({ text: "b", meta: { b: 2 }, version: 4 });
    expect((await remove('"4"')).status).toBe(204);
    expect((await remove('"4"')).status).toBe(404);
    expect((await patch({ text: "c" }, "*")).status).toBe(404);
    expect(codeOf(await patch({ name: "u" }, '"1"', "/api/tags/t"))).toBe("FTG_BAD_REQUEST");
  });

  test("where fields have read rules, a row has its ETag but is answered whole each time", async () => {
    const path = "/api/veileds/1";
    await app.db.asSystem().Veiled.create({ id: 1, pay: 5, boss: "ann" });
    for (const [user, pay] of [
      ["ann", 5],
      ["bob", null],
    ] as const) {
      const answer = await app.send({ path, user, headers: { "if-none-match": '"1"' } });
      expect([answer.status, answer.headers["etag"], JSON.parse(answer.text).pay]).toEqual([200, '"1"', pay]);
    }
    const stale = await app.send({ method: "PATCH", path, json: { boss: "bob" }, headers: { "if-match": '"2"' } });
    expect(stale.status).toBe(412);
    expect((await app.send({ method: "DELETE", path, headers: { "if-match": '"1"' } })).status).toBe(204);
    const { paths } = JSON.parse((await get("/openapi.json")).text);
    expect(Object.keys(paths["/api/veileds/{key}"].get.responses)).not.toContain("304");
  });

  test("what the database changes without an update is not taken for the same", async () => {
    const db = app.db.asSystem();
    await db.Tag.create({ name: "u" });
    await db.Held.create({ id: 1, tag: "u" });
    const ask = () => app.send({ path: "/api/helds/1", headers: { "if-none-match": '"1"' } });
    expect((await ask()).text).toBe('{"id":1,"tag":"u","version":1}');
    await db.Tag.delete("u");
    expect((await ask()).text).toBe('{"id":1,"tag":null,"version":1}');
    await db.Held.delete(1);
  });

  test("a new row comes with its ETag, one that may not be read without", async () => {
    const created = await app.send({ method: "POST", path: "/api/notes", json: { id: 9, text: "n" } });
    expect([created.status, created.headers["etag"], created.headers["location"]]).toEqual([
      201,
      '"1"',
      "/api/notes/9",
    ]);
    expect(created.text).not.toContain("@version");
    const unseen = await app.send({ method: "POST", path: "/api/notes", json: { id: 10, text: "unseen" } });
    expect([unseen.status, unseen.headers["etag"]]).toEqual([204, undefined]);
    const gone = await patch({ text: "unseen" }, '"1"', "/api/notes/9");
    expect([gone.status, gone.headers["etag"]]).toEqual([204, undefined]);
  });

  test("a change that is sent again with its key is answered again, with its ETag", async () => {
    const send = () =>
      app.send({
        method: "PATCH",
        path: "/api/notes/2",
        json: { text: "once" },
        headers: { "if-match": '"2"', "idempotency-key": "k1" },
      });
    const [first, again] = [await send(), await send()];
    expect([first.status, again.status]).toEqual([200, 200]);
    expect([again.headers["etag"], again.headers["idempotency-replayed"]]).toEqual(['"3"', "true"]);
  });

  test("GraphQL takes the expected version as an argument", async () => {
    const run = async (query: string): Promise<Record<string, unknown>> =>
      JSON.parse((await app.send({ method: "POST", path: "/graphql", json: { query } })).text);
    expect(await run('mutation { updateNote(id: 1, ifVersion: 1, data: { text: "g" }) { version } }')).toEqual({
      data: { updateNote: { version: 2 } },
    });
    expect(await run("mutation { deleteNote(id: 1, ifVersion: [1, 3]) { id } }")).toMatchObject({
      data: { deleteNote: null },
      errors: [{ extensions: { code: "FTG_VERSION_MISMATCH" } }],
    });
    expect(await run("mutation { deleteNote(id: 1, ifVersion: [1, 2]) { id } }")).toEqual({
      data: { deleteNote: { id: 1 } },
    });
    expect(await run("mutation { deleteNote(id: 2, ifVersion: null) { id } }")).toEqual({
      data: { deleteNote: { id: 2 } },
    });
    for (const wrong of [
      'mutation { deleteTag(name: "t", ifVersion: 1) { name } }',
      "mutation { updateNote(id: 1, data: { version: 3 }) { id } }",
      'mutation { createNote(data: { id: 3, text: "x", made: "2026-01-01T00:00:00.000Z" }) { id } }',
    ])
      expect(await run(wrong)).not.toHaveProperty("data");
  });

  test("a batch takes expected versions and bounds what its bulk writes reach", async () => {
    const run = async (...operations: object[]): Promise<readonly unknown[]> => {
      const sent = operations.map((operation) => ({ model: "Note", ...operation }));
      const json = { transaction: false, operations: sent };
      const answer = await app.send({ method: "POST", path: "/api/batch", json });
      return JSON.parse(answer.text).results.map((result: unknown) =>
        isObject(result) && isObject(result["error"]) ? result["error"]["code"] : Object(result).data,
      );
    };
    expect(
      await run(
        { op: "update", key: 1, ifVersion: 1, data: { text: "x" }, select: { version: true } },
        { op: "update", key: 1, ifVersion: 1, data: { text: "y" } },
        { op: "update", key: 1, ifVersion: [1, 2], data: {}, select: { version: true } },
        { op: "update", key: 1, ifVersion: "3", data: {} },
        { op: "delete", model: "Tag", key: "t", ifVersion: 1 },
        { op: "delete", key: 1, ifVersion: 9 },
        { op: "updateMany", all: true, atMost: 1, data: {} },
        { op: "updateMany", all: true, atMost: 4, data: {} },
        { op: "updateMany", all: true, atMost: 0, data: {} },
        { op: "updateMany", all: true, atMost: 2, data: {} },
        { op: "createMany", data: [3, 4].map((id) => ({ id, text: "n" })) },
        { op: "deleteMany", all: true },
        { op: "deleteMany", where: { id: { gte: 2 } } },
      ),
    ).toEqual([
      { version: 2 },
      "FTG_VERSION_MISMATCH",
      { version: 3 },
      "FTG_QUERY",
      "FTG_QUERY",
      "FTG_VERSION_MISMATCH",
      "FTG_TOO_MANY_ROWS",
      "FTG_QUERY",
      "FTG_QUERY",
      2,
      2,
      // Of requests from outside, three rows at most.
      "FTG_TOO_MANY_ROWS",
      3,
    ]);
    expect(await app.db.Note.updateMany({ all: true, data: {} })).toBe(1);
  });

  test("the client and db speak of versions alike", async () => {
    const client = createClient<VersionsApp>(`http://127.0.0.1:${app.running.port}`);
    for (const notes of [client.Note, app.db.Note]) {
      const { version } = Object(await notes.get(2));
      expect(await notes.update(2, { text: "z" }, { ifVersion: version, select: { version: true } })).toEqual({
        version: version + 1,
      });
      await expect(notes.update(2, {}, { ifVersion: version })).rejects.toMatchObject({
        code: "FTG_VERSION_MISMATCH",
        status: 412,
      });
      await expect(notes.delete(2, { ifVersion: [] })).rejects.toMatchObject({ code: "FTG_VERSION_MISMATCH" });
      await expect(notes.deleteMany({ all: true, atMost: 1 })).rejects.toMatchObject({ code: "FTG_TOO_MANY_ROWS" });
    }
  });

  test("the API document states it for the models that have versions, and for no others", async () => {
    const document = JSON.parse((await get("/openapi.json")).text);
    const { valid, errors } = await new Validator().validate(structuredClone(document));
    expect(valid, JSON.stringify(errors)).toBe(true);
    const describe = (path: string, method: string) => {
      const { parameters = [], responses } = inlineShared(document).paths[path][method];
      const names = parameters.map(({ $ref }: { $ref: string }) => $ref.split("/").at(-1));
      return {
        conditions: names.filter((name: string) => name.startsWith("If")),
        statuses: ["304", "400", "412"].filter((status) => status in responses),
        tagged: Object.keys(responses).filter((status) => "ETag" in (responses[status].headers ?? {})),
      };
    };
    expect(describe("/api/notes/{key}", "get")).toEqual({
      conditions: ["IfNoneMatch"],
      statuses: ["304", "400"],
      tagged: ["200", "304"],
    });
    expect(describe("/api/notes/{key}", "head")).toEqual(describe("/api/notes/{key}", "get"));
    expect(describe("/api/notes/{key}", "patch")).toEqual({
      conditions: ["IfMatch"],
      statuses: ["400", "412"],
      tagged: ["200"],
    });
    expect(describe("/api/notes/{key}", "delete")).toEqual({
      conditions: ["IfMatch"],
      statuses: ["400", "412"],
      tagged: [],
    });
    expect(describe("/api/notes", "post")).toEqual({ conditions: [], statuses: ["400"], tagged: ["201"] });
    for (const method of ["get", "head", "patch", "delete"])
      expect(describe("/api/tags/{key}", method)).toEqual({ conditions: [], statuses: ["400"], tagged: [] });
    for (const use of ["NoteCreate", "NoteUpdate"])
      for (const name of ["made", "changed", "version"])
        expect(document.components.schemas[use].properties).not.toHaveProperty(name);
    expect(document.components.schemas.Note.properties.version.type).toBe("integer");
  });
}

/** What differs between two answers to the same request. */
function comparable({ status, headers, text }: RawAnswer): unknown {
  const { date: _date, "x-request-id": _id, "footing-dry-run": _dry, connection: _connection, ...rest } = headers;
  return { status, headers: rest, text: text.replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "now") };
}

function describeDryRuns(createDatabase: () => Promise<string>): void {
  let app: ServedVersions;
  beforeAll(async () => {
    app = await serveVersions(await createDatabase());
  });
  afterAll(() => app.running.close());
  beforeEach(async () => {
    const db = app.db.asSystem();
    await db.Note.deleteMany({ all: true });
    await db.Tag.deleteMany({ all: true });
    await db.Tag.create({ name: "t" });
    await db.Note.createMany([
      { id: 1, text: "a", mark: "a", tag: "t" },
      { id: 2, text: "b", mark: "b" },
    ]);
    called.length = 0;
  });

  const dump = async (): Promise<unknown> => {
    const db = app.db.asSystem();
    return [await db.Note.find(), await db.Tag.find()];
  };
  const create = (id: number, data: object = {}) => ({ op: "create", model: "Note", data: { id, text: "n", ...data } });
  const mutation = (query: string) => ({ method: "POST", path: "/graphql", json: { query } });
  const batch = (transaction: boolean, ...operations: object[]) => ({
    method: "POST",
    path: "/api/batch",
    json: { transaction, operations },
  });

  test.each<[string, Parameters<ServedVersions["send"]>[0]]>([
    ["POST", { method: "POST", path: "/api/notes", json: { id: 9, text: "plain" } }],
    ["POST of a taken value", { method: "POST", path: "/api/notes", json: { id: 9, text: "n", mark: "a" } }],
    ["POST of a missing ref", { method: "POST", path: "/api/notes", json: { id: 9, text: "n", tag: "x" } }],
    ["POST of wrong data", { method: "POST", path: "/api/notes", json: { id: "x" } }],
    ["PATCH", { method: "PATCH", path: "/api/notes/1", json: { text: "p" }, headers: { "if-match": '"1"' } }],
    ["stale PATCH", { method: "PATCH", path: "/api/notes/1", json: { text: "p" }, headers: { "if-match": '"7"' } }],
    ["DELETE", { method: "DELETE", path: "/api/notes/1" }],
    ["DELETE of nothing", { method: "DELETE", path: "/api/notes/99" }],
    [
      "nested POST",
      { method: "POST", path: "/api/tags", json: { name: "u", notes: { create: [{ id: 9, text: "n" }] } } },
    ],
    ["a batch", batch(true, create(9), { op: "updateMany", model: "Note", all: true, data: { text: "m" } })],
    ["a batch that fails", batch(true, create(9), create(1))],
    [
      "a batch in parts",
      batch(
        false,
        { ...create(9, { mark: "x" }), as: "new" },
        create(9),
        {
          op: "create",
          model: "Tag",
          data: {
            name: "u",
            notes: {
              create: [
                { id: 10, text: "n" },
                { id: 1, text: "taken" },
              ],
            },
          },
        },
        { op: "get", model: "Note", key: { $ref: "new.id" } },
        { op: "get", model: "Note", key: 10 },
        { op: "count", model: "Tag" },
      ),
    ],
    ["an action", { method: "POST", path: "/api/actions/addNote" }],
    ["an action that fails", { method: "POST", path: "/api/actions/addAndFail" }],
    [
      "mutations",
      mutation(
        `mutation {
          a: createNote(data: { id: 9, text: "n" }) { id version }
          b: createTag(data: { name: "u", notes: { create: [{ id: 1, text: "taken" }] } }) { name }
          c: updateNote(id: 9, data: { text: "m" }) { version text }
          d: deleteTag(name: "u") { name }
          addNote
        }`,
      ),
    ],
  ])("%s answers what it would, and does nothing", async (_name, request) => {
    const before = await dump();
    const dry = await app.send({ ...request, headers: { ...request.headers, "footing-dry-run": "true" } });
    expect(dry.headers["footing-dry-run"]).toBe("true");
    expect(await dump()).toEqual(before);
    expect(called).not.toContain("afterCommit");
    const real = await app.send(request);
    expect(real.headers["footing-dry-run"]).toBeUndefined();
    expect(comparable(dry)).toEqual(comparable(real));
  });

  test("hooks run, but none after the commit", async () => {
    const dry = { "footing-dry-run": "true" };
    const request = { method: "POST", path: "/api/notes", json: { id: 9, text: "plain" } };
    expect(JSON.parse((await app.send({ ...request, headers: dry })).text).text).toBe("made by a hook");
    expect(called).toEqual(["beforeCreate", "afterCreate"]);
    await app.send(request);
    expect(called.slice(2)).toEqual(["beforeCreate", "afterCreate", "afterCommit"]);
  });

  test("keeps no answer for a key", async () => {
    const request = { method: "POST", path: "/api/notes", json: { id: 9, text: "n" } };
    const key = { "idempotency-key": "dry-1" };
    expect((await app.send({ ...request, headers: { ...key, "footing-dry-run": "true" } })).status).toBe(201);
    const real = await app.send({ ...request, headers: key });
    expect([real.status, real.headers["idempotency-replayed"]]).toEqual([201, undefined]);
    expect(await app.db.Note.get(9)).toMatchObject({ id: 9 });
  });

  test.each(["false", "1", "", "TRUE", "true, true"])("another value is a 400: %s", async (value) => {
    const headers = { "footing-dry-run": value };
    const before = await dump();
    for (const request of [
      { method: "POST", path: "/api/notes", json: { id: 9, text: "n" } },
      { method: "DELETE", path: "/api/notes/1" },
      batch(true, create(9)),
      mutation('mutation { createNote(data: { id: 9, text: "n" }) { id } }'),
      { method: "POST", path: "/api/actions/addNote" },
    ]) {
      const answer = await app.send({ ...request, headers });
      expect([answer.status, answer.text.includes("FTG_BAD_REQUEST")]).toEqual([400, true]);
    }
    expect(await dump()).toEqual(before);
  });

  test("reads are as ever", async () => {
    const headers = { "footing-dry-run": "true" };
    for (const request of [
      { path: "/api/notes/1" },
      { path: "/api/notes" },
      mutation("{ note(id: 1) { text } }"),
      { method: "POST", path: "/api/actions/countNotes" },
    ]) {
      const answer = await app.send({ ...request, headers });
      expect([answer.status, answer.headers["footing-dry-run"]]).toEqual([200, undefined]);
    }
  });

  test("db and the client have it too, also inside a transaction", async () => {
    const before = await dump();
    const client = createClient<VersionsApp>(`http://127.0.0.1:${app.running.port}`);
    const made = await client.dryRun(async (tx) => {
      const tag = tx.Tag.create({ name: "u" });
      return tx.Note.create({ id: 9, text: "n", tag: tx.ref(tag, "name") });
    });
    expect(made).toMatchObject({ id: 9, tag: "u", version: 1 });
    expect(await app.db.dryRun((tx) => tx.Note.deleteMany({ all: true }))).toBe(2);
    await expect(app.db.dryRun((tx) => tx.Note.create({ id: 1, text: "taken" }))).rejects.toMatchObject({
      code: "FTG_CONFLICT",
    });
    expect(await dump()).toEqual(before);
    called.length = 0;
    await app.db.transaction(async (tx) => {
      await tx.Note.create({ id: 20, text: "kept" });
      expect(await tx.dryRun((dry) => dry.Note.deleteMany({ all: true }))).toBe(3);
      await expect(
        tx.dryRun(async (dry) => {
          await dry.Note.create({ id: 21, text: "undone" });
          await dry.dryRun((inner) => inner.Note.delete(20));
          expect(await dry.Note.count({})).toBe(4);
          throw new Error("stop");
        }),
      ).rejects.toThrow("stop");
      expect(await tx.Note.count({})).toBe(3);
    });
    expect((await app.db.Note.find({ select: { id: true } })).map(({ id }) => id)).toEqual([1, 2, 20]);
    // One announcement of the one row that was kept.
    expect(called.filter((name) => name === "afterCommit")).toHaveLength(1);
  });

  test("is in the API document", async () => {
    const { paths, components } = inlineShared(JSON.parse((await app.send({ path: "/openapi.json" })).text));
    const takes = (path: string, method: string): boolean =>
      JSON.stringify(paths[path][method].parameters ?? []).includes("/DryRun");
    for (const [path, method] of [
      ["/api/notes", "post"],
      ["/api/notes/{key}", "patch"],
      ["/api/notes/{key}", "delete"],
      ["/api/batch", "post"],
      ["/api/actions/addNote", "post"],
    ] as const) {
      expect(takes(path, method)).toBe(true);
      const success = Object.entries(paths[path][method].responses).find(([status]) => status.startsWith("2"));
      expect(JSON.stringify(success)).toContain("Footing-Dry-Run");
    }
    expect(takes("/api/notes", "get")).toBe(false);
    expect(takes("/api/actions/countNotes", "post")).toBe(false);
    expect(components.parameters.DryRun).toMatchObject({ name: "Footing-Dry-Run", in: "header" });
  });
}
