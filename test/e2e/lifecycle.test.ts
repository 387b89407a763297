// Deleted rows, their return, and the preview of a delete, through every door of an app; the API document is exact for them.

import { Validator } from "@seriousme/openapi-schema-validator";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Client, createClient } from "../../src/client.ts";
import { defineApp, type Hooks, model, type RunningApp, startApp, t } from "../../src/index.ts";

const open = { read: true, create: true, update: true, delete: true } as const;
const Blog = model({ code: t.text(), posts: t.many("Post", "blog") }, { key: "code", access: open });
const Post = model(
  {
    n: t.int(),
    title: t.text(),
    owner: t.text().optional(),
    blog: t.ref("Blog").optional().onDelete("cascade"),
    after: t.ref("Post").optional().onDelete("setNull"),
    notes: t.many("Note", "post"),
  },
  {
    key: "n",
    softDelete: true,
    access: { ...open, delete: ({ user }) => user !== null && { owner: String(user.id) } },
  },
);
const Note = model({ n: t.int(), post: t.ref("Post") }, { key: "n", access: open });
const models = { Blog, Post, Note };

const told: unknown[] = [];
const hooks: Hooks<typeof models> = {
  Post: {
    beforeDelete: ({ key }) => void told.push(["before delete", key]),
    afterDelete: ({ row }) => void told.push(["after delete", row?.n]),
    beforeRestore: ({ key }) => void told.push(["before restore", key]),
    afterRestore: ({ row }) => void told.push(["after restore", row?.deletedAt]),
    afterCommit: ({ changes }) => void told.push(changes.map(({ operation, key }) => `${operation} ${key}`)),
  },
};

const app = defineApp({
  models,
  hooks,
  authenticate: ({ headers }) => {
    const token = headers.authorization?.replace("Bearer ", "");
    return token === undefined ? null : { id: token };
  },
  async setup({ db }) {
    const system = db.asSystem();
    await system.Blog.createMany([{ code: "a" }, { code: "b" }]);
    await system.Post.createMany([
      { n: 1, title: "one", owner: "ann", blog: "a" },
      { n: 2, title: "two", owner: "ann", blog: "a", after: 1 },
      { n: 3, title: "three", owner: "ben", blog: "b" },
    ]);
    await system.Note.create({ n: 1, post: 1 });
  },
});

let server: RunningApp<typeof models>;
let ann: Client<typeof app>;
beforeEach(async () => {
  server = await startApp(app, {
    database: "sqlite::memory:",
    port: 0,
    host: "127.0.0.1",
    mode: "production",
    title: "lifecycle",
  });
  ann = createClient<typeof app>(server.url, { headers: { authorization: "Bearer ann" } });
  told.length = 0;
});
afterEach(() => server.close());

interface Sent {
  readonly method?: string;
  readonly user?: string | null;
  readonly body?: unknown;
}

