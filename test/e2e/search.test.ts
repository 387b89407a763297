// Full-text search through every door of a served app: db, REST, its export, GraphQL, a batch and the typed client.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createClient } from "../../src/client.ts";
import { defineApp, model, type RunningApp, startApp, t } from "../../src/index.ts";
import { findProblems } from "../support/schema-problems.ts";

const access = { read: true, create: true, update: true, delete: true } as const;

const Author = model({ code: t.text(), name: t.text(), posts: t.many("Post", "author") }, { key: "code", access });
const Post = model(
  { n: t.int(), title: t.text(), body: t.text().optional(), author: t.ref("Author"), open: t.bool().default(true) },
  { key: "n", search: ["title", "body"], access: { ...access, read: ({ user }) => user !== null || { open: true } } },
);

const models = { Author, Post };

const app = defineApp({
  models,
  authenticate: ({ headers }) => (headers.authorization === undefined ? null : { id: 1 }),
  async setup({ db }) {
    const system = db.asSystem();
    await system.Author.createMany([{ code: "ann", name: "Ann" }]);
    await system.Post.createMany([
      { n: 1, title: "Lima near the sea", author: "ann" },
      { n: 2, title: "Near Lima: Callao", body: "the sea, again", author: "ann" },
      { n: 3, title: "Cusco", body: "far from the sea", author: "ann" },
      { n: 4, title: "Secret Lima", author: "ann", open: false },
    ]);
  },
});

let running: RunningApp<typeof models>;
let url: string;

beforeAll(async () => {
  running = await startApp(app, {
    database: "sqlite::memory:",
    port: 0,
    host: "127.0.0.1",
    mode: "production",
    title: "Search",
  });
  url = running.url;
});
afterAll(() => running.close());

async function get(path: string, headers: Record<string, string> = {}) {
  const response = await fetch(`${url}${path}`, { headers });
  const text = await response.text();
  return { status: response.status, link: response.headers.get("link"), text };
}