/** Sends a request as ann, or as somebody else or (null) nobody. */
async function send(path: string, { method = "GET", user = "ann", body }: Sent = {}) {
  const answer = await fetch(`${server.url}${path}`, {
    method,
    headers: {
      ...(user !== null && { authorization: `Bearer ${user}` }),
      ...(body !== undefined && { "content-type": "application/json" }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, body: text === "" ? null : JSON.parse(text) };
}

async function query(text: string, user: string | null = "ann") {
  return (await send("/graphql", { method: "POST", user, body: { query: text } })).body;
}

const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/);

describe("REST", () => {
  test("deletes, lists deleted rows, restores and removes", async () => {
    expect(await send("/api/posts/1", { method: "DELETE" })).toMatchObject({ status: 204 });
    expect(await send("/api/posts/1")).toMatchObject({ status: 404 });
    expect(await send("/api/posts/1?deleted=include")).toMatchObject({ status: 200, body: { n: 1, deletedAt: time } });
    expect(await send("/api/posts?deleted=only&fields=n")).toMatchObject({ body: { data: [{ n: 1 }] } });
    expect(await send("/api/posts?deleted=include&fields=n")).toMatchObject({
      body: { data: [1, 2, 3].map((n) => ({ n })) },
    });
    expect(await send("/api/posts?deleted=only&fields=n", { user: "ben" })).toMatchObject({ body: { data: [] } });
    expect(await send("/api/posts?deleted=only", { user: null })).toMatchObject({ status: 403 });
    expect(await send("/api/posts?deleted=yes")).toMatchObject({ status: 400, body: { code: "FTG_PARAMETER" } });
    expect(await send("/api/blogs?deleted=only")).toMatchObject({ status: 400, body: { code: "FTG_PARAMETER" } });
    expect(await send("/api/aggregate/posts?deleted=include")).toMatchObject({ body: { data: [{ count: 3 }] } });
    expect(await send("/api/notes/1?include=post")).toMatchObject({ body: { n: 1, post: null } });
    const file = await fetch(`${server.url}/api/export/posts?deleted=only&fields=n&format=csv`, {
      headers: { authorization: "Bearer ann" },
    });
    expect(await file.text()).toBe("n\r\n1\r\n");
    expect(await send("/api/posts/1", { method: "PATCH", body: { title: "x" } })).toMatchObject({ status: 404 });
    expect(await send("/api/posts/1/restore", { method: "POST", user: "ben" })).toMatchObject({ status: 404 });
    expect(await send("/api/posts/1/restore", { method: "POST" })).toMatchObject({
      status: 200,
      body: { n: 1, deletedAt: null },
    });
    expect(await send("/api/posts/1/restore", { method: "POST" })).toMatchObject({ status: 404 });
    expect(await send("/api/posts/2?permanently=true", { method: "DELETE" })).toMatchObject({ status: 204 });
    expect(await send("/api/posts?deleted=include&fields=n")).toMatchObject({ body: { data: [{ n: 1 }, { n: 3 }] } });
    expect(await send("/api/posts/3", { method: "PATCH", body: { deletedAt: null } })).toMatchObject({ status: 422 });
  });

  test("tells what a delete would take along", async () => {
    expect(await send("/api/preview/blogs/a")).toEqual({
      status: 200,
      body: { deletes: { Post: 2 }, setsNull: {}, blockedBy: { Note: 1 } },
    });
    expect(await send("/api/preview/posts/1?permanently=true")).toMatchObject({
      body: { deletes: {}, setsNull: { Post: 1 }, blockedBy: { Note: 1 } },
    });
    expect(await send("/api/preview/posts/1")).toMatchObject({ body: { deletes: {}, setsNull: {}, blockedBy: {} } });
    expect(await send("/api/preview/posts/3")).toMatchObject({ status: 403 });
    expect(await send("/api/preview/posts/9")).toMatchObject({ status: 404 });
    expect(await send("/api/preview/posts/x")).toMatchObject({ status: 400 });
    expect(await send("/api/preview/blogs/a?permanently=true")).toMatchObject({ status: 400 });
    expect(await send("/api/blogs/a", { method: "DELETE" })).toMatchObject({
      status: 409,
      body: { detail: 'Other rows still refer to rows that would go along with the Blog "a".' },
    });
  });

  test("the API document is valid, and describes just that", async () => {
    const { body: document } = await send("/openapi.json");
    const { valid, errors } = await new Validator().validate(structuredClone(document));
    expect(valid, JSON.stringify(errors)).toBe(true);
    expect(document.paths["/api/posts/{key}/restore"].post.operationId).toBe("restorePost");
    expect(document.paths["/api/blogs/{key}/restore"]).toBeUndefined();
    expect(document.paths["/api/blogs/{key}"].delete.description).toBe(
      "What refers to it goes with it: Post.blog. Set to null: Post.after. While something refers to it by Note.post, it stays.",
    );
    expect(document.paths["/api/posts/{key}"].delete.parameters).toContainEqual({
      $ref: "#/components/parameters/posts.permanently",
    });
    expect(document.paths["/api/posts"].get.parameters).toContainEqual({
      $ref: "#/components/parameters/posts.deleted",
    });
    expect(JSON.stringify(document.components.schemas.PostUpdate)).not.toContain("deletedAt");
    const ajv = new Ajv2020({ strict: false });
    addFormats.default(ajv);
    ajv.addSchema(document, "document");
    const matches = (name: string, value: unknown) =>
      ajv.validate({ $ref: `document#/components/schemas/${name}` }, value);
    expect(matches("deletePreview", (await send("/api/preview/blogs/a")).body)).toBe(true);
    await send("/api/posts/1", { method: "DELETE" });
    expect(matches("Post", (await send("/api/posts/1?deleted=include")).body)).toBe(true);
  });
});

test("GraphQL has the arguments, the mutation and the preview", async () => {
  expect(await query("mutation { deletePost(n: 1) { n deletedAt } }")).toEqual({
    data: { deletePost: { n: 1, deletedAt: time } },
  });
  expect(await query("{ post(n: 1) { n } posts { nodes { n } totalCount } }")).toEqual({
    data: { post: null, posts: { nodes: [{ n: 2 }, { n: 3 }], totalCount: 2 } },
  });
  expect(
    await query(
      "{ post(n: 1, deleted: INCLUDE) { n } posts(deleted: ONLY) { nodes { n } totalCount } postsAggregate(deleted: INCLUDE) { nodes { count } } }",
    ),
  ).toEqual({
    data: {
      post: { n: 1 },
      posts: { nodes: [{ n: 1 }], totalCount: 1 },
      postsAggregate: { nodes: [{ count: 3 }] },
    },
  });
  // A required ref to a row that may be deleted can be null.
  expect(await query("{ notes { nodes { post { n } } } }")).toEqual({ data: { notes: { nodes: [{ post: null }] } } });
  expect(await query("mutation { restorePost(n: 1) { n deletedAt } }")).toEqual({
    data: { restorePost: { n: 1, deletedAt: null } },
  });
  expect(
    await query(
      '{ all: previewDeleteBlog(code: "a") { __typename gone: deletes { model count __typename } blockedBy { model } } previewDeletePost(n: 1, permanently: true) { setsNull { count } } }',
    ),
  ).toEqual({
    data: {
      all: {
        __typename: "DeletePreview",
        gone: [{ model: "Post", count: 2, __typename: "ModelCount" }],
        blockedBy: [{ model: "Note" }],
      },
      previewDeletePost: { setsNull: [{ count: 1 }] },
    },
  });
  expect(await query("mutation { deletePost(n: 2, permanently: true) { n } }")).toEqual({
    data: { deletePost: { n: 2 } },
  });
  expect(await query("{ posts(deleted: INCLUDE) { nodes { n } } }")).toEqual({
    data: { posts: { nodes: [{ n: 1 }, { n: 3 }] } },
  });
  expect(await query("{ posts(deleted: ONLY) { nodes { n } } }", null)).toMatchObject({
    errors: [{ extensions: { code: "FTG_FORBIDDEN" } }],
  });
});

test("the client and batches take the same words", async () => {
  expect(await ann.Post.delete(1)).toMatchObject({ n: 1, deletedAt: time });
  expect(await ann.Post.get(1)).toBeNull();
  expect(await ann.Post.get(1, { deleted: "include", select: { n: true } })).toEqual({ n: 1 });
  expect(await ann.Post.count({ deleted: "only" })).toBe(1);
  expect(await ann.Post.aggregate({ count: true, deleted: "include" })).toEqual([{ count: 3 }]);
  expect(await ann.Post.restore(1, { select: { deletedAt: true } })).toEqual({ deletedAt: null });
  expect(await ann.Blog.previewDelete("a")).toEqual({ deletes: { Post: 2 }, setsNull: {}, blockedBy: { Note: 1 } });
  expect(await ann.Post.previewDelete(1, { permanently: true })).toMatchObject({ setsNull: { Post: 1 } });
  await ann.Post.delete(2, { permanently: true });
  expect(await ann.Post.deleteMany({ all: true })).toBe(1);
  expect(await ann.Post.deleteMany({ where: { deletedAt: { isNull: true } }, permanently: true })).toBe(0);
  expect(await ann.Post.find({ deleted: "only", select: { n: true } })).toEqual([{ n: 1 }]);
  const operations = [
    { op: "find", model: "Post", deleted: "no" },
    { op: "restore", model: "Post" },
  ];
  const wrong = await send("/api/batch", { method: "POST", body: { operations } });
  expect(wrong).toMatchObject({
    status: 400,
    body: { problems: [{ path: "/operations/0/deleted" }, { path: "/operations/1/key" }] },
  });
});

test("hooks of deletes run as ever, a return has its own", async () => {
  const db = server.db.as({ id: "ann" });
  await db.Post.delete(1);
  await db.Post.restore(1);
  await db.Post.delete(2);
  await db.Post.delete(2, { permanently: true });
  expect(told).toEqual([
    ["before delete", 1],
    ["after delete", 1],
    ["delete 1"],
    ["before restore", 1],
    ["after restore", null],
    ["restore 1"],
    ["before delete", 2],
    ["after delete", 2],
    ["delete 2"],
    ["before delete", 2],
    ["after delete", 2],
    ["delete 2"],
  ]);
});