async function post(path: string, body: unknown) {
  const response = await fetch(`${url}${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  return { status: response.status, text: await response.text() };
}

describe("REST", () => {
  test("lists by relevance, page after page", async () => {
    const first = await get("/api/posts?search=lima near&fields=n&limit=1");
    expect(first).toMatchObject({ status: 200 });
    expect(JSON.parse(first.text)).toEqual({ data: [{ n: expect.any(Number) }], page: { hasMore: true } });
    expect(first.link).toBe('</api/posts?search=lima%20near&fields=n&limit=1&offset=1>; rel="next"');
    const second = await get("/api/posts?search=lima%20near&fields=n&limit=1&offset=1");
    expect(JSON.parse(second.text).page).toEqual({ hasMore: false });
    expect(second.link).toBeNull();
    const seen = [first, second].flatMap(({ text }) => JSON.parse(text).data);
    expect(seen.map(({ n }) => n).sort()).toEqual([1, 2]);
  });

  test("keeps cursors where a sort is given", async () => {
    const { text, link } = await get("/api/posts?search=sea&sort=-n&fields=n&limit=2");
    const { data, page } = JSON.parse(text);
    expect(data).toEqual([{ n: 3 }, { n: 2 }]);
    expect(link).toContain(`after=${page.next}`);
    const next = await get(`/api/posts?search=sea&sort=-n&fields=n&limit=2&after=${page.next}`);
    expect(JSON.parse(next.text).data).toEqual([{ n: 1 }]);
  });

  test("composes with filters, groups and the export", async () => {
    expect(JSON.parse((await get("/api/posts?search=sea&body[isNull]=true&fields=n")).text).data).toEqual([{ n: 1 }]);
    expect(JSON.parse((await get("/api/aggregate/posts?search=sea&groupBy=author")).text).data).toEqual([
      { key: { author: "ann" } },
    ]);
    expect(JSON.parse((await get("/api/aggregate/posts?search=lima")).text).data).toEqual([{ count: 2 }]);
    expect((await get("/api/export/posts?search=sea&fields=n")).text).toBe('{"n":1}\n{"n":2}\n{"n":3}\n');
    expect((await get("/api/export/posts?search=sea&fields=n&sort=-n&format=csv")).text).toBe("n\r\n3\r\n2\r\n1\r\n");
  });

  test("shows nobody a row that is hidden from them", async () => {
    expect(JSON.parse((await get("/api/posts?search=secret")).text).data).toEqual([]);
    expect(JSON.parse((await get("/api/posts?search=secret&fields=n", { authorization: "x" })).text).data).toEqual([
      { n: 4 },
    ]);
  });

  test.each([
    ["/api/posts?search=", "search: expected a word to find, got none."],
    ["/api/posts?search=-lima", "search: expected a word to find, got only words to leave out."],
    ["/api/posts?search=%00%27%22%28*", "search: expected a word to find, got none."],
    [`/api/posts?search=${"x".repeat(501)}`, "search: expected at most 500 characters, got 501."],
    ["/api/posts?search=a&search=b", 'search is given twice, the second time as "b"; expected once.'],
    ["/api/posts?search=lima&after=x", "A search without sort has no cursors."],
    ["/api/posts?search=%ff", "search has a value that is not percent-encoded UTF-8."],
    ["/api/authors?search=ann", 'Unknown parameter "search".'],
    ["/api/aggregate/posts?search=*", "search: expected a word to find, got none."],
    ["/api/export/posts?search=*", "search: expected a word to find, got none."],
  ])("answers 400 to %s", async (path, detail) => {
    const { status, text } = await get(path);
    expect([status, text]).toEqual([400, expect.stringContaining(JSON.stringify(detail).slice(1, -1))]);
  });

  test("describes the parameter where it is taken", async () => {
    const document = JSON.parse((await get("/openapi.json")).text);
    const parameters = document.components.parameters;
    expect(parameters["posts.search"]).toMatchObject({ schema: { type: "string", minLength: 1, maxLength: 500 } });
    expect(parameters["authors.search"]).toBeUndefined();
  });
});

test("GraphQL searches lists, groups and related rows; cursors only beside an order", async () => {
  const query = `query ($words: String) {
    posts(search: $words) { nodes { n } totalCount pageInfo { hasNextPage endCursor } }
    sorted: posts(search: "sea", orderBy: ["-n"], first: 1) { nodes { n } pageInfo { endCursor } }
    postsAggregate(search: "lima") { nodes { count } }
    author(code: "ann") { posts(search: "callao") { nodes { n } } postsAggregate(search: "sea") { count } }
  }`;
  const { text } = await post("/graphql", { query, variables: { words: '"near lima"' } });
  expect(JSON.parse(text)).toEqual({
    data: {
      posts: { nodes: [{ n: 2 }], totalCount: 1, pageInfo: { hasNextPage: false, endCursor: null } },
      sorted: { nodes: [{ n: 3 }], pageInfo: { endCursor: expect.any(String) } },
      postsAggregate: { nodes: [{ count: 2 }] },
      author: { posts: { nodes: [{ n: 2 }] }, postsAggregate: { count: 3 } },
    },
  });
  const refused = await post("/graphql", { query: '{ posts(search: "sea") { edges { cursor } } }' });
  expect(refused.text).toContain("a list by relevance has no cursors");
  const unknown = await post("/graphql", { query: '{ authors(search: "ann") { nodes { code } } }' });
  expect(unknown.text).toContain('Unknown argument \\"search\\"');
});

test("a batch and the client search as db does", async () => {
  const where = { n: { gt: 1 } };
  const operations = [
    { op: "find", model: "Post", search: "sea", select: { n: true }, orderBy: ["n"], where },
    { op: "first", model: "Post", search: "callao", select: { n: true } },
    { op: "count", model: "Post", search: "lima*" },
    { op: "aggregate", model: "Post", search: "lima", count: true },
    { op: "find", model: "Post", search: "sea", select: { n: true }, limit: 1 },
  ];
  const { text } = await post("/api/batch", { operations });
  const { results }: { results: readonly { data: unknown; page?: unknown }[] } = JSON.parse(text);
  const expected = [[{ n: 2 }, { n: 3 }], { n: 2 }, 2, [{ count: 2 }]];
  expect(results.slice(0, 4).map(({ data }) => data)).toEqual(expected);
  expect(results[4]?.page).toEqual({ hasMore: true, next: null });
  const wrong = await post("/api/batch", { operations: [{ op: "count", model: "Post", search: 5 }] });
  expect(wrong.status).toBe(400);
  const client = createClient<typeof app>(url);
  for (const db of [running.db, client]) {
    expect(await db.Post.find({ search: "sea", select: { n: true }, orderBy: ["n"], where })).toEqual(expected[0]);
    expect(await db.Post.first({ search: "callao", select: { n: true } })).toEqual({ n: 2 });
    expect(await db.Post.count({ search: "lima*" })).toBe(2);
    expect(await db.Post.aggregate({ search: "lima", count: true })).toEqual([{ count: 2 }]);
    const select = { posts: { search: "callao", select: { n: true } } } as const;
    expect(await db.Author.find({ select })).toEqual([{ posts: [{ n: 2 }] }]);
  }
});

test("what is wrong with a declared search is said at start", () => {
  const wrong = model(
    { n: t.int(), title: t.text(), titleWords: t.text(), secret: t.text().hidden().optional(), tags: t.list(t.text()) },
    // @ts-expect-error a number, a hidden field, a list and a name that no field has
    { key: "n", search: ["n", "secret", "tags", "titel", "title"] },
  );
  const problems = findProblems({ Wrong: wrong });
  for (const [index, problem] of [
    "Wrong: search: n is a int field, not a text.",
    "Wrong: search: secret is hidden, and searching would tell what is in it.",
    "Wrong: search: tags is a list field, not a text.",
    "Wrong: search: Wrong has no field titel.",
    "search of Wrong.title: the column title_words is also that of Wrong.titleWords.",
  ].entries())
    expect(problems[index]).toContain(problem);
  // @ts-expect-error not a list
  expect(findProblems({ Wrong: model({ a: t.text() }, { search: "a" }) })[0]).toContain("expected a list");
});
